# SPDX-License-Identifier: Apache-2.0
"""pdfplumber: the cells of tables in PDFs, with the regions that it finds itself."""

from __future__ import annotations

from ream_contracts.artifacts import Table
from ream_quality import tables
from ream_quality.library import Library
from ream_quality.peers.environment import asked
from ream_quality.spans import Tally

NAME = "pdfplumber"


def measure(library: Library) -> dict[str, float]:
    """Returns the mean F1 over documents."""
    wanted = {path: tables.wanted_pairs(truth) for path, truth in tables.with_truth(library)}
    if not wanted:
        return {}
    found = asked("pdfplumber_tables.py", [str(path) for path in wanted])
    f1s = [
        Tally.between(tables.pairs_of(Table(tuple(map(tuple, rows)), None) for rows in theirs), pairs).f1
        for theirs, pairs in zip(found, wanted.values(), strict=True)
    ]
    return {"tables_cell_f1": sum(f1s) / len(f1s)}
