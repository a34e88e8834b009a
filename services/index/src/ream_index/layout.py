# SPDX-License-Identifier: Apache-2.0
"""Decides what a passage says of its place on the page: the headings above it, and the box around it."""

from collections import deque
from collections.abc import Iterable, Sequence

from ream_contracts.artifacts import Heading, LayoutBlock, UnitText

LONGEST_HEADING = 300
"""Characters kept of a heading: it is written with every passage below it."""
Box = tuple[float, float, float, float]


class Trail:
    """The path of headings above places in a unit, asked for from its beginning to its end."""

    def __init__(self, headings: Iterable[Heading]) -> None:
        self._ahead = deque(sorted(headings, key=lambda heading: heading.offset))
        self._path: list[Heading] = []

    def at(self, end: int) -> str | None:
        """Returns the path that holds for text before this place, highest first; None where there is no heading."""
        while self._ahead and self._ahead[0].offset < end:
            heading = self._ahead.popleft()
            while self._path and self._path[-1].level >= heading.level:
                self._path.pop()
            self._path.append(heading)
        return " > ".join(one.text[:LONGEST_HEADING] for one in self._path)[: 4 * LONGEST_HEADING] or None


def headings_of(unit: UnitText) -> list[Heading]:
    """Returns the headings of a unit as its blocks have them: whole where they run over lines, and no page headers.

    Where nobody said what its text is made of, they are those that the reader noted.
    """
    if not unit.blocks:
        return list(unit.headings)
    return [
        Heading(one.start, one.level or 1, " ".join(unit.text[one.start : one.end].split()))
        for one in unit.blocks
        if one.kind == "heading"
    ]


class Boxes:
    """The boxes around places in a unit, asked for from its beginning to its end."""

    def __init__(self, blocks: Sequence[LayoutBlock]) -> None:
        self._ahead = deque(one for one in blocks if one.box is not None and one.end > one.start)

    def around(self, start: int, end: int) -> Box | None:
        """Returns the box that holds every block of which something stands there; None where no place is known."""
        while self._ahead and self._ahead[0].end <= start:
            self._ahead.popleft()
        box: Box | None = None
        for one in self._ahead:
            if one.start >= end:
                break
            if one.box is not None:
                box = one.box if box is None else _both(box, one.box)
        return box


def _both(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
