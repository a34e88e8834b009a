# SPDX-License-Identifier: Apache-2.0
"""Decides how an e-book (EPUB) is read: each part of its reading order is a unit, read as the page that it is."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ream_extract.encoding import decode, detect
from ream_extract.flow import Block, unit
from ream_extract.html_letters import shown_letters
from ream_extract.html_text import page_text
from ream_extract.open_document import OpenDocument, attribute, local, open_document
from ream_extract.pictures import Keeper
from ream_extract.reading import Item, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.text_clean import tidy

_ITEM = re.compile(rb"<(?:\w{1,20}:)?itemref\s")
_IMAGE = re.compile(r"""<(?:img|image)\b[^>]{0,2000}?(?:src|href)\s*=\s*["']([^"'>]{1,1000})["']""", re.IGNORECASE)
_SELF_CLOSED = re.compile(r"<(title|script|style|a|p|div|span|td)\b([^<>]{0,2000})/>", re.IGNORECASE)
_TOLD = {"title": "title", "creator": "author", "language": "language", "publisher": "publisher", "date": "date"}


class EpubExtractor:
    """Reads EPUB 2 and 3."""

    name = "epub"
    version = "5"
    media_types = ("application/epub+zip",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the entries of the reading order in the book's own list, found without a parser."""
        with open_document(source) as book:
            place = _package(book)
            count = len(_ITEM.findall(book.data(place) or b""))
            if not count:
                raise Unreadable("damaged", "The book lists nothing to be read: it is cut off or broken.")
            return Plan((UnitRun("chapter", count),), dict(_metadata(book.xml(place))))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the chapters."""
        with open_document(source) as book:
            chapters = dict(enumerate(_chapters(book), 1))
            locked = _locked(book)
            for number in range(first, last + 1):
                name = chapters.get(number, "")
                if name in locked:
                    yield UnitFailed(number, "encrypted")
                else:
                    yield from _chapter(book, name, number, source, scratch)


def _package(book: OpenDocument) -> str:
    container = book.xml("META-INF/container.xml")
    for element in container.iter("{*}rootfile") if container is not None else ():
        place = attribute(element, "full-path")
        if place in book.parts:
            return place
    raise Unreadable("damaged", "The book does not say where its list of contents lies.")


def _chapters(book: OpenDocument) -> Iterator[str]:
    """Yields the parts in reading order; an empty name where the list names nothing that is there."""
    place = _package(book)
    root = book.xml(place)
    items = {attribute(item, "id"): attribute(item, "href") for item in root.iter("{*}item")}
    for entry in root.iter("{*}itemref"):
        href = unquote(items.get(attribute(entry, "idref"), "").partition("#")[0])
        name = _joined(place, href)
        yield name if name in book.parts else ""


def _joined(place: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(place), href))


def _locked(book: OpenDocument) -> frozenset[str]:
    """Returns the parts that are encrypted; most books encrypt fonts alone."""
    root = book.xml("META-INF/encryption.xml")
    found = (attribute(one, "URI") for one in root.iter("{*}CipherReference")) if root is not None else ()
    return frozenset(unquote(name) for name in found)


def _metadata(root: Any) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        name = _TOLD.get(local(element)) if "purl.org/dc" in str(element.tag) else None
        text = tidy(" ".join((element.text or "").split()))[:1_000] if name else ""
        if name and text:
            yield name, text


def _chapter(book: OpenDocument, name: str, number: int, source: Source, scratch: Path) -> Iterator[Item | None]:
    try:
        data = book.data(name) if name else None
    except Unreadable as failure:
        yield UnitFailed(number, failure.cause)
        return
    if data is None:
        yield UnitFailed(number, "damaged")
        return
    encoding = detect(data)
    text, sure = decode(data[encoding.mark :], encoding)
    page = yield from page_text(_SELF_CLOSED.sub(r"<\1\2></\1>", text))
    kept = Keeper(scratch, source.limits)
    pictures = kept.each(_pictures(book, name, text)) if source.pictures else ()
    read = unit(number, [*page.blocks, Block("", 0, (), (), pictures)], "markup", sure)
    yield UnitRead(
        number, "chapter", read.text, read.method, sure, label=page.title[:200] or None, headings=read.headings,
        pictures=read.pictures, tables=read.tables, annotations=read.annotations + kept.notes(),
        counted=shown_letters(text[max(0, text.find("<body")) :]), blocks=read.blocks,
    )  # fmt: skip


def _pictures(book: OpenDocument, name: str, text: str) -> Iterator[bytes]:
    for place in dict.fromkeys(_joined(name, unquote(href)) for href in _IMAGE.findall(text)):
        try:
            yield book.data(place) or b""
        except Unreadable:
            yield b"broken"  # the picture is; the chapter is not


EXTRACTOR = EpubExtractor()
