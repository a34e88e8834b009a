# SPDX-License-Identifier: Apache-2.0
"""Decides how a sheet is kept as a table: its rows with something in them, merged cells, the row that names columns."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from ream_contracts.artifacts import Table
from ream_contracts.tables import found_header

CELLS = 200_000
"""Cells of one sheet that are kept as a table: of a larger one the first rows, and how many more there are."""
MERGED = 50_000
"""Merged cells of one sheet that are looked at."""
Merged = tuple[int, int, int, int]
"""Row, column (from 0), number of rows and of columns of a merged cell."""


def table_of(rows: Sequence[tuple[int, tuple[str, ...]]], first_column: int, merged: Iterable[Merged]) -> Table | None:
    """Makes the table of a sheet; None where nothing is written in it.

    Args:
        rows: those that hold something, each with its number in the sheet.
        first_column: of the sheet, in which the rows begin.
        merged: the merged cells, counted in the sheet.
    """
    width = max((len(cells) for _, cells in rows), default=0)
    if not width:
        return None
    most = max(1, CELLS // width)
    kept = tuple(cells for _, cells in rows[:most])
    numbers = [number for number, _ in rows[:most]]
    spans = tuple(sorted(_spans(merged, numbers, first_column, width)))
    return Table(kept, None, spans, found_header(kept, spans), beyond=max(0, len(rows) - most) or None)


def _spans(merged: Iterable[Merged], numbers: Sequence[int], first_column: int, width: int) -> Iterator[Merged]:
    """Yields the merged cells that begin in a row that is kept, counted among these."""
    for _, (top, left, rows, columns) in zip(range(MERGED), merged, strict=False):
        row, end = bisect_left(numbers, top), bisect_right(numbers, top + rows - 1)
        column, right = left - first_column, min(left - first_column + columns, width)
        begins = row < len(numbers) and numbers[row] == top and 0 <= column < right
        if begins and (end - row > 1 or right - column > 1):
            yield row, column, end - row, right - column
