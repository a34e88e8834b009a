# SPDX-License-Identifier: Apache-2.0
"""Decides how far the cells of a Word table reach, and which of its rows are heads."""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table
from ream_extract.table_grid import Slot, table_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def rows_of(table: Any) -> list[Any]:
    """Returns the rows of a table, those in controls and changes too."""
    return list(_unwrapped(table, "tr"))


def cells_of(row: Any) -> list[Any]:
    """Returns the cells of a row."""
    return list(_unwrapped(row, "tc"))


def span(cell: Any) -> int:
    """Says over how many columns a cell reaches."""
    return _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1, 63)


def table(rows: Sequence[Any], texts: Sequence[Sequence[str]]) -> Table | None:
    """Makes the table of rows and the texts of their cells; None where nothing is written in it."""
    laid: list[list[Slot]] = []
    open_above: dict[int, tuple[int, int]] = {}
    for number, (row, words) in enumerate(zip(rows, texts, strict=True)):
        line: list[Slot] = []
        still = dict[int, tuple[int, int]]()
        before = _number(row.find(f"{W}trPr/{W}gridBefore"), 0, 63)
        at = before
        if before:
            line.append(Slot("", 1, before))
        for cell, text in zip(cells_of(row), words, strict=True):
            wide = span(cell)
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            above = open_above.get(at) if merge is not None and not _begins(merge) else None
            # What is written in a cell that goes on is not shown; what there is of it is kept as a cell of its own.
            if above is not None and not text.strip():
                top, place = above
                laid[top][place] = laid[top][place]._replace(rows=number - top + 1)
                still[at] = above
            else:
                if merge is not None:
                    still[at] = (number, len(line))
                line.append(Slot(text, 1, wide))
            at += wide
        laid.append(line)
        open_above = still
    return table_of(laid, _header_rows(rows))


def _header_rows(rows: Sequence[Any]) -> int | None:
    """Counts the rows at the top that are repeated on each page; None where the document marks none."""
    marked = [row.find(f"{W}trPr/{W}tblHeader") for row in rows]
    count = next((number for number, one in enumerate(marked) if one is None or not _is_on(one)), len(marked))
    return count or None


def _begins(merge: Any) -> bool:
    return bool(merge.get(f"{W}val") == "restart")


def _is_on(switch: Any) -> bool:
    return switch.get(f"{W}val", "true") not in ("0", "false", "off")


def _number(found: Any, default: int, most: int) -> int:
    value = found.get(f"{W}val", "") if found is not None else ""
    return min(most, max(default, int(value))) if value.isdecimal() and len(value) < 10 else default


def _unwrapped(element: Any, wanted: str) -> Iterator[Any]:
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == wanted:
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _unwrapped(child, wanted)
