# SPDX-License-Identifier: Apache-2.0
"""Scores the words of photographed receipts in `receipts`: which of them were read, and which were not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ream_quality.library import Library

FOLDER = "receipts/img"
_RUN = re.compile(r"[^\W_]+")
_CORNERS = 8
"""Numbers before the text of a line in `box/*.csv`."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """One receipt: its words as they are, and as they were read."""

    path: Path
    found: Counter[str]
    wanted: Counter[str]

    @property
    def right(self) -> int:
        """Words that are in both, as often as in both."""
        return (self.found & self.wanted).total()


def measure(library: Library) -> dict[str, float]:
    """Returns recall and precision over all words of all receipts."""
    every = list(scored(library))
    wanted, found = sum(one.wanted.total() for one in every), sum(one.found.total() for one in every)
    right = sum(one.right for one in every)
    return {"receipts_word_recall": right / wanted, "receipts_word_precision": right / max(1, found)} if wanted else {}


def scored(library: Library) -> Iterator[Photograph]:
    """Yields the receipts of which the lines are known."""
    for path in library.files(FOLDER):
        truth = library.root / "receipts" / "box" / f"{path.stem}.csv"
        if truth.is_file():
            lines = truth.read_text("utf-8", "replace").splitlines()
            texts = (line.split(",", _CORNERS)[-1] for line in lines if line.count(",") >= _CORNERS)
            yield Photograph(path, runs(library.of(path).text), runs("\n".join(texts)))


def runs(text: str) -> Counter[str]:
    """Counts runs of letters and digits, whatever their case."""
    return Counter(_RUN.findall(text.upper()))
