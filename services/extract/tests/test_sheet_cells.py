# SPDX-License-Identifier: Apache-2.0
"""Cells of workbooks as a person sees them, wherever they lie, in each of the four formats."""

import struct
import zipfile
from pathlib import Path

import pytest

from ream_contracts.artifacts import Table
from ream_extract import odf_cells, sheet_cells, xls_cells, xlsx_cells
from ream_extract.extractors.sheets import EXTRACTOR, ODS, OPC, XLS
from ream_extract.ole_write import ole_file
from ream_extract.reading import Source, UnitRead, Unreadable
from ream_extract.sheet_cells import Cells, exact_lines, spread

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = ("General", "dd.mm.yyyy", "0.0%", "00000")


def first(path: Path, media_type: str) -> UnitRead:
    """The first sheet."""
    (item,) = filter(None, EXTRACTOR.read(Source(path, media_type), 1, 1, path.parent))
    assert isinstance(item, UnitRead), item
    return item


def package(path: Path, sheet: str | bytes, workbook: str | bytes = "", **more: str | bytes) -> Path:
    """XLSX, or XLSB where the sheet is bytes."""
    end = "bin" if isinstance(sheet, bytes) else "xml"
    link = '<Relationship Id="{}" Type="' + OFFICE + '/{}" Target="{}"/>'
    with zipfile.ZipFile(path, "w") as made:
        root = link.format("r1", "officeDocument", f"xl/workbook.{end}")
        made.writestr("_rels/.rels", f'<Relationships xmlns="{LINKS}">{root}</Relationships>')
        made.writestr(
            f"xl/workbook.{end}",
            workbook
            or f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
        )
        root = link.format("r1", "worksheet", f"s.{end}")
        made.writestr(f"xl/_rels/workbook.{end}.rels", f'<Relationships xmlns="{LINKS}">{root}</Relationships>')
        made.writestr(f"xl/s.{end}", sheet)
        for name, data in more.items():
            made.writestr(f"xl/{name}.{end}", data)
    return path


def rows(cells: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


STYLES = f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/><numFmt numFmtId="165" \
formatCode="0.0%"/><numFmt numFmtId="166" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/>\
<xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>'
SHOWN = "03.05.2026\t12.3%\t00042\tTRUE\t#DIV/0!"
EXACT = "A1 = 2026-05-03; B1 = 0.1234"


def test_workbook_shows_what_a_person_sees(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1" s="1"><v>46145</v></c><c r="B1" s="2"><v>0.1234</v></c><c r="C1" s="3"><v>42</v></c>'
        '<c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#DIV/0!</v></c></row>'
    )
    one = first(package(tmp_path / "a.xlsx", rows(cells), styles=STYLES), OPC[0])
    assert one.text == f"S\n{SHOWN}\n{EXACT}"
    assert one.tables == (Table((tuple(SHOWN.split("\t")),), None, (), 0),)


def test_formula_that_nobody_worked_out_is_shown_itself(tmp_path: Path) -> None:
    cells = (
        '<row><c><f>SUM(A2:A9)</f></c><c><f>1+1</f><v></v></c><c t="str"><f>""</f><v></v></c><c><f>2*3</f><v>6</v></c>'
        '<c><f t="shared" si="0">A1*2</f><v>4</v></c><c><f t="shared" si="0"/></c></row>'
    )
    one = first(package(tmp_path / "a.xlsx", rows(cells)), OPC[0])
    assert one.text == "S\n=SUM(A2:A9)\t=1+1\t\t6\t4\t=A1*2 (shared)"


def test_texts_are_read_from_where_they_lie(tmp_path: Path) -> None:
    shared = (
        f'<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>x</t></rPh></si></sst>'
    )
    cells = (
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c t="s"><x:v>9</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:r><x:t>in</x:t></x:r><x:r><x:t>_x0041_line</x:t></x:r></x:is></x:c></x:row>'
    )
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'
    one = first(package(tmp_path / "a.xlsx", sheet, sharedStrings=shared), OPC[0])
    assert one.text == "S\nplain\trich\t\tinAline"


def test_old_days_are_counted_as_the_workbook_says(tmp_path: Path) -> None:
    head = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="1"/>'
    workbook = f'{head}<sheets><sheet name="S" r:id="r1"/></sheets></workbook>'
    cells = '<row><c s="1"><v>1</v></c></row>'
    one = first(package(tmp_path / "a.xlsx", rows(cells), workbook, styles=STYLES), OPC[0])
    assert "02.01.1904" in one.text


def test_cells_at_the_ends_of_a_sheet_take_no_room_between(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        '<row r="1048577"><c r="A1048577"><v>3</v></c></row>'
    )
    one = first(package(tmp_path / "a.xlsx", rows(cells)), OPC[0])
    assert one.text == "S\n1\t\n\t2" or one.text.split() == ["S", "1", "2"]
    assert len(one.text) < 100_000


def test_many_cells_far_apart_are_written_without_what_is_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_cells, "MOST_SPREAD", 20)
    cells = Cells()
    for number in range(4):
        cells.put(number * 1_000, number * 100, f"c{number}")
    assert spread(cells) == ([(n * 1_000, tuple(f"c{n}" if c == n else "" for c in range(4))) for n in range(4)], 0)
    cells.put(7, 7, "c7")
    cells.put(8, 8, "c8")
    assert dict(spread(cells)[0])[7] == ("c7",)


def test_part_that_declares_entities_is_not_read() -> None:
    with pytest.raises(Unreadable):
        list(xlsx_cells.fill(Cells(), b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', (), (), False))


def record(kind: int, body: bytes) -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(body)]) + body


def text(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def test_binary_workbook_shows_what_a_person_sees(tmp_path: Path) -> None:
    workbook = record(156, struct.pack("<2I", 0, 1) + text("r1") + text("S"))
    styles = b"".join(record(44, struct.pack("<H", 163 + n) + text(code)) for n, code in enumerate(FORMATS) if n)
    styles += record(617, b"") + b"".join(
        record(47, struct.pack("<2H", 0, 163 + n if n else 0) + bytes(12)) for n in range(4)
    )
    styles += record(618, b"")
    cell = struct.Struct("<2I")
    sheet = (
        record(0, struct.pack("<I", 0) + bytes(8))
        + record(5, cell.pack(0, 1) + struct.pack("<d", 46145))
        + record(9, cell.pack(1, 2) + struct.pack("<d", 0.1234))
        + record(2, cell.pack(2, 3) + struct.pack("<I", 42 << 2 | 2))
        + record(4, cell.pack(3, 0) + b"\x01")
        + record(3, cell.pack(4, 0) + b"\x07")
        + record(0, struct.pack("<I", (1 << 20) - 1) + bytes(8))
        + record(7, cell.pack(16_383, 0) + struct.pack("<I", 0))
        + record(8, cell.pack(0, 0) + text("of a formula"))
    )
    shared = record(19, b"\x00" + text("far away"))
    path = package(tmp_path / "a.xlsb", sheet, workbook, styles=styles, sharedStrings=shared)
    one = first(path, OPC[4])
    assert one.text.split("\n")[1].strip() == SHOWN
    assert one.text.split("\n")[2].split("\t")[:1] == ["of a formula"]
    assert one.text.split("\n")[2].endswith("far away")
    assert one.text.endswith(f"\n{EXACT}")


def old(kind: int, body: bytes) -> bytes:
    return struct.pack("<2H", kind, len(body)) + body


def old_workbook() -> bytes:
    """A workbook of the old format, its shared texts over two records."""
    begin = old(0x809, struct.pack("<2H", 0x600, 5) + bytes(12))
    formats = b"".join(
        old(0x41E, struct.pack("<2HB", 163 + n, len(code), 0) + code.encode()) for n, code in enumerate(FORMATS) if n
    )
    styles = b"".join(old(0xE0, struct.pack("<2H", 0, 163 + n if n else 0) + bytes(16)) for n in range(4))
    shared = old(0xFC, struct.pack("<2I", 2, 2) + struct.pack("<HB", 5, 0) + b"sha") + old(
        0x3C, b"\x01" + "r\u0119".encode("utf-16-le") + struct.pack("<HBH", 4, 8, 1) + b"rich" + bytes(4)
    )
    globals_ = formats + styles + shared
    place = len(begin) + len(globals_) + 4 + 8 + 1 + 4
    listed = old(0x85, struct.pack("<IBBBB", place, 0, 0, 1, 0) + b"S")
    sheet = (
        old(0x809, struct.pack("<2H", 0x600, 0x10) + bytes(12))
        + old(0x203, struct.pack("<3Hd", 0, 0, 1, 46145))
        + old(0x06, struct.pack("<3Hd", 0, 1, 2, 0.1234) + bytes(6))
        + old(0xBD, struct.pack("<3HIH", 0, 2, 3, 42 << 2 | 2, 2))
        + old(0x205, struct.pack("<3H2B", 0, 3, 0, 1, 0))
        + old(0x205, struct.pack("<3H2B", 0, 4, 0, 7, 1))
        + old(0xFD, struct.pack("<3HI", 1, 0, 0, 0))
        + old(0xFD, struct.pack("<3HI", 1, 1, 0, 1))
        + old(0x06, struct.pack("<3H", 1, 2, 0) + b"\x00" * 6 + b"\xff\xff" + bytes(6))
        + old(0x207, struct.pack("<HB", 4, 0) + b"said")
        + old(0x27E, struct.pack("<3HI", 65_535, 255, 0, 7 << 2 | 2))
        + old(0x0A, b"")
    )
    return begin + globals_ + listed + old(0x0A, b"") + sheet


def test_old_workbook_shows_what_a_person_sees(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(ole_file({("Workbook",): old_workbook()}))
    one = first(tmp_path / "a.xls", XLS)
    lines = [line.strip() for line in one.text.split("\n")]
    assert lines == ["S", SHOWN, "shar\u0119\trich\tsaid", "7", EXACT]


@pytest.mark.parametrize("cut", range(20, len(old_workbook()), 7))
def test_old_workbook_that_is_cut_off_is_read_as_far_as_it_goes(cut: int) -> None:
    stream = old_workbook()[:cut]
    book = xls_cells.workbook(stream)
    assert set(xls_cells.fill(Cells(), stream, cut // 2, book)) <= {None}


TABLE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
NAMES = " ".join(f'xmlns:{name}="{TABLE.format(name)}"' for name in ("office", "table", "text"))


def open_document(path: Path, body: str) -> Path:
    table = f'<table:table table:name="S">{body}</table:table>'
    sheets = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", ODS[0])
        made.writestr(
            "content.xml",
            f"<office:document-content {NAMES}>{sheets}</office:document-content>",
        )
    return path


def test_open_document_shows_what_a_person_sees(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="{}" office:{}="{}"><text:p>{}</text:p></table:table-cell>'
    body = (
        cell.format("date", "date-value", "2026-05-03", "03.05.2026")
        + cell.format("percentage", "value", "0.1234", "12.3%")
        + cell.format("float", "value", "42", "00042")
        + cell.format("boolean", "boolean-value", "true", "TRUE")
        + '<table:table-cell table:formula="of:=1/0" office:value-type="string"><text:p>#DIV/0!</text:p>'
        + "</table:table-cell>"
        + '<table:table-cell table:formula="of:=SUM([.A1:.A2])"/>'
        + '<table:table-cell office:value-type="float" office:value="7"/>'
    )
    one = first(open_document(tmp_path / "a.ods", f"<table:table-row>{body}</table:table-row>"), ODS[0])
    assert one.text == f"S\n{SHOWN}\t=of:=SUM([.A1:.A2])\t7\n{EXACT}"


def test_rows_and_columns_that_stand_for_many_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = 'table:number-columns-repeated="16384"'
    words = f'<table:table-cell {many} office:value-type="string"><text:p>again</text:p></table:table-cell>'
    empty = f'<table:table-row table:number-rows-repeated="1000000"><table:table-cell {many}/></table:table-row>'
    twice = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell><text:p>twice</text:p></table:table-cell>'
    )
    far = "<table:table-row><table:table-cell><text:p>last</text:p></table:table-cell></table:table-row>"
    body = f'<table:table-row table:number-rows-repeated="900000">{words}</table:table-row>'
    monkeypatch.setattr(odf_cells, "COPIES", 30)
    one = first(open_document(tmp_path / "a.ods", f"{twice}</table:table-row>{empty}{far}"), ODS[0])
    assert one.text == "S\ntwice\ntwice\nlast"
    wide = first(open_document(tmp_path / "b.ods", body), ODS[0])
    assert wide.text.count("again") == 30 * 30
    monkeypatch.setattr(odf_cells, "COPIED_LETTERS", 600)
    narrow = first(open_document(tmp_path / "b.ods", body), ODS[0])
    assert narrow.text.count("again") <= 30 + 600 // 6


def test_whole_values_stand_below_the_cells() -> None:
    cells = Cells()
    cells.number(0, 27, 1 / 3, "0.00", False)
    cells.number(1, 0, 2.0, "0.00", False)
    assert list(exact_lines(cells)) == ["AB1 = 0.333333333333333"]
