# SPDX-License-Identifier: Apache-2.0
"""Workbooks of known contents: sheets, cells, comments, hidden sheets, pictures, embedded files."""

import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import olefile  # type: ignore[import-untyped]
import pytest
from PIL import Image

from ream_contracts.artifacts import Annotation, Table
from ream_extract import sheet_cells
from ream_extract.extractors import doc, sheets
from ream_extract.extractors.sheets import EXTRACTOR, ODS, OPC, XLS
from ream_extract.ole_objects import embedded, taken_out
from ream_extract.ole_write import ole_file
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, UnitRead, Unreadable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE file of streams, each by its path with slashes."""
    return ole_file({tuple(path.split("/")): data for path, data in streams.items()})


def relations(*links: tuple[str, str]) -> str:
    items = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{items}</Relationships>'


def sheet(*rows: tuple[str, ...]) -> str:
    cells = "".join(
        f'<row r="{y}">'
        + "".join(
            f'<c r="{chr(64 + x)}{y}"><v>{value}</v></c>'
            if value.replace(".", "").isdigit()
            else f'<c r="{chr(64 + x)}{y}" t="inlineStr"><is><t>{value}</t></is></c>'
            for x, value in enumerate(row, 1)
            if value
        )
        + "</row>"
        for y, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    return held.getvalue()


def workbook(path: Path, broken: str = "", replaced: dict[str, str | bytes] | None = None) -> Path:
    """Three sheets: one with everything that can hang on it, a hidden one, an empty one."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Costs" sheetId="1" r:id="r1"/><sheet name="Salaries" sheetId="2" state="hidden" r:id="r2"/>'
        '<sheet name="Empty" sheetId="3" r:id="r3"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/a.xml"), ("worksheet", "worksheets/b.xml"), ("worksheet", "worksheets/c.xml")
        ),
        "xl/worksheets/a.xml": sheet(("Item", "Price"), ("Anvil", "12.5"), ("", ""), ("Rope", "3")),
        "xl/worksheets/b.xml": sheet(("Wile E.", "1000")),
        "xl/worksheets/c.xml": sheet(),
        "xl/worksheets/_rels/a.xml.rels": relations(("comments", "../comments1.xml"), ("drawing", "../drawings/d.xml")),
        "xl/comments1.xml": f'<comments xmlns="{MAIN}"><authors><author>Ann</author></authors><commentList>'
        '<comment ref="B2" authorId="0"><text><r><t>Too </t></r><r><t>dear</t></r></text></comment></commentList>'
        "</comments>",
        "xl/drawings/d.xml": f'<wsDr xmlns:a="{DRAWING}/main"><sp><txBody><a:p><a:r><a:t>Boxed words</a:t></a:r></a:p>'
        '</txBody></sp><pic><nvPicPr><cNvPr id="1" descr="A red square"/></nvPicPr></pic></wsDr>',
        "xl/drawings/_rels/d.xml.rels": relations(("image", "../media/i.png"), ("chart", "../charts/c.xml")),
        "xl/charts/c.xml": f'<chartSpace xmlns:a="{DRAWING}/main"><a:p><a:r><a:t>Prices </a:t></a:r><a:r><a:t>of 2026'
        "</a:t></a:r></a:p></chartSpace>",
        "xl/media/i.png": picture(),
        "xl/embeddings/note.docx": b"another document",
        "docProps/app.xml": "<Properties><Application>Ledger</Application></Properties>",
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, data in (parts | (replaced or {})).items():
            made.writestr(name, b"<cut off" if name == broken else data)
    return path


def read(path: Path, media_type: str, limits: Limits | None = None) -> list[Item]:
    source = Source(path, media_type, limits or Limits())
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    items = [item for item in EXTRACTOR.read(source, 1, count, path.parent) if item is not None]
    assert [item.unit for item in items] == list(range(1, count + 1))
    for item in items:
        again = EXTRACTOR.read(source, item.unit, item.unit, path.parent)
        assert [one for one in again if one is not None] == [item]
    return items


def test_everything_in_a_workbook_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    plan = EXTRACTOR.plan(Source(path, OPC[0]))
    assert [(run.kind, run.count) for run in plan.units] == [("sheet", 3), ("attachment", 1)]
    assert plan.metadata == {"application": "Ledger", "sheets": "3"}
    costs, salaries, empty, child = read(path, OPC[0])
    assert isinstance(costs, UnitRead)
    assert costs.text == "Costs\nItem\tPrice\nAnvil\t12.5\nRope\t3\nB2: Too dear\nBoxed words\nPrices of 2026"
    assert costs.tables == (Table((("Item", "Price"), ("Anvil", "12.5"), ("Rope", "3")), None, (), 1),)
    assert costs.annotations == (Annotation("comment", "Too dear", "Ann"), Annotation("alt", "A red square", None))
    assert [(one.width, one.height) for one in costs.pictures] == [(40, 30)]
    assert costs.label == "Costs"
    assert isinstance(salaries, UnitRead)
    assert (salaries.label, salaries.annotations[0].kind) == ("Salaries (hidden)", "hidden")
    assert "Wile E.\t1000" in salaries.text
    assert isinstance(empty, UnitRead)
    assert (empty.text, empty.method, empty.tables) == ("", "none", ())
    assert isinstance(child, ChildRead)
    assert (child.name, (tmp_path / child.file).read_bytes()) == ("note.docx", b"another document")


@pytest.mark.parametrize(
    ("part", "cause"),
    [
        ("xl/comments1.xml", "comments-missing"),
        ("xl/drawings/d.xml", "boxes-missing"),
        ("xl/charts/c.xml", "text-missing"),
        ("xl/worksheets/_rels/a.xml.rels", "parts-missing"),
    ],
)
def test_what_hangs_on_a_sheet_and_cannot_be_opened_is_missing(tmp_path: Path, part: str, cause: str) -> None:
    assert read(workbook(tmp_path / "a.xlsx", broken=part), OPC[0])[-1] == UnitFailed(5, cause)


def test_printed_headers_and_footers_are_read_without_their_codes(tmp_path: Path) -> None:
    header = "&amp;L&amp;&quot;Arial,Bold&quot;&amp;12Q&amp;&amp;A Ltd&amp;RPage &amp;P of &amp;N"
    printed = f"<headerFooter><oddHeader>{header}</oddHeader><evenFooter>&amp;C&amp;D</evenFooter></headerFooter>"
    path = workbook(tmp_path / "a.xlsx", replaced={
        "xl/worksheets/b.xml": sheet(("Wile E.",)).replace("</worksheet>", f"{printed}</worksheet>"),
        "xl/worksheets/c.xml": sheet().replace("</worksheet>", f"{printed}</worksheet>"),
    })  # fmt: skip
    _, salaries, empty, _ = read(path, OPC[0])
    assert isinstance(salaries, UnitRead)
    assert salaries.text == "Salaries\nWile E.\nQ&A Ltd\nPage of"
    assert isinstance(empty, UnitRead)
    assert empty.text == ""


@pytest.mark.parametrize("printed", [b"\x0b\x00\x00&CQ&&A Ltd&P", b"\x0b&CQ&&A Ltd&P"])
def test_printed_header_of_an_old_workbook_is_read(tmp_path: Path, printed: bytes) -> None:
    (tmp_path / "a.xls").write_bytes(ole({"Workbook": old_book(record(0x14, printed))}))
    costs, _ = read(tmp_path / "a.xls", XLS)
    assert isinstance(costs, UnitRead)
    assert costs.text == "Costs\nAnvil\t12.5\nQ&A Ltd"


def test_sheet_that_the_reader_does_not_give_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx")
    listed = sheets.in_package
    monkeypatch.setattr(sheets, "in_package", lambda package: replace(listed(package), sheets=()))
    first, *_ = EXTRACTOR.read(Source(path, OPC[0]), 1, 1, tmp_path)
    assert first == UnitFailed(1, "not-read")


def test_sheet_with_too_many_cells_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_cells, "MOST_CELLS", 5)
    assert read(workbook(tmp_path / "a.xlsx"), OPC[0])[0] == UnitFailed(1, "too-large")


ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {
        **{name: name for name in ("office", "table", "text", "style", "chart")},
        "draw": "drawing", "svg": "svg-compatible",
    }.items()
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip


def open_document(path: Path, body: str, manifest: str = "<manifest/>", **more: str | bytes) -> Path:
    names = ODF
    content = (
        f'<office:document-content {names} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:automatic-styles>'
        '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style>"
        f"</office:automatic-styles><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    title = '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Ledger</dc:title>'
    meta = f"<office:document-meta {names}>{title}</office:document-meta>"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", ODS[0])
        own = {"META-INF/manifest.xml": manifest, "content.xml": content, "meta.xml": meta}
        for name, data in {**own, **more}.items():
            made.writestr(name, data)
    return path


def test_open_document_with_comment_and_hidden_sheet(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p>{}</table:table-cell>'
    note = "<office:annotation><dc:creator>Ann</dc:creator><text:p>Ask first</text:p></office:annotation>"
    body = (
        f'<table:table table:name="One"><table:table-row>{cell.format("left", note)}{cell.format("right", "")}'
        '</table:table-row></table:table><table:table table:name="Two" table:style-name="off"><table:table-row>'
        f"{cell.format('secret', '')}</table:table-row></table:table>"
    )
    path = open_document(tmp_path / "a.ods", body)
    assert EXTRACTOR.plan(Source(path, ODS[0])).metadata == {"title": "Ledger", "sheets": "2"}
    one, two = read(path, ODS[0])
    assert isinstance(one, UnitRead)
    assert one.tables == (Table((("left", "right"),), None, (), 0),)
    assert (one.text.count("Ask first"), one.annotations) == (1, (Annotation("comment", "Ask first", "Ann"),))
    assert isinstance(two, UnitRead)
    assert (two.label, two.text) == ("Two (hidden)", "Two\nsecret")


def drawn_sheet(path: Path, chart: str) -> Path:
    """A sheet with shapes beside its cells and in them, a chart, a picture, printed margins and a file inside."""
    box = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    beside = (
        f"<table:shapes>{box.format('Floats above')}<draw:rect><text:p>In a shape</text:p></draw:rect>"
        '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></table:shapes>'
    )
    image = '<draw:frame><draw:image xlink:href="Pictures/i.png"/><svg:desc>A red square</svg:desc></draw:frame>'
    cells = (
        '<table:table-cell office:value-type="string"><text:p>Words</text:p>'
        f"{box.format('In words')}</table:table-cell>"
        '<table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p>'
        f"{box.format('In a number')}</table:table-cell>"
        f"<table:table-cell>{box.format('In nothing')}{image}</table:table-cell>"
    )
    body = f'<table:table table:name="One">{beside}<table:table-row>{cells}</table:table-row></table:table>'
    margins = (
        '<style:master-page style:name="Default"><style:header><text:p>Acme Ltd</text:p></style:header>'
        '<style:footer style:display="false"><text:p>Unseen</text:p></style:footer></style:master-page>'
    )
    return open_document(
        path, body,
        **{
            "Object 1/content.xml": chart, "Object 2": b"a document", "Pictures/i.png": picture(),
            "styles.xml": f"<office:document-styles {ODF}>{margins}</office:document-styles>",
        },
    )  # fmt: skip


def test_what_is_drawn_on_a_sheet_of_open_document_is_read(tmp_path: Path) -> None:
    chart = (
        f"<office:document-content {ODF}><office:body><office:chart><chart:chart><chart:title>"
        "<text:p>Prices of 2026</text:p></chart:title><table:table><table:table-row><table:table-cell>"
        "<text:p>Words</text:p></table:table-cell></table:table-row></table:table></chart:chart></office:chart>"
        "</office:body></office:document-content>"
    )
    one, child = read(drawn_sheet(tmp_path / "a.ods", chart), ODS[0])
    assert isinstance(one, UnitRead)
    words = ["Floats above", "In a shape", "In words", "In a number", "In nothing", "Prices of 2026", "Acme Ltd"]
    assert {word: one.text.count(word) for word in (*words, "Words", "Unseen")} == {
        **dict.fromkeys((*words, "Words"), 1), "Unseen": 0,
    }  # fmt: skip
    assert one.annotations == (Annotation("alt", "A red square", None),)
    assert [picture.width for picture in one.pictures] == [40]
    assert isinstance(child, ChildRead)
    assert (tmp_path / child.file).read_bytes() == b"a document"


def test_chart_of_open_document_that_cannot_be_opened_is_missing(tmp_path: Path) -> None:
    assert read(drawn_sheet(tmp_path / "a.ods", "<cut off"), ODS[0])[-1] == UnitFailed(3, "text-missing")


def test_sheets_are_read_where_what_is_printed_around_them_cannot_be_opened(tmp_path: Path) -> None:
    body = '<table:table table:name="One"><table:table-row/></table:table>'
    path = open_document(tmp_path / "a.ods", body, **{"styles.xml": "<cut off"})
    one, rest = read(path, ODS[0])
    assert isinstance(one, UnitRead)
    assert rest == UnitFailed(2, "headers-missing")


def test_encrypted_and_damaged_workbooks(tmp_path: Path) -> None:
    locked = open_document(tmp_path / "a.ods", "", "<manifest><encryption-data/></manifest>")
    cases = [(locked, ODS[0], "encrypted")]
    for media_type in (*ODS, *OPC, XLS):
        (tmp_path / "cut").write_bytes(b"PK\x03\x04 or whatever it was")
        cases.append((tmp_path / "cut", media_type, "damaged"))
    (tmp_path / "b.xls").write_bytes(ole({"Workbook": record(0x809, bytes(16)) + record(0x2F, bytes(6))}))
    cases.append((tmp_path / "b.xls", XLS, "encrypted"))
    for path, media_type, cause in cases:
        with pytest.raises(Unreadable) as refused:
            EXTRACTOR.plan(Source(path, media_type))
        assert refused.value.cause == cause


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


def old_book(comment: bytes = record(0x3C, b"\x00Too dear"), size: int = 8) -> bytes:
    """The records of a workbook of two sheets; on the first hangs a comment."""
    begin = struct.pack("<6H", 0x600, 5, 0, 0, 0, 0) + bytes(4)
    label = struct.pack("<4HB", 0, 0, 0, 5, 0) + b"Anvil"
    text = struct.pack("<6H", 0, 0, 0, 0, 0, size) + bytes(6)
    first = (
        record(0x809, struct.pack("<2H", 0x600, 0x10) + bytes(12)) + record(0x204, label)
        + record(0x203, struct.pack("<3Hd", 0, 1, 0, 12.5))
        + record(0x1B6, text) + comment + record(0x0A, b"")
    )  # fmt: skip
    second = record(0x809, struct.pack("<2H", 0x600, 0x10) + bytes(12)) + record(0x0A, b"")
    names = (b"Costs", b"Later")
    head = len(record(0x809, begin)) + sum(4 + 8 + len(name) for name in names) + 4
    places = (head, head + len(first))
    listed = b"".join(
        record(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
        for place, name in zip(places, names, strict=True)
    )
    return record(0x809, begin) + listed + record(0x0A, b"") + first + second


def test_old_workbook_with_a_comment_and_objects(tmp_path: Path) -> None:
    streams = {"Workbook": old_book(), "MBD0001/Package": b"PK inside", "MBD0002/WordDocument": b"\xec\xa5 text"}
    (tmp_path / "a.xls").write_bytes(ole(streams))
    plan = EXTRACTOR.plan(Source(tmp_path / "a.xls", XLS))
    assert [(run.kind, run.count) for run in plan.units] == [("sheet", 2), ("attachment", 2)]
    costs, later, package, word = read(tmp_path / "a.xls", XLS)
    assert isinstance(costs, UnitRead)
    assert (costs.text, costs.tables) == ("Costs\nAnvil\t12.5\nToo dear", (Table((("Anvil", "12.5"),), None, (), 0),))
    assert isinstance(later, UnitRead)
    assert later.text == ""
    assert isinstance(package, ChildRead)
    assert (tmp_path / package.file).read_bytes()[:9] == b"PK inside"
    assert isinstance(word, ChildRead)
    assert word.name == "MBD0002.doc"
    with olefile.OleFileIO(tmp_path / word.file) as held:
        assert held.openstream("WordDocument").read()[:7] == b"\xec\xa5 text"


def test_long_comment_of_an_old_workbook_goes_on_in_the_next_record(tmp_path: Path) -> None:
    wide = "na \u0141\U0001f4c4".encode("utf-16-le")
    pieces = (b"\x00Too dear, ", b"\x01" + wide[:-2], b"\x01" + wide[-2:], b"\x00 says Ann", b"\x00\x00\x00")
    size = len("Too dear, na L!! says Ann")
    book = old_book(b"".join(record(0x3C, piece) for piece in pieces), size)
    (tmp_path / "a.xls").write_bytes(ole({"Workbook": book}))
    costs, _ = read(tmp_path / "a.xls", XLS)
    assert isinstance(costs, UnitRead)
    assert costs.annotations == (Annotation("comment", "Too dear, na \u0141\U0001f4c4 says Ann", None),)


def test_packed_file_keeps_its_name(tmp_path: Path) -> None:
    native = b"\x00" * 6 + b"C:\\x\\plan.pdf\x00C:\\x\\plan.pdf\x00" + bytes(4) + struct.pack("<I", 2) + b"t\x00"
    native += struct.pack("<I", 4) + b"%PDF"
    (tmp_path / "a.xls").write_bytes(ole({"Workbook": old_book(), "MBD0001/\x01Ole10Native": native}))
    with olefile.OleFileIO(tmp_path / "a.xls") as held:
        (one,) = embedded(held, "MBD")
        assert taken_out(held, one) == ("plan.pdf", b"%PDF")


def test_objects_of_a_real_kind_can_be_read_again(tmp_path: Path) -> None:
    head = bytearray(0x200)
    struct.pack_into("<2H", head, 0, 0xA5EC, 0xC1)
    (tmp_path / "a.xls").write_bytes(ole({"Workbook": old_book(), "MBD1/WordDocument": bytes(head)}))
    with olefile.OleFileIO(tmp_path / "a.xls") as held:
        got = taken_out(held, embedded(held, "MBD")[0])
    assert got is not None
    (tmp_path / "b.doc").write_bytes(got[1])
    assert [run.kind for run in doc.EXTRACTOR.plan(Source(tmp_path / "b.doc", "application/msword")).units] == ["body"]
