# SPDX-License-Identifier: Apache-2.0
"""Cells are counted by bytes alone, and a sheet that shows fewer than there are says so."""

from __future__ import annotations

import contextlib
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ream_extract import sheet_count
from ream_extract.extractors.sheets import EXTRACTOR, OPC, XLS
from ream_extract.reading import Source, UnitRead, Unreadable
from ream_extract.sheet_cells import Cells

KINDS = {".xlsx": OPC[0], ".xlsb": OPC[4], ".xls": XLS, ".ods": EXTRACTOR.media_types[1]}


def test_of_xlsx_what_has_a_value_or_words_counts() -> None:
    part = (
        b'<row><c r="A1"><v>1</v></c><c r="B1" t="s"><v> 7</v></c><x:c><x:v xml:space="preserve">x</x:v></x:c>'
        b'<c><f>1+1</f><v></v></c><c s="4"/><c><v/></c><c t="inlineStr"><is><t>words</t></is></c></row>'
    )
    assert sheet_count.in_xml(part) == 4
    assert sheet_count.in_xml(b"<c><is></is></c><c><is><t/></is></c><c><is><r><t>x</t></r></is></c>") == 1


def binary(kind: int, body: bytes = b"1234") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def test_of_xlsb_records_of_cells_count_and_none_that_is_cut_off() -> None:
    part = binary(0x91) + binary(0) + binary(1) + binary(2) + binary(7, b"x" * 300) + binary(11) + binary(62)
    assert sheet_count.in_xlsb(part) == 4
    assert sheet_count.in_xlsb(part + binary(5)[:-1]) == 4
    assert sheet_count.in_xlsb(b"\x91") == sheet_count.in_xlsb(b"") == 0


def old(kind: int, body: bytes = b"123456") -> bytes:
    return struct.pack("<2H", kind, len(body)) + body


def test_of_xls_records_of_cells_count_but_those_of_charts_and_formulas_without_a_letter() -> None:
    chart = old(0x809) + old(0x203) + old(0x0A)
    empty, number = b"\0" * 6 + b"\3\0\0\0\0\0\xff\xff" + b"\0" * 8, b"\0" * 22
    cells = old(0x203) + old(0xBD, b"\0" * 24) + old(0x06, empty) + old(0x06, number) + old(0x201)
    stream = b"before" + old(0x809) + cells + chart + old(0xFD) + old(0x0A) + old(0xFD)
    assert sheet_count.in_xls(stream, 6) == 1 + 3 + 1 + 1
    assert sheet_count.in_xls(stream, len(stream) + 9) == 0


def test_of_ods_cells_of_each_sheet_that_have_a_type_count() -> None:
    content = (
        b'<table:table><table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
        b'<table:covered-table-cell table:x="1" office:value-type="float" office:value="2"/></table:table>'
        b"<table:table><table:table-cell/></table:table>"
    )
    assert sheet_count.in_open_document(content) == [2, 0]
    assert sheet_count.in_open_document(b"") == []
    empty = b'<table:table><table:table-cell office:value-type="string"><text:p/></table:table-cell>'
    formula = b'<table:table-cell office:value-type="string" office:string-value=""/>'
    assert sheet_count.in_open_document(
        empty + formula + b"<table:table-cell><text:p>x</text:p></table:table-cell>"
    ) == [0]


def workbook(path: Path, *sheets: bytes) -> Path:
    """A workbook of these sheets' parts, as small as one can be."""
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(f'<sheet name="{number}" r:id="r{number}"/>' for number in range(len(sheets)))
    related = "".join(
        f'<Relationship Id="r{number}" Type="{links}/worksheet" Target="{number}.xml"/>'
        for number in range(len(sheets))
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", f'<workbook xmlns:r="{links}"><sheets>{listed}</sheets></workbook>')
        package.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{related}</Relationships>")
        for number, part in enumerate(sheets):
            package.writestr(f"xl/{number}.xml", b"<worksheet><sheetData>" + part + b"</sheetData></worksheet>")
    return path


def read(path: Path) -> list[UnitRead]:
    source = Source(path, KINDS[path.suffix], pictures=False)
    sheets = sum(run.count for run in EXTRACTOR.plan(source).units if run.kind == "sheet")
    return [item for item in EXTRACTOR.read(source, 1, sheets, path.parent) if isinstance(item, UnitRead)]


def cells(sheet: UnitRead) -> list[str]:
    return [cell for table in sheet.tables for row in table.rows for cell in row if cell]


def losing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second cell gets lost on its way."""
    hold: Any = Cells._hold
    seen: list[int] = []

    def held(cells: Cells, row: int, column: int, text: str) -> None:
        seen.append(1)
        if len(seen) % 2:
            hold(cells, row, column, text)

    monkeypatch.setattr(Cells, "_hold", held)


def test_a_sheet_that_shows_fewer_cells_than_there_are_lacks_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = b"".join(b'<row r="%d"><c><v>%d</v></c><c><v>1</v></c></row>' % (row, row) for row in range(1, 6))
    path = workbook(tmp_path / "book.xlsx", rows, b"", b"<row><c><v>1</v></c></row>")
    assert [sheet.lacking for sheet in read(path)] == [None, None, None]
    losing(monkeypatch)
    assert [sheet.lacking for sheet in read(path)] == ["text-missing", None, None]


def test_words_that_the_list_of_texts_lacks_are_lost_cells(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c t="s"><v>%d</v></c><c><v>1</v></c></row>' % (row, row) for row in range(1, 6))
    (sheet,) = read(workbook(tmp_path / "book.xlsx", rows))
    assert sheet.lacking == "text-missing"


@pytest.mark.corpus
@pytest.mark.parametrize("kind", [".xlsx", ".xls", ".ods"])
def test_no_cell_of_real_workbooks_is_lost_without_a_word(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named = os.environ.get("REAM_CORPUS")
    if not named:
        assert os.environ.get("REQUIRE_CORPUS") != "1", "REQUIRE_CORPUS=1, and REAM_CORPUS names no folder"
        pytest.skip("REAM_CORPUS names no folder of real documents")
    sheets = []
    for path in Path(named, "formats").rglob(f"*{kind}"):
        with contextlib.suppress(Unreadable):  # encrypted, or cut off
            sheets += [(path, sheet) for sheet in read(path) if len(cells(sheet)) > 1]
    assert sheets
    assert all(sheet.lacking is None for _, sheet in sheets)
    losing(monkeypatch)
    for path, sheet in sheets:
        again = next(one for one in read(path) if one.unit == sheet.unit)
        assert again.lacking == "text-missing", (path.name, sheet.unit, sheet.text[:100], again.text[:100])
