# SPDX-License-Identifier: Apache-2.0
"""Decides which tables a page holds."""

from collections.abc import Sequence

from ream_contracts.artifacts import Table
from ream_tables.cells import Grid, grid
from ream_tables.lines import lines_of, mark_paragraphs
from ream_tables.marks import Box, Rules, Word
from ream_tables.regions import Region, joined, region_in, regions
from ream_tables.spans import table_of


def tables_in(words: Sequence[Word], rules: Rules) -> list[Table]:
    """Returns the tables that words and rules make, from top to bottom."""
    lines = lines_of(words, joined(rules.down))
    mark_paragraphs(lines)
    found = []
    for region in regions(lines, rules):
        cells = grid(region)
        if cells and _worth(region, cells):
            found.append(table_of(region, cells))
    return sorted(found, key=lambda table: (table.box or (0.0, 0.0))[1])


def table_in(box: Box, words: Sequence[Word], rules: Rules) -> Table | None:
    """Returns what lies in a box as a table, whatever it looks like: for who knows where it is; None without words."""
    region = region_in(box, words, rules)
    cells = grid(region, given=True) if region is not None else None
    return table_of(region, cells) if region is not None and cells is not None else None


def _worth(region: Region, grid: Grid) -> bool:
    """Says whether it is a table: rows with several cells, and where no rules cross, figures or short words in them."""
    cells = [cell for row in grid.rows for cell in row]
    filled = sum(len(row) >= 2 for row in grid.rows)
    if len(grid.rows) < 2 or filled < 2 or filled < 0.4 * len(grid.rows):
        return False
    if region.ruled:
        return True
    figures = sum(cell.numeric for cell in cells if cell.left > 0)
    others = sum(cell.left > 0 for cell in cells)
    wordy = sum(sum(len(piece.words) for piece in cell.pieces) > 8 for cell in cells)
    if filled < 3 or filled < 0.5 * len(grid.rows):
        return False
    columns = len({cell.left for cell in cells})
    return figures >= 0.3 * others or (wordy <= 0.1 * len(cells) and (columns > 2 or len(region.across) > 1))
