# SPDX-License-Identifier: Apache-2.0
"""A parser with defects: the first unit of each file is sound, the second sleeps, or takes all memory there is."""

import ctypes
import mmap
import threading
from collections.abc import Iterator
from pathlib import Path

from ream_extract.reading import Item, Plan, Source, UnitRead, UnitRun

_PR_SET_NAME = 15


class PlantedExtractor:
    """Reads what it takes for a database as that says."""

    name = "planted"
    version = "1"
    media_types = ("application/vnd.sqlite3",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Two units, whatever is in it."""
        return Plan((UnitRun("body", 2),))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Reads the first unit, and misbehaves in the second."""
        if first == 1:
            yield UnitRead(1, "body", "The first unit of this file is sound.", "plain")
        if last == 2:
            if b"sleep" in source.path.read_bytes():
                _call_myself(b"ream-asleep")
                threading.Event().wait()
            _call_myself(b"ream-greedy")
            kept = []
            while True:
                kept.append(mmap.mmap(-1, 32 << 20))


def _call_myself(name: bytes) -> None:
    """Names the process, so that whoever watches sees how long it goes on."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name, 0, 0, 0)


EXTRACTOR = PlantedExtractor()
