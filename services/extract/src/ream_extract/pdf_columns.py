# SPDX-License-Identifier: Apache-2.0
"""Decides in which order the lines of a PDF page are read, where the file draws columns of prose line by line across.

Most files draw one column after another, and the order in the file is that of reading. Those that draw the first line
of each column, then the second, are seen by runs of text that stand side by side again and again, parted at the same
place. Tables do so too: only lines that fill their column and mostly begin in the midst of a sentence are prose.
"""

import ctypes
import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.pdf_boxes import text_boxes

RECTS = 2_000
"""Boxes of text looked at; a page of more is taken as it comes."""
GAP = 8.0
"""Points between two columns at least; words of a line stand closer."""
LEAST_PAIRS = 6
"""Lines that stand side by side, from which it is no chance."""
LEAST_WIDTH = 90.0
"""Points: columns of figures are narrower."""
FILLED = 0.75
"""Share of its column that the middle line of a column of prose takes at least."""
AT_ONE_PLACE = 0.7
"""Share of all pairs that must be parted at the same place."""
CONTINUED = 0.4
"""Share of lines that begin with a small letter, as lines in the midst of a sentence do."""
MOST_GUTTERS = 3
SAMPLED = 30
"""Boxes to each side of the middle one, in which columns show if there are any: most pages are done with then."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of the page, or its part in one column.

    Attributes:
        start: number of its first character on the page.
    """

    start: int
    text: str


class _Run(NamedTuple):  # hundreds are made for each page: a frozen dataclass takes five times as long
    left: float
    bottom: float
    right: float
    top: float


def in_reading_order(words: pdfium.PdfTextPage, text: str) -> list[Piece]:
    """Returns the lines of a page in the order in which a person reads them.

    Args:
        words: of the page.
        text: all of it, a character for each that PDFium counts; lines end with CR LF.
    """
    lines = list(_lines(text))
    count = raw.FPDFText_CountRects(words, 0, -1)
    if not 2 * LEAST_PAIRS <= count <= RECTS:
        return lines
    middle = count // 2
    sample = _pairs(list(_runs(words, max(0, middle - SAMPLED), min(count, middle + SAMPLED))))
    if not any(_wide(one) and _wide(other) for one, other in sample):
        return lines
    gutters = sorted(_gutters(_pairs(list(_runs(words, 0, count)))))
    if not gutters:
        return lines
    parts = [_parted(words, line, gutters) for line in lines]
    apart = [part for part in parts if len(part) > 1]
    for column in range(len(gutters) + 1):
        own = [piece.text.lstrip() for part in apart for at, piece in part if at == column]
        if sum(line[:1].islower() for line in own) < CONTINUED * len(own):
            return lines
    return list(_column_by_column(parts, len(gutters) + 1))


def _lines(text: str) -> Iterator[Piece]:
    start = 0
    for line in text.split("\r\n"):
        yield Piece(start, line)
        start += len(line) + 2


def _runs(words: pdfium.PdfTextPage, first_box: int, last_box: int) -> Iterator[_Run]:
    """Yields what stands close together on a line, in the order of the file."""
    begun = False
    x0 = y0 = x1 = y1 = 0.0
    for first, low, last, high in text_boxes(words, range(first_box, last_box)):
        if (
            begun
            and (y1 if y1 < high else high) - (y0 if y0 > low else low) > (y1 - y0) / 2
            and -GAP < first - x1 < GAP
        ):
            x1, y0, y1 = max(x1, last), min(y0, low), max(y1, high)
            continue
        if begun:
            yield _Run(x0, y0, x1, y1)
        begun, x0, y0, x1, y1 = True, first, low, last, high
    if begun:
        yield _Run(x0, y0, x1, y1)


def _beside(one: _Run, other: _Run) -> bool:
    """Whether another run stands on the same line."""
    return min(one.top, other.top) - max(one.bottom, other.bottom) > (one.top - one.bottom) / 2


def _pairs(runs: Sequence[_Run]) -> list[tuple[_Run, _Run]]:
    """Runs that follow one another on the same line with a gap between."""
    return [
        (one, other) for one, other in itertools.pairwise(runs) if other.left - one.right >= GAP and _beside(one, other)
    ]


def _wide(run: _Run) -> bool:
    return run.right - run.left >= LEAST_WIDTH


def _gutters(pairs: Sequence[tuple[_Run, _Run]]) -> Iterator[float]:
    """Yields places, in points from the left, at which columns of prose that are drawn across are parted."""
    least = max(LEAST_PAIRS, AT_ONE_PLACE * len(pairs) / MOST_GUTTERS)
    for _ in range(MOST_GUTTERS):
        place = max((other.left for _, other in pairs), key=lambda x: _parted_at(pairs, x), default=None)
        if place is None or _parted_at(pairs, place) < least:
            return
        here = [(one, other) for one, other in pairs if one.right < place <= other.left]
        if not all(_filled([pair[side] for pair in here]) for side in (0, 1)):
            return
        yield place - GAP / 2
        pairs = [pair for pair in pairs if pair not in here]


def _parted_at(pairs: Sequence[tuple[_Run, _Run]], place: float) -> int:
    return sum(one.right < place <= other.left for one, other in pairs)


def _filled(column: Sequence[_Run]) -> bool:
    widths = [run.right - run.left for run in column]
    return statistics.median(widths) >= max(LEAST_WIDTH, FILLED * max(widths))


def _parted(words: pdfium.PdfTextPage, line: Piece, gutters: Sequence[float]) -> list[tuple[int, Piece]]:
    """Cuts a line at the gutters; a line that runs across one of them stays whole, and stands in no column (-1)."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    parts: list[tuple[int, Piece]] = []
    column, begun, end = -1, 0, 0.0
    for offset, letter in enumerate(line.text):
        if letter.isspace():
            continue
        if not raw.FPDFText_GetCharBox(words, line.start + offset, left, right, bottom, top):
            continue
        own = sum(gutter < (left.value + right.value) / 2 for gutter in gutters)
        if column == -1:
            column = own
        elif own != column:
            if own < column or left.value - end < GAP / 2:
                return [(-1, line)]
            parts.append((column, Piece(line.start + begun, line.text[begun:offset].rstrip())))
            column, begun = own, offset
        end = right.value
    return [*parts, (column, Piece(line.start + begun, line.text[begun:]))]


def _column_by_column(parts: Sequence[list[tuple[int, Piece]]], columns: int) -> Iterator[Piece]:
    """Yields the lines of each column, then those of the next; what runs across parts the page above and below."""
    waiting: list[list[Piece]] = [[] for _ in range(columns)]
    for part in parts:
        for column, piece in part:
            if column >= 0:
                waiting[column].append(piece)
                continue
            yield from (one for column_lines in waiting for one in column_lines)
            waiting = [[] for _ in range(columns)]
            yield piece
    yield from (one for column_lines in waiting for one in column_lines)
