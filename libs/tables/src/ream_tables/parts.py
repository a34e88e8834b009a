# SPDX-License-Identifier: Apache-2.0
"""Decides where the columns of a table on a page part: at rules, and at gaps that its lines have in common."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ream_tables.lines import Piece
from ream_tables.regions import Region

COVERED = 0.34
"""Lines that cross a gap, for each that has it, up to which it parts columns."""


class Part(NamedTuple):
    """Where two columns part: a gap, or a rule."""

    left: float
    right: float

    @property
    def middle(self) -> float:
        """Its x."""
        return (self.left + self.right) / 2


def columns(region: Region) -> list[Part]:
    """Returns where columns part, from left to right."""
    x0, y0, x1, y1 = region.box
    walls = sorted(
        {round(rule.at, 1) for rule in region.down if x0 < rule.at < x1 and rule.end - rule.start >= 0.2 * (y1 - y0)}
    )
    walls = [at for number, at in enumerate(walls) if number == 0 or at - walls[number - 1] > 4]
    edges = [x0 - 1, *walls, x1 + 1]
    found: list[Part] = []
    for left, right in pairwise(edges):
        lines = (
            [
                [piece for piece in line.pieces if left - 2 <= piece.x0 and piece.x1 <= right + 2]
                for line in region.lines
            ]
            if walls
            else [line.pieces for line in region.lines]
        )
        found += _rivers([pieces for pieces in lines if pieces], strict=bool(walls))
        found.append(Part(right, right))
    return found[:-1]


def _rivers(lines: Sequence[Sequence[Piece]], *, strict: bool) -> list[Part]:
    """Returns the gaps that lines have in common."""
    marks: list[tuple[float, int, int]] = []
    for pieces in lines:
        for piece in pieces:
            marks += [(piece.begin, 0, 1), (piece.x1, 0, -1)]
        for one, other in pairwise(pieces):
            if other.begin > one.x1:
                marks += [(one.x1, 1, 0), (other.begin, -1, 0)]
    marks.sort()
    gaps = covers = 0
    rivers: list[tuple[float, float, int, int]] = []
    for number, (at, gap, cover) in enumerate(marks[:-1]):
        gaps, covers = gaps + gap, covers + cover
        after = marks[number + 1][0]
        if after - at < 0.5:
            continue
        enough = gaps >= max(3, 0.6 * len(lines)) if strict else gaps >= 2
        if enough and covers <= COVERED * gaps:
            if rivers and at - rivers[-1][1] < 0.5:
                last = rivers[-1]
                # The part that the fewest lines cross, and of those the one that most have, stands for the river.
                rivers[-1] = (
                    (last[0], after, gaps, covers)
                    if (covers, -gaps) == (last[3], -last[2])
                    else (at, after, gaps, covers)
                    if (covers, -gaps) < (last[3], -last[2]) and last[1] - last[0] < 3
                    else (last[0], after, last[2], last[3])
                )
            else:
                rivers.append((at, after, gaps, covers))
    return _with_words([Part(left, right) for left, right, _, _ in rivers], lines)


def _with_words(rivers: list[Part], lines: Sequence[Sequence[Piece]]) -> list[Part]:
    """Leaves out gaps between which nothing stands."""
    pieces = [piece for line in lines for piece in line]
    kept: list[Part] = []
    for part in rivers:
        before = kept[-1].middle if kept else -1e9
        if any(before - 3 <= piece.x0 and piece.x1 <= part.middle + 3 for piece in pieces):
            kept.append(part)
    while kept and not any(piece.x0 >= kept[-1].middle - 3 for piece in pieces):
        kept.pop()
    return kept
