# SPDX-License-Identifier: Apache-2.0
"""Decides how a Word document is read: python-docx's XML layer, and what python-docx leaves out beside it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Literal

from ream_contracts.whole import letters
from ream_extract.docx_text import Story
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.opc import Package
from ream_extract.pictures import Keeper
from ream_extract.reading import (
    REST,
    ChildRead,
    Item,
    Method,
    Plan,
    Source,
    UnitFailed,
    UnitRun,
    Unreadable,
)
from ream_extract.text_clean import tidy
from ream_extract.zip_check import opened

_TEXT = re.compile(rb"<(?:\w{1,20}:)?t(?: [^>]{0,200})?>([^<]*)<")
_INSIDE = re.compile(r"word/(embeddings/[^/]+|(?:[^/]*/)*afchunk[^/]*)", re.IGNORECASE)
_NOTES = re.compile(r"(?:^|/)(?:footnotes|endnotes|comments)\d*\.xml$", re.IGNORECASE)
_CHILDREN = ("aFChunk", "package", "oleObject")
"""Kinds of relationship whose target is a document of its own; where it lies and what it is called is free."""
_STORIES = ("header", "footer", "footnotes", "endnotes", "comments")
_TAG = re.compile(rb"<(/?)(?:\w{1,20}:)?(Fallback|moveFrom|t)(?=[ />])([^<>]{0,2000})>([^<]*)")
COMPARABLE = 100
"""Letters from which two counts of them are compared."""
WHOLE = 0.8
"""Share of the counted letters below which text is missing."""
PICTURES = 500
"""Pictures of one document; the rest stay in it."""


class DocxExtractor:
    """Reads DOCX, templates and documents with macros, which are never run."""

    name = "docx"
    version = "7"
    media_types = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.ms-word.template.macroenabled.12",
    )
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the letters between text tags, and embedded files by the zip directory.

        Where the letters between the tags are not what comes out, one more unit stands for the rest, and will fail.
        """
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            main = main_part(package)
            data = package.data(main) or b""
            size = sum(len(found) for found in _TEXT.findall(data))
            metadata = package.metadata() | {"text_bytes": str(size)}
            inside = embedded(package)
            missing = _lacking(package, source, data + _noted(package))
        units = [UnitRun("body", bodies(size))]
        if inside:
            units.append(UnitRun("attachment", len(inside)))
        if missing:
            units.append(UnitRun(REST, 1))
        held = sum(package.parts[name].file_size for name in inside)
        return Plan(tuple(units), metadata, child_bytes=held)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies, then embedded files."""
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            main = main_part(package)
            planned = bodies(sum(len(found) for found in _TEXT.findall(package.data(main) or b"")))
            if first <= planned:
                yield from read_bodies(package, source, first, min(last, planned), planned, scratch, "markup")
            yield from _embedded(package, source, max(first, planned + 1), last, planned, scratch)
            rest = planned + len(embedded(package)) + 1
            if first <= rest <= last:
                yield UnitFailed(rest, "text-missing")


def main_part(package: Package) -> str:
    """Finds the part that holds the body.

    Raises:
        Unreadable: there is none.
    """
    for name in (*package.of_kind("", "officeDocument"), "word/document.xml"):
        if package.data(name) is not None:
            return name
    raise Unreadable("damaged", "The file has no document part: it is cut off or not a Word document.")


def read_bodies(
    package: Package, source: Source, first: int, last: int, planned: int, scratch: Path, method: Method
) -> Iterator[Item]:
    """Yields the bodies of a document: headers on top, footers and what nothing refers to at the end."""
    parts = share(_all_blocks(package, source, scratch), planned)
    for number in range(first, last + 1):
        yield unit(number, parts[number - 1], method)


def embedded(package: Package) -> list[str]:
    """Returns the parts that are documents of their own, in the order of their names."""
    inside = {name for name in package.parts if _INSIDE.fullmatch(name)}
    main = main_part(package)
    for part in (main, *(story for kind in _STORIES for story in _of_kind(package, main, kind))):
        for kind in _CHILDREN:
            inside.update(name for target in _of_kind(package, part, kind) if (name := package.known(target)))
    # A document that names itself as its own chunk would never end.
    return sorted(name for name in inside if package.parts[name].file_size and name != package.known(main))


def _noted(package: Package) -> bytes:
    """Returns notes and comments as the zip's directory has them, whatever refers to them."""
    return b"".join(package.data(name) or b"" for name in sorted(package.parts) if _NOTES.search(name))


def _of_kind(package: Package, part: str, kind: str) -> list[str]:
    try:
        return package.of_kind(part, kind)
    except Unreadable:
        return []  # a broken list of links: what reads the part itself says so


def shown_letters(data: bytes) -> int:
    """Counts the letters between text tags that Word shows, found without a parser: of alternatives one, none moved."""
    unseen = count = 0
    for closing, name, attributes, words in _TAG.findall(data):
        if name != b"t":
            unseen = max(0, unseen + (-1 if closing else not attributes.endswith(b"/")))
        elif not unseen and not closing:
            count += letters(unescape(words.decode("utf-8", "replace")))
    return count


def _lacking(package: Package, source: Source, data: bytes) -> bool:
    try:
        return lacks(all_blocks(package, source), shown_letters(data))
    except Unreadable:
        return False  # whoever reads the units says so of each


def lacks(blocks: list[Block], counted: int) -> bool:
    """Says whether so much less came out than was counted that something was left out on the way."""
    came = sum(letters(block.text) for block in blocks)
    return counted >= COMPARABLE and came < WHOLE * counted


def all_blocks(package: Package, source: Source) -> list[Block]:
    """Returns the text of the whole document without its pictures."""
    return _all_blocks(package, source, None)


def _all_blocks(package: Package, source: Source, scratch: Path | None) -> list[Block]:
    main = main_part(package)
    taken = Keeper(scratch, source.limits, PICTURES) if source.pictures and scratch is not None else None
    headers = _margins(package, main, "header", taken)
    body = Story(package, main, main, taken)
    blocks = [*headers, *body.blocks(), *body.unreferred(), *_margins(package, main, "footer", taken)]
    if taken is not None:
        blocks.append(Block("", annotations=taken.notes()))
    return [block for block in blocks if block.text.strip() or block.pictures or block.annotations]


def _margins(package: Package, main: str, kind: Literal["header", "footer"], taken: Keeper | None) -> list[Block]:
    """Reads headers or footers; first, even and odd pages often say and show the same, which is then kept once."""
    said: set[str] = set()
    shown: set[str] = set()
    found: list[Block] = []
    for part in package.of_kind(main, kind):
        for block in Story(package, part, main, taken).blocks():
            pictures = tuple(picture for picture in block.pictures if picture.file not in shown)
            shown.update(picture.file for picture in pictures)
            if block.text.strip() and block.text not in said:
                said.add(block.text)
                found.append(replace(block, level=0, pictures=pictures, kind=kind, depth=0))
            elif pictures:
                found.append(Block("", 0, (), block.annotations, pictures))
    return found


def _embedded(package: Package, source: Source, first: int, last: int, planned: int, scratch: Path) -> Iterator[Item]:
    left = source.child_budget
    for number, name in enumerate(embedded(package), planned + 1):
        if not first <= number <= last:
            continue
        if package.parts[name].file_size > left:
            yield UnitFailed(number, "family-limit")
            continue
        try:
            data = package.data(name) or b""
        except Unreadable as failure:
            yield UnitFailed(number, failure.cause)
            continue
        left -= len(data)
        (scratch / f"child-{number}").write_bytes(data)
        label = tidy(name)[:500]
        yield ChildRead(number, "attachment", label.rsplit("/", 1)[-1], label, f"child-{number}", len(data))


EXTRACTOR = DocxExtractor()
