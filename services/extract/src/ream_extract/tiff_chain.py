# SPDX-License-Identifier: Apache-2.0
"""Decides how many pages a TIFF has by the chain of its directories alone, without a library that decodes it."""

from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import BinaryIO

MOST = 100_000
"""Directories followed at most."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a TIFF writes numbers: where the first directory's place stands, a count of entries, a place."""

    first: int
    count: Struct
    entry: int
    place: Struct


_FORMS = {
    b"II*\0": _Form(4, Struct("<H"), 12, Struct("<I")),
    b"MM\0*": _Form(4, Struct(">H"), 12, Struct(">I")),
    b"II+\0": _Form(8, Struct("<Q"), 20, Struct("<Q")),
    b"MM\0+": _Form(8, Struct(">Q"), 20, Struct(">Q")),
}


def directories(path: Path) -> int:
    """Counts the directories that can be reached; 0 where the file is no TIFF. A chain may go in a circle."""
    size = path.stat().st_size
    with path.open("rb") as held:
        form = _FORMS.get(held.read(4))
        if form is None:
            return 0
        seen: set[int] = set()
        place = _number(held, form.first, form.place)
        while place and place < size and place not in seen and len(seen) < MOST:
            seen.add(place)
            entries = _number(held, place, form.count)
            after = place + form.count.size + form.entry * entries
            place = _number(held, after, form.place) if after < size else 0
        return len(seen)


def _number(held: BinaryIO, place: int, form: Struct) -> int:
    held.seek(place)
    data = held.read(form.size)
    return int(form.unpack(data)[0]) if len(data) == form.size else 0
