# SPDX-License-Identifier: Apache-2.0
"""Decides how an old presentation (PPT) is read: each slide is a unit, with its notes and comments."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation
from ream_extract.children import Inside, children
from ream_extract.extractors.doc import properties
from ream_extract.flow import Block, unit
from ream_extract.pictures import Keeper
from ream_extract.ppt_records import LARGEST, OldShow, OldSlide, old_show
from ream_extract.reading import Item, PictureFound, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable

_DRAWINGS, _BITMAPS = {0xF01A, 0xF01B, 0xF01C}, {0xF01D, 0xF01E, 0xF029, 0xF02A}
_BROKEN = (OSError, ValueError, TypeError, IndexError, KeyError, struct.error, OverflowError, RecursionError)


class PptExtractor:
    """Reads PPT of PowerPoint 97 to 2003."""

    name = "ppt"
    version = "5"
    media_types = ("application/vnd.ms-powerpoint",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts slides and objects by the lists of the document; one more unit holds pictures, where there are any."""
        with _opened(source.path) as held:
            show = old_show(held)
            units = [UnitRun("slide", len(show.slides)), UnitRun("attachment", len(show.objects))]
            units.append(UnitRun("pictures", 1 if _pictures_stream(held) else 0))
            return Plan(tuple(run for run in units if run.count), properties(held))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the slides, then embedded objects, and last the pictures, which the file keeps in one place."""
        with _opened(source.path) as held:
            show = old_show(held)
            count = len(show.slides)
            for number in range(first, min(last, count) + 1):
                yield _slide(show.slides[number - 1], number)
            inside = (
                Inside(f"object {number + 1}", 0, partial(_taken, show, number)) for number in range(len(show.objects))
            )
            rest = count + len(show.objects) + 1
            yield from children(inside, source, max(first, count + 1), min(last, rest - 1), count, scratch)
            if first <= rest <= last:
                yield _pictures(_pictures_stream(held), rest, source, scratch)


def _taken(show: OldShow, number: int) -> tuple[str, bytes] | None:
    data = show.taken_out(number)
    return None if data is None else (f"object {number + 1}", data)


def _pictures_stream(held: olefile.OleFileIO) -> bytes:
    return bytes(held.openstream("Pictures").read()) if held.exists("Pictures") else b""


def _pictures(stream: bytes, number: int, source: Source, scratch: Path) -> Item:
    """Answers the unit of the pictures; it fails where one of them could not be taken out."""
    found: list[PictureFound] = []
    keep = Keeper(scratch, source.limits, len(stream))
    at = lost = 0
    while source.pictures and at + 8 <= len(stream):
        head, kind, size = struct.unpack_from("<2HI", stream, at)
        data = stream[at + 8 : at + 8 + size]
        at += 8 + size
        picture = keep(_bare(kind, head >> 4, data)) if kind in _DRAWINGS | _BITMAPS else None
        found += [picture] if picture is not None else []
        lost += picture is None and kind in _BITMAPS
    if lost:
        return UnitFailed(number, "pictures-missing")
    return UnitRead(number, "pictures", "", "none", pictures=tuple(found), annotations=keep.notes())


def _bare(kind: int, instance: int, data: bytes) -> bytes:
    """Returns a picture without what the file writes before it: one hash or two, and a word about its packing."""
    hashes = 32 if instance & 1 else 16
    if kind in _BITMAPS:
        return data[hashes + 1 :]
    try:
        return zlib.decompressobj().decompress(data[hashes + 34 :], LARGEST)
    except zlib.error:
        return b""


@contextmanager
def _opened(path: Path) -> Iterator[olefile.OleFileIO]:
    try:
        held = olefile.OleFileIO(path)
    except _BROKEN as failure:
        raise Unreadable("damaged", "The presentation cannot be opened: it is cut off or broken.") from failure
    try:
        yield held
    finally:
        held.close()


def _slide(slide: OldSlide, number: int) -> UnitRead:
    titles = [Block(" ".join(text.split()), 1) for text in slide.titles if text.strip()]
    texts = [Block(text) for text in (*slide.texts, *slide.notes, *slide.comments) if text.strip()]
    read = unit(number, [*titles, *texts], "markup")
    notes = [Annotation("note", text, None) for text in slide.notes if text.strip()]
    comments = [Annotation("comment", text, None) for text in slide.comments if text.strip()]
    return UnitRead(
        number, "slide", read.text, read.method, headings=read.headings, annotations=(*notes, *comments),
        blocks=read.blocks,
    )  # fmt: skip


EXTRACTOR = PptExtractor()
