# SPDX-License-Identifier: Apache-2.0
"""Decides what the cells of ODS show: the text that their writer put there, and the value behind it."""

from collections.abc import Iterator
from typing import Any

from ream_extract.number_format import plain, same
from ream_extract.odf_text import rows_of
from ream_extract.open_document import attribute, local, paragraph_text
from ream_extract.sheet_cells import COPIES, Cells
from ream_extract.sheet_tables import MERGED
from ream_extract.xlsx_cells import COLUMNS, ROWS

COPIED_LETTERS = 1 << 20
"""Letters that the copies of cells may have together: they lie in the file once."""


def fill(cells: Cells, table: Any) -> Iterator[None]:
    """Reads the cells of a sheet, a row at a time.

    A row or cell that stands for many is written as often as it is seen, up to `COPIES` times.

    Raises:
        TooLarge: more cells than may be held.
    """
    left = COPIED_LETTERS
    at = 0
    for row in rows_of(table):
        yield
        repeated = number(row, "number-rows-repeated")
        column, found = 0, list[tuple[int, int, str, str]]()
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            wide = number(cell, "number-columns-repeated")
            down, across = number(cell, "number-rows-spanned"), number(cell, "number-columns-spanned")
            if (down > 1 or across > 1) and len(cells.merged) < MERGED:
                cells.merged.append((at, column, down, across))
            text, exact = _shown(cell)
            if text or exact:
                found.append((column, wide, text, exact))
            column += wide
        for column, wide, text, exact in found:
            for copy in range(min(wide, COPIES, COLUMNS - column)):
                left -= len(text) + 1 if copy else 0
                if copy and left < 0:
                    break
                cells.put(at, column + copy, text, exact)
        first = cells.rows.get(at, {})
        letters = sum(len(text) + 1 for text in first.values())
        for copy in range(1, min(repeated, COPIES, ROWS - at) if first else 0):
            left -= letters
            if left < 0:
                break
            for column, text in first.items():
                cells.put(at + copy, column, text)
        at += repeated
        if at >= ROWS:
            break


def number(element: Any, name: str) -> int:
    """Reads a number that is 1 where it is not said."""
    value = attribute(element, name)
    return max(1, int(value)) if value.isdecimal() and len(value) < 10 else 1


def _shown(cell: Any) -> tuple[str, str]:
    """Returns what a cell shows, and its value where that is more."""
    said = {str(name).rpartition("}")[2]: str(value) for name, value in cell.attrib.items()}
    text = "\n".join(paragraph_text(one) for one in cell if local(one) in ("p", "h")).strip()
    kind = said.get("value-type", "")
    value = said.get({"boolean": "boolean-value", "date": "date-value", "time": "time-value"}.get(kind, "value"), "")
    if kind in ("string", "") or not value:
        text = text or said.get("string-value", "")
        # Nobody worked the formula out.
        return (text or (f"={said['formula']}" if said.get("formula") and not kind else "")), ""
    if kind == "boolean":
        return text or value.upper(), ""
    if kind in ("date", "time"):
        return text or value, value.removesuffix("T00:00:00")
    try:
        exact = float(value)
    except ValueError:
        return text or value, ""
    return text or plain(exact), "" if not text or same(text, exact) else plain(exact)
