# SPDX-License-Identifier: Apache-2.0
"""DOCX: what python-docx reads and what it leaves out."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from PIL import Image

from ream_extract.extractors.docx import EXTRACTOR
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, UnitRead, Unreadable

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def read(path: Path, **how: object) -> list[Item]:
    source = Source(path, DOCX, **how)  # type: ignore[arg-type]
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    return list(EXTRACTOR.read(source, 1, count, path.parent))


def body(path: Path) -> UnitRead:
    first = read(path)[0]
    assert isinstance(first, UnitRead)
    return first


def written(path: Path) -> Path:
    """A document with everything that python-docx can write."""
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    held.seek(0)
    document = docx.Document()
    document.core_properties.title = "Contract"
    document.core_properties.author = "A. Nother"
    document.sections[0].header.paragraphs[0].text = "Draft header"
    document.sections[0].footer.paragraphs[0].text = "Page footer"
    document.add_heading("Contract", 0)
    document.add_heading("Parties", 1)
    document.add_paragraph("Between\tA and B.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Item", "Price"), ("Tea", "4.50")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_picture(held)
    document.add_heading("Terms", 2)
    paragraph = document.add_paragraph("Payment in thirty days.")
    document.add_comment(paragraph.runs, text="Too long?", author="Reviewer")
    document.save(str(path))
    return path


def changed(
    path: Path, target: Path, parts: dict[str, Callable[[str], str]], added: dict[str, str] | None = None
) -> Path:
    """Writes the document again with some parts changed and others added."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, parts[name](data.decode()) if name in parts else data)
        for name, text in (added or {}).items():
            new.writestr(name, text)
    return target


def with_body(tmp_path: Path, xml: str, added: dict[str, str] | None = None, links: str = "") -> Path:
    """A document whose body is this XML."""
    path = tmp_path / "plain.docx"
    docx.Document().save(str(path))
    return changed(
        path,
        tmp_path / "made.docx",
        {
            "word/document.xml": lambda text: re.sub(
                r"<w:body>.*</w:body>", f"<w:body>{xml}</w:body>", text, flags=re.S
            ),
            "word/_rels/document.xml.rels": lambda text: text.replace("</Relationships>", links + "</Relationships>"),
        },
        added,
    )


def test_everything_that_people_see(tmp_path: Path) -> None:
    unit = body(written(tmp_path / "a.docx"))
    assert unit.text.split("\n") == [
        "Draft header",
        "Contract",
        "Parties",
        "Between\tA and B.",
        "Item\tPrice",
        "Tea\t4.50",
        "Terms",
        "Payment in thirty days.",
        "Too long?",
        "Page footer",
    ]
    assert [(heading.level, heading.text) for heading in unit.headings] == [
        (1, "Contract"),
        (1, "Parties"),
        (2, "Terms"),
    ]
    assert all(unit.text[heading.offset :].startswith(heading.text) for heading in unit.headings)
    assert [table.rows for table in unit.tables] == [(("Item", "Price"), ("Tea", "4.50"))]
    assert [(picture.width, picture.height) for picture in unit.pictures] == [(40, 30)]
    assert (tmp_path / unit.pictures[0].file).exists()
    assert [(note.kind, note.text, note.author) for note in unit.annotations] == [("comment", "Too long?", "Reviewer")]
    assert (unit.kind, unit.method, unit.confidence) == ("body", "markup", 100)


def test_plan_counts_without_reading(tmp_path: Path) -> None:
    plan = EXTRACTOR.plan(Source(written(tmp_path / "a.docx"), DOCX))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1)]
    assert plan.metadata["title"] == "Contract"
    assert plan.metadata["author"] == "A. Nother"
    assert int(plan.metadata["text_bytes"]) == len(
        "ContractPartiesBetweenA and B.ItemPriceTea4.50TermsPayment in thirty days."
    )


def test_tracked_changes(tmp_path: Path) -> None:
    xml = (
        '<w:p><w:r><w:t xml:space="preserve">The price is </w:t></w:r>'
        '<w:del w:author="Ann"><w:r><w:delText>ten</w:delText></w:r></w:del>'
        '<w:ins w:author="Ann"><w:r><w:t>twelve</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>'
        "<w:moveTo><w:r><w:t> moved</w:t></w:r></w:moveTo></w:p>"
    )
    unit = body(with_body(tmp_path, xml))
    assert unit.text == "The price is twelve moved\nten"
    assert [(note.kind, note.text, note.author) for note in unit.annotations] == [("deletion", "ten", "Ann")]


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    v = 'xmlns:v="urn:schemas-microsoft-com:vml"'
    wps = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    xml = (
        f"<w:p {mc} {v} {wps}><w:r><w:t>before</w:t><mc:AlternateContent><mc:Choice Requires='wps'>"
        f"<w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        f"<w:p {v}><w:r><w:pict><v:shape><v:textpath string='CONFIDENTIAL'/></v:shape></w:pict></w:r></w:p>"
    )
    assert body(with_body(tmp_path, xml)).text == "before\nboxed\nCONFIDENTIAL"


def test_notes_stand_where_they_are_referred_to(tmp_path: Path) -> None:
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>See the annex.</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="3"><w:p><w:r><w:t>Nobody refers to this.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    xml = (
        '<w:p><w:r><w:t>A claim</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        "<w:p><w:r><w:t>The end.</w:t></w:r></w:p>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    link = f'<Relationship Id="rIdNotes" Type="{kind}" Target="footnotes.xml"/>'
    unit = body(with_body(tmp_path, xml, {"word/footnotes.xml": notes}, link))
    assert unit.text == "A claim\nSee the annex.\nThe end.\nNobody refers to this."


def test_links_lists_of_controls_and_signs(tmp_path: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    link = f'<Relationship Id="rIdOut" Type="{kind}" Target="https://example.org/" TargetMode="External"/>'
    xml = (
        f'<w:p {R}><w:hyperlink r:id="rIdOut"><w:r><w:t>our page</w:t></w:r></w:hyperlink><w:r><w:noBreakHyphen/>'
        "<w:br/><w:t>next</w:t></w:r></w:p><w:sdt><w:sdtContent><w:p><w:sdt><w:sdtContent><w:r><w:t>control</w:t></w:r>"
        "</w:sdtContent></w:sdt></w:p></w:sdtContent></w:sdt>"
    )
    unit = body(with_body(tmp_path, xml, None, link))
    assert unit.text == "our page-\nnext\ncontrol"
    assert [(note.kind, note.text) for note in unit.annotations] == [("link", "https://example.org/")]


def test_tables_with_spans_and_nested_tables(tmp_path: Path) -> None:
    cell = "<w:tc>{}<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    inner = f"<w:tbl><w:tr>{cell.format('', 'x')}{cell.format('', 'y')}</w:tr></w:tbl>"
    wide = cell.format('<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>', "wide")
    xml = (
        f"<w:tbl><w:tr>{wide}{cell.format('', 'c')}</w:tr>"
        f"<w:tr>{cell.format('', 'a')}<w:tc>{inner}<w:p/></w:tc>{cell.format('', 'b')}</w:tr></w:tbl>"
        f"<w:tbl><w:tr>{cell.format('', 'only a frame')}</w:tr></w:tbl>"
    )
    unit = body(with_body(tmp_path, xml))
    assert unit.tables[0].rows == (("wide", "", "c"), ("a", "x\ty", "b"))
    assert unit.tables[1].rows == (("x", "y"),)
    assert unit.text.endswith("\nonly a frame")


def test_headings_by_outline_and_inherited_styles(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    document = docx.Document()
    style = document.styles.add_style("Clause", 1)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("First clause", style="Clause")
    document.add_paragraph("Body text")
    document.save(str(path))
    assert [(heading.level, heading.text) for heading in body(path).headings] == [(2, "First clause")]


def test_embedded_files_become_children(tmp_path: Path) -> None:
    path = changed(
        written(tmp_path / "a.docx"),
        tmp_path / "b.docx",
        {},
        {"word/embeddings/sheet1.xlsx": "PK data", "word/embeddings/oleObject1.bin": "ole"},
    )
    assert [(run.kind, run.count) for run in EXTRACTOR.plan(Source(path, DOCX)).units] == [
        ("body", 1),
        ("attachment", 2),
    ]
    children = [item for item in read(path) if isinstance(item, ChildRead)]
    assert [(child.unit, child.name, child.path) for child in children] == [
        (2, "oleObject1.bin", "word/embeddings/oleObject1.bin"),
        (3, "sheet1.xlsx", "word/embeddings/sheet1.xlsx"),
    ]
    assert (tmp_path / children[1].file).read_text() == "PK data"
    assert read(path, child_budget=5)[2] == UnitFailed(3, "family-limit")


def test_large_document_is_several_bodies(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    document = docx.Document()
    for part in range(30):
        document.add_heading(f"Part {part}", 1)
        document.add_paragraph("word " * 1_500)
    document.save(str(path))
    units = [item for item in read(path) if isinstance(item, UnitRead)]
    assert len(units) == 4
    assert sum(unit.text.count("word") for unit in units) == 45_000
    assert [heading.text for unit in units for heading in unit.headings] == [f"Part {part}" for part in range(30)]


def test_strict_and_macro_files_are_read(tmp_path: Path) -> None:
    names = "schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = changed(
        written(tmp_path / "a.docx"),
        tmp_path / "strict.docx",
        {
            "word/document.xml": lambda text: text.replace(names, "purl.oclc.org/ooxml/wordprocessingml/main"),
            "_rels/.rels": lambda text: text.replace(
                "schemas.openxmlformats.org/officeDocument/2006/relationships",
                "purl.oclc.org/ooxml/officeDocument/relationships",
            ),
        },
    )
    assert "Between\tA and B." in body(strict).text
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = changed(
        tmp_path / "a.docx",
        tmp_path / "macros.docm",
        {
            "[Content_Types].xml": lambda text: text.replace(
                main, "application/vnd.ms-word.document.macroEnabled.main+xml"
            )
        },
    )
    assert "Between\tA and B." in body(macros).text


def test_links_to_parts_that_are_not_there_do_no_harm(tmp_path: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    path = changed(
        written(tmp_path / "a.docx"),
        tmp_path / "b.docx",
        {
            "word/_rels/document.xml.rels": lambda text: text.replace(
                "</Relationships>",
                f'<Relationship Id="x1" Type="{kind}/header" Target="../NULL"/>'
                f'<Relationship Id="x2" Type="{kind}/image" Target="../../../../etc/passwd"/></Relationships>',
            )
        },
    )
    assert "Between\tA and B." in body(path).text


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    path = with_body(tmp_path, "<w:p><w:r><w:t>x&b;&f;</w:t></w:r></w:p>")
    path = changed(
        path,
        tmp_path / "bomb.docx",
        {"word/document.xml": lambda text: re.sub(r"(<\?xml[^>]*\?>)", rf"\1{bomb}", text, count=1)},
    )
    text = body(path).text
    assert "aaaa" not in text
    assert "root:" not in text


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("word/document.xml", lambda text: text[: len(text) // 2]),
        ("word/document.xml", lambda _: "<w:p " * 1000),
        ("word/styles.xml", lambda text: text[:100]),
        ("_rels/.rels", lambda _: "no xml"),
    ],
)
def test_broken_parts_are_damage(tmp_path: Path, part: str, change: Callable[[str], str]) -> None:
    path = changed(written(tmp_path / "a.docx"), tmp_path / "b.docx", {part: change})
    with pytest.raises(Unreadable) as refused:
        read(path)
    assert refused.value.cause == "damaged"


def test_no_document_inside_and_no_zip_at_all(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("hello.txt", "x")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 nothing")
    for name in ("a.docx", "b.docx"):
        with pytest.raises(Unreadable) as refused:
            read(tmp_path / name)
        assert refused.value.cause == "damaged"


@pytest.mark.slow
def test_bomb_is_left_alone(tmp_path: Path) -> None:
    path = changed(written(tmp_path / "a.docx"), tmp_path / "b.docx", {}, {"word/media/x.xml": " " * 40_000_000})
    assert path.stat().st_size < 200_000
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(path, DOCX, Limits()))
    assert refused.value.cause == "bomb"


def test_nesting_beyond_reason_is_damage_or_text(tmp_path: Path) -> None:
    deep = "<w:sdt><w:sdtContent>" * 300 + "<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + "</w:sdtContent></w:sdt>" * 300
    path = with_body(tmp_path, deep)
    try:
        text = body(path).text
    except Unreadable as refused:
        text = refused.cause
    assert text in ("deep", "damaged")


@pytest.mark.parametrize("place", ["/chunks/part1.html", "inserted.html", "../Chunks/Part1.HTML"])
def test_documents_inside_are_found_by_their_links_whatever_they_are_called(tmp_path: Path, place: str) -> None:
    name = {"i": "word/inserted.html", "/": "chunks/part1.html", ".": "chunks/part1.html"}[place[0]]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    links = f'<Relationship Id="a1" Type="{kind}" Target="{place}"/>'
    links += f'<Relationship Id="a2" Type="{kind}" Target="document.xml"/>'
    links += f'<Relationship Id="a3" Type="{kind}" Target="https://example.org/" TargetMode="External"/>'
    text = f'<w:p><w:r><w:t>main</w:t></w:r></w:p><w:altChunk {R} r:id="a1"/>'
    path = with_body(tmp_path, text, {name: "<p>HIDDEN CHUNK</p>"}, links)
    items = read(path)
    children = [item for item in items if isinstance(item, ChildRead)]
    assert [(child.unit, child.path) for child in children] == [(2, name)]
    assert (tmp_path / children[0].file).read_text() == "<p>HIDDEN CHUNK</p>"


def test_objects_in_headers_are_children_too(tmp_path: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    header = f"<w:hdr {W}><w:p><w:r><w:t>top</w:t></w:r></w:p></w:hdr>"
    inside = f'<Relationship Id="o1" Type="{kind}/package" Target="/objects/table.xlsx"/>'
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )
    added = {"word/header9.xml": header, "word/_rels/header9.xml.rels": rels, "objects/table.xlsx": "PK"}
    link = f'<Relationship Id="h9" Type="{kind}/header" Target="header9.xml"/>'
    items = read(with_body(tmp_path, "<w:p/>", added, link))
    assert [item.path for item in items if isinstance(item, ChildRead)] == ["objects/table.xlsx"]
    added["word/_rels/header9.xml.rels"] = "<broken"
    path = with_body(tmp_path, "<w:p/>", added, link)
    assert [run.kind for run in EXTRACTOR.plan(Source(path, DOCX)).units] == ["body"]


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Symbol", "F061", "α"),
        ("Symbol", "00B3", "≥"),
        ("Symbol", "F0DE", "⇒"),
        ("Wingdings", "F0FC", "✓"),
        ("Wingdings", "F0FE", "☑"),
        ("Wingdings 2", "F050", "✓"),
        ("Arial", "00A7", "§"),
        ("Arial", "F0A7", "\ufffd"),
        ("Webdings", "F0A7", "\ufffd"),
        ("Symbol", "gone", "\ufffd"),
        ("Arial", "D800", "\ufffd"),
        ("Arial", "FFFFFFFFFF", "\ufffd"),
    ],
)
def test_signs_of_symbol_fonts_are_characters(tmp_path: Path, font: str, code: str, sign: str) -> None:
    xml = f'<w:p><w:r><w:t>see </w:t><w:sym w:font="{font}" w:char="{code}"/><w:t> 5</w:t></w:r></w:p>'
    assert body(with_body(tmp_path, xml)).text == f"see {sign} 5"
