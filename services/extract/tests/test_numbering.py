# SPDX-License-Identifier: Apache-2.0
"""Numbers of lists, which a person sees and no paragraph holds: in DOCX and ODT."""

import zipfile
from pathlib import Path

import pytest

from ream_extract.extractors import docx, odf
from ream_extract.numerals import east_asian, letter, ordinal, roman
from ream_extract.reading import Source, UnitRead

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"


def level(number: int, form: str, text: str, more: str = "") -> str:
    said = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}">{said}{more}</w:lvl>'


NUMBERING = (
    f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="0">'
    + level(0, "decimal", "%1.", '<w:pStyle w:val="H1"/>')
    + level(1, "lowerLetter", "(%2)", '<w:pStyle w:val="H2"/>')
    + level(2, "upperRoman", "%1.%2.%3", "<w:isLgl/>")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "o")
    + level(1, "upperRoman", "%2)", '<w:suff w:val="nothing"/>')
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId '
    'w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride '
    'w:val="7"/></w:lvlOverride></w:num></w:numbering>'
)
STYLES = (
    f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
    '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/></w:style>'
    '<w:style w:styleId="H0"><w:basedOn w:val="H1"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>'
    "</w:styles>"
)


def word(path: Path, *paragraphs: str, numbering: str = NUMBERING) -> str:
    body = "".join(paragraphs)
    with zipfile.ZipFile(path, "w") as made:
        link = '<Relationship Id="{0}" Type="' + OFFICE + '/{0}" Target="{1}"/>'
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{LINKS}">{link.format("officeDocument", "word/document.xml")}</Relationships>',
        )
        made.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{LINKS}">{link.format("numbering", "numbering.xml")}'
            f"{link.format('styles', 'styles.xml')}</Relationships>",
        )
        made.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')
        made.writestr("word/numbering.xml", numbering)
        made.writestr("word/styles.xml", STYLES)
    (unit,) = docx.EXTRACTOR.read(Source(path, docx.EXTRACTOR.media_types[0]), 1, 1, path.parent)
    assert isinstance(unit, UnitRead)
    return unit.text


def item(text: str, number: int, depth: int = 0) -> str:
    place = f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{place}<w:r><w:t>{text}</w:t></w:r></w:p>"


def styled(text: str, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def test_items_of_word_have_their_numbers(tmp_path: Path) -> None:
    text = word(
        tmp_path / "a.docx",
        item("one", 1), item("sub", 1, 1), item("sub", 1, 1), item("deep", 1, 2), item("two", 1), item("sub", 1, 1),
        item("dot", 2), item("bare", 2, 1), item("seven", 3), item("eight", 3), item("none", 0), item("gone", 9),
    )  # fmt: skip
    assert text.split("\n") == [
        "1. one", "(a) sub", "(b) sub", "1.2.1 deep", "2. two", "(a) sub",
        "dot", "I)bare", "7. seven", "8. eight", "none", "gone",
    ]  # fmt: skip


def test_headings_of_word_have_the_numbers_of_their_styles(tmp_path: Path) -> None:
    text = word(
        tmp_path / "a.docx",
        styled("Parties", "H1"),
        styled("Seller", "H2"),
        styled("Terms", "H1"),
        styled("Aside", "H0"),
    )
    assert text.split("\n") == ["1. Parties", "(a) Seller", "2. Terms", "Aside"]


def test_words_are_read_where_the_lists_cannot_be_opened(tmp_path: Path) -> None:
    assert word(tmp_path / "a.docx", item("one", 1), numbering="<cut off") == "one"


URN = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
NAMES = " ".join(f'xmlns:{name}="{URN.format(name)}"' for name in ("office", "text", "style"))
LISTS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" '
    'style:num-suffix=")"/><text:list-level-style-number text:level="3" style:num-format="i" text:display-levels="3"/>'
    '</text:list-style><text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/></text:list-style>'
)
OUTLINE = (
    '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
)


def open_text(path: Path, body: str) -> str:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(
            "content.xml",
            f"<office:document-content {NAMES}><office:automatic-styles>{LISTS}</office:automatic-styles><office:body>"
            f"<office:text>{body}</office:text></office:body></office:document-content>",
        )
        made.writestr("styles.xml", f"<office:document-styles {NAMES}>{OUTLINE}</office:document-styles>")
    (unit,) = odf.EXTRACTOR.read(Source(path, odf.TEXTS[0]), 1, 1, path.parent)
    assert isinstance(unit, UnitRead)
    return unit.text


def inner(*items: str) -> str:
    return "<text:list>" + "".join(f"<text:list-item>{one}</text:list-item>" for one in items) + "</text:list>"


def outer(*items: str, more: str = 'text:style-name="L"') -> str:
    return inner(*items).replace("<text:list>", f"<text:list {more}>", 1)


def test_items_of_open_document_have_their_numbers(tmp_path: Path) -> None:
    p = "<text:p>{}</text:p>".format
    body = (
        outer(p("one") + p("goes on"), p("two") + inner(p("sub"), p("sub") + inner(p("deep"))), p("three"))
        + outer(p("four"), more='text:style-name="L" text:continue-numbering="true"')
        + outer(inner(p("only sub")), p("again"))
        + outer(p("dot"), more='text:style-name="B"')
        + p("plain")
    )
    assert open_text(tmp_path / "a.odt", body).split("\n") == [
        "1. one", "goes on", "2. two", "(a) sub", "(b) sub", "2.b.i deep", "3. three", "4. four",
        "(a) only sub", "1. again", "dot", "plain",
    ]  # fmt: skip


def test_headings_of_open_document_have_their_numbers(tmp_path: Path) -> None:
    h = '<text:h text:outline-level="{}">{}</text:h>'.format
    body = h(1, "Parties") + h(2, "Seller") + h(1, "Terms") + h(2, "<text:number>II.1</text:number> Price")
    assert open_text(tmp_path / "a.odt", body).split("\n") == ["I. Parties", "I.1 Seller", "II. Terms", "II.1 Price"]


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (roman(1994), "mcmxciv"), (roman(5_000), "5000"), (letter(28), "bb"), (letter(0), "0"),
        (east_asian(21), "二十一"), (east_asian(10), "十"), (ordinal(22), "22nd"), (ordinal(112), "112th"),
    ],
)  # fmt: skip
def test_numerals(made: str, wanted: str) -> None:
    assert made == wanted
