# SPDX-License-Identifier: Apache-2.0
"""Decides which lines are ruled in a picture of a page: long, thin and nearly straight runs of ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy
from numpy.typing import NDArray
from PIL import Image

LEAST_ACROSS = 0.35
"""Inches: longer than a dash, and than a letter of a title is wide."""
LEAST_DOWN = 0.25
"""Inches: higher than letters are, and no higher than two rows of a table."""
_THICKEST = 3.0 / 72
_STEEPEST = 0.05
_CONTRAST = 48
"""Shades by which ink differs from its ground; rules are often grey."""
_MOST = 20_000
"""Runs of ink up to which they may be rules; a photograph has more."""
_STRIP = 256

Ink = NDArray[numpy.bool_]


class Stroke(NamedTuple):
    """The box around a line that is ruled, in pixels from the top left of the picture."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class _Grown:
    """Runs of neighbouring rows that touch."""

    start: int
    end: int
    first: int
    last: int
    ink: int


def strokes_in(picture: Image.Image, dpi: int) -> tuple[list[Stroke], list[Stroke]]:
    """Returns the lines that run across a grey picture, and those that run down."""
    ink = _ink(picture)
    across = [Stroke(one.start, one.first, one.end, one.last + 1) for one in _lines(ink, dpi, LEAST_ACROSS)]
    down = [Stroke(one.first, one.start, one.last + 1, one.end) for one in _lines(ink.T, dpi, LEAST_DOWN)]
    return across, down


def _ink(picture: Image.Image) -> Ink:
    counts = picture.histogram()
    half = sum(counts) / 2
    ground = next(shade for shade, seen in enumerate(accumulate(counts)) if seen >= half)
    marked = picture.point([255 * (abs(shade - ground) > _CONTRAST) for shade in range(256)])
    return numpy.asarray(marked) > 0


def _lines(ink: Ink, dpi: int, least: float) -> Iterator[_Grown]:
    runs = []
    for run in _runs(ink, max(8, round(least * dpi))):
        runs.append(run)
        if len(runs) > _MOST:
            return
    for one in _grown(runs):
        wide, high = one.end - one.start, one.last + 1 - one.first
        thick = one.ink / wide - 2  # each row was seen with its two neighbours
        if thick <= _THICKEST * dpi + 1 and high <= thick + 3 + _STEEPEST * wide:
            yield one


def _runs(ink: Ink, least: int) -> Iterator[tuple[int, int, int]]:
    """Yields row, start and end of long runs; a row is looked at with its neighbours, for no line lies quite level."""
    height, width = ink.shape
    for top in range(0, height, _STRIP):
        bottom = min(height, top + _STRIP)
        rows = numpy.zeros((bottom - top, width + 2), dtype=bool)
        for shift in (-1, 0, 1):
            first, last = max(0, top + shift), min(height, bottom + shift)
            rows[first - shift - top : last - shift - top, 1:-1] |= ink[first:last]
        row, at = (rows[:, 1:] != rows[:, :-1]).nonzero()
        long = (at[1::2] - at[::2]) >= least
        yield from zip((row[::2][long] + top).tolist(), at[::2][long].tolist(), at[1::2][long].tolist(), strict=True)


def _grown(runs: list[tuple[int, int, int]]) -> Iterator[_Grown]:
    growing: list[_Grown] = []
    for row, start, end in runs:
        yield from (one for one in growing if row - one.last > 1)
        growing = [one for one in growing if row - one.last <= 1]
        for one in growing:
            if start < one.end and one.start < end:
                one.start, one.end, one.last = min(one.start, start), max(one.end, end), row
                one.ink += end - start
                break
        else:
            growing.append(_Grown(start, end, row, row, end - start))
    yield from growing
