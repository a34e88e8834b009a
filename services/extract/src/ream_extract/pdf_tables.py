# SPDX-License-Identifier: Apache-2.0
"""Decides which tables a PDF page holds, and which pages are worth the look: words with boxes cost as much as text."""

import re
from collections.abc import Iterable, Iterator, Sequence

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table
from ream_extract.pdf_boxes import text_boxes
from ream_extract.pdf_cells import Grid, grid
from ream_extract.pdf_lines import GAP, lines_of, mark_paragraphs
from ream_extract.pdf_marks import Rule, Rules, Word, rules_on, words_on
from ream_extract.pdf_page import Drawn, drawn_on, shown
from ream_extract.pdf_regions import Region, joined, region_in, regions
from ream_extract.pdf_spans import table_of
from ream_extract.reading import Box

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
STEP = 4.0
"""Points within which feet of letters are one line."""
CLOSE = 6.0
"""Points within which rules are sides of one."""
APART = 8
"""Steps from a line to the next."""
_FIGURES = re.compile(r"(?:\d[\d.,]*[%)]* |^)[($€£+-]{0,2} ?\d[\d.,]*[%)]*$", re.MULTILINE)
"""A line that ends with two figures, or is one."""
Stretch = tuple[float, float, float]
"""Left, right and height of something on a line."""


def tables_on(page: pdfium.PdfPage, words: pdfium.PdfTextPage, text: str, drawn: Drawn) -> tuple[Table, ...]:
    """Returns the tables of a page; `text` is what it says. What is looked at is bounded, whatever the page draws."""
    wanted = RULED if len(drawn.paths) >= DRAWINGS else PAIRS
    runs = raw.FPDFText_CountRects(words, 0, -1)
    if runs < 4:
        return ()
    rules: Rules | None = None
    if not (len(_FIGURES.findall(text)) > PAIRS or (runs <= RUNS and _aligned(_runs(words, runs)) >= PAIRS)):
        rules = rules_on(page, drawn) if len(drawn.paths) >= DRAWINGS else None
        if rules is None or not _ruled(rules):
            return ()
    found = words_on(page, words, words.get_text_range())
    if _aligned((word.x0, word.x1, word.y1 - word.y0, word.y0) for word in found) < wanted:
        return ()
    return tuple(tables_in(found, rules or rules_on(page, drawn)))


def tables_in(words: Sequence[Word], rules: Rules) -> list[Table]:
    """Returns the tables that words and rules make, from top to bottom."""
    lines = lines_of(words, joined(rules.down))
    mark_paragraphs(lines)
    found = []
    for region in regions(lines, rules):
        cells = grid(region)
        if cells and _worth(region, cells):
            found.append(table_of(region, cells))
    return sorted(found, key=lambda table: (table.box or (0.0, 0.0))[1])


def table_at(page: pdfium.PdfPage, box: Box) -> Table | None:
    """Returns what lies in a box of a page as a table: for who knows where it is. Reading a document never asks this.

    Args:
        page: of PDFium.
        box: x0, y0, x1, y1 in points from the bottom left of the page, as PDF counts.
    """
    words = page.get_textpage()
    try:
        found = words_on(page, words, words.get_text_range())
        rules = rules_on(page, drawn_on(page))
    finally:
        words.close()
    (ax, ay), (bx, by) = shown(page, box[0], box[1]), shown(page, box[2], box[3])
    region = region_in((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), found, rules)
    cells = grid(region, given=True) if region is not None else None
    return table_of(region, cells) if region is not None and cells is not None else None


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
    for left, bottom, right, top in text_boxes(words, 0, count):
        yield left, right, top - bottom, bottom


def _aligned(boxes: Iterable[tuple[float, float, float, float]]) -> int:
    """Counts neighbouring lines that have a gap in common; what stands in none of them is in no table."""
    rows: dict[int, list[Stretch]] = {}
    for left, right, height, foot in boxes:
        # Feet of one line differ by what hangs below it: each stands in two rows, and is whole in one of them.
        for at in (int((foot + height / 2) // STEP), int((foot + height / 2) // STEP) + 1):
            rows.setdefault(at, []).append((left, right, height))
    pairs, before, above = 0, -1_000_000, list[tuple[float, float]]()
    for at in sorted(rows):
        gaps = _gaps(rows[at]) if len(rows[at]) > 1 and at > before + 1 else []
        if not gaps:
            continue
        if at - before < APART:
            pairs += any(min(right, end) - max(left, start) > 2 for left, right in gaps for start, end in above)
        before, above = at, gaps
    return pairs


def _gaps(row: list[Stretch]) -> list[tuple[float, float]]:
    """Gaps of a line that are wider than a space; that behind a bullet is none."""
    row.sort()
    found = []
    begin, reached, _ = row[0]
    for left, right, height in row[1:]:
        tall = max(height, 4.0)
        if left - reached > GAP * tall and reached - begin > tall:
            found.append((reached, left))
        reached = max(reached, right)
    return found


def _worth(region: Region, grid: Grid) -> bool:
    """Says whether it is a table: rows with several cells, and where no rules cross, figures or short words in them."""
    cells = [cell for row in grid.rows for cell in row]
    filled = sum(len(row) >= 2 for row in grid.rows)
    if len(grid.rows) < 2 or filled < 2 or filled < 0.4 * len(grid.rows):
        return False
    if region.ruled:
        return True
    figures = sum(cell.numeric for cell in cells if cell.left > 0)
    others = sum(cell.left > 0 for cell in cells)
    wordy = sum(sum(len(piece.words) for piece in cell.pieces) > 8 for cell in cells)
    if filled < 3 or filled < 0.5 * len(grid.rows):
        return False
    columns = len({cell.left for cell in cells})
    return figures >= 0.3 * others or (wordy <= 0.1 * len(cells) and (columns > 2 or len(region.across) > 1))
