# SPDX-License-Identifier: Apache-2.0
"""Decides how a legacy Word document is read: as DOCX when LibreOffice made one of it, else by antiword."""

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation
from ream_contracts.whole import letters
from ream_extract import antiword
from ream_extract.doc_stories import HALF, head_of, lacking, stories
from ream_extract.extractors.docx import COMPARABLE, all_blocks, embedded, read_bodies
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.opc import Package
from ream_extract.reading import REST, ChildRead, Item, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.text_clean import tidy
from ream_extract.zip_check import opened

MISSING = {
    "body": "text-missing",
    "headers": "headers-missing",
    "notes": "notes-missing",
    "comments": "comments-missing",
    "boxes": "boxes-missing",
    "pictures": "pictures-missing",
}
"""Causes of the units that stand for what the conversion left out."""
_DOCUMENTS = {"\x01ole10native", "package", "contents", "worddocument", "workbook", "book", "powerpoint document"}
_LOSSY = Annotation("note", "Read by antiword: headers, notes, comments, boxes and pictures are missing here.", None)
_TOLD = (
    "title",
    "subject",
    "author",
    "keywords",
    "comments",
    "template",
    "last_saved_by",
    "num_pages",
    "creating_application",
    "create_time",
    "last_saved_time",
)


class DocExtractor:
    """Reads DOC and DOT of Word 6 to 2003."""

    name = "doc"
    version = "6"
    media_types = ("application/msword",)
    convert_to: str | None = "docx"
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the numbers of letters in the file's own header, and objects by the OLE directory.

        One unit more stands for each story of the file that has words, and for its pictures: nothing to read where they
        came through the conversion, failed where they did not.
        """
        return planned(_inside(source.path))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies, then embedded objects, then what of each story is missing."""
        inside = _inside(source.path)
        if source.converted is None:
            yield from _by_antiword(source, first, last, inside)
        else:
            yield from read_converted(source, source.converted, inside, first, last, scratch)


def planned(inside: "Inside") -> Plan:
    """Plans a document that is to be converted."""
    units = [UnitRun("body", bodies(inside.letters))]
    if inside.objects:
        units.append(UnitRun("attachment", len(inside.objects)))
    if inside.checked:
        units.append(UnitRun(REST, len(inside.checked)))
    metadata = inside.metadata | {"text_bytes": str(inside.letters)}
    return Plan(tuple(units), metadata, child_bytes=sum(inside.objects.values()))


def read_converted(
    source: Source, converted: Path, inside: "Inside", first: int, last: int, scratch: Path
) -> Iterator[Item]:
    """Yields the units of a document from its converted form, and holds that against what the document says itself."""
    count = bodies(inside.letters)
    counted = count + len(inside.objects)
    with opened(converted, source.limits.entries) as archive:
        package = Package(archive, source.limits)
        if first <= count:
            yield from read_bodies(package, source, first, min(last, count), count, scratch, "converted")
        yield from _embedded(package, source, max(first, count + 1), min(last, counted), count, scratch)
        if last > counted:
            came = "\n".join(block.text for block in all_blocks(package, source))
            yield from rest(inside, came, max(first, counted + 1), last, counted)


@dataclass(frozen=True, slots=True)
class Inside:
    """What the file says of itself."""

    letters: int
    objects: dict[str, int]
    said: dict[str, str]
    """The text of each story that has words."""
    metadata: dict[str, str]

    @property
    def checked(self) -> tuple[str, ...]:
        """What the conversion is held against; the body alone where the file gives nothing but numbers of letters."""
        return tuple(self.said) or (("body",) if self.letters >= COMPARABLE else ())


def _inside(path: Path) -> Inside:
    size = path.stat().st_size
    with _opened(path) as held:
        head = head_of(held)
        return Inside(min(size, sum(head.letters)), _objects(held), stories(held, head, size), properties(held))


def rest(inside: Inside, came: str, first: int, last: int, counted: int, lost: tuple[str, ...] = ()) -> Iterator[Item]:
    """Answers the units of the stories: nothing is to be read in them, for their words stand in the bodies."""
    missing = {*lacking(inside.said, came), *lost}
    if not inside.said and letters(came) < HALF * inside.letters:
        missing.add("body")
    for number, kind in enumerate(inside.checked, counted + 1):
        if first <= number <= last:
            if kind in missing:
                yield UnitFailed(number, MISSING[kind])
            else:
                yield UnitRead(number, REST, "", "none", label=kind)


@contextmanager
def _opened(path: Path) -> Iterator[olefile.OleFileIO]:
    try:
        held = olefile.OleFileIO(path)
    except (
        OSError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        struct.error,
        OverflowError,
        RecursionError,
    ) as failure:
        raise Unreadable("damaged", "The document cannot be opened: its directory is cut off or broken.") from failure
    try:
        yield held
    finally:
        held.close()


def _objects(held: olefile.OleFileIO) -> dict[str, int]:
    """Returns the embedded objects that are documents, with the size of their largest stream."""
    found: dict[str, int] = {}
    for path in held.listdir(streams=True, storages=False):
        if len(path) >= 3 and path[0] == "ObjectPool" and path[2].lower() in _DOCUMENTS:
            found[path[1]] = max(found.get(path[1], 0), int(held.get_size(path)))
    return found


def properties(held: olefile.OleFileIO) -> dict[str, str]:
    """Returns what the property streams of an OLE file say of it."""
    try:
        told = held.get_metadata()
    except Exception:
        return {"properties": "unreadable"}
    found = {}
    for name in _TOLD:
        value = getattr(told, name, None)
        text = value.decode("cp1252", "replace") if isinstance(value, bytes) else str(value or "")
        text = tidy(text).strip("\x00 \n")[:2_000]
        if text:
            found[name] = text
    return found


def _by_antiword(source: Source, first: int, last: int, inside: Inside) -> Iterator[Item]:
    text = antiword.text_of(source.path)
    if text is None:
        # Nobody has tried the document where there is no program to try it with.
        cause = "conversion-failed" if antiword.available() else "converter-missing"
        for number in range(first, last + 1):
            yield UnitFailed(number, cause)
        return
    planned = bodies(inside.letters)
    counted = planned + len(inside.objects)
    text = re.sub(r" {2,}", " ", text)  # it pads cells of tables
    blocks = [Block(tidy(block).strip("\n")) for block in text.split("\n\n") if block.strip()]
    blocks.append(Block("", 0, (), (_LOSSY,)))
    parts = share(blocks, planned)
    for number in range(first, min(last, counted) + 1):
        yield (
            unit(number, parts[number - 1], "converted", 60)
            if number <= planned
            else UnitFailed(number, "conversion-failed")
        )
    yield from rest(inside, text, max(first, counted + 1), last, counted, lost=("pictures",))


def _embedded(package: Package, source: Source, first: int, last: int, planned: int, scratch: Path) -> Iterator[Item]:
    """Takes embedded objects from the converted form, where they are files; what was not carried over is missing."""
    names = embedded(package)
    left = source.child_budget
    for number in range(first, last + 1):
        place = number - planned - 1
        if place >= len(names):
            yield UnitFailed(number, "conversion-failed")
            continue
        data = package.data(names[place]) or b""
        if len(data) > left:
            yield UnitFailed(number, "family-limit")
            continue
        left -= len(data)
        (scratch / f"child-{number}").write_bytes(data)
        label = tidy(names[place])[:500]
        yield ChildRead(number, "attachment", label.rsplit("/", 1)[-1], label, f"child-{number}", len(data))


EXTRACTOR = DocExtractor()
