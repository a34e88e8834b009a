# SPDX-License-Identifier: Apache-2.0
"""One table of known contents, with cells over rows and columns, in every format that says how far its cells reach."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement

from ream_contracts import tables
from ream_contracts.artifacts import Table
from ream_extract import sheet_tables, table_grid, wire
from ream_extract.extractors import csv_table, html, json_data, odf, sheets, slides
from ream_extract.extractors import docx as docx_file
from ream_extract.reading import Source, UnitRead
from ream_extract.table_grid import Slot, table_of

ROWS = (("Region", "Sales", ""), ("", "2018", "2019"), ("North", "1100", "1234"))
SPANS = ((0, 0, 2, 1), (0, 1, 1, 2))
LINES = ["Region: North", "North Sales 2018: 1100", "North Sales 2019: 1234"]
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
ODF = f'xmlns:office="{OPEN}:office:1.0" xmlns:text="{OPEN}:text:1.0" xmlns:table="{OPEN}:table:1.0"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(path: Path, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return path


def relations(kind: str, target: str) -> str:
    inside = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def word(path: Path) -> Path:
    document = docx.Document()
    table = document.add_table(3, 3)
    for row, texts in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    for cell in (table.cell(0, 0), table.cell(0, 1)):
        cell.text = cell.text.strip()
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.save(str(path))
    return path


def page(path: Path) -> Path:
    path.write_text(
        "<table><thead><tr><th rowspan=2>Region<th colspan=2>Sales<tr><th>2018<th>2019</thead>"
        "<tbody><tr><td>North<td>1100<td>1234</tbody></table>"
    )
    return path


def _open_cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def _open_rows(head: bool) -> str:
    covered = "<table:covered-table-cell/>"
    down, across = 'table:number-rows-spanned="2"', 'table:number-columns-spanned="2"'
    top = (
        f"<table:table-row>{_open_cell('Region', down)}{_open_cell('Sales', across)}{covered}</table:table-row>"
        f"<table:table-row>{covered}{_open_cell('2018')}{_open_cell('2019')}</table:table-row>"
    )
    body = f"<table:table-row>{_open_cell('North')}{_open_cell('1100')}{_open_cell('1234')}</table:table-row>"
    return (f"<table:table-header-rows>{top}</table:table-header-rows>" if head else top) + body


def open_text(path: Path) -> Path:
    body = f"<office:body><office:text><table:table>{_open_rows(True)}</table:table></office:text></office:body>"
    content = f"<office:document-content {ODF}>{body}</office:document-content>"
    return packed(path, **{"content.xml": content, "META-INF/manifest.xml": "<manifest/>"})


def presentation(path: Path) -> Path:
    def cell(text: str, more: str = "") -> str:
        return f"<a:tc {more}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    rows = (
        cell("Region", 'rowSpan="2"') + cell("Sales", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("", 'vMerge="1"') + cell("2018") + cell("2019"),
        cell("North") + cell("1100") + cell("1234"),
    )
    lines = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    made = f'<a:tbl><a:tblPr firstRow="1"/>{lines}</a:tbl>'
    names = f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{OFFICE}" xmlns:p="p"'
    frame = f"<p:graphicFrame><a:graphic><a:graphicData>{made}</a:graphicData></a:graphic></p:graphicFrame>"
    return packed(
        path,
        **{
            "_rels/.rels": relations("officeDocument", "ppt/presentation.xml"),
            "ppt/presentation.xml": f'<p:presentation {names}><p:sldIdLst><p:sldId id="9" r:id="r1"/></p:sldIdLst>'
            "</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations("slide", "slides/one.xml"),
            "ppt/slides/one.xml": f"<p:sld {names}><p:cSld><p:spTree>{frame}</p:spTree></p:cSld></p:sld>",
        },
    )


def workbook(path: Path) -> Path:
    def cell(place: str, text: str) -> str:
        if text.isdecimal() and not text.startswith("20"):
            return f'<c r="{place}"><v>{text}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    # It begins in C4, and a line that is empty lies above the last.
    places = ((4, ROWS[0]), (5, ROWS[1]), (7, ROWS[2]))
    lines = ""
    for number, row in places:
        cells = "".join(cell(f"{letter}{number}", text) for letter, text in zip("CDE", row, strict=True) if text)
        lines += f'<row r="{number}">{cells}</row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    merged = '<mergeCells><mergeCell ref="C4:C5"/><mergeCell ref="D4:E4"/></mergeCells>'
    return packed(
        path,
        **{
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="Sales" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations("worksheet", "worksheets/a.xml"),
            "xl/worksheets/a.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData>{merged}</worksheet>',
        },
    )


def open_sheet(path: Path) -> Path:
    kind = sheets.ODS[0]
    rows = _open_rows(False).replace("<table:table-cell", '<table:table-cell office:value-type="string"')
    body = f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    content = f"<office:document-content {ODF}><office:body>{body}</office:body></office:document-content>"
    return packed(path, mimetype=kind, **{"content.xml": content, "META-INF/manifest.xml": "<manifest/>"})


MADE: dict[str, tuple[Callable[[Path], Path], Any, str, int | None]] = {
    "a.docx": (word, docx_file.EXTRACTOR, docx_file.EXTRACTOR.media_types[0], 2),
    "a.html": (page, html.EXTRACTOR, "text/html", 2),
    "a.odt": (open_text, odf.EXTRACTOR, odf.TEXTS[0], 2),
    "a.pptx": (presentation, slides.EXTRACTOR, slides.EXTRACTOR.media_types[0], 1),
    "a.xlsx": (workbook, sheets.EXTRACTOR, sheets.OPC[0], 2),
    "a.ods": (open_sheet, sheets.EXTRACTOR, sheets.ODS[0], 2),
}


def read(path: Path, extractor: Any, kind: str) -> UnitRead:
    (unit, *_) = [one for one in extractor.read(Source(path, kind), 1, 1, path.parent) if one is not None]
    assert isinstance(unit, UnitRead)
    assert wire.unpack(wire.pack(unit)) == unit
    return unit


@pytest.mark.parametrize("name", MADE)
def test_cells_reach_as_far_as_their_format_says(tmp_path: Path, name: str) -> None:
    make, extractor, kind, head = MADE[name]
    (table,) = read(make(tmp_path / name), extractor, kind).tables
    assert (table.rows, table.spans, table.beyond) == (ROWS, SPANS, None)
    assert table.header_rows == head
    if head == 2:
        assert [line for _, line in tables.lines(table)] == LINES


def test_words_of_a_table_are_in_the_text_once(tmp_path: Path) -> None:
    for name, (make, extractor, kind, _) in MADE.items():
        text = read(make(tmp_path / name), extractor, kind).text
        assert [text.split().count(word) for word in ("Region", "2018", "1234")] == [1, 1, 1], name


def test_heads_of_rows_are_told_by_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<table><tr><th>Tea<td>4<tr><th>Ale<td>5</table>")
    (table,) = read(tmp_path / "a.html", html.EXTRACTOR, "text/html").tables
    assert (table.header_rows, table.header_columns) == (0, 1)


def test_records_have_their_names_above(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"item": "tea", "price": 4}, {"item": "ale", "price": 5}]')
    (table,) = read(tmp_path / "a.json", json_data.EXTRACTOR, "application/json").tables
    assert (table.header_rows, table.rows[0]) == (1, ("item", "price"))


def test_later_bodies_of_a_long_file_stand_under_its_heads(tmp_path: Path) -> None:
    lines = ["item,price", *(f"thing number {number},{number}" for number in range(6_000))]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    found = [one for one in csv_table.EXTRACTOR.read(Source(tmp_path / "a.csv", "text/csv"), 1, 2, tmp_path) if one]
    (first,), (second,) = (unit.tables for unit in found if isinstance(unit, UnitRead))
    assert (first.header_rows, first.heads, second.heads) == (1, None, ("item", "price"))
    number, line = list(tables.lines(second))[1]
    assert (number, line) == (0, f"{second.rows[0][0]} price: {second.rows[0][1]}")


def test_a_sheet_that_is_too_large_keeps_its_first_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_tables, "CELLS", 9)
    rows = [(number, ("a", "b")) for number in range(10, 20)]
    table = sheet_tables.table_of(rows, 0, [(10, 0, 9, 2), (19, 0, 1, 2)])
    assert table == Table((("a", "b"),) * 4, None, ((0, 0, 4, 2),), 0, beyond=6)
    assert sheet_tables.table_of([], 0, []) is None


def test_lines_above_the_heads_of_a_sheet_are_no_heads() -> None:
    rows = (("Sales of the north", ""), ("Item", "Price"), ("Tea", "4.50"))
    assert tables.found_header(rows) == 2
    assert tables.found_header((("Sales of the north", ""), ("Tea", "4.50"))) == 0


def test_cells_that_reach_too_far_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of([[Slot("x", 0, 10**9)], [Slot("y", 10**9, 10**9)], [Slot("z")]])
    assert table is not None
    assert table.rows == (("x",),)
    monkeypatch.setattr(table_grid, "CELLS", 10)
    table = table_of([[Slot("a"), Slot("b")]] * 8)
    assert table is not None
    assert (len(table.rows), table.beyond) == (5, 3)


def test_empty_rows_shorten_what_reaches_over_them() -> None:
    table = table_of([[Slot("a", 3), Slot("b")], [Slot("")], [Slot("c")], [Slot("")]])
    assert table == Table((("a", "b"), ("", "c")), None, ((0, 0, 2, 1),))
    assert table_of([[Slot(" ")], []]) is None
