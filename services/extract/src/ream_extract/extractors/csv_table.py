# SPDX-License-Identifier: Apache-2.0
"""Decides how a table in a text file (CSV, TSV) is read: its rows as cells, a body for each 64 KiB of the file."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ream_contracts.artifacts import Table
from ream_contracts.tables import found_header
from ream_extract.encoding import decode, detect
from ream_extract.extractors.text import EXTRACTOR as TEXT
from ream_extract.flow import Block, share, unit
from ream_extract.reading import Item, Plan, Source
from ream_extract.text_clean import tidy

DELIMITERS = "\t;,|"
NONE = "\x1f"
"""Parts the cells of a file of one column: nobody writes it."""
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_DECIMAL = re.compile(r"[-+]?\d{1,3}(?:\.?\d{3})*,\d{1,2}")
LOOKED = 50
"""Rows from which the delimiter is told."""
LONGEST = 1 << 20
"""Letters of one cell: a quote that is never closed would take the rest of the file."""
LARGEST = 16 << 20
"""Bytes of a file whose cells are kept: all of them are held at once, and take many times as much."""
ROWS = 50_000
"""Rows after which the reading shows that it goes on."""


class CsvExtractor:
    """Reads comma-separated and tab-separated values."""

    name = "csv"
    version = "4"
    media_types = ("text/csv", "text/tab-separated-values")
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the size of the file alone."""
        return TEXT.plan(source)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the bodies with their rows as a table; a file too large to be held at once is read as plain text."""
        if source.path.stat().st_size > LARGEST:
            yield from TEXT.read(source, first, last, scratch)
            return
        data = source.path.read_bytes()
        encoding = detect(data)
        text, confidence = decode(data[encoding.mark :], encoding)
        text = tidy(text)
        blocks: list[Block] = []
        for number, row in enumerate(_rows(text, delimiter_of(text)), 1):
            blocks.append(Block("\t".join(" ".join(cell.split()) for cell in row), 0, (Table((tuple(row),), None),)))
            if number % ROWS == 0:
                yield None
        parts = share(blocks, sum(run.count for run in self.plan(source).units))
        top = found_header(_rows_in(parts[0]))
        heads = _rows_in(parts[0])[top - 1] if top else None
        for number in range(first, last + 1):
            yield unit(number, [_together(parts[number - 1], number == 1, top, heads)], "plain", confidence)


def _together(blocks: list[Block], is_first: bool, top: int, heads: tuple[str, ...] | None) -> Block:
    """Makes one table of rows; those of later bodies stand under the heads that the first has."""
    rows = _rows_in(blocks)
    table = Table(rows, None, (), top) if is_first else Table(rows, None, (), 0, heads=heads)
    return Block("\n".join(block.text for block in blocks), 0, (table,) if rows else ())


def _rows_in(blocks: list[Block]) -> tuple[tuple[str, ...], ...]:
    return tuple(row for block in blocks for table in block.tables for row in table.rows)


def delimiter_of(text: str) -> str:
    """Finds the sign that parts cells: the one with which most rows have the same number of cells, more than one.

    Commas that all stand between digits part decimals where another sign does as well; where below a word there are
    only such numbers, nothing parts cells.
    """

    def worth(sign: str) -> tuple[int, int]:
        rows = [row for _, row in zip(range(LOOKED), _rows(text[: 256 << 10], sign), strict=False)]
        width, alike = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        return (alike if width > 1 else 0), width

    best = max(DELIMITERS, key=worth)
    head = text[: 256 << 10]
    if best != "," or _COMMA.sub("", head).count(","):
        return best
    others = [sign for sign in DELIMITERS if sign != "," and worth(sign)[0] >= worth(",")[0]]
    if others:
        return max(others, key=worth)
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    return NONE if len(lines) > 1 and "," not in lines[0] and all(map(_DECIMAL.fullmatch, lines[1:])) else best


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yields the rows that hold something; where quotes are wrong, line by line without heeding them."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines = 0
    try:
        for row in reader:
            lines = reader.line_num
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error:
        for line in text.split("\n")[lines:]:
            if line.strip():
                yield line.split(delimiter)


EXTRACTOR = CsvExtractor()
