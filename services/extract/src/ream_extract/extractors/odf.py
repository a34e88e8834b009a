# SPDX-License-Identifier: Apache-2.0
"""Decides how OpenDocument texts (ODT) and presentations (ODP) are read: bodies of text, or slides with their notes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from ream_contracts.artifacts import Annotation
from ream_contracts.whole import letters
from ream_extract.children import children
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.odf_objects import PICTURES, drawn, drawn_below, embedded, is_broken, keeper, text_of
from ream_extract.odf_text import Picture, blocks_of, flow_of
from ream_extract.open_document import OpenDocument, annotations, attribute, open_document, paragraph_text
from ream_extract.pictures import Keeper
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.text_clean import tidy

_PLAIN = "application/vnd.oasis.opendocument."
TEXTS = (f"{_PLAIN}text", f"{_PLAIN}text-template", f"{_PLAIN}text-master")
SLIDES = (f"{_PLAIN}presentation", f"{_PLAIN}presentation-template")
_PAGE = re.compile(rb"<draw:page[\s/>]")
_TAG = re.compile(rb"<[^>]*>")
_BODY = re.compile(rb"<office:body\b.*", re.DOTALL)
COMPARABLE, WHOLE = 100, 0.8


class OdfExtractor:
    """Reads ODT, OTT and ODP."""

    name = "odf"
    version = "6"
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
            inside = embedded(document)
            if inside:
                units.append(UnitRun("attachment", len(inside)))
            if _lacks(source, document, data) or is_broken(document):
                units.append(UnitRun(REST, 1))
            size = sum(one.size for one in inside)
            return Plan(tuple(units), document.metadata(), child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies or slides, then embedded objects."""
        with open_document(source) as document:
            count = _counted(source, document.data("content.xml") or b"").count
            keep = Keeper(scratch, source.limits, PICTURES)
            kept = keeper(document, keep) if source.pictures else None
            if first <= count and source.media_type in SLIDES:
                pages = list(document.content().iter("{*}page"))
                for number in range(first, min(last, count) + 1):
                    yield (
                        keep.noted(_slide(document, pages[number - 1], number, kept))
                        if number <= len(pages)
                        else UnitFailed(number, "damaged")
                    )
            elif first <= count:
                blocks = _text(document, kept)
                parts = share([*blocks, Block("", annotations=keep.notes())], count)
                for number in range(first, min(last, count) + 1):
                    yield unit(number, parts[number - 1], "markup")
            inside = embedded(document)
            rest = count + len(inside) + 1
            yield from children(iter(inside), source, max(first, count + 1), min(last, rest - 1), count, scratch)
            if first <= rest <= last:
                yield UnitFailed(rest, "text-missing")


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
    content, styles = document.content(), document.xml("styles.xml")
    flow = flow_of(content, styles)
    found = [block for body in content.iter("{*}text") if len(body) for block in blocks_of(body, kept, flow=flow)]
    margins: dict[str, Block] = {}
    kinds: tuple[Literal["header"], Literal["footer"]] = ("header", "footer")
    for name in kinds:
        for element in styles.iter(f"{{*}}{name}") if styles is not None else ():
            text = "\n".join(block.text for block in blocks_of(element, None) if block.text.strip())
            if text:
                margins.setdefault(text, Block(text, kind=name))
    objects = [block for name in drawn(document) for block in text_of(document, name)]
    return [*margins.values(), *found, *objects]


def _slide(document: OpenDocument, page: Any, number: int, kept: Picture | None) -> UnitRead:
    objects = [block for name in drawn_below(document, page) for block in text_of(document, name)]
    read = unit(number, [*_page(page, kept), *objects], "markup")
    notes = "\n".join(paragraph_text(one) for notes in page.findall("{*}notes") for one in notes.iter("{*}p")).strip()
    said = (Annotation("note", notes, None),) if notes else ()
    return UnitRead(
        number, "slide", read.text, read.method, label=tidy(attribute(page, "name"))[:200] or None,
        headings=read.headings, pictures=read.pictures, tables=read.tables, annotations=read.annotations + said,
        blocks=read.blocks,
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
    for text, author in (said for comment in page.findall("{*}annotation") for said in annotations(comment)):
        yield Block(text, 0, (), (Annotation("comment", text, author),))


EXTRACTOR = OdfExtractor()
