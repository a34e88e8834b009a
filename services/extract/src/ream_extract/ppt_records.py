# SPDX-License-Identifier: Apache-2.0
"""Decides what the records of an old presentation (PPT) say: its slides in order, their words, notes and comments."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile  # type: ignore[import-untyped]

from ream_extract.reading import Unreadable
from ream_extract.text_clean import tidy

_NOTES_ATOM, _LIST, _PERSIST, _OBJECT, _MARGINS = 1009, 4080, 1011, 4113, 4057
_HEADER, _WIDE, _NARROW, _STRING, _COMMENT = 3999, 4000, 4008, 4026, 12000
_EDIT, _DIRECTORY = 4085, 6002
_SLIDES, _NOTES, _OF_SLIDES = 0, 2, 3
_ENCRYPTED_TOKEN = 0xF3D1C4DF
_TITLES = frozenset({0, 6})
_CONTAINER = 0xF
DEPTH = 30
LARGEST = 256 << 20
"""Bytes of one embedded object once unpacked."""
EDITS = 10_000
"""Times that a file was saved on top of itself."""


@dataclass(slots=True)
class OldSlide:
    """What one slide says."""

    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Record:
    kind: int
    instance: int
    container: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OldShow:
    """What is in a presentation."""

    slides: tuple[OldSlide, ...]
    objects: tuple[tuple[int, int, bool], ...]
    """Begin and end of each embedded object in the stream, and whether it is packed."""
    stream: bytes

    def taken_out(self, number: int) -> bytes | None:
        """Returns the bytes of an object by its number from 0; None where they cannot be unpacked whole."""
        start, end, packed = self.objects[number]
        if not packed:
            return self.stream[start:end]
        unpacking = zlib.decompressobj()
        try:
            size = struct.unpack_from("<I", self.stream[start:end])[0]
            data = unpacking.decompress(self.stream[start + 4 : end], LARGEST)
        except (zlib.error, struct.error):
            return None
        # Some writers leave out the end of the packing: what it should have is said before it.
        return data if len(data) == size else None


def old_show(held: olefile.OleFileIO) -> OldShow:
    """Reads a presentation.

    Raises:
        Unreadable: encrypted, damaged.
    """
    try:
        stream = bytes(held.openstream("PowerPoint Document").read())
        user = bytes(held.openstream("Current User").read())
        token, edit = struct.unpack_from("<2I", user, 12)
    except (OSError, struct.error, ValueError, TypeError, IndexError) as failure:
        raise Unreadable("damaged", "The presentation cannot be opened: it is cut off or broken.") from failure
    if token == _ENCRYPTED_TOKEN:
        raise Unreadable(
            "encrypted", "The presentation is encrypted and opens only with a password, which nobody gave."
        )
    try:
        places, document = _places(stream, edit)
        if document not in places:
            raise ValueError("no document")
        slides = _slides(stream, places, _record(stream, places[document]))
        records = (_record(stream, place) for _, place in sorted(places.items()) if place + 8 <= len(stream))
        objects = [(one.start, one.end, one.instance == 1) for one in records if one.kind == _OBJECT]
        return OldShow(tuple(slides), tuple(objects), stream)
    except (struct.error, IndexError, ValueError) as failure:
        raise Unreadable("damaged", "The list of slides cannot be read: it is cut off or broken.") from failure


def _slides(stream: bytes, places: dict[int, int], document: _Record) -> list[OldSlide]:
    slides: dict[int, OldSlide] = {}
    noted: list[tuple[int, list[str]]] = []
    margins: list[str] = []
    for listed in _inside(stream, document):
        if listed.kind == _MARGINS and listed.instance == _OF_SLIDES:
            margins += _strings(stream, listed).values()
        if listed.kind != _LIST:
            continue
        for persist, number, said in _listed(stream, listed):
            found = OldSlide([text for title, text in said if title], [text for title, text in said if not title])
            if listed.instance == _SLIDES:
                slides[number] = found
            if listed.instance in (_SLIDES, _NOTES) and persist in places:
                own = _record(stream, places[persist])
                noted += _own(stream, own, found, listed.instance == _NOTES)
    for number, texts in noted:
        if number in slides:
            slides[number].notes += texts
    for first in list(slides.values())[:1]:
        first.texts += margins  # they stand on every slide, and are said once
    return list(slides.values())


def _own(stream: bytes, own: _Record, found: OldSlide, is_notes: bool) -> list[tuple[int, list[str]]]:
    """Reads the record of a slide or of its notes; of notes, returns whose they are and what they say."""
    texts = [text for _, text in _texts(stream, own)]
    if is_notes:
        numbers = [
            struct.unpack_from("<I", stream, atom.start)[0] for atom in _inside(stream, own) if atom.kind == _NOTES_ATOM
        ]
        return [(numbers[0], [*found.titles, *found.texts, *texts])] if numbers else []
    found.texts += [text for text in texts if text not in found.titles and text not in found.texts]
    found.comments += _comments(stream, own, 0)
    return []


def _places(stream: bytes, edit: int) -> tuple[dict[int, int], int]:
    """Returns where each object lies, newest first, and which one is the document."""
    places: dict[int, int] = {}
    document = 0
    seen: set[int] = set()
    while edit not in seen and len(seen) < EDITS:
        seen.add(edit)
        record = _record(stream, edit)
        if record.kind != _EDIT:
            raise ValueError("no edit")
        last, directory, reference = struct.unpack_from("<3I", stream, record.start + 8)
        document = document or reference
        for number, place in _directory(stream, _record(stream, directory)):
            places.setdefault(number, place)
        if not last:
            break
        edit = last
    return places, document


def _directory(stream: bytes, record: _Record) -> Iterator[tuple[int, int]]:
    at = record.start
    while record.kind == _DIRECTORY and at + 4 <= record.end:
        packed = struct.unpack_from("<I", stream, at)[0]
        first, count = packed & 0xFFFFF, packed >> 20
        at += 4
        for number in range(first, first + count):
            yield number, struct.unpack_from("<I", stream, at)[0]
            at += 4


def _record(stream: bytes, at: int) -> _Record:
    head, kind, size = struct.unpack_from("<2HI", stream, at)
    return _Record(kind, head >> 4, head & 0xF == _CONTAINER, at + 8, min(len(stream), at + 8 + size))


def _inside(stream: bytes, parent: _Record) -> Iterator[_Record]:
    at = parent.start
    while parent.container and at + 8 <= parent.end:
        record = _record(stream, at)
        yield record
        at = record.end


def _listed(stream: bytes, parent: _Record) -> Iterator[tuple[int, int, list[tuple[bool, str]]]]:
    """Yields the entries of a list: the object, the number of the slide, and texts of its placeholders."""
    entry: tuple[int, int, list[tuple[bool, str]]] | None = None
    title = False
    for record in _inside(stream, parent):
        if record.kind == _PERSIST:
            if entry is not None:
                yield entry
            persist, _, _, number = struct.unpack_from("<4I", stream, record.start)
            entry = persist, number, []
        elif record.kind == _HEADER:
            title = struct.unpack_from("<I", stream, record.start)[0] in _TITLES
        elif record.kind in (_WIDE, _NARROW) and entry is not None:
            entry[2].append((title, _text(stream, record)))
    if entry is not None:
        yield entry


def _texts(stream: bytes, parent: _Record, depth: int = 0) -> Iterator[tuple[bool, str]]:
    """Yields the texts in the shapes below a record."""
    for record in _inside(stream, parent):
        if record.kind in (_WIDE, _NARROW):
            yield False, _text(stream, record)
        elif record.kind == _MARGINS:
            yield from ((False, text) for text in _strings(stream, record).values())
        elif record.container and record.kind != _COMMENT and depth < DEPTH:
            yield from _texts(stream, record, depth + 1)


def _comments(stream: bytes, parent: _Record, depth: int) -> list[str]:
    found: list[str] = []
    for record in _inside(stream, parent):
        if record.kind == _COMMENT:
            strings = _strings(stream, record)
            found += [strings[1]] if strings.get(1) else []
        elif record.container and depth < DEPTH:
            found += _comments(stream, record, depth + 1)
    return found


def _strings(stream: bytes, parent: _Record) -> dict[int, str]:
    return {one.instance: _text(stream, one) for one in _inside(stream, parent) if one.kind == _STRING}


def _text(stream: bytes, record: _Record) -> str:
    data = stream[record.start : record.end]
    text = data.decode("cp1252" if record.kind == _NARROW else "utf-16-le", "replace")
    return tidy(text.replace("\x0b", "\n").replace("\r", "\n")).strip("\n")
