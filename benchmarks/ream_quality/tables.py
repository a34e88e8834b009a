# SPDX-License-Identifier: Apache-2.0
"""Scores tables in `tables` by neighbouring cells, as the ICDAR 2013 table competition does.

Göbel, Hassan, Oro, Orsi: A methodology for evaluating algorithms for table understanding in PDF documents (2012): of
every cell that is not blank, its next neighbours to the right and below that are not blank either; a pair counts when
both texts, without white space, and the direction are the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table
from ream_quality.library import Library, Reading
from ream_quality.spans import Tally

FOLDER = "tables"
_SPACE = re.compile(r"\s+")
Pair = tuple[str, str, str]
"""Text of a cell, of its neighbour, and the direction."""
Grid = Mapping[tuple[int, int], int]
"""Which cell lies at a row and column."""


def measure(library: Library) -> dict[str, float]:
    """Returns the mean F1 over documents, with the regions of tables found by ourselves."""
    f1s = [tally.f1 for _, tally in scored(library)]
    return {"tables_cell_f1": sum(f1s) / len(f1s)} if f1s else {}


def scored(library: Library) -> Iterator[tuple[Path, Tally]]:
    """Yields the documents of which the tables are known."""
    for path, truth in with_truth(library):
        yield path, Tally.between(found_pairs(library.of(path)), wanted_pairs(truth))


def with_truth(library: Library) -> Iterator[tuple[Path, Path]]:
    """Yields the documents of which the tables are known, each with the file that says them."""
    for path in library.files(FOLDER, ".pdf"):
        truth = path.with_name(f"{path.stem}-str.xml")
        if truth.is_file():
            yield path, truth


def wanted_pairs(truth: Path) -> Counter[Pair]:
    """The neighbours in a file of the competition; each region of a table stands for itself."""
    pairs: Counter[Pair] = Counter()
    root = etree.fromstring(truth.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    for region in root.iter("region"):
        texts: list[str] = []
        grid: dict[tuple[int, int], int] = {}
        for cell in region.iter("cell"):
            rows, columns = (_span(cell, what) for what in ("row", "col"))
            for place in ((row, column) for row in rows for column in columns):
                grid[place] = len(texts)
            texts.append(cell.findtext("content") or "")
        pairs += neighbours(texts, grid)
    return pairs


def _span(cell: Any, what: str) -> range:
    first = int(cell.get(f"start-{what}", "0"))
    return range(first, max(first, int(cell.get(f"end-{what}", first))) + 1)


def found_pairs(reading: Reading) -> Counter[Pair]:
    """The neighbours in the tables of a document as it came out."""
    return pairs_of(table for unit in reading.units for table in unit.tables)


def pairs_of(tables: Iterable[Table]) -> Counter[Pair]:
    """The neighbours in tables."""
    pairs: Counter[Pair] = Counter()
    for table in tables:
        texts = [text for row in table.rows for text in row]
        places = ((number, at) for number, row in enumerate(table.rows) for at, _ in enumerate(row))
        grid = {place: number for number, place in enumerate(places)}
        for first, left, rows, columns in table.spans or ():
            over = ((row, at) for row in range(first, first + rows) for at in range(left, left + columns))
            grid.update(dict.fromkeys(over, grid[first, left]))
        pairs += neighbours(texts, grid)
    return pairs


def neighbours(texts: Sequence[str], grid: Grid) -> Counter[Pair]:
    """Counts pairs of neighbours; a cell over several rows or columns has each of its neighbours once."""
    plain = [_SPACE.sub("", text) for text in texts]
    rows, columns = ({place[axis] for place in grid} for axis in (0, 1))
    pairs: set[tuple[int, int, str]] = set()
    for line in ([(row, column) for column in sorted(columns)] for row in rows):
        pairs.update((one, other, "right") for one, other in _next(line, grid, plain))
    for line in ([(row, column) for row in sorted(rows)] for column in columns):
        pairs.update((one, other, "below") for one, other in _next(line, grid, plain))
    return Counter((plain[one], plain[other], direction) for one, other, direction in pairs)


def _next(line: Iterable[tuple[int, int]], grid: Grid, plain: Sequence[str]) -> Iterator[tuple[int, int]]:
    before: int | None = None
    for place in line:
        cell = grid.get(place)
        if cell is None or cell == before or not plain[cell]:
            continue
        if before is not None:
            yield before, cell
        before = cell
