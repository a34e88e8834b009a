# SPDX-License-Identifier: Apache-2.0
"""Decides which passage of a unit the cells of its tables are found by, each with the heads of its row and column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ream_contracts import tables
from ream_contracts.artifacts import Table

ROOM = 4
"""Times as many characters as the largest passage may have that its cells take with their heads."""
LOOKED = 40
"""Characters of a cell by which its row is found in the text."""
AHEAD = 2
"""Passages in which the next row of a table is looked for: rows stand one below another."""
FARTHER = 8
"""As many more are looked through, one for each row before it that was not found."""


@dataclass(slots=True)
class Cells:
    """The cells that one passage is found by.

    Attributes:
        lines: what each cell says with its heads, e.g. `Revenue 2019: 1,234`.
        left_out: cells for which there was no room.
    """

    lines: list[str] = field(default_factory=list)
    left_out: int = 0
    _taken: int = 0

    def add(self, line: str, room: int) -> None:
        """Takes a line while there is room."""
        if self._taken + len(line) > room:
            self.left_out += 1
        else:
            self._taken += len(line)
            self.lines.append(line)


def cells_of(found: Iterable[Table], pieces: Sequence[str], limit: int) -> list[Cells]:
    """Gives the cells of a unit's tables to the passages in which their rows stand.

    Args:
        found: the tables.
        pieces: the text of the passages, in order.
        limit: characters of the largest passage.
    """
    cells = [Cells() for _ in pieces]
    plain = [" ".join(piece.split()) for piece in pieces] if len(pieces) > 1 else [""] * len(pieces)
    for table in found if pieces else ():
        rows, number = _Rows(plain), -1
        for of_row, line in tables.lines(table):
            if of_row != number:
                rows.next(table.rows[of_row])
                number = of_row
            cells[rows.at].add(line, ROOM * limit)
    return cells


class _Rows:
    """Finds the passage of each row of a table, from that of the row before on.

    A row that is in none stands where the one before does: a cell may be longer than a passage, or written otherwise.
    """

    def __init__(self, plain: Sequence[str]) -> None:
        self.at = 0
        self._plain = plain
        self._found = False
        self._misses = 0

    def next(self, row: Sequence[str]) -> None:
        """Goes on to the next row."""
        words = [text[:LOOKED] for cell in row if (text := " ".join(cell.split()))]
        more = AHEAD + min(self._misses, FARTHER)
        if not self._found:
            # Where the table begins is not known; after some rows that are nowhere, it is not looked for.
            more = len(self._plain) if self._misses < FARTHER else 0
        ahead = self._plain[self.at : self.at + more] if len(self._plain) > 1 else ()
        line = " ".join(words)
        place = next((number for number, text in enumerate(ahead) if line in text), None)
        if place is None:
            place = next((number for number, text in enumerate(ahead) if all(word in text for word in words)), None)
        if place is None:
            self._misses += 1
        else:
            self.at, self._found, self._misses = self.at + place, True, 0
