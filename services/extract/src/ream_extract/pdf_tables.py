# SPDX-License-Identifier: Apache-2.0
"""Decides which tables a PDF page holds, and which pages are worth the look: words with boxes cost as much as text."""

import re
from collections.abc import Iterable, Iterator

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table
from ream_extract.pdf_boxes import text_boxes
from ream_extract.pdf_marks import rules_on, words_on
from ream_extract.pdf_page import Drawn, drawn_on
from ream_extract.pdf_place import Shown, shown_by
from ream_extract.reading import Box
from ream_tables.aligned import STEP, aligned
from ream_tables.finding import table_in, tables_in
from ream_tables.marks import Rule, Rules

RUNS = 300
"""Runs of text of which the boxes are asked; pages with more must show figures or rules, for words cost no more."""
PAIRS = 2
"""Neighbouring lines with a gap in common from which a page may hold a table."""
RULED = 1
"""The same, where something is drawn that may be rules: these must show it, where gaps of runs do not."""
DRAWINGS = 4
"""Paths from which a table may be ruled."""
WIDE = 40.0
"""Points from which a rule across may be one of a table."""
CLOSE = 6.0
"""Points within which rules are sides of one."""
_FIGURES = re.compile(r"(?:\d[\d.,]*[%)]* |^)[($€£+-]{0,2} ?\d[\d.,]*[%)]*$", re.MULTILINE)
"""A line that ends with two figures, or is one."""


def tables_on(words: pdfium.PdfTextPage, text: str, drawn: Drawn, place: Shown) -> tuple[Table, ...]:
    """Returns the tables of a page; `text` is what it says. What is looked at is bounded, whatever the page draws."""
    wanted = RULED if len(drawn.paths) >= DRAWINGS else PAIRS
    runs = raw.FPDFText_CountRects(words, 0, -1)
    if runs < 4:
        return ()
    rules: Rules | None = None
    if not (len(_FIGURES.findall(text)) > PAIRS or (runs <= RUNS and aligned(_runs(words, runs)) >= PAIRS)):
        rules = rules_on(drawn, place) if len(drawn.paths) >= DRAWINGS else None
        if rules is None or not _ruled(rules):
            return ()
    found = words_on(words, words.get_text_range(), place)
    if aligned((word.x0, word.x1, word.y1 - word.y0, word.y0) for word in found) < wanted:
        return ()
    return tuple(tables_in(found, rules or rules_on(drawn, place)))


def table_at(page: pdfium.PdfPage, box: Box) -> Table | None:
    """Returns what lies in a box of a page as a table: for who knows where it is. Reading a document never asks this.

    Args:
        page: of PDFium.
        box: x0, y0, x1, y1 in points from the bottom left of the page, as PDF counts.
    """
    words, place = page.get_textpage(), shown_by(page)
    try:
        found = words_on(words, words.get_text_range(), place)
        rules = rules_on(drawn_on(page, place), place)
    finally:
        words.close()
    return table_in(place.box(*box), found, rules)


def _ruled(rules: Rules) -> bool:
    """Says whether rules may make a table: three that reach from the same side to the same; a box has but two."""
    return _beside(rules.across, WIDE) > 2 or _beside(rules.down, STEP) > 2


def _beside(rules: Iterable[Rule], shortest: float) -> int:
    """Counts the most rules that begin and end alike; those closer than a line are one."""
    places: dict[tuple[int, int], set[int]] = {}
    for at, start, end in rules:
        if end - start >= shortest:
            places.setdefault((round(start / STEP), round(end / STEP)), set()).add(int(at / CLOSE))
    return max(map(len, places.values()), default=0)


def _runs(words: pdfium.PdfTextPage, count: int) -> Iterator[tuple[float, float, float, float]]:
    """Yields left, right, height and the lower y of runs of text; from where y is counted does not matter."""
    for left, bottom, right, top in text_boxes(words, range(count)):
        yield left, right, top - bottom, bottom
