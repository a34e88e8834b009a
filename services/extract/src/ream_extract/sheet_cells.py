# SPDX-License-Identifier: Apache-2.0
"""Decides how the cells of a sheet are held and written: only those that hold something, however far apart they lie."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ream_extract import date_format
from ream_extract.number_format import is_date, plain, same, shown, shown_text
from ream_extract.sheet_tables import Merged
from ream_extract.text_clean import tidy

MOST_CELLS = 5_000_000
"""Cells of one sheet that may hold something."""
MOST_LETTERS = 256 << 20
"""Letters of one sheet: a text that is kept once may stand in many cells."""
MOST_SPREAD = 5_000_000
"""Cells that rows may have together once each is as wide as the widest; beyond it what is empty is left out."""
COPIES = 1_000
"""How often a cell is written that a file holds once and that stands in many places, at the most."""
_EXACT_LETTERS = 16 << 20
"""Letters of values that a sheet shows shortened."""


_WHOLE = 0.95
"""Share of the counted cells below which some were left out on the way."""


class TooLarge(Exception):
    """A sheet has more cells, or more letters in them, than may be held."""


@dataclass(slots=True)
class Cells:
    """What the cells of one sheet show, by row and column from 0."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    exact: dict[int, list[str]] = field(default_factory=dict)
    """By row: whole values of cells that show less, each with its place."""
    merged: list[Merged] = field(default_factory=list)
    counted: int = 0
    """Cells with a value, counted by another way than they are read; 0 where there is none."""
    blank: int = 0
    """Cells with a value of which nothing is shown."""
    _count: int = 0
    _letters: int = 0
    _exact_letters: int = 0

    def put(self, row: int, column: int, text: str, exact: str = "") -> None:
        """Takes what a cell shows, and its whole value where that is more.

        Raises:
            TooLarge: the sheet has more than may be held.
        """
        text = tidy(text).strip()
        if exact and exact != text and self._exact_letters < _EXACT_LETTERS:
            self._exact_letters += len(exact)
            self.exact.setdefault(row, []).append(f"{place(row, column)} = {exact}")
        if text:
            self._hold(row, column, text)
        else:
            self.blank += 1

    def _hold(self, row: int, column: int, text: str) -> None:
        self._count += 1
        self._letters += len(text)
        if self._count > MOST_CELLS or self._letters > MOST_LETTERS:
            raise TooLarge
        self.rows.setdefault(row, {})[column] = text

    def lack(self, written: int) -> bool:
        """Says whether fewer are written, and have nothing to show, than were counted."""
        return self.blank + written < _WHOLE * self.counted

    def number(self, row: int, column: int, value: float, code: str, since_1904: bool) -> None:
        """Takes a number as its format code writes it."""
        if code == "General":
            self._hold(row, column, plain(value))
            return
        text = shown(value, code, since_1904)
        if is_date(code):
            self.put(row, column, text, date_format.iso(value, since_1904) or plain(value))
        else:
            self.put(row, column, text, "" if same(text, value) else plain(value))

    def words(self, row: int, column: int, text: str, code: str) -> None:
        """Takes words as the format code of their cell writes them."""
        self.put(row, column, shown_text(text, code) if "@" in code else text)


def spread(cells: Cells) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """Returns the rows that hold something, each with its number and as wide as the widest, and their first column.

    Where that would be far more than there are cells, columns that hold nothing are left out; where it still is, each
    row has only its own cells.
    """
    numbers = sorted(cells.rows)
    used = sorted({column for row in cells.rows.values() for column in row})
    if not used:
        return [], 0
    first, width = used[0], used[-1] - used[0] + 1
    if len(numbers) * width <= MOST_SPREAD:
        used = list(range(first, first + width))
    elif len(numbers) * len(used) > MOST_SPREAD:
        return [(number, tuple(text for _, text in sorted(cells.rows[number].items()))) for number in numbers], first
    return [(number, tuple(cells.rows[number].get(column, "") for column in used)) for number in numbers], first


def exact_lines(cells: Cells) -> Iterator[str]:
    """Yields a line for each row with values that are more than what is shown."""
    yield from ("; ".join(cells.exact[row]) for row in sorted(cells.exact))


def place(row: int, column: int) -> str:
    """Names a cell as spreadsheets do."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
