# SPDX-License-Identifier: Apache-2.0
"""Decides the columns, rows and cells of a table on a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ream_tables.lines import MONEY, Piece, is_figure
from ream_tables.marks import Word
from ream_tables.parts import Part, columns
from ream_tables.regions import Region

MOST_COLUMNS = 60
"""Columns of a table; more are the grid of a chart, or hatching."""
SPACE = 0.33
"""Space between words, in heights of a line, from which it may part columns where these are known."""


BESIDE = 6.0
"""Points by which a long label may reach into a column of figures."""


@dataclass(slots=True)
class Cell:
    """Words that belong together, in the columns from `left` to `right`."""

    left: int
    right: int
    pieces: list[Piece]

    @property
    def y0(self) -> float:
        """Its top."""
        return min(piece.y0 for piece in self.pieces)

    @property
    def y1(self) -> float:
        """Its bottom."""
        return max(piece.y1 for piece in self.pieces)

    @property
    def text(self) -> str:
        """What it says."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def numeric(self) -> bool:
        """Nothing but figures."""
        return all(piece.numeric for piece in self.pieces)


@dataclass(slots=True)
class Row:
    """A line of a table."""

    y0: float
    y1: float
    cells: list[Cell] = field(default_factory=list)

    @property
    def figures(self) -> int:
        """How many cells behind the first column are figures."""
        return sum(cell.numeric for cell in self.cells if cell.left > 0)


def rows_of(region: Region, parts: list[Part]) -> list[Row]:
    """Returns the lines of a table as rows of cells."""
    rows = []
    for line in region.lines:
        row = Row(line.y0, line.y1)
        figures = any(piece.numeric for piece in line.pieces)
        for piece in line.pieces:
            for cut in _cut(piece, parts, figures=figures) if len(line.pieces) > 1 else (piece,):
                left, right = _span(cut, parts)
                if row.cells and row.cells[-1].right >= left:
                    row.cells[-1].pieces.append(cut)
                    row.cells[-1].right = max(right, row.cells[-1].right)
                else:
                    row.cells.append(Cell(left, right, [cut]))
        rows.append(row)
    return rows


def _cut(piece: Piece, parts: list[Part], *, figures: bool) -> Iterator[Piece]:
    """Parts a piece where words of different columns stand so close that they seemed to be one."""
    cuts = {at for part in parts if (at := _space(piece.words, part, figures=figures)) is not None}
    begun = 0
    for at in sorted(cuts):
        yield _piece(piece.words[begun:at])
        begun = at
    yield _piece(piece.words[begun:]) if begun else piece


def _space(words: Sequence[Word], part: Part, *, figures: bool) -> int | None:
    """Before which word columns part: at the widest space there, if it is wider than most or beside figures."""
    widest, found = 0.0, None
    for number, (word, after) in enumerate(pairwise(words), 1):
        beside = figures and (is_figure(word.text) or is_figure(after.text))
        more = BESIDE if figures and all(is_figure(one.text) for one in words[number:]) else 1.0
        if word.x1 - more > part.right or after.x0 + 1.0 < part.left or word.text in MONEY:
            continue
        wide = after.x0 - word.x1
        clear = wide >= SPACE * (word.y1 - word.y0) or beside
        if clear and wide > widest:
            widest, found = wide, number
    return found


def _piece(words: list[Word]) -> Piece:
    return Piece(words[0].x0, min(word.y0 for word in words), words[-1].x1, max(word.y1 for word in words), list(words))


def _span(piece: Piece, parts: list[Part]) -> tuple[int, int]:
    """Says in which columns a piece stands: where it reaches only a little into one, not in that."""
    margin = min(4.0, 0.25 * (piece.x1 - piece.begin))
    left = sum(part.left < piece.begin + margin for part in parts)
    right = sum(part.right < piece.x1 - margin for part in parts)
    if left <= right:
        return left, right
    # It stands in a gap: in the column whose side of the gap is nearer.
    middle = (piece.begin + piece.x1) / 2
    nearest = sum(part.middle < middle for part in parts)
    return nearest, nearest


@dataclass(slots=True)
class Grid:
    """Cells in rows."""

    rows: list[list[Cell]]
    head: int
    """Rows at the top that are heads of columns."""
    edges: list[float]
    """Where columns begin, and where the last ends."""


def grid(region: Region, *, given: bool = False) -> Grid | None:
    """Returns the cells of a table; None where it is none.

    Titles and notes around it are taken out of the region, but where it was `given`: then all of it is the table.
    """
    parts = columns(region)
    if not parts or len(parts) > MOST_COLUMNS:
        return None
    rows = rows_of(region, parts)
    head = _head(rows, region)
    above, below = (0, 0) if given else _around(rows, head, region)
    region.lines = region.lines[above : len(rows) - below]
    if len(region.lines) < 2:
        return None
    heads = _heads(rows[above:head], region)
    body = _joined(rows[head : len(rows) - below], region)
    x0, _, x1, _ = region.box
    return Grid([*heads, *(row.cells for row in body)], len(heads), [x0, *(part.middle for part in parts), x1])


def _around(rows: Sequence[Row], head: int, region: Region) -> tuple[int, int]:
    """How many lines at the top are titles, and how many at the bottom are notes: they stand alone, or beyond rules."""
    x0, _, x1, _ = region.box
    long = [rule.at for rule in region.across if rule.end - rule.start >= 0.8 * (x1 - x0)]
    above = 0
    for number, row in enumerate(rows[: max(0, head - 1)]):
        if len(row.cells) > 1 and not _beyond(row, rows[head - 1], long, region):
            break
        if row.cells[0].left == 0:
            above = number + 1
    below = 0
    for number, row in enumerate(reversed(rows[head + 1 :]), 1):
        if len(row.cells) > 1:
            break
        if row.cells[0].left == 0 and row.cells[0].right > 0:
            below = number
    return above, below


def _beyond(row: Row, last: Row, long: Sequence[float], region: Region) -> bool:
    """Says whether a line stands above the first long rule, where no rules cross."""
    return not region.ruled and bool(long) and row.y1 - 2 <= min(long) <= (last.y0 + last.y1) / 2


def _head(rows: Sequence[Row], region: Region) -> int:
    """How many lines at the top are heads of columns: those before the first with figures."""
    for number, row in enumerate(rows):
        others = [cell for cell in row.cells if cell.left > 0]
        first_only = row.cells and row.cells[0].left == 0
        if others and first_only and 2 * row.figures >= len(others):
            return _without_sections(rows, number, region) if number <= 8 else 0
    return 1


def _without_sections(rows: Sequence[Row], head: int, region: Region) -> int:
    """Leaves lines like "All ages" above the first figures to the body: they stand alone in the first column."""
    while head > 1 and [(cell.left, cell.right) for cell in rows[head - 1].cells] == [(0, 0)]:
        titled = any(cell.left == 0 for row in rows[: head - 1] for cell in row.cells)
        if not titled and not _ruled_between(rows[head - 2].cells[-1], rows[head - 1].cells[0], region):
            break
        head -= 1
    return head


def _heads(rows: Sequence[Row], region: Region) -> list[list[Cell]]:
    """Joins the lines of heads over the same columns, and orders them by what stands below what."""
    blocks: list[Cell] = []
    apart = 2.0 if region.ruled and len(region.across) >= 3 else 0.8
    for row in rows:
        for cell in row.cells:
            above = next((one for one in reversed(blocks) if one.left <= cell.right and cell.left <= one.right), None)
            if (
                above is not None
                and (above.left, above.right) == (cell.left, cell.right)
                and cell.y0 - above.y1 < apart * (cell.y1 - cell.y0)
                and not _ruled_between(above, cell, region)
            ):
                above.pieces += cell.pieces
            else:
                blocks.append(cell)
    blocks.sort(key=lambda one: one.y0)
    levels: list[int] = [0] * len(blocks)
    for number in range(len(blocks) - 1, -1, -1):
        one = blocks[number]
        below = [
            levels[other]
            for other in range(number + 1, len(blocks))
            if blocks[other].left <= one.right and one.left <= blocks[other].right and blocks[other].y0 > one.y0 + 1
        ]
        levels[number] = 1 + max(below, default=-1)
    return [
        sorted((one for one, own in zip(blocks, levels, strict=True) if own == level), key=lambda one: one.left)
        for level in range(max(levels, default=-1), -1, -1)
    ]


def _ruled_between(above: Cell, below: Cell, region: Region) -> bool:
    x0, x1 = min(p.x0 for p in below.pieces), max(p.x1 for p in below.pieces)
    top, bottom = (above.pieces[-1].middle, below.pieces[0].middle)
    return any(top < rule.at < bottom and rule.start < x1 and x0 < rule.end for rule in region.across)


def _joined(rows: Sequence[Row], region: Region) -> list[Row]:
    """Joins lines of cells that go on in the next line."""
    bands = _bands(rows, region)
    return [row for band in bands for row in _band(band, ruled=len(bands) > (1 if region.ruled else 2))]


def _bands(rows: Sequence[Row], region: Region) -> list[list[Row]]:
    """Lines between rules that run across the most of the table."""
    x0, _, x1, _ = region.box
    rules = [rule.at for rule in region.across if rule.end - rule.start >= 0.6 * (x1 - x0)]
    bands: list[list[Row]] = []
    for row in rows:
        middle = (row.y0 + row.y1) / 2
        if bands and not any((bands[-1][-1].y0 + bands[-1][-1].y1) / 2 < at < middle for at in rules):
            bands[-1].append(row)
        else:
            bands.append([row])
    return bands


def _band(rows: list[Row], *, ruled: bool) -> Iterator[Row]:
    counts: dict[int, int] = {}
    for row in rows:
        for cell in row.cells:
            if cell.numeric:
                counts[cell.left] = counts.get(cell.left, 0) + 1
    if ruled and max(counts.values(), default=0) < 2 and len(rows) > 1:
        yield _one(rows)
        return
    pitch = median(b.y0 - a.y0 for a, b in pairwise(rows)) if len(rows) > 1 else 0.0
    held: Row | None = None
    for row in rows:
        if held is not None and _wraps(held, row, pitch):
            held = _one([held, row])
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


def _wraps(above: Row, row: Row, pitch: float) -> bool:
    """Says whether a line goes on with the cells of the one above."""
    if row.figures or any(cell.numeric for cell in row.cells):
        return False
    taken = {cell.left for cell in above.cells}
    if not all(cell.left in taken for cell in row.cells) or len(row.cells) >= len(above.cells) > 1:
        return False
    first = row.cells[0].text[:1]
    return first.islower() or first in "(&" or row.y0 - above.y0 < 0.8 * pitch


def _one(rows: Sequence[Row]) -> Row:
    made = Row(rows[0].y0, rows[-1].y1)
    by_place: dict[int, Cell] = {}
    for row in rows:
        for cell in row.cells:
            if cell.left in by_place:
                by_place[cell.left].pieces += cell.pieces
                by_place[cell.left].right = max(cell.right, by_place[cell.left].right)
            else:
                by_place[cell.left] = Cell(cell.left, cell.right, list(cell.pieces))
    made.cells = [by_place[left] for left in sorted(by_place)]
    return made
