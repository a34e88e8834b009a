# SPDX-License-Identifier: Apache-2.0
"""Decides what comes out of an OLE file of no kind of its own: the file that an office program packed into it."""

import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ream_extract.children import Inside, children
from ream_extract.extractors.doc import properties
from ream_extract.ole_objects import packed_at_top, unpacked
from ream_extract.reading import Item, Plan, Source, UnitFailed, UnitRun, Unreadable

_BROKEN = (OSError, ValueError, TypeError, IndexError, KeyError, struct.error, RecursionError)


class OleObjectExtractor:
    """Takes the file out of an embedded object (`oleObject1.bin` of DOCX, XLSX and PPTX)."""

    name = "ole_object"
    version = "1"
    media_types = ("application/x-ole-storage",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the streams that hold a file, by the directory alone; without one nothing of the file is read."""
        try:
            with olefile.OleFileIO(source.path) as held:
                streams = packed_at_top(held)
                metadata = properties(held)
                size = sum(int(held.get_size(stream)) for stream in streams)
        except _BROKEN as failure:
            raise Unreadable("damaged", "The file cannot be opened: its directory is cut off or broken.") from failure
        if not streams:
            reason = (
                "The OLE file is of no kind that is read, and no file is packed into it; what is known of it is kept."
            )
            return Plan((), metadata, 0, "unsupported", "unsupported-type", reason)
        return Plan((UnitRun("attachment", len(streams)),), metadata, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the files."""
        try:
            with olefile.OleFileIO(source.path) as held:
                streams = packed_at_top(held)
                inside = [
                    Inside(f"object {number}", int(held.get_size(stream)), partial(unpacked, held, stream))
                    for number, stream in enumerate(streams, 1)
                ]
                yield from children(inside, source, first, last, 0, scratch)
        except _BROKEN:
            yield from (UnitFailed(number, "damaged") for number in range(first, last + 1))


EXTRACTOR = OleObjectExtractor()
