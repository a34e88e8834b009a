# SPDX-License-Identifier: Apache-2.0
"""Decides whether the ink of a page looks like writing, for pages on which no word was read.

Writing lies in lines: rows with many short strokes, of about one height, with rows of bare ground between them. The
figures come from real pages, receipts and photographs; `tests/test_writing.py` says how they were told apart.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from PIL import Image

LINES = 4
"""Lines that a page of writing has at least: a drawing may look like one or two."""

_WIDTH = 600
_CONTRAST = 64
_MOST_INK = 0.3
"""Share of the page above which it is a picture: paper is mostly bare."""
_STROKES = 8
"""Strokes that a row of a line crosses at least where it is as wide as the page."""
_FEWEST = 4
_STRIPS = 5
_BARE = 0.004
"""Share of a row up to which it counts as bare."""
_HEIGHTS = range(3, 61)
"""Pixels of a line; on paper 600 pixels wide letters have some five to twenty."""
_ALIKE = 2.0
"""How many times higher or lower than the median a line may be."""
_SHARE = 0.6
"""Share of the ink that lies in lines."""


@dataclass(frozen=True, slots=True)
class _Row:
    ink: int
    strokes: int


def looks_like_writing(picture: Image.Image) -> bool:
    """Says whether a grey picture looks as if somebody had written on it, in lines that lie level or stand on end."""
    if min(picture.size) < 64:
        return False
    ink = _ink(picture)
    return any(_in_lines(strip) for way in (ink, ink.transpose(Image.Transpose.ROTATE_90)) for strip in _strips(way))


def _strips(ink: Image.Image) -> Iterator[Image.Image]:
    """Yields the page and parts of it side by side: lines of columns do not meet, and those of a skewed page slope."""
    yield ink
    step = ink.width // (_STRIPS + 1)
    for start in range(0, step * _STRIPS, step) if step >= 32 else ():
        yield ink.crop((start, 0, start + 2 * step, ink.height))


def _ink(picture: Image.Image) -> Image.Image:
    """Gives a picture of ones where the page is clearly darker or lighter than its ground, and zeros elsewhere."""
    width = min(_WIDTH, picture.width)
    small = picture.resize((width, max(1, round(picture.height * width / picture.width))), Image.Resampling.BOX)
    counts = small.histogram()
    half = sum(counts) / 2
    ground = next(shade for shade, seen in enumerate(accumulate(counts)) if seen >= half)
    return small.point([int(abs(shade - ground) > _CONTRAST) for shade in range(256)])


def _in_lines(ink: Image.Image) -> bool:
    rows = list(_rows(ink))
    total = sum(row.ink for row in rows)
    if not total or total > _MOST_INK * ink.width * ink.height:
        return False
    strokes = max(_FEWEST, _STROKES * ink.width // _WIDTH)
    bands = [band for band in _bands(rows, ink.width) if len(band) in _HEIGHTS and _crossed(band, strokes)]
    if len(bands) < LINES:
        return False
    middle = statistics.median(len(band) for band in bands)
    alike = [band for band in bands if middle / _ALIKE <= len(band) <= middle * _ALIKE]
    return len(alike) >= LINES and sum(row.ink for band in alike for row in band) >= _SHARE * total


def _rows(ink: Image.Image) -> Iterator[_Row]:
    data, width = ink.tobytes(), ink.width
    for start in range(0, len(data), width):
        row = data[start : start + width]
        yield _Row(row.count(1), row.count(b"\x00\x01"))


def _bands(rows: Sequence[_Row], width: int) -> Iterator[Sequence[_Row]]:
    """Yields the runs of rows between bare ones."""
    start = None
    for number, row in enumerate([*rows, _Row(0, 0)]):
        if row.ink > _BARE * width:
            start = number if start is None else start
        elif start is not None:
            yield rows[start:number]
            start = None


def _crossed(band: Sequence[_Row], strokes: int) -> bool:
    return statistics.median(row.strokes for row in band) >= strokes
