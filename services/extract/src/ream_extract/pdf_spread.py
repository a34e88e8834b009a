# SPDX-License-Identifier: Apache-2.0
"""Decides how much of a PDF page its text touches, and how much of it images or drawn outlines cover."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.pdf_boxes import text_boxes
from ream_extract.pdf_page import Drawn
from ream_extract.pdf_place import Shown, box_of
from ream_extract.reading import Box
from ream_extract.text_layer import DRAWN, LITTLE

ROWS, COLUMNS = 64, 32
"""Cells that a page is divided into: one is about as high as a line of text."""
MANY_PATHS = 100
"""Paths from which they may be letters drawn as outlines."""
MANY_SEGMENTS = 1_000
"""Lines and curves from which one or few paths may be a text drawn as outlines."""
PLAIN = 5
"""Segments of a rectangle: as large as half of a page it is a background or a frame."""
BOXES = 5_000
"""Boxes of text looked at."""
_TOUCHED, _COUNTED, _STRIDE = b"\x01" * COLUMNS, 32, 8


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares of a page, 0 to 1; of what is more than enough for every judgement, at least so much."""

    text: float
    """Touched by text; 1 where nothing covers enough of the page for it to matter."""
    drawn: float
    """Under images, or, where there is little text, under outlines if there are many."""


def spread_of(page: pdfium.PdfPage, words: pdfium.PdfTextPage, drawn: Drawn, place: Shown) -> Spread:
    """Measures a page: its text where much is drawn, and what is drawn as outlines where there is little text."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return Spread(1.0, 0.0)
    if drawn.image_share < DRAWN and not _may_be_outlines(drawn):
        return Spread(1.0, drawn.image_share)
    runs = min(raw.FPDFText_CountRects(words, 0, -1), BOXES)
    # Neighbours touch the same cells: runs from all over the page show sooner that there is enough of it.
    numbers = chain.from_iterable(range(first, runs, _STRIDE) for first in range(_STRIDE))
    text = _share((place.box(*box) for box in text_boxes(words, numbers)), width, height, LITTLE)
    if text >= LITTLE:
        return Spread(text, drawn.image_share)
    if not _may_be_outlines(drawn):
        return Spread(text, drawn.image_share)
    outlined = _share(_path_boxes(drawn, place, width, height), width, height, max(DRAWN, 2 * LITTLE))
    return Spread(text, max(drawn.image_share, outlined))


def _may_be_outlines(drawn: Drawn) -> bool:
    return len(drawn.paths) >= MANY_PATHS or sum(_segments(handle) for handle, _ in drawn.paths) >= MANY_SEGMENTS


def _segments(path: Any) -> int:
    """How many lines and curves a path has."""
    count: int = raw.FPDFPath_CountSegments(path)
    return max(0, count)


def _path_boxes(drawn: Drawn, place: Shown, width: float, height: float) -> Iterator[Box]:
    for path, bounding in drawn.paths:
        box = box_of(bounding, place, width, height)
        if box is None:
            continue
        if (box[2] - box[0]) * (box[3] - box[1]) < width * height / 2 or _segments(path) > PLAIN:
            yield box


def _share(boxes: Iterator[Box], width: float, height: float, enough: float) -> float:
    """Says which share of the page's cells the boxes touch; with `enough` of them the rest is not looked at."""
    cells = bytearray(ROWS * COLUMNS)
    across, down, right_most, lowest = COLUMNS / width, ROWS / height, COLUMNS - 1, ROWS - 1
    # Asked for every run of text of a page: comparisons cost a third of what min and max do.
    for number, (left, top, right, bottom) in enumerate(boxes, 1):
        first, last, row, end = int(left * across), int(right * across), int(top * down), int(bottom * down)
        first = 0 if first < 0 else right_most if first > right_most else first
        last = 0 if last < 0 else right_most if last > right_most else last
        row = 0 if row < 0 else lowest if row > lowest else row
        end = 0 if end < 0 else lowest if end > lowest else end
        touched = _TOUCHED[: last + 1 - first]
        for at in range(row * COLUMNS + first, end * COLUMNS + first + 1, COLUMNS):
            cells[at : at + len(touched)] = touched
        if number % _COUNTED == 0 and cells.count(1) >= enough * len(cells):
            break
    return cells.count(1) / len(cells)
