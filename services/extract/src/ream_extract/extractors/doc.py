# SPDX-License-Identifier: Apache-2.0
"""Decides how a legacy Word document is read: as DOCX when LibreOffice made one of it, else by antiword."""

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation
from ream_extract import antiword
from ream_extract.extractors.docx import embedded, read_bodies
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.opc import Package
from ream_extract.reading import ChildRead, Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.text_clean import tidy
from ream_extract.zip_check import opened

WORD_97 = 0xC1
"""Version of the format from which the numbers of letters stand where we read them."""
_ENCRYPTED = 0x0100
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
    version = "1"
    media_types = ("application/msword",)
    convert_to: str | None = "docx"
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the numbers of letters in the file's own header, and objects by the OLE directory."""
        with _opened(source.path) as held:
            letters = _letters(held, source.path.stat().st_size)
            inside = _objects(held)
            metadata = properties(held) | {"text_bytes": str(letters)}
        units = [UnitRun("body", bodies(letters))]
        if inside:
            units.append(UnitRun("attachment", len(inside)))
        return Plan(tuple(units), metadata, child_bytes=sum(inside.values()))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies, then embedded objects."""
        with _opened(source.path) as held:
            planned = bodies(_letters(held, source.path.stat().st_size))
        if source.converted is None:
            yield from _by_antiword(source, first, last, planned)
            return
        with opened(source.converted, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            if first <= planned:
                yield from read_bodies(package, source, first, min(last, planned), planned, scratch, "converted")
            yield from _embedded(package, source, max(first, planned + 1), last, planned, scratch)


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


def _letters(held: olefile.OleFileIO, size: int) -> int:
    """Reads how many letters body, notes, headers, comments and boxes have.

    Raises:
        Unreadable: encrypted, or no Word document after all.
    """
    try:
        head = held.openstream("WordDocument").read(0x6C)
        magic, version = struct.unpack_from("<2H", head)
        flags = struct.unpack_from("<H", head, 0x0A)[0]
        if flags & _ENCRYPTED:
            raise Unreadable(
                "encrypted", "The document is encrypted and opens only with a password, which nobody gave."
            )
        counts = struct.unpack_from("<8i", head, 0x4C) if version >= WORD_97 else struct.unpack_from("<i", head, 0x34)
    except (OSError, struct.error, ValueError, TypeError, IndexError) as failure:
        raise Unreadable("damaged", "The document's header cannot be read: it is cut off or broken.") from failure
    if magic not in (0xA5EC, 0xA5DC):
        raise Unreadable("damaged", "The document's header is not one of Word's.")
    return min(size, sum(int(count) for count in counts if count > 0))


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


def _by_antiword(source: Source, first: int, last: int, planned: int) -> Iterator[Item]:
    text = antiword.text_of(source.path)
    if text is None:
        for number in range(first, last + 1):
            yield UnitFailed(number, "conversion-failed")
        return
    text = re.sub(r" {2,}", " ", text)  # it pads cells of tables
    blocks = [Block(tidy(block).strip("\n")) for block in text.split("\n\n") if block.strip()]
    blocks.append(Block("", 0, (), (_LOSSY,)))
    parts = share(blocks, planned)
    for number in range(first, last + 1):
        yield (
            unit(number, parts[number - 1], "converted", 60)
            if number <= planned
            else UnitFailed(number, "conversion-failed")
        )


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
