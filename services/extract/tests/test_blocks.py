# SPDX-License-Identifier: Apache-2.0
"""What units are made of: blocks of files with known contents, by the structure of each format."""

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx  # type: ignore[import-untyped]
import pytest
from docx.shared import Inches  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ream_contracts.artifacts import LayoutBlock, Table
from ream_extract import wire
from ream_extract.extractors import docx as word
from ream_extract.extractors import html, json_data, markdown, odf
from ream_extract.flow import Block, unit
from ream_extract.html_text import page_text_at_once
from ream_extract.reading import Extractor, PictureFound, Source, UnitRead
from ream_extract.testing import in_order

Said = tuple[str, str, int | None]
"""Kind, text and level of a block."""


def picture(color: str = "blue") -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(held, "PNG")
    return held.getvalue()


def said(read: UnitRead) -> list[Said]:
    assert list(in_order(read)) == []
    return [(one.kind, read.text[one.start : one.end], one.level) for one in read.blocks]


def read(extractor: Extractor, path: Path, media_type: str) -> UnitRead:
    (only,) = [one for one in extractor.read(Source(path, media_type), 1, 1, path.parent) if one is not None]
    assert isinstance(only, UnitRead)
    assert wire.unpack(wire.pack(only)) == only
    return only


HTML = """<title>The report</title><body><header>Company<nav>Home</nav></header><h1>The report</h1>
<p>First <b>words</b>.<ul><li>one<li><p>two</p><p>more of two</p><ol><li>deep</ol></ul><h2>Figures</h2>
<table><tr><th>a<th>b<tr><td>1<td>2</table><article><header>Not the page's</header><footer>nor this</footer></article>
<figure><img src="data:image/png;base64,{}"><figcaption>A blue field</figcaption></figure><p>Between.
<figure><svg></svg></figure><p><img src="data:image/png;base64,{}"></p><p>Last.</p><footer>Imprint</footer>"""


def test_html_by_its_elements(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML.format(*(base64.b64encode(picture(one)).decode() for one in ("blue", "red"))))
    page = read(html.EXTRACTOR, path, "text/html")
    assert said(page) == [
        ("header", "Company", None), ("header", "Home", None), ("heading", "The report", 1),
        ("paragraph", "First words.", None), ("list-item", "one", 1), ("list-item", "two", 1),
        ("paragraph", "more of two", None), ("list-item", "deep", 2), ("heading", "Figures", 2),
        ("table", "a\tb\n1\t2", None), ("paragraph", "Not the page's", None), ("paragraph", "nor this", None),
        ("figure", "A blue field", None),
        ("paragraph", "Between.", None), ("figure", "", None), ("figure", "", None), ("paragraph", "Last.", None),
        ("footer", "Imprint", None),
    ]  # fmt: skip
    assert [one.number for one in page.blocks if one.kind in ("table", "figure")] == [0, 0, None, 1]
    assert len({one.file for one in page.pictures}) == len(page.pictures) == 2


@pytest.mark.parametrize(
    "markup", ["</li></figure></header></ul><p>a", "<table><td><figure></table>a", "<li>a<footer>"]
)
def test_html_that_closes_what_is_not_open_is_read(markup: str) -> None:
    assert "a" in [block.text for block in page_text_at_once(markup).blocks]


MARKDOWN = """---
title: The report
---
# The report

First words.

- one
- two
  1. deep

## Figures

| a | b |
|---|---|
| 1 | 2 |

Last.
"""


def test_markdown_by_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(MARKDOWN)
    assert said(read(markdown.EXTRACTOR, path, "text/markdown")) == [
        ("paragraph", "title: The report", None), ("heading", "The report", 1), ("paragraph", "First words.", None),
        ("list-item", "one", 1), ("list-item", "two", 1), ("list-item", "deep", 2), ("heading", "Figures", 2),
        ("table", "a\tb\n1\t2", None), ("paragraph", "Last.", None),
    ]  # fmt: skip


def test_data_has_no_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"name": {"inner": ["one", "two"]}, "rows": [{"a": "1"}, {"a": "2"}]}')
    body = read(json_data.EXTRACTOR, path, "application/json")
    assert (body.blocks, bool(body.headings), len(body.tables)) == ((), True, 1)


def test_docx_by_its_styles(tmp_path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Company"
    section.footer.paragraphs[0].text = "Confidential"
    document.add_heading("The report", 0)
    document.add_paragraph("First words.")
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("deep", style="List Number")
    document.add_heading("Figures", 2)
    table = document.add_table(2, 2)
    for number, cell in enumerate(one for row in table.rows for one in row.cells):
        cell.text = f"c{number}"
    document.add_picture(io.BytesIO(picture()), Inches(1))
    document.add_paragraph("Last.")
    document.save(str(tmp_path / "a.docx"))
    body = read(word.EXTRACTOR, tmp_path / "a.docx", word.EXTRACTOR.media_types[0])
    assert said(body) == [
        ("header", "Company", None), ("heading", "The report", 1), ("paragraph", "First words.", None),
        ("list-item", "one", 1), ("list-item", "1. deep", 1), ("heading", "Figures", 2),
        ("table", "c0\tc1\nc2\tc3", None),
        ("figure", "", None), ("paragraph", "Last.", None), ("footer", "Confidential", None),
    ]  # fmt: skip
    assert [one.number for one in body.blocks if one.number is not None] == [0, 0]


def numbered(document: str, styles: str = "") -> Callable[[Path], None]:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    link = '<Relationship Id="r{}" Type="{}/{}" Target="{}"/>'

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("word/document.xml", f"<w:document {namespace}><w:body>{document}</w:body></w:document>")
            made.writestr("word/styles.xml", f"<w:styles {namespace}>{styles}</w:styles>")
            made.writestr("_rels/.rels", relations.format(link.format(1, kinds, "officeDocument", "word/document.xml")))
            made.writestr(
                "word/_rels/document.xml.rels", relations.format(link.format(1, kinds, "styles", "styles.xml"))
            )

    return write


def test_docx_lists_by_their_numbers(tmp_path: Path) -> None:
    def paragraph(text: str, properties: str) -> str:
        return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    style = '<w:style w:styleId="{}"><w:name w:val="{}"/>{}<w:pPr>{}</w:pPr></w:style>'
    number = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'
    styles = style.format("L", "Listed", "", number.format(1, 3)) + style.format("M", "m", '<w:basedOn w:val="L"/>', "")
    numbered(
        paragraph("third", number.format(2, 1))
        + paragraph("switched off", '<w:pStyle w:val="L"/>' + number.format(0, 0))
        + paragraph("inherited", '<w:pStyle w:val="M"/>')
        + paragraph("broken", number.format("x", 1))
        + paragraph("heading", number.format(0, 1) + '<w:outlineLvl w:val="1"/>'),
        styles,
    )(tmp_path / "a.docx")
    assert said(read(word.EXTRACTOR, tmp_path / "a.docx", word.EXTRACTOR.media_types[0])) == [
        ("list-item", "third", 3), ("paragraph", "switched off", None), ("list-item", "inherited", 2),
        ("list-item", "broken", 1), ("heading", "heading", 2),
    ]  # fmt: skip


ODT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink">
<office:body><office:text><text:h text:outline-level="1">The report</text:h><text:p>First words.<text:note>
<text:note-body><text:p>A note.</text:p></text:note-body></text:note></text:p>
<text:list><text:list-item><text:p>one</text:p><text:p>more of one</text:p><text:list>
<text:list-item><text:p>deep</text:p></text:list-item></text:list></text:list-item></text:list>
<text:h text:outline-level="2">Figures</text:h>
<table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>
<table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/></draw:frame></text:p><text:p>Last.</text:p></office:text>
</office:body></office:document-content>"""
STYLES = """<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">
<office:master-styles><style:master-page><style:header><text:p>Company</text:p></style:header><style:footer>
<text:p>Confidential</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>"""


def test_odt_by_its_elements(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", ODT)
        made.writestr("styles.xml", STYLES)
        made.writestr("Pictures/a.png", picture())
    body = read(odf.EXTRACTOR, path, "application/vnd.oasis.opendocument.text")
    assert said(body) == [
        ("header", "Company", None), ("footer", "Confidential", None), ("heading", "The report", 1),
        ("paragraph", "First words.", None), ("paragraph", "A note.", None), ("list-item", "one", 1),
        ("paragraph", "more of one", None), ("list-item", "deep", 2), ("heading", "Figures", 2),
        ("table", "1\t2", None), ("figure", "", None), ("paragraph", "Last.", None),
    ]  # fmt: skip
    assert [one.number for one in body.blocks if one.number is not None] == [0, 0]


PICTURE = PictureFound("a", "image/png", 10, 10)
TABLE = Table((("a",),), None)
MADE = st.builds(
    Block,
    st.text("ab \n", max_size=12),
    st.integers(0, 3),
    st.lists(st.just(TABLE), max_size=2).map(tuple),
    st.just(()),
    st.lists(st.just(PICTURE), max_size=2).map(tuple),
    st.sampled_from(["paragraph", "list-item", "table", "figure", "header", "footer"]),
)


@given(st.lists(MADE, max_size=8))
def test_blocks_are_in_order_and_leave_nothing_out(blocks: list[Block]) -> None:
    body = unit(1, blocks, "markup")
    assert list(in_order(body)) == []
    shown = [one.number for one in body.blocks if one.kind == "figure" and one.number is not None]
    assert shown == list(range(len(body.pictures)))


def test_what_is_wrong_with_blocks_is_noticed() -> None:
    wrong = [
        (LayoutBlock("paragraph", 0, 9), ),
        (LayoutBlock("paragraph", 0, 3), LayoutBlock("paragraph", 2, 5)),
        (LayoutBlock("paragraph", 3, 5), LayoutBlock("paragraph", 0, 2)),
        (LayoutBlock("paragraph", 0, 2), ),
        (LayoutBlock("heading", 0, 5), LayoutBlock("paragraph", 5, 5)),
        (LayoutBlock("paragraph", 0, 5, None, None, (5.0, 0.0, 1.0, 1.0)), ),
    ]  # fmt: skip
    for blocks in wrong:
        assert list(in_order(UnitRead(1, "body", "a b c", "markup", blocks=blocks)))
