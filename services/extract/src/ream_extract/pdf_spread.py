# SPDX-License-Identifier: Apache-2.0
"""Decides how much of a PDF page its text touches, and how much of it images or drawn outlines cover."""

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.pdf_boxes import text_boxes
from ream_extract.pdf_page import Drawn, box_of, shown
from ream_extract.reading import Box
from ream_extract.text_layer import DRAWN

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


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares of a page, 0 to 1."""

    text: float
    """Touched by text; 1 where nothing covers enough of the page for it to matter."""
    drawn: float
    """Under images, or under outlines where there are many."""


def spread_of(page: pdfium.PdfPage, words: pdfium.PdfTextPage, drawn: Drawn) -> Spread:
    """Measures a page; text is looked for by place only where much is drawn, since most pages draw little."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return Spread(1.0, 0.0)
    covered = max(drawn.image_share, _outlined(page, drawn, width, height))
    text = _share(_text_boxes(page, words), width, height) if covered >= DRAWN else 1.0
    return Spread(text, covered)


def _outlined(page: pdfium.PdfPage, drawn: Drawn, width: float, height: float) -> float:
    segments = [max(0, raw.FPDFPath_CountSegments(handle)) for handle, _ in drawn.paths]
    if len(segments) < MANY_PATHS and sum(segments) < MANY_SEGMENTS:
        return 0.0
    return _share(_path_boxes(page, drawn, segments, width * height / 2), width, height)


def _path_boxes(page: pdfium.PdfPage, drawn: Drawn, segments: list[int], half: float) -> Iterator[Box]:
    width, height = page.get_size()
    for (_, bounding), count in zip(drawn.paths, segments, strict=True):
        box = box_of(page, bounding, width, height)
        if box is not None and (count > PLAIN or (box[2] - box[0]) * (box[3] - box[1]) < half):
            yield box


def _text_boxes(page: pdfium.PdfPage, words: pdfium.PdfTextPage) -> Iterator[Box]:
    for left, bottom, right, top in text_boxes(words, 0, min(raw.FPDFText_CountRects(words, 0, -1), BOXES)):
        (x0, y0), (x1, y1) = shown(page, left, top), shown(page, right, bottom)
        yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _share(boxes: Iterator[Box], width: float, height: float) -> float:
    """Says which share of the page's cells the boxes touch."""
    cells = bytearray(ROWS * COLUMNS)
    for left, top, right, bottom in boxes:
        first, last = _cell(left / width, COLUMNS), _cell(right / width, COLUMNS)
        for row in range(_cell(top / height, ROWS), _cell(bottom / height, ROWS) + 1):
            cells[row * COLUMNS + first : row * COLUMNS + last + 1] = b"\x01" * (last + 1 - first)
    return sum(cells) / len(cells)


def _cell(place: float, cells: int) -> int:
    return min(cells - 1, max(0, int(place * cells)))
