# SPDX-License-Identifier: Apache-2.0
"""Decides how a Word document is read: python-docx's XML layer, and what python-docx leaves out beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

from ream_extract.docx_text import Story
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.opc import Package
from ream_extract.pictures import keep
from ream_extract.reading import (
    ChildRead,
    Item,
    Method,
    PictureFound,
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
_CHILDREN = ("aFChunk", "package", "oleObject")
"""Kinds of relationship whose target is a document of its own; where it lies and what it is called is free."""
_STORIES = ("header", "footer", "footnotes", "endnotes", "comments")
PICTURES = 500
"""Pictures of one document; the rest stay in it."""


class DocxExtractor:
    """Reads DOCX, templates and documents with macros, which are never run."""

    name = "docx"
    version = "2"
    media_types = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.ms-word.template.macroenabled.12",
    )
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the letters between text tags, and embedded files by the zip directory."""
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            main = main_part(package)
            letters = sum(len(found) for found in _TEXT.findall(package.data(main) or b""))
            metadata = package.metadata() | {"text_bytes": str(letters)}
            inside = embedded(package)
        units = [UnitRun("body", bodies(letters))]
        if inside:
            units.append(UnitRun("attachment", len(inside)))
        size = sum(package.parts[name].file_size for name in inside)
        return Plan(tuple(units), metadata, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies, then embedded files."""
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            main = main_part(package)
            planned = bodies(sum(len(found) for found in _TEXT.findall(package.data(main) or b"")))
            if first <= planned:
                yield from read_bodies(package, source, first, min(last, planned), planned, scratch, "markup")
            yield from _embedded(package, source, max(first, planned + 1), last, planned, scratch)


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


def _of_kind(package: Package, part: str, kind: str) -> list[str]:
    try:
        return package.of_kind(part, kind)
    except Unreadable:
        return []  # a broken list of links: what reads the part itself says so


def _all_blocks(package: Package, source: Source, scratch: Path) -> list[Block]:
    main = main_part(package)
    left = [PICTURES]

    def kept(data: bytes) -> PictureFound | None:
        left[0] -= 1
        return keep(data, scratch, source.limits) if left[0] >= 0 else None

    taken = kept if source.pictures else None
    body = Story(package, main, main, taken)
    headers = _margins(package, main, "header")
    blocks = [*headers, *body.blocks(), *body.unreferred(), *_margins(package, main, "footer")]
    return [block for block in blocks if block.text.strip() or block.pictures or block.annotations]


def _margins(package: Package, main: str, kind: str) -> list[Block]:
    """Reads headers or footers; first, even and odd pages often say the same, which is then kept once."""
    found: dict[str, Block] = {}
    for part in package.of_kind(main, kind):
        for block in Story(package, part, main, None).blocks():
            if block.text.strip():
                found.setdefault(block.text, Block(block.text, 0, block.tables, block.annotations))
    return list(found.values())


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
