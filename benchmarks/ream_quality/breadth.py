# SPDX-License-Identifier: Apache-2.0
"""Scores breadth and silent losses: what becomes of every file, and whether other programs find more in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ream_quality.confirming import confirmed
from ream_quality.corpus import FOLDERS
from ream_quality.library import Library, Reading
from ream_quality.second_readers import asked
from ream_quality.silent_loss import WELL, loss

FOLDER = "formats"


@dataclass(frozen=True, slots=True)
class Lost:
    """A document that is called whole, and what another program finds in it all the same."""

    path: Path
    reader: str
    reason: str


def measure(library: Library) -> dict[str, float]:
    """Returns the share of `formats` read, of what no second program excuses, and the silent losses anywhere."""
    if not library.readings:
        return {}
    figures: dict[str, float] = {"silent_loss": len(losses(library))}
    files = list(library.files(FOLDER))
    if files:
        well = sum(library.of(path).outcome in WELL for path in files)
        excused = sum(1 for path in files if excuse(path, library.of(path)))
        figures["formats_complete"] = well / max(1, len(files) - excused)
    return figures


@cache
def excuse(path: Path, reading: Reading) -> str:
    """What a second program says of a file that was not read whole; empty where it was, or where nobody excuses it."""
    return "" if reading.outcome in WELL else confirmed(path, reading.media_type, causes(reading))


def causes(reading: Reading) -> frozenset[str]:
    """Why a document, or some of its units, was not read."""
    own = reading.entry.get("cause")
    return reading.ours.causes | ({str(own)} if own else frozenset())


@cache
def losses(library: Library) -> tuple[Lost, ...]:
    """The silent losses in all folders; other programs are asked once for all who want to know."""
    return tuple(_losses(library))


def _losses(library: Library) -> Iterator[Lost]:
    for folder in FOLDERS:
        for path in library.files(folder):
            reading = library.of(path)
            found = loss(reading.ours, asked(path, reading.media_type))
            if found is not None:
                yield Lost(path, found.reader, found.reason)
