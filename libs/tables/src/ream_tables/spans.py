# SPDX-License-Identifier: Apache-2.0
"""Decides which cells of a table on a page reach over several columns or rows, and how the table is kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ream_contracts.artifacts import Table
from ream_tables.cells import Cell, Grid
from ream_tables.lines import CLOSING, MONEY
from ream_tables.marks import Rule
from ream_tables.regions import Region

CENTRED = 0.12
"""How far a head may stand from the middle of the columns that it is over, in widths of these."""


@dataclass(slots=True)
class _Placed:
    """A cell with the rows and columns that it covers, ends included."""

    cell: Cell
    top: int
    bottom: int
    left: int
    right: int

    def slots(self) -> Iterator[tuple[int, int]]:
        return ((row, at) for row in range(self.top, self.bottom + 1) for at in range(self.left, self.right + 1))


def table_of(region: Region, grid: Grid) -> Table:
    """Makes the table; a cell over several rows or columns has its text where it begins."""
    rows, edges = _without_empty(grid)
    x0, _, x1, _ = region.box
    edges[0], edges[-1] = max(edges[0], x0), min(edges[-1], x1)
    placed = [_Placed(cell, number, number, cell.left, cell.right) for number, row in enumerate(rows) for cell in row]
    for one in placed:
        if one.top >= grid.head and not region.ruled:
            # Without rules a long text runs over its neighbours' empty places, and is in none of them.
            one.right = one.left
    taken = {slot for one in placed for slot in one.slots()}
    for one in placed:
        if one.top < grid.head:
            _widen(one, placed, taken, region, edges)
    tops = [(min(cell.y0 for cell in row), max(cell.y1 for cell in row)) for row in rows]
    for one in placed:
        for step in (-1, 1):
            _lengthen(one, step, taken, region.across, edges, tops, grid.head)
    width = len(edges) - 1
    texts = [[""] * width for _ in rows]
    for one in placed:
        before = texts[one.top][one.left]
        texts[one.top][one.left] = f"{before} {one.cell.text}".strip()
    spans = tuple(
        (one.top, one.left, one.bottom - one.top + 1, one.right - one.left + 1)
        for one in placed
        if one.bottom > one.top or one.right > one.left
    )
    x0, y0, x1, y1 = (round(at, 1) for at in region.box)
    return Table(tuple(map(tuple, texts)), (x0, y0, x1, y1), spans, grid.head)


def _without_empty(grid: Grid) -> tuple[list[list[Cell]], list[float]]:
    """Leaves out columns in which nothing begins, and gives their room to the one before."""
    signs = _signs(grid.rows)
    signed = [list(_with_signs(row, signs)) for row in grid.rows]
    begun = sorted({cell.left for row in signed for cell in row})
    place = {old: new for new, old in enumerate(begun)}
    rows = []
    for row in signed:
        rows.append(
            [
                Cell(place[cell.left], max(new for old, new in place.items() if old <= cell.right), cell.pieces)
                for cell in row
            ]
        )
    return rows, [*(grid.edges[old] for old in begun), grid.edges[-1]]


def _signs(rows: Sequence[Sequence[Cell]]) -> frozenset[int]:
    """Columns in which nothing but signs of money, or of per cent, begins."""
    texts: dict[int, set[str]] = {}
    for cell in (cell for row in rows for cell in row):
        texts.setdefault(cell.left, set()).add(cell.text)
    return frozenset(at for at, found in texts.items() if found <= MONEY or found <= CLOSING)


def _with_signs(row: Sequence[Cell], signs: frozenset[int]) -> Iterator[Cell]:
    """Puts signs that stand in columns of their own to their figures: of money before, of per cent behind."""
    held: Cell | None = None
    for cell in row:
        if held is not None and held.left in signs and held.text in MONEY and cell.numeric:
            held = Cell(cell.left, cell.right, [*held.pieces, *cell.pieces])
        elif held is not None and cell.left in signs and cell.text in CLOSING and held.numeric:
            held.pieces += cell.pieces
        else:
            if held is not None:
                yield held
            held = cell
    if held is not None:
        yield held


def _free(one: _Placed, edges: Sequence[float], taken: set[tuple[int, int]]) -> tuple[int, int]:
    """The columns that a cell of a head could cover: from its neighbour at the left to that at the right."""
    left, right = one.left, one.right
    while left > 1 and (one.top, left - 1) not in taken:
        left -= 1
    while right < len(edges) - 2 and (one.top, right + 1) not in taken:
        right += 1
    return left, right


def _widen(
    one: _Placed, placed: Iterable[_Placed], taken: set[tuple[int, int]], region: Region, edges: Sequence[float]
) -> None:
    """Lets a head cover the columns that it stands over: those between walls, over a rule, or around its middle."""
    left, right = _free(one, edges, taken)
    if one.left == 0 or (left, right) == (one.left, one.right):
        return
    below = {other.left for other in placed if other.top > one.top}
    x0, x1 = min(piece.x0 for piece in one.cell.pieces), max(piece.x1 for piece in one.cell.pieces)
    reach = _walled(one, x0, x1, region) or _underlined(one, x0, x1, region)
    if reach is not None:
        over = [
            at
            for at in range(left, right + 1)
            if reach[0] - 2 <= (max(edges[at], reach[0]) + min(edges[at + 1], reach[1])) / 2 <= reach[1] + 2
            and min(edges[at + 1], reach[1]) - max(edges[at], reach[0]) > 0.5 * (edges[at + 1] - edges[at])
        ]
    else:
        over = _centred(one, left, right, (x0 + x1) / 2, edges)
    over = [at for at in over if at in below or one.left <= at <= one.right]
    if over and min(over) <= one.left and one.right <= max(over):
        one.left, one.right = min(over), max(over)
        taken.update(one.slots())


def _walled(one: _Placed, x0: float, x1: float, region: Region) -> tuple[float, float] | None:
    y = (one.cell.y0 + one.cell.y1) / 2
    walls = [rule.at for rule in region.down if rule.start <= y <= rule.end]
    before = [at for at in walls if at <= x0 + 2]
    after = [at for at in walls if at >= x1 - 2]
    if not before and not after:
        return None
    return max(before, default=region.box[0]), min(after, default=region.box[2])


def _underlined(one: _Placed, x0: float, x1: float, region: Region) -> tuple[float, float] | None:
    height = one.cell.pieces[-1].y1 - one.cell.pieces[-1].y0
    wide = region.box[2] - region.box[0]
    for rule in region.across:
        close = one.cell.y1 - 0.4 * height <= rule.at <= one.cell.y1 + 0.8 * height
        if close and rule.start <= x0 + 2 and x1 - 2 <= rule.end and rule.end - rule.start < 0.85 * wide:
            return rule.start, rule.end
    return None


def _centred(one: _Placed, left: int, right: int, middle: float, edges: Sequence[float]) -> list[int]:
    best = (one.left, one.right)
    for first in range(left, one.left + 1):
        for last in range(one.right, right + 1):
            width = edges[last + 1] - edges[first]
            near = abs((edges[last + 1] + edges[first]) / 2 - middle) <= CENTRED * width
            if near and last - first > best[1] - best[0]:
                best = (first, last)
    return list(range(best[0], best[1] + 1))


def _lengthen(
    one: _Placed, step: int, taken: set[tuple[int, int]], across: Sequence[Rule], edges: Sequence[float],
    tops: Sequence[tuple[float, float]], head: int,
) -> None:  # fmt: skip
    """Lets a cell cover empty places above or below it, as far as no rule parts them."""
    while True:
        row = (one.top if step < 0 else one.bottom) + step
        if not 0 <= row < len(tops) or (row < head) != (one.top < head):
            return
        if any((row, at) in taken for at in range(one.left, one.right + 1)):
            return
        upper, lower = (row, row + 1) if step < 0 else (row - 1, row)
        start, end = sum(tops[upper]) / 2, sum(tops[lower]) / 2
        between = [rule for rule in across if start < rule.at < end]
        middle = (edges[one.left] + edges[one.right + 1]) / 2
        if any(rule.start <= middle <= rule.end for rule in between):
            return
        if row >= head and not between:
            return
        if row < head and step > 0 and not between:
            return
        one.top, one.bottom = min(one.top, row), max(one.bottom, row)
        taken.update(one.slots())
