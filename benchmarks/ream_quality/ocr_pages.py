# SPDX-License-Identifier: Apache-2.0
"""Scores the text of scanned pages in `ocr-pages` by their wrong letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ream_quality import edits
from ream_quality.library import Library

FOLDER = "ocr-pages"
_FORM = re.compile(r"(-rotated.*|rot|_\d)$")
"""What the name of another form of a page adds: turned, askew, another picture of it."""
_UNLV = re.compile(r"^\d{4}_\d{3}\.\w+$")
"""Pages of the UNLV set, of which the order of blocks is a matter of taste."""


@dataclass(frozen=True, slots=True)
class Page:
    """One image and how it was read."""

    path: Path
    edits: int
    letters: int
    any_order: bool


def measure(library: Library) -> dict[str, float]:
    """Returns the share of wrong letters over all pages with a truth, of the UNLV pages apart."""
    pages = list(scored(library))
    figures = {}
    for name, of in (("ocr_pages_cer", False), ("ocr_unlv_cer", True)):
        letters = sum(page.letters for page in pages if page.any_order is of)
        if letters:
            figures[name] = sum(page.edits for page in pages if page.any_order is of) / letters
    return figures


def scored(library: Library) -> Iterator[Page]:
    """Yields the pages of which the truth is there."""
    for path in library.files(FOLDER):
        truth = _truth(path)
        if truth is None:
            continue
        wanted, found = truth.read_text("utf-8", "replace"), library.of(path).text
        any_order = _UNLV.match(path.stem) is not None
        count: Callable[[str, str], int] = edits.in_any_order if any_order else edits.in_order
        letters = len(edits.folded(wanted) if any_order else edits.plain(wanted))
        yield Page(path, count(found, wanted), letters, any_order)


def _truth(path: Path) -> Path | None:
    for stem in (path.stem, _FORM.sub("", path.stem)):
        if (truth := path.with_name(f"{stem}.txt")).is_file():
            return truth
    return None
