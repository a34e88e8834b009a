# SPDX-License-Identifier: Apache-2.0
"""E-books of known contents, and office files that are encrypted as a whole."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ream_contracts.artifacts import Table
from ream_extract.extractors import protected
from ream_extract.extractors.epub import EXTRACTOR
from ream_extract.reading import Item, Source, UnitFailed, UnitRead, Unreadable

EPUB = "application/epub+zip"
PAGE = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    return held.getvalue()


def book(path: Path, **more: Any) -> Path:
    """Two chapters, read in another order than they are listed, and one that is missing."""
    items = "".join(f'<item id="{name}" href="text/{name}.xhtml"/>' for name in ("one", "two", "lost"))
    order = "".join(f'<itemref idref="{name}"/>' for name in ("two", "one", "lost"))
    metadata = "<dc:title>On Bridges</dc:title><dc:creator>Ann</dc:creator><dc:language>en</dc:language>"
    parts = {
        "mimetype": EPUB,
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/b.opf"/></rootfiles></container>',
        "OEBPS/b.opf": f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{order}</spine></package>",
        "OEBPS/text/one.xhtml": PAGE.format("<h1>The end</h1><table><tr><td>Item</td><td>Price</td></tr></table>"),
        "OEBPS/text/two.xhtml": PAGE.format('<h1>The beginning</h1><p>Über Brücken.</p><img src="../i.png"/>'),
        "OEBPS/i.png": png(),
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, data in {**parts, **more}.items():
            made.writestr(name, data)
    return path


def read(path: Path) -> list[Item]:
    count = sum(run.count for run in EXTRACTOR.plan(Source(path, EPUB)).units)
    items = [item for item in EXTRACTOR.read(Source(path, EPUB), 1, count, path.parent) if item is not None]
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def test_chapters_are_read_in_their_order(tmp_path: Path) -> None:
    plan = EXTRACTOR.plan(Source(book(tmp_path / "a.epub"), EPUB))
    assert [(run.kind, run.count) for run in plan.units] == [("chapter", 3)]
    assert plan.metadata == {"title": "On Bridges", "author": "Ann", "language": "en"}
    first, second, lost = read(tmp_path / "a.epub")
    assert isinstance(first, UnitRead)
    assert (first.kind, first.text) == ("chapter", "The beginning\nÜber Brücken.")
    assert [heading.text for heading in first.headings] == ["The beginning"]
    assert [picture.width for picture in first.pictures] == [40]
    assert isinstance(second, UnitRead)
    assert second.tables == (Table((("Item", "Price"),), None, ()),)
    assert lost == UnitFailed(3, "damaged")


def test_chapter_that_is_locked_is_said(tmp_path: Path) -> None:
    locks = '<encryption><CipherReference URI="OEBPS/text/two.xhtml"/></encryption>'
    first, second, _ = read(book(tmp_path / "a.epub", **{"META-INF/encryption.xml": locks}))
    assert first == UnitFailed(1, "encrypted")
    assert isinstance(second, UnitRead)


def test_book_without_a_list_is_damaged(tmp_path: Path) -> None:
    for more in ({"META-INF/container.xml": "<container/>"}, {"OEBPS/b.opf": "<package/>"}):
        with pytest.raises(Unreadable) as refused:
            EXTRACTOR.plan(Source(book(tmp_path / "a.epub", **more), EPUB))
        assert refused.value.cause == "damaged"


def test_office_file_that_is_encrypted_fails_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        protected.EXTRACTOR.plan(Source(tmp_path / "a.xlsx", "application/x-ooxml-protected"))
    assert (refused.value.cause, refused.value.verdict) == ("encrypted", "failed")
