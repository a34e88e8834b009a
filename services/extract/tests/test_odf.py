# SPDX-License-Identifier: Apache-2.0
"""OpenDocument texts and presentations of known contents."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ream_contracts.artifacts import Annotation, Table
from ream_extract.extractors.odf import EXTRACTOR, SLIDES, TEXTS
from ream_extract.reading import ChildRead, Item, Source, UnitFailed, UnitRead, Unreadable

URN = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(f'xmlns:{name}="{URN}:{name}:1.0"' for name in ("office", "text", "table", "presentation", "style"))
NAMES += f' xmlns:draw="{URN}:drawing:1.0" xmlns:svg="{URN}:svg-compatible:1.0" xmlns:x="http://www.w3.org/1999/xlink"'
NAMES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    return held.getvalue()


def document(path: Path, body: str, **more: Any) -> Path:
    parts: dict[str, str | bytes] = {
        "content.xml": f"<office:document-content {NAMES}><office:body>{body}</office:body></office:document-content>",
        "meta.xml": f"<office:document-meta {NAMES}><office:meta><dc:title>Plans</dc:title>"
        "<meta:initial-creator>Ann</meta:initial-creator></office:meta></office:document-meta>",
        "META-INF/manifest.xml": "<manifest/>",
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, data in {**parts, **more}.items():
            made.writestr(name, data)
    return path


def read(path: Path, media_type: str) -> list[Item]:
    count = sum(run.count for run in EXTRACTOR.plan(Source(path, media_type)).units)
    items = list(EXTRACTOR.read(Source(path, media_type), 1, count, path.parent))
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


TEXT = """<office:text><text:tracked-changes><text:p>taken out</text:p></text:tracked-changes>
<text:h text:outline-level="2">Plans<text:s text:c="2"/>for May</text:h>
<text:p>First<text:tab/>point<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>A note.</text:p></text:note-body></text:note> goes on.
<office:annotation><dc:creator>Bob</dc:creator><text:p>Really?</text:p></office:annotation></text:p>
<text:list><text:list-item><text:p>In a list, with a <text:a x:href="https://example.org/">link</text:a></text:p>
</text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>Item</text:p></table:table-cell>
<table:table-cell><text:p>Price</text:p></table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:image x:href="Pictures/i.png"/><svg:desc>A red square</svg:desc></draw:frame>
<draw:frame><draw:text-box><text:p>In a box</text:p></draw:text-box></draw:frame></text:p></office:text>"""


def test_everything_in_a_text_is_read(tmp_path: Path) -> None:
    styles = (
        f"<office:document-styles {NAMES}><style:header><text:p>On top</text:p></style:header></office:document-styles>"
    )
    inner = f"<office:document-content {NAMES}><office:body><office:text><text:p>Drawn inside</text:p></office:text>"
    path = document(
        tmp_path / "a.odt", TEXT,
        **{
            "Pictures/i.png": png(), "styles.xml": styles, "Object 2": b"a workbook",
            "Object 1/content.xml": f"{inner}</office:body></office:document-content>",
        },
    )  # fmt: skip
    plan = EXTRACTOR.plan(Source(path, TEXTS[0]))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1), ("attachment", 1)]
    assert plan.metadata == {"title": "Plans", "author": "Ann"}
    body, child = read(path, TEXTS[0])
    assert isinstance(body, UnitRead)
    assert [line.strip() for line in body.text.splitlines() if line.strip()] == [
        "On top", "Plans  for May", "First\tpoint goes on.", "A note.", "Really?", "In a list, with a link",
        "Item\tPrice", "In a box", "Drawn inside",
    ]  # fmt: skip
    assert [(heading.level, heading.text) for heading in body.headings] == [(2, "Plans for May")]
    assert body.tables == (Table((("Item", "Price"),), None, ()),)
    assert set(body.annotations) == {
        Annotation("comment", "Really?", "Bob"), Annotation("link", "https://example.org/", None),
        Annotation("alt", "A red square", None),
    }  # fmt: skip
    assert [picture.width for picture in body.pictures] == [40]
    assert isinstance(child, ChildRead)
    assert (tmp_path / child.file).read_bytes() == b"a workbook"


def test_text_that_did_not_come_out_is_said(tmp_path: Path) -> None:
    lost = f"<text:settings>{'words that nobody reads ' * 20}</text:settings>"
    path = document(tmp_path / "a.odt", f"<office:text>{lost}<text:p>Seen.</text:p></office:text>")
    body, rest = read(path, TEXTS[0])
    assert isinstance(body, UnitRead)
    assert rest == UnitFailed(2, "text-missing")


def test_frames_inside_one_another_are_read_once(tmp_path: Path) -> None:
    def framed(depth: int) -> str:
        inside = framed(depth - 1) if depth else ""
        note = "<office:annotation><text:p>Remark</text:p></office:annotation>"
        box = f"<text:p>Level {depth}.{inside}{'' if depth else note}</text:p>"
        return f"<draw:frame><svg:desc>Seen {depth}</svg:desc><draw:text-box>{box}</draw:text-box></draw:frame>"

    path = document(tmp_path / "a.odt", f"<office:text><text:p>Around.{framed(20)}</text:p></office:text>")
    (body,) = read(path, TEXTS[0])
    assert isinstance(body, UnitRead)
    assert body.text.splitlines() == ["Around.", *(f"Level {depth}." for depth in range(20, -1, -1)), "Remark"]
    assert [note.text for note in body.annotations if note.kind == "comment"] == ["Remark"]
    assert [note.text for note in body.annotations if note.kind == "alt"] == [
        f"Seen {depth}" for depth in range(20, -1, -1)
    ]


def test_picture_in_a_footnote_is_kept(tmp_path: Path) -> None:
    picture = '<text:p>Below<draw:frame><draw:image x:href="Pictures/i.png"/></draw:frame></text:p>'
    note = f"<text:note><text:note-body>{picture}</text:note-body></text:note>"
    body = f"<office:text><text:p>Above{note}</text:p></office:text>"
    (read_body,) = read(document(tmp_path / "a.odt", body, **{"Pictures/i.png": png()}), TEXTS[0])
    assert isinstance(read_body, UnitRead)
    assert (read_body.text, len(read_body.pictures)) == ("Above\nBelow", 1)


def test_object_that_cannot_be_opened_is_missing(tmp_path: Path) -> None:
    body = "<office:text><text:p>Seen.</text:p></office:text>"
    *_, rest = read(document(tmp_path / "a.odt", body, **{"Object 1/content.xml": "<cut off"}), TEXTS[0])
    assert rest == UnitFailed(2, "text-missing")


def test_slides_with_their_notes(tmp_path: Path) -> None:
    def box(text: str, kind: str = "outline") -> str:
        inside = f"<draw:text-box><text:p>{text}</text:p></draw:text-box>"
        return f'<draw:frame presentation:class="{kind}">{inside}</draw:frame>'

    slides = (
        f'<draw:page draw:name="Start">{box("A point")}{box("Plans", "title")}'
        f'<presentation:notes>{box("Say hello")}</presentation:notes></draw:page><draw:page draw:name="End"/>'
    )
    path = document(tmp_path / "a.odp", f"<office:presentation>{slides}</office:presentation>")
    first, second = read(path, SLIDES[0])
    assert isinstance(first, UnitRead)
    assert (first.kind, first.label, first.text) == ("slide", "Start", "Plans\nA point\nSay hello")
    assert [heading.text for heading in first.headings] == ["Plans"]
    assert first.annotations == (Annotation("note", "Say hello", None),)
    assert isinstance(second, UnitRead)
    assert (second.text, second.method) == ("", "none")


def test_sheets_and_charts_on_a_slide_are_read(tmp_path: Path) -> None:
    inner = "<text:p>Sold in May</text:p>"
    cell = f"<table:table-row><table:table-cell>{inner}</table:table-cell></table:table-row>"
    drawn = f"<office:spreadsheet><table:table>{cell}</table:table></office:spreadsheet>"
    content = f"<office:document-content {NAMES}><office:body>{drawn}</office:body></office:document-content>"
    frame = '<draw:frame><draw:object x:href="./Object 1"/></draw:frame>'
    pages = f'<draw:page draw:name="A"/><draw:page draw:name="B">{frame}</draw:page>'
    body = f"<office:presentation>{pages}</office:presentation>"
    path = document(tmp_path / "a.odp", body, **{"Object 1/content.xml": content})
    assert [item.text for item in read(path, SLIDES[0]) if isinstance(item, UnitRead)] == ["", "Sold in May"]


def test_encrypted_and_damaged(tmp_path: Path) -> None:
    (tmp_path / "cut.odt").write_bytes(b"PK\x03\x04")
    locked = document(tmp_path / "b.odt", "", **{"META-INF/manifest.xml": "<a><encryption-data/></a>"})
    broken = document(tmp_path / "c.odt", "<office:text>")
    for path, cause in ((tmp_path / "cut.odt", "damaged"), (locked, "encrypted"), (broken, "damaged")):
        with pytest.raises(Unreadable) as refused:
            EXTRACTOR.plan(Source(path, TEXTS[0]))
        assert refused.value.cause == cause


def test_what_was_deleted_stands_in_its_place(tmp_path: Path) -> None:
    who = "<office:change-info><dc:creator>Eve</dc:creator><text:p>too long</text:p></office:change-info>"
    body = (
        '<office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion>'
        f"{who}<text:p>old words</text:p></text:deletion></text:changed-region><text:changed-region text:id='c2'>"
        f"<text:deletion>{who}<text:p>whole line</text:p></text:deletion></text:changed-region><text:changed-region "
        f"text:id='c3'><text:insertion>{who}</text:insertion></text:changed-region></text:tracked-changes>"
        "<text:p>Before</text:p><text:p>new<text:change text:change-id='c1'/> words</text:p>"
        "<text:change text:change-id='c2'/><text:p>Behind<text:change text:change-id='c9'/></text:p></office:text>"
    )
    (text,) = read(document(tmp_path / "a.odt", body), TEXTS[0])
    assert isinstance(text, UnitRead)
    assert text.text.split("\n") == ["Before", "new words", "old words", "whole line", "Behind"]
    assert text.annotations == (
        Annotation("deletion", "old words", "Eve"), Annotation("deletion", "whole line", "Eve"),
    )  # fmt: skip


def test_comment_on_a_slide_is_read(tmp_path: Path) -> None:
    body = (
        "<office:presentation><draw:page><draw:frame><draw:text-box><text:p>Shown</text:p></draw:text-box></draw:frame>"
        "<office:annotation><dc:creator>Bob</dc:creator><text:p>Say more</text:p></office:annotation></draw:page>"
        "</office:presentation>"
    )
    (slide,) = read(document(tmp_path / "a.odp", body), SLIDES[0])
    assert isinstance(slide, UnitRead)
    assert (slide.text, slide.annotations) == ("Shown\nSay more", (Annotation("comment", "Say more", "Bob"),))
