# SPDX-License-Identifier: Apache-2.0
"""Decides in which order runs of text that lie somewhere on a page are read: columns, lines of a column, words."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ream_ocr.engine import PageRead, Word

Box = tuple[int, int, int, int]
Corners = Sequence[Sequence[float]]

_COLUMN_RUNS = 6
"""Runs that each of two columns has at least."""
_COLUMN_LETTERS = 15
"""Letters of the median run of a column of text: amounts beside what they are paid for are shorter, and no column."""
_SAME_LINE = 0.5
"""Share of the lower run's height by which two of a line stand beside each other."""

_OVERLAP = 0.2
"""Share of the narrower run's width that may lie over the other of the same line."""
_STEEPEST = 0.5
"""Slope from which a run stands on end rather than askew."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some words that stand in a line, as an engine found them.

    Attributes:
        box: left, top, right, bottom in pixels, as it would be if the lines of the page lay level.
        confidence: 0 to 100.
        level: slope of the lines of the page.
    """

    text: str
    box: Box
    confidence: int
    level: float = 0.0


def levelled(corners: Sequence[Corners], texts: Sequence[str], confidences: Sequence[int]) -> list[Run]:
    """Makes runs of four-cornered places, with their boxes as they would be if the lines of the page lay level.

    Args:
        corners: of each run: top left, top right, bottom right, bottom left, as its letters stand.
        texts: of the runs.
        confidences: of the runs, 0 to 100.
    """
    slopes = sorted((_slope(four), abs(four[1][0] - four[0][0])) for four in corners)
    reached, half = 0.0, sum(wide for _, wide in slopes) / 2
    level = 0.0
    for slope, wide in slopes:  # the median, of long runs more than of short ones
        reached += wide
        if reached >= half:
            level = slope
            break
    runs = []
    for four, text, confidence in zip(corners, texts, confidences, strict=True):
        across, down = [x + level * y for x, y in four], [y - level * x for x, y in four]
        top, bottom = (down[0] + down[1]) / 2, (down[2] + down[3]) / 2
        box = (round(min(across)), round(min(top, bottom)), round(max(across)), round(max(top, bottom)))
        runs.append(Run(text, box, confidence, level))
    return runs


def _slope(four: Corners) -> float:
    wide = four[1][0] - four[0][0]
    slope = (four[1][1] - four[0][1]) / wide if wide else 0.0
    return slope if abs(slope) < _STEEPEST else 0.0


def in_reading_order(runs: Sequence[Run]) -> PageRead:
    """Makes a reading of runs; words of a run share its box by their letters."""
    words: list[Word] = []
    for block, column in enumerate(_columns(list(runs)), 1):
        for number, line in enumerate(_lines(column), 1):
            for run in line:
                words += _words(run, (block, 1, number))
    return PageRead(tuple(words))


def _columns(runs: list[Run]) -> Iterator[list[Run]]:
    """Yields what stands above, columns from the left, and what stands below; a page without columns as a whole."""
    for at in _gutters(runs):
        crossing = [run for run in runs if run.box[0] < at < run.box[2]]
        left = [run for run in runs if run.box[2] <= at]
        right = [run for run in runs if run.box[0] >= at]
        if not (_is_column(left) and _is_column(right)):
            continue
        top = min(run.box[1] for run in (*left, *right))
        bottom = max(run.box[3] for run in (*left, *right))
        above = [run for run in crossing if run.box[1] < top]
        below = [run for run in crossing if run.box[3] > bottom]
        if len(above) + len(below) < len(crossing):
            continue  # lines go over the gutter in the midst of it
        for part in (above, left, right, below):
            if part:
                yield from _columns(part) if part in (left, right) else (part,)
        return
    yield runs


def _gutters(runs: Sequence[Run]) -> Iterator[int]:
    """Yields places between runs where a gutter may be, nearest to the middle first."""
    if len(runs) < 2 * _COLUMN_RUNS:
        return
    middle = (min(run.box[0] for run in runs) + max(run.box[2] for run in runs)) / 2
    yield from sorted({run.box[0] - 1 for run in runs}, key=lambda at: (abs(at - middle), at))


def _is_column(runs: Sequence[Run]) -> bool:
    return len(runs) >= _COLUMN_RUNS and statistics.median(len(run.text) for run in runs) >= _COLUMN_LETTERS


def _lines(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Yields lines from the top; runs that stand beside each other are one, from the left."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.box[1] + run.box[3], run.box)):
        line = next((line for line in reversed(lines[-3:]) if _belongs(run, line)), None)
        if line is None:
            lines.append([run])
        else:
            line.append(run)
    for line in lines:
        yield sorted(line, key=lambda run: run.box)


def _belongs(run: Run, line: Sequence[Run]) -> bool:
    nearest = min(line, key=lambda one: max(one.box[0] - run.box[2], run.box[0] - one.box[2]))
    shared = min(nearest.box[3], run.box[3]) - max(nearest.box[1], run.box[1])
    low = min(nearest.box[3] - nearest.box[1], run.box[3] - run.box[1])
    return shared >= _SAME_LINE * max(1, low) and not any(_over(one, run) for one in line)


def _over(one: Run, other: Run) -> bool:
    shared = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    return shared > _OVERLAP * min(one.box[2] - one.box[0], other.box[2] - other.box[0])


def _words(run: Run, place: tuple[int, int, int]) -> Iterator[Word]:
    left, top, right, bottom = run.box
    step, at = (right - left) / max(1, len(run.text)), 0
    for text in run.text.split():
        at = run.text.index(text, at)
        box = (left + at * step, top, left + (at + len(text)) * step, bottom)
        yield Word(text, _as_it_lies(box, run.level), run.confidence, place)
        at += len(text)


def _as_it_lies(box: tuple[float, float, float, float], level: float) -> Box:
    """Gives the box around a level one on the page whose lines slope."""
    whole = 1 + level * level
    corners = [
        ((x - level * y) / whole, (y + level * x) / whole)
        for x, y in ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3]))
    ]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return round(min(across)), round(min(down)), round(max(across)), round(max(down))
