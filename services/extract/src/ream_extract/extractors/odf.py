# SPDX-License-Identifier: Apache-2.0
"""Decides how OpenDocument texts (ODT) and presentations (ODP) are read: bodies of text, or slides with their notes."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ream_contracts.artifacts import Annotation
from ream_contracts.whole import letters
from ream_extract.children import Inside, children
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.odf_text import Picture, blocks_of
from ream_extract.open_document import OpenDocument, attribute, open_document, paragraph_text
from ream_extract.pictures import keep
from ream_extract.reading import Item, PictureFound, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.text_clean import tidy

_PLAIN = "application/vnd.oasis.opendocument."
TEXTS = (f"{_PLAIN}text", f"{_PLAIN}text-template", f"{_PLAIN}text-master")
SLIDES = (f"{_PLAIN}presentation", f"{_PLAIN}presentation-template")
_PAGE = re.compile(rb"<draw:page\s")
_TAG = re.compile(rb"<[^>]*>")
_BODY = re.compile(rb"<office:body\b.*", re.DOTALL)
_OBJECT = re.compile(r"(?:Object[^/]*|ObjectReplacements/[^/]*|[^/]+\.(?:bin|ole))", re.IGNORECASE)
COMPARABLE, WHOLE = 100, 0.8
PICTURES = 500


class OdfExtractor:
    """Reads ODT, OTT and ODP."""

    name = "odf"
    version = "1"
    media_types = (*TEXTS, *SLIDES)
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts slides, or bodies by the letters between tags, without a parser; embedded objects by the directory.

        Where the letters between the tags are not what comes out, or what is drawn inside cannot be opened, one more
        unit stands for the rest, and will fail.
        """
        with open_document(source) as document:
            data = document.data("content.xml")
            if data is None:
                raise Unreadable("damaged", "The file has no content part: it is cut off or no OpenDocument.")
            units = [_counted(source, data)] if _counted(source, data).count else []
            inside = _embedded(document)
            if inside:
                units.append(UnitRun("attachment", len(inside)))
            if _lacks(source, document, data) or _broken(document):
                units.append(UnitRun("rest", 1))
            size = sum(document.parts[name].file_size for name in inside)
            return Plan(tuple(units), document.metadata(), child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies or slides, then embedded objects."""
        with open_document(source) as document:
            count = _counted(source, document.data("content.xml") or b"").count
            kept = _keeper(document, source, scratch) if source.pictures else None
            if first <= count and source.media_type in SLIDES:
                pages = list(document.content().iter("{*}page"))
                for number in range(first, min(last, count) + 1):
                    yield (
                        _slide(pages[number - 1], number, kept)
                        if number <= len(pages)
                        else UnitFailed(number, "damaged")
                    )
            elif first <= count:
                parts = share(_text(document, kept), count)
                for number in range(first, min(last, count) + 1):
                    yield unit(number, parts[number - 1], "markup")
            names = _embedded(document)
            inside = (
                Inside(tidy(name)[:500], document.parts[name].file_size, partial(_taken, document, name))
                for name in names
            )
            rest = count + len(names) + 1
            yield from children(inside, source, max(first, count + 1), min(last, rest - 1), count, scratch)
            if first <= rest <= last:
                yield UnitFailed(rest, "text-missing")


def _taken(document: OpenDocument, name: str) -> tuple[str, bytes] | None:
    try:
        return tidy(name)[:500], document.data(name) or b""
    except Unreadable:
        return None


def _counted(source: Source, data: bytes) -> UnitRun:
    if source.media_type in SLIDES:
        return UnitRun("slide", len(_PAGE.findall(data)))
    return UnitRun("body", bodies(len(_between(data))))


def _between(data: bytes) -> str:
    found = _BODY.search(data)
    return _TAG.sub(b" ", found.group() if found else b"").decode("utf-8", "replace")


def _lacks(source: Source, document: OpenDocument, data: bytes) -> bool:
    wanted = letters(_between(data))
    if source.media_type in SLIDES:
        blocks = [block for page in document.content().iter("{*}page") for block in _page(page, None)]
    else:
        blocks = _text(document, None)
    # What describes a picture stands between tags too, and comes out beside the text.
    described = sum(letters(note.text) for block in blocks for note in block.annotations if note.kind == "alt")
    came = described + sum(letters(block.text) for block in blocks)
    return wanted >= COMPARABLE and came < WHOLE * wanted


def _text(document: OpenDocument, kept: Picture | None) -> list[Block]:
    """Reads the flow, below the headers and above the footers of the pages."""
    found = [block for body in document.content().iter("{*}text") if len(body) for block in blocks_of(body, kept)]
    margins: dict[str, Block] = {}
    styles = document.xml("styles.xml")
    for name in ("header", "footer"):
        for element in styles.iter(f"{{*}}{name}") if styles is not None else ():
            text = "\n".join(block.text for block in blocks_of(element, None) if block.text.strip())
            if text:
                margins.setdefault(text, Block(text))
    return [*margins.values(), *found, *_objects(document)]


def _objects(document: OpenDocument) -> Iterator[Block]:
    """Yields the text of sheets, charts and texts that are drawn inside and lie in folders of the package."""
    for name in sorted(document.parts):
        root = _broken_or_xml(document, name) if name.endswith("/content.xml") else None
        for body in root.iter("{*}body") if root is not None else ():
            yield from (block for block in blocks_of(body, None) if block.text.strip())


def _broken(document: OpenDocument) -> bool:
    return any(name.endswith("/content.xml") and _broken_or_xml(document, name) is None for name in document.parts)


def _broken_or_xml(document: OpenDocument, name: str) -> Any:
    try:
        return document.xml(name)
    except Unreadable:
        return None


def _slide(page: Any, number: int, kept: Picture | None) -> UnitRead:
    read = unit(number, list(_page(page, kept)), "markup")
    notes = "\n".join(paragraph_text(one) for notes in page.findall("{*}notes") for one in notes.iter("{*}p")).strip()
    said = (Annotation("note", notes, None),) if notes else ()
    return UnitRead(
        number, "slide", read.text, read.method, label=tidy(attribute(page, "name"))[:200] or None,
        headings=read.headings, pictures=read.pictures, tables=read.tables, annotations=read.annotations + said,
    )  # fmt: skip


def _page(page: Any, kept: Picture | None) -> Iterator[Block]:
    title = next((one for one in page.findall("{*}frame") if attribute(one, "class") == "title"), None)
    text = " ".join(" ".join(paragraph_text(one) for one in title.iter("{*}p")).split()) if title is not None else ""
    if text:
        yield Block(text, 1)
    for child in page:
        if child is not title:
            yield from blocks_of([child], kept)
    for notes in page.findall("{*}notes"):
        yield from blocks_of(notes, None)


def _keeper(document: OpenDocument, source: Source, scratch: Path) -> Picture:
    left = [PICTURES]

    def kept(name: str) -> PictureFound | None:
        left[0] -= 1
        try:
            data = document.data(name.removeprefix("./")) if left[0] >= 0 else None
        except Unreadable:
            return None  # the picture is broken; the text is not
        return keep(data, scratch, source.limits) if data else None

    return kept


def _embedded(document: OpenDocument) -> list[str]:
    """Returns objects that are files of their own; those in parts of the package are drawn in its own format."""
    return sorted(
        name
        for name, info in document.parts.items()
        if _OBJECT.fullmatch(name) and info.file_size and "Repl" not in name
    )


EXTRACTOR = OdfExtractor()
