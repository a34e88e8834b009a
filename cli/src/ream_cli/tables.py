# SPDX-License-Identifier: Apache-2.0
"""Shows the tables of a document: a list of them, or one as CSV or JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console

from ream_cli import documents, screen
from ream_cli.failures import CommandError
from ream_contracts import codec, table_files
from ream_contracts.artifacts import DocumentRecord, TableFile
from ream_kit import Store

_SHOWN = 60
"""Characters of a table's first row that its line in the list has."""


def count(record: DocumentRecord) -> int:
    """How many tables a record names, each of which has two files."""
    return sum("/tables/" in name and name.endswith(".csv") for name in record.artifacts)


def of(store: Store, record: DocumentRecord) -> Iterator[TableFile]:
    """Yields the tables of the version that was indexed, in the order of their units, from the texts themselves.

    So it works where the files are not there: of documents that were read before tables had any.
    """
    units = sorted(documents.said(store, record), key=lambda unit: unit.unit)
    yield from (table for unit in units for table in table_files.of_unit(unit))


def one(tables: Iterable[TableFile], number: int) -> TableFile:
    """Returns a table by its place in the document, from 1.

    Raises:
        CommandError: there are not so many.
    """
    found = 0
    for table in tables:
        found += 1
        if found == number:
            return table
    raise CommandError(f"There is no table {number}: the document has {screen.number(found)}. --tables lists them.")


def to_json(tables: Iterable[TableFile]) -> list[dict[str, Any]]:
    """One object a table, as `--tables --json` prints them; `place` is what `--table` takes."""
    return [{"place": number, **codec.to_json(table)} for number, table in enumerate(tables, 1)]


def write_csv(table: TableFile) -> None:
    """Writes a table as CSV, just as its file in the store is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(table_files.csv_of(table.table))
    sys.stdout.buffer.flush()


def show(tables: Iterable[TableFile], console: Console) -> None:
    """Lists tables for people."""
    listed = screen.table("table", "where", "rows", "columns", "first row", right=("table", "rows", "columns"))
    for number, found in enumerate(tables, 1):
        rows = found.table.rows
        where = f"{found.unit_kind} {found.unit}" + (f" ({found.label})" if found.label else "")
        more = f" of {screen.number(len(rows) + found.table.beyond)}" if found.table.beyond else ""
        first = " | ".join(" ".join(cell.split()) for cell in rows[0]) if rows else ""
        listed.add_row(
            str(number), screen.cell(where), f"{screen.number(len(rows))}{more}", str(found.columns),
            screen.cell(first[:_SHOWN]),
        )  # fmt: skip
    if listed.row_count:
        console.print(listed)
    else:
        console.print("No tables.")
