# SPDX-License-Identifier: Apache-2.0
"""Decides how cells that say how far they reach become a table: the same for Word, HTML, OpenDocument and slides."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ream_contracts.artifacts import Table

WIDEST = 1_000
"""Columns of a table; a page may say that a cell reaches over any number."""
CELLS = 200_000
"""Places of one table; the rows that would need more are left out of it, and counted."""

SPREAD = 4
"""Times as many places may be covered while a table is laid: what reaches down is looked at again in each row."""


class Slot(NamedTuple):
    """A cell as its format writes it.

    Attributes:
        rows: that it reaches over; 0 for all that follow.
    """

    text: str
    rows: int = 1
    columns: int = 1
    is_head: bool = False


def table_of(rows: Sequence[Sequence[Slot]], header_rows: int | None = None) -> Table | None:
    """Lays cells on a grid as HTML does: each in the first place of its row that is free.

    Rows in which no text begins are left out, and what reaches over them is so much shorter. All rows are as wide as
    the widest.

    Args:
        rows: the cells of each row, from left to right, without those that another cell covers.
        header_rows: rows at the top that are heads, where the format says; None where only its cells may.

    Returns:
        The table; None where nothing is written in it.
    """
    grid = _Grid()
    for number, row in enumerate(rows):
        if not grid.add(number, row, len(rows)):
            break
    kept = [number for number, line in enumerate(grid.texts) if any(text.strip() for text in line.values())]
    if not kept:
        return None
    # Columns in which nothing begins would be empty from top to bottom: pages let one cell reach over a hundred.
    width = max(max(grid.texts[row], default=0) for row in kept) + 1
    above = None if header_rows is None else bisect_left(kept, header_rows)
    lines = [(grid.texts[row], grid.heads[row]) for row in kept]
    if above is None and any(grid.heads):
        above = next((number for number, (line, head) in enumerate(lines) if not line.keys() <= head), len(lines))
    beyond = len(rows) - len(grid.texts)
    return Table(
        tuple(tuple(line.get(at, "") for at in range(width)) for line, _ in lines),
        None,
        tuple(_fitted(grid.spans, kept, width)),
        above,
        _columns_of_heads(lines[above or 0 :]),
        None,
        beyond or None,
    )


@dataclass(slots=True)
class _Grid:
    texts: list[dict[int, str]] = field(default_factory=list)
    """Of each row, by the column in which it begins."""
    heads: list[set[int]] = field(default_factory=list)
    """Of each row, the columns in which a head begins."""
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)
    _reach: dict[int, int] = field(default_factory=dict)
    """The last row that is covered from above, by column."""
    _widest: int = 0
    _places: int = 0

    def add(self, number: int, row: Sequence[Slot], every: int) -> bool:
        """Lays a row; False where there is no room for it."""
        taken = {at for at, last in self._reach.items() if last >= number}
        self._places += len(taken) + len(row)
        line, head, at = dict[int, str](), set[int](), 0
        for slot in row:
            while at in taken:
                at += 1
            if at >= WIDEST:
                # What stands beyond is in the text; a row of so many cells is no table that people read.
                break
            high = every - number if slot.rows <= 0 else min(slot.rows, every - number)
            most = max(1, min(slot.columns, WIDEST - at))
            across = next((n for n in range(1, most) if at + n in taken), most)
            line[at] = slot.text
            head |= {at} if slot.is_head else set()
            if high > 1 or across > 1:
                self.spans.append((number, at, high, across))
            if high > 1:
                self._reach |= dict.fromkeys(range(at, at + across), number + high - 1)
            self._places += across
            at += across
        self._widest = max(self._widest, max(line, default=0) + 1)
        if max((number + 1) * self._widest, self._places // SPREAD) > CELLS:
            return False
        self.texts.append(line)
        self.heads.append(head)
        return True


def _fitted(
    spans: Iterable[tuple[int, int, int, int]], kept: Sequence[int], width: int
) -> Iterator[tuple[int, int, int, int]]:
    """Counts the rows of spans among those that are kept; what begins in one that is not kept has no text."""
    for top, left, high, across in spans:
        first, last = bisect_left(kept, top), bisect_right(kept, top + high - 1)
        across = min(across, width - left)
        if first < len(kept) and kept[first] == top and across > 0 and (last - first > 1 or across > 1):
            yield first, left, last - first, across


def _columns_of_heads(body: Sequence[tuple[dict[int, str], set[int]]]) -> int | None:
    """Says that the first column is heads of rows, where every cell that begins in it below the heads is one."""
    first = [0 in head for line, head in body if 0 in line]
    return 1 if first and all(first) else None
