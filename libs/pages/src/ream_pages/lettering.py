# SPDX-License-Identifier: Apache-2.0
"""Decides at a glance whether lines of letters stand in a picture, so that photographs need not be read to find none.

A line of letters is a band of rows with many edges, as high as letters are, between rows with hardly any; and it goes
on beside itself. Where the figures come from tells ADR 0019. A picture in doubt has letters: it costs a reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image, ImageChops

LONG_SIDE = 1200
"""Pixels of the longer side that a picture is looked at with: letters of a scanned sheet are five to twenty high."""
LINES = 3
"""Pieces of lines that go on beside themselves from which letters are seen."""

_SMALLEST = 16
_EDGE = 40
"""Shades between neighbouring pixels that make an edge."""
_STRIP = 60
"""Pixels across which a line is looked for: less than a short word, so that columns and labels are lines too."""
_BUSY = 4
"""Edges of a row of letters in a strip at least."""
_QUIET = 1
_HEIGHTS = range(4, 61)
_DENSITY = (0.35, 4.0)
"""Edges of a row times the height of its band, in widths of the strip: letters are about as wide as they are high."""


class _Band(NamedTuple):
    top: int
    bottom: int

    def goes_on(self, other: _Band) -> bool:
        off = 2 + (self.bottom - self.top) // 4
        return abs(self.top - other.top) <= off and abs(self.bottom - other.bottom) <= off


def has_lines_of_letters(picture: Image.Image) -> bool:
    """Says whether a grey picture (mode L), at most `LONG_SIDE` long, seems to show letters, level or on end."""
    return any(_lines(one) >= LINES for one in (picture, picture.transpose(Image.Transpose.ROTATE_90)))


def _lines(picture: Image.Image) -> int:
    """Counts the pieces of lines that go on in the strip beside their own."""
    if min(picture.size) < _SMALLEST:
        return 0
    edges = _edges(picture)
    strip = min(_STRIP, edges.width)
    starts = range(0, edges.width - strip + 1, max(1, strip // 2))
    bands = [list(_bands(edges.crop((x, 0, x + strip, edges.height)))) for x in starts]
    return sum(
        any(band.goes_on(other) for other in beside) for own, beside in itertools.pairwise(bands) for band in own
    )


def _edges(picture: Image.Image) -> Image.Image:
    """Gives a picture of ones where neighbours in a row differ clearly, and zeros elsewhere: whatever the ground is."""
    differ = ImageChops.difference(picture, ImageChops.offset(picture, -1, 0))
    return differ.point([int(shades > _EDGE) for shades in range(256)]).crop((0, 0, picture.width - 1, picture.height))


def _bands(strip: Image.Image) -> Iterator[_Band]:
    width, data = strip.width, strip.tobytes()
    rows = [data.count(b"\x00\x01", start, start + width) for start in range(0, len(data), width)]
    at = 0
    for busy, run in itertools.groupby(rows, key=lambda edges: edges >= _BUSY):
        band = _Band(at, at + len(list(run)))
        at = band.bottom
        if busy and _is_line(rows, band, width):
            yield band


def _is_line(rows: Sequence[int], band: _Band, width: int) -> bool:
    height = band.bottom - band.top
    if height not in _HEIGHTS:
        return False
    near = max(2, height // 2 + 1)
    for beside in (rows[max(0, band.top - near) : band.top], rows[band.bottom : band.bottom + near]):
        if beside and min(beside) > _QUIET:
            return False
    middle = sorted(rows[band.top : band.bottom])[height // 2]
    return _DENSITY[0] * width <= middle * height <= _DENSITY[1] * width
