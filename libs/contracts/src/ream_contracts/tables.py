# SPDX-License-Identifier: Apache-2.0
"""Decides what a table says cell by cell: which rows and columns are heads, and which heads a value stands under."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ream_contracts.artifacts import Table

HEAD = 120
"""Characters of a head that stand before a value."""
VALUE = 300
"""Characters of a value."""
DEEPEST = 10
"""Header rows, and columns of heads, that are taken into account."""
LOOKED = 200
"""Rows from which it is told whether the first row names columns."""
_FIGURE = re.compile(r"[(+\-\u2212\u2013]?\s?[$€£¥]?\s?\d[\d.,'\u00a0\u202f /:-]*\s?(?:[%)€$£]|[A-Z]{3})?\)?")
"""A number, amount, share, date or time, and nothing else."""


def is_figure(text: str) -> bool:
    """Says whether a cell is a number, an amount, a date, and nothing else."""
    return _FIGURE.fullmatch(text.strip()) is not None


def first_row_names(rows: Sequence[Sequence[str]]) -> bool:
    """Says whether the first row looks like heads of columns: words, all different, where figures stand below.

    A row of years is one too: over columns of figures that are no years, when the corner is not a figure.
    """
    if len(rows) < 2:
        return False
    first = [cell.strip() for cell in rows[0]]
    named = [cell for cell in first if cell]
    below = rows[1:LOOKED]
    if len(named) < 2 or len(set(named)) < len(named):
        return False
    words = [at for at, cell in enumerate(first) if cell and not is_figure(cell)]
    years = [at for at, cell in enumerate(first) if cell and _is_year(cell)]
    if len(words) + len(years) < len(named) or (years and 0 in years):
        return False
    return any(is_figure(row[at]) and not (at in years and _is_year(row[at].strip())) for row in below
               for at in (*words, *years) if at < len(row) and row[at].strip())  # fmt: skip


def found_header(rows: Sequence[Sequence[str]], spans: Iterable[tuple[int, int, int, int]] = ()) -> int:
    """Counts the rows at the top down to the last that names columns; lines that say one thing may stand above.

    Where a head reaches over several columns, but not over all, the row below it names these; where one reaches over
    several rows, these are heads too.
    """
    for number, row in enumerate(rows[:DEEPEST]):
        if sum(bool(cell.strip()) for cell in row) > 1:
            if not first_row_names(rows[number : number + LOOKED]):
                return 0
            over = (top + high + (1 < across < len(row)) for top, _, high, across in spans if top <= number)
            return min(max((number + 1, *over)), DEEPEST, len(rows) - 1)
    return 0


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and text[:2] in ("18", "19", "20", "21")


def header_rows(table: Table) -> int:
    """How many rows at the top are heads of columns: as its reader says, else as its first rows look."""
    if table.header_rows is not None:
        return min(table.header_rows, len(table.rows))
    return 0 if table.heads else found_header(table.rows, table.spans or ())


def lines(table: Table) -> Iterator[tuple[int, str]]:
    """Yields the number of a row and what a cell of it says with its heads, e.g. `Revenue 2019: 1,234`.

    The head of a row is what stands in its first cells, in as many as the reader says, and that of a column what stands
    in the header rows above, cells over several columns included. A value without any head is not yielded.
    """
    owner = _owners(table)
    heads = header_rows(table)
    of_column = [_column_head(table, owner, heads, at) for at in range(max(map(len, table.rows), default=0))]
    for number in range(heads, len(table.rows)):
        own = [at for at, cell in enumerate(table.rows[number]) if cell.strip() and owner.get((number, at)) is None]
        first = min(table.header_columns or 0, DEEPEST) or _first(table, owner, number)
        row_head = _joined(_text(table, owner, number, at) for at in range(first))
        for at in own:
            before = (row_head, of_column[at]) if at >= first else (of_column[at],)
            said = _joined(before)
            if said:
                yield number, f"{said}: {' '.join(table.rows[number][at].split())[:VALUE]}"


def _first(table: Table, owner: dict[tuple[int, int], tuple[int, int]], row: int) -> int:
    """Counts the columns up to the first that says something in a row."""
    return next((at + 1 for at in range(len(table.rows[row])) if _text(table, owner, row, at)), 0)


def _owners(table: Table) -> dict[tuple[int, int], tuple[int, int]]:
    """Places that are covered by a cell that begins elsewhere, with where it begins; never more than there are."""
    width = max(map(len, table.rows), default=0)
    room = width * len(table.rows)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, rows, columns in table.spans or ():
        bottom, right = min(top + rows, len(table.rows)), min(left + columns, width)
        room -= max(0, bottom - top) * max(0, right - left)
        if room < 0 or top < 0 or left < 0:
            break
        found |= {(row, at): (top, left) for row in range(top, bottom) for at in range(left, right)}
        found.pop((top, left), None)
    return found


def _text(table: Table, owner: dict[tuple[int, int], tuple[int, int]], row: int, at: int) -> str:
    row, at = owner.get((row, at), (row, at))
    cells = table.rows[row]
    return " ".join(cells[at].split())[:HEAD] if at < len(cells) else ""


def _column_head(table: Table, owner: dict[tuple[int, int], tuple[int, int]], heads: int, at: int) -> str:
    if not heads and table.heads:
        return " ".join(table.heads[at].split())[:HEAD] if at < len(table.heads) else ""
    return _joined(_text(table, owner, row, at) for row in range(min(heads, DEEPEST)))


def _joined(parts: Iterator[str] | tuple[str, ...]) -> str:
    """Joins heads; one that covers several rows or columns counts once."""
    return " ".join(dict.fromkeys(part for part in parts if part))
