# SPDX-License-Identifier: Apache-2.0
"""HTML is read as a person sees it."""

import base64
import io
from html import escape
from pathlib import Path

import pytest
from PIL import Image

from ream_extract.extractors.html import EXTRACTOR, between_tags
from ream_extract.html_text import page_text, page_text_at_once
from ream_extract.reading import Limits, Source, UnitRead, Unreadable

PAGE = """<!DOCTYPE html><html><head>
<title>Price list</title><meta name="author" content="A. Nother">
<style>p { color: red }</style></head><body>
<h1>Prices <b>2024</b></h1><p>All  prices
 in <i>euro</i>s.<br>Valid now.</p><script>alert("no")</script><noscript>switch it on</noscript>
<table><tr><th>Thing<th>Price<tr><td>Tea &amp; cake<td>4.50</table>
<h2>Order</h2><form><input value="Search here"><input type="hidden" value="token">
<select><option>One<option>Two</select>
</form><p>Write to <a href="mailto:a@b.c">us</a> or <a href="#top">go up</a>.</p><pre>keep
  lines</pre><ul><li>first<li>second</ul><my-thing>custom</my-thing> inline<!-- not this --></body></html>"""


def read(path: Path, media_type: str = "text/html", **how: object) -> list[UnitRead]:
    source = Source(path, media_type, **how)  # type: ignore[arg-type]
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    return [item for item in EXTRACTOR.read(source, 1, count, path.parent) if isinstance(item, UnitRead)]


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_page_as_it_is_seen(tmp_path: Path) -> None:
    (body,) = read(written(tmp_path / "a.html", PAGE))
    assert body.text == (
        "Price list\nPrices 2024\nAll prices in euros.\nValid now.\nswitch it on\n"
        "Thing\tPrice\nTea & cake\t4.50\nOrder\n"
        "Search here\nOne\nTwo\nWrite to us or go up.\nkeep\nlines\nfirst\nsecond\ncustom inline"
    )
    assert [(heading.level, heading.text) for heading in body.headings] == [
        (1, "Price list"),
        (1, "Prices 2024"),
        (2, "Order"),
    ]
    for heading in body.headings:
        assert body.text[heading.offset :].startswith(heading.text)
    assert body.tables[0].rows == (("Thing", "Price"), ("Tea & cake", "4.50"))
    assert [(note.kind, note.text) for note in body.annotations] == [("link", "mailto:a@b.c")]
    assert body.method == "markup"


def test_title_and_author_are_metadata(tmp_path: Path) -> None:
    plan = EXTRACTOR.plan(Source(written(tmp_path / "a.html", PAGE), "text/html"))
    assert plan.metadata["title"] == "Price list"
    assert plan.metadata["author"] == "A. Nother"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="iso-8859-5">', "iso8859-5"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ('<?xml version="1.0" encoding="koi8-r"?>', "koi8-r"),
        ("", "utf-8"),
        ("", "utf-16"),
        ('<meta charset="utf-8">', "cp1251"),
    ],
)
def test_encoding_is_declared_or_found(tmp_path: Path, head: str, encoding: str) -> None:
    text = "Вчера вечером к нам приехала тётя из города и привезла свежие булки"
    page = f"{head}<html><body><p>{text}</p></body></html>"
    (body,) = read(written(tmp_path / "a.html", page.encode(encoding)))
    assert body.text == text


def test_self_closed_title_of_xhtml_does_not_swallow_the_page(tmp_path: Path) -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><p>seen</p></html>'
    (body,) = read(written(tmp_path / "a.xhtml", page), "application/xhtml+xml")
    assert body.text == "seen"


def test_layout_tables_let_their_text_flow(tmp_path: Path) -> None:
    page = "<table><tr><td><h1>Head</h1><p>Left</p></td><td><table><tr><td>a<td>b</table></td></tr></table>"
    (body,) = read(written(tmp_path / "a.html", page))
    assert body.text == "Head\nLeft\na\tb"
    assert [table.rows for table in body.tables] == [(("a", "b"),)]


def test_pictures_in_the_page_are_kept_and_others_never_fetched(tmp_path: Path) -> None:
    held = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(held, "PNG")
    inside = base64.b64encode(held.getvalue()).decode()
    page = f'<p>x<img src="data:image/png;base64,{inside}" alt="red"><img src="http://127.0.0.1:9/x.png">'
    page += '<img src="data:image/png;base64,%%"><img src="data:image/png;base64,AAAA">'
    (body,) = read(written(tmp_path / "a.html", page))
    assert [(one.width, one.height, one.media_type) for one in body.pictures] == [(20, 10, "image/png")]
    assert [(note.kind, note.text) for note in body.annotations] == [
        ("alt", "red"), ("pictures", "1 picture left out: 1 damaged, or of a kind that is not read.")
    ]  # fmt: skip


@pytest.mark.slow
def test_large_page_is_several_bodies_that_together_are_all(tmp_path: Path) -> None:
    page = "<html>" + "".join(f"<h2>Part {part}</h2>" + "<p>word word word</p>" * 700 for part in range(20))
    bodies = read(written(tmp_path / "a.html", page))
    assert len(bodies) == -(-between_tags(page.encode()) // (64 << 10))
    assert len(bodies) > 2
    assert sum(len(body.headings) for body in bodies) == 20
    assert "\n".join(body.text for body in bodies).count("word") == 20 * 700 * 3
    for body in bodies:
        for heading in body.headings:
            assert body.text[heading.offset :].startswith(heading.text)


def test_count_between_tags_needs_no_parser() -> None:
    assert between_tags(b"<p>abc</p>de<script>var x = '<p>';</script>f") == 6
    assert between_tags(b"no tags") == 7
    assert between_tags(b"<p") == 0
    assert between_tags(b"<script>never closed") == 0
    assert between_tags(b"<" * 200_000) == 0


def test_deep_nesting_is_not_parsed(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(written(tmp_path / "a.html", "<div>" * 100_000), "text/html"))
    assert refused.value.cause == "too-deep"


def test_page_over_the_limit_is_rejected(tmp_path: Path) -> None:
    source = Source(written(tmp_path / "a.html", "<p>" + "x" * 1000), "text/html", Limits(markup_bytes=500))
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(source)
    assert (refused.value.verdict, refused.value.cause) == ("rejected", "too-large")


@pytest.mark.parametrize(
    "page", [b"", b"<", b"</table></td></tr>", b"<td>x</table><tr>", b"<table><table><tr><td>", b"\x00\xff<p>"]
)
def test_broken_pages_are_read_without_harm(tmp_path: Path, page: bytes) -> None:
    assert len(read(written(tmp_path / "a.html", page))) == 1


def test_words_in_drawings_and_for_those_without_scripts_are_read() -> None:
    page = (
        '<p>Sales <svg><path d="M0 0"/></svg> in May</p><svg><style>.x{}</style><script>hidden()</script>'
        "<defs><text>Hidden</text></defs><text>North <tspan>42</tspan></text><text>South 17</text></svg>"
        "<noscript><p>Turn <b>it</b> on</p></noscript><object data='a.pdf'>No reader for it</object>"
    )
    blocks = [block.text for block in page_text_at_once(page).blocks]
    assert blocks == ["Sales  in May", "North 42", "South 17", "Turn it on", "No reader for it"]


def test_a_large_page_shows_that_its_reading_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_extract.html_text.SIGN_OF_LIFE", 6_000)
    page = "<p>words <b>in</b> a paragraph</p>" * 4_000
    assert sum(1 for _ in page_text(page)) >= 3
    (tmp_path / "a.html").write_text(page)
    asked = Source(tmp_path / "a.html", "text/html")
    items = list(EXTRACTOR.read(asked, 1, 2, tmp_path))
    assert items.count(None) >= 3
    assert [item.unit for item in items if item is not None] == [1, 2]


def test_a_page_too_large_to_be_parsed_at_once_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"<tr><td>{number}</td><td>row {number}</td></tr>" for number in range(200))
    page = f"<title>Long</title><h2>One</h2><table>{rows}</table><script>var x = '<div>';</script><p>The end</p>"
    whole = page_text_at_once(page)
    monkeypatch.setattr("ream_extract.html_text.PIECE", 500)
    cut = page_text_at_once(page)
    assert "\n".join(block.text for block in cut.blocks) == "\n".join(block.text for block in whole.blocks)
    assert [row for block in cut.blocks for table in block.tables for row in table.rows] == [
        (str(number), f"row {number}") for number in range(200)
    ]
    assert (cut.title, cut.blocks[0].level, cut.blocks[-1].text) == ("Long", 2, "The end")


def test_a_page_inside_of_a_frame_is_read_and_one_elsewhere_only_named() -> None:
    inner = escape("<p>Inside</p><iframe srcdoc='&lt;p&gt;Deeper&lt;/p&gt;'></iframe>", quote=True)
    page = f'<p>Before</p><iframe srcdoc="{inner}"></iframe><iframe src="https://example.org/map"></iframe><p>After</p>'
    blocks = page_text_at_once(page).blocks
    assert [block.text for block in blocks if block.text] == ["Before", "Inside", "Deeper", "After"]
    assert [note.text for block in blocks for note in block.annotations] == ["https://example.org/map"]
    frames = page_text_at_once('<frameset><frame src="menu.html"><frame src="text.html"></frameset>').blocks
    assert [note.text for block in frames for note in block.annotations] == ["menu.html", "text.html"]


def test_frames_inside_one_another_are_read_to_a_depth_and_what_is_deeper_is_missed(tmp_path: Path) -> None:
    page = "<p>the last</p>"
    for number in range(12):
        page = f'<p>{number}</p><iframe srcdoc="{escape(page, quote=True)}"></iframe>'
    read = page_text_at_once(page)
    assert ([block.text for block in read.blocks], read.left_out) == (["11", "10", "9", "8", "7"], 1)
    path = tmp_path / "frames.html"
    path.write_text(page)
    (body,) = [one for one in EXTRACTOR.read(Source(path, "text/html"), 1, 1, tmp_path) if one is not None]
    assert isinstance(body, UnitRead)
    assert body.lacking == "too-deep"
