# SPDX-License-Identifier: Apache-2.0
"""Decides how a table is kept as files, beside the text that it was read with: as JSON and as CSV (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterator

from ream_contracts import layout
from ream_contracts.artifacts import SegmentText, Table, TableFile, UnitText

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a cell begins that a spreadsheet would work out instead of showing it; full-width signs count as well."""
_PLAIN = re.compile(r"\s*[+-]?\s?(?:[$€£¥]\s?)?\d[\d.,'\u00a0\u202f ]*\s?%?\s*|\s*[-+]+\s*")
"""A signed number, or a dash alone, which is what stands in tables and is no formula."""


def each(text: SegmentText) -> Iterator[TableFile]:
    """Gives the tables of a segment in order, each with where it stands."""
    return (table for unit in text.units for table in of_unit(unit))


def of_unit(unit: UnitText) -> Iterator[TableFile]:
    """Yields the tables of a unit in order."""
    for number, table in enumerate(unit.tables, 1):
        yield TableFile(unit.unit, unit.kind, unit.label, number, max(map(len, table.rows), default=0), table)


def names(text: str, table: TableFile) -> tuple[str, str]:
    """Names the files of a table, JSON (artifact TableFile) and CSV, after the text that it was read with."""
    of = layout.table(text, table.unit, table.number)
    return f"{of}.json", f"{of}.csv"


def csv_of(table: Table) -> bytes:
    """Writes a table as CSV: UTF-8, commas, CRLF, quotes where they are needed, all rows as wide as the widest.

    Of a cell over several rows or columns the text stands in the first, and the rest is empty. A cell that a
    spreadsheet would take for a formula is written with an apostrophe before it, which is what shows it as text;
    signed numbers stay as they are. What exactly stood there is in the JSON.
    """
    width = max(map(len, table.rows), default=0)
    written = io.StringIO(newline="")
    out = csv.writer(written, lineterminator="\r\n")
    for row in table.rows:
        out.writerow([*map(_harmless, row), *[""] * (width - len(row))])
    return written.getvalue().encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _PLAIN.fullmatch(cell) else cell
