# SPDX-License-Identifier: Apache-2.0
"""Decides what is seen of one PDF page through PDFium: text, headings, drawings."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Heading
from ream_contracts.whole import letters
from ream_extract.pdf_columns import in_reading_order
from ream_extract.reading import Box
from ream_extract.text_clean import join_hyphens, tidy

OBJECTS = 30_000
"""Page objects looked at for images and drawings."""
NESTED = 3
"""Depth of forms inside forms that is looked into."""
SAMPLED_GLYPHS = 200
SAMPLED_TEXTS = 200
"""Text objects asked whether they are drawn invisibly."""
PATHS = 5_000
"""Paths kept to see where they lie."""
LINES = 400
"""Lines of a page whose letters are measured."""
HEADING_CHARS = 150


@dataclass(frozen=True, slots=True)
class ImageOnPage:
    """An image that a page draws, and the box that it (or the form it is in) covers."""

    handle: Any
    box: Box


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page draws besides text."""

    images: tuple[ImageOnPage, ...]
    drawings: int
    """Images, paths and shadings."""
    image_share: float
    hidden: bool
    """Most texts of the page are drawn invisibly."""
    paths: tuple[tuple[Any, Any], ...] = ()
    """Lines, fills and outlines, each with the object whose bounds are those on the page; no more than `PATHS`."""


def text_of(page: pdfium.PdfPage, words: pdfium.PdfTextPage) -> tuple[str, tuple[Heading, ...], float]:
    """Returns the text in the order of the page, its headings, and the share of glyphs that mean no character."""
    count = words.count_chars()
    if count <= 0:
        return "", (), 0.0
    text = words.get_text_range()
    # PDFium's faster call leaves out characters beyond the first plane: the numbers differ then, and only then.
    if len(text) != count:
        return tidy(join_hyphens(words.get_text_bounded())), (), _unmapped(words, count)
    tidied, headings = _with_headings(words, text)
    return tidied, headings, _unmapped(words, count)


def letters_on(words: pdfium.PdfTextPage) -> int:
    """Counts the letters and digits of a page as PDFium has them, before anything is made of its text.

    Characters that its faster call leaves out are counted by number, as if each were a letter.
    """
    count: int = words.count_chars()
    if count <= 0:
        return 0
    text = words.get_text_range()
    return letters(text) + max(0, count - len(text))


def _unmapped(words: pdfium.PdfTextPage, count: int) -> float:
    step = max(1, count // SAMPLED_GLYPHS)
    looked = range(0, count, step)
    asked, handle = raw.FPDFText_HasUnicodeMapError, words.raw
    errors: int = sum(asked(handle, index) == 1 for index in looked)
    return errors / len(looked)


def _with_headings(words: pdfium.PdfTextPage, text: str) -> tuple[str, tuple[Heading, ...]]:
    lines: list[tuple[str, float]] = []
    for number, piece in enumerate(in_reading_order(words, text)):
        line = piece.text
        indent = len(line) - len(line.lstrip())
        height = _letter_height(words, piece.start + indent) if number < LINES and line.strip() else 0
        lines.append((tidy(join_hyphens(line)), height))
    return "\n".join(line for line, _ in lines), tuple(headings(lines))


def _letter_height(words: pdfium.PdfTextPage, index: int) -> float:
    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(words, index, ctypes.byref(box)):
        return 0.0
    return float(round(abs(box.top - box.bottom), 1))


def headings(lines: list[tuple[str, float]]) -> Iterator[Heading]:
    """Yields the lines whose letters stand out from the body's; sizes are compared within one page only."""
    weights: Counter[float] = Counter()
    for line, height in lines:
        weights[height] += len(line.strip())
    del weights[0.0]
    if not weights:
        return
    body = weights.most_common(1)[0][0]
    offset = 0
    for line, height in lines:
        if height >= 1.15 * body and 2 < len(line.strip()) <= HEADING_CHARS and re.search(r"[^\W\d_]{2}", line):
            level = 1 if height >= 1.7 * body else 2 if height >= 1.35 * body else 3
            yield Heading(offset + len(line) - len(line.lstrip()), level, line.strip())
        offset += len(line) + 1


def drawn_on(page: pdfium.PdfPage) -> Drawn:
    """Looks through the objects of a page for images, lines and fills."""
    width, height = page.get_size()
    found = _Found()
    _look(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, None, 0, found)
    boxes = [(handle, box_of(page, bounding, width, height)) for handle, bounding in found.images]
    images = tuple(ImageOnPage(handle, box) for handle, box in boxes if box is not None)
    covered = sum((one.box[2] - one.box[0]) * (one.box[3] - one.box[1]) for one in images)
    share = min(1.0, covered / (width * height)) if width * height > 0 else 0.0
    return Drawn(images, found.drawings, share, 2 * found.invisible > found.texts, tuple(found.paths))


@dataclass(slots=True)
class _Found:
    drawings: int = 0
    texts: int = 0
    invisible: int = 0
    paths: list[tuple[Any, Any]] = field(default_factory=list)
    images: list[tuple[Any, Any]] = field(default_factory=list)
    """Each with the object whose bounds are those on the page: the outermost form around it."""


def _look(parent: Any, count: Any, get: Any, container: Any, depth: int, found: _Found) -> None:
    # Pages draw thousands of objects, so this loop does nothing that it need not.
    kind_of, text = raw.FPDFPageObj_GetType, raw.FPDF_PAGEOBJ_TEXT
    for index in range(min(count(parent), OBJECTS)):
        handle = get(parent, index)
        kind = kind_of(handle)
        if kind == text:
            if found.texts < SAMPLED_TEXTS:
                found.texts += 1
                found.invisible += raw.FPDFTextObj_GetTextRenderMode(handle) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < NESTED:
                inner = (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
                _look(handle, *inner, container or handle, depth + 1, found)
        else:
            found.drawings += 1
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                found.images.append((handle, container or handle))
            elif kind == raw.FPDF_PAGEOBJ_PATH and len(found.paths) < PATHS:
                found.paths.append((handle, container or handle))


def box_of(page: pdfium.PdfPage, handle: Any, width: float, height: float) -> Box | None:
    """Returns the box of an object in points from the top left of the shown page; None when it lies outside."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    first, second = shown(page, left.value, bottom.value), shown(page, right.value, top.value)
    x0, x1 = sorted((first[0], second[0]))
    y0, y1 = sorted((first[1], second[1]))
    box = (max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1))
    return box if box[2] > box[0] and box[3] > box[1] else None


def shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Turns a place in the file's coordinates into points from the top left of the shown page."""
    width, height = page.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()
    scale = 10  # the call answers in whole pixels: ten a point
    raw.FPDF_PageToDevice(page, 0, 0, round(width * scale), round(height * scale), 0, x, y, across, down)
    return across.value / scale, down.value / scale
