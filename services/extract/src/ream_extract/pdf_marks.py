# SPDX-License-Identifier: Apache-2.0
"""Decides what of a PDF page tables are found by: words with boxes, and the rules that it draws."""

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.pdf_page import Drawn
from ream_extract.pdf_place import Shown
from ream_tables.marks import Rule, Rules, Word

MOST_WORDS = 6_000
"""Words of a page that is looked at; one with more is no page that a person reads as tables."""
MOST_SEGMENTS = 20_000
"""Lines of all paths of a page that are asked for their ends."""
PATHS = 4_000
"""Paths of which the bounds are asked."""
PLAIN = 6
"""Segments of a path that is a line or a box."""
THIN = 3.0
"""Points up to which a filled rectangle is a rule."""
SHORT = 4.0
"""Points below which a rule separates nothing."""
WHITE = 250
"""Colour, of 255, from which a filled box is not seen."""
_WORD = re.compile(r"[^\s\ufffe]+")


def words_on(words: pdfium.PdfTextPage, text: str, place: Shown) -> list[Word]:
    """Returns the words with their boxes, in the order of the text; none where PDFium's text and places differ."""
    if len(text) != words.count_chars():
        return []
    box = raw.FS_RECTF()
    found, ask, handle, into = [], raw.FPDFText_GetLooseCharBox, words.raw, ctypes.byref(box)
    for match in _WORD.finditer(text):
        start, end = match.span()
        if not ask(handle, start, into):
            continue
        left, top, right, bottom = box.left, box.top, box.right, box.bottom
        if end - start > 1 and ask(handle, end - 1, into):
            left, right = min(left, box.left), max(right, box.right)
            top, bottom = max(top, box.top), min(bottom, box.bottom)
        found.append((left, top, right, bottom, match[0]))
        if len(found) > MOST_WORDS:
            return []
    if place.b == 0 and place.a > 0:
        e, d, f = place.e, place.d, place.f
        return [
            Word(left + e, d * top + f, right + e, d * bottom + f, said) for left, top, right, bottom, said in found
        ]
    return [Word(*place.box(*box), said) for *box, said in found]


def rules_on(drawn: Drawn, place: Shown) -> Rules:
    """Returns the lines that paths draw: thin ones, and the sides of boxes."""
    across: list[Rule] = []
    down: list[Rule] = []
    left = MOST_SEGMENTS
    for handle, bounding in drawn.paths[:PATHS]:
        count = raw.FPDFPath_CountSegments(handle)
        if count > PLAIN and handle is bounding and count <= left:
            left -= count
            for line in _segments(handle, count, place):
                _add(line, across, down)
            continue
        ends = _bounds(bounding, place)
        if ends is not None and (_thin(ends) or (count <= PLAIN and _seen(handle))):
            _add(ends, across, down)
    return Rules(tuple(across), tuple(down))


def _bounds(handle: Any, place: Shown) -> tuple[float, float, float, float] | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    (ax, ay), (bx, by) = place(left.value, bottom.value), place(right.value, top.value)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _seen(handle: Any) -> bool:
    """Says whether the sides of a box are seen: it is stroked, or filled with something else than white."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(handle, mode, stroke) or stroke.value:
        return bool(stroke.value)
    red, green, blue, opaque = (ctypes.c_uint() for _ in range(4))
    if not mode.value or not raw.FPDFPageObj_GetFillColor(handle, red, green, blue, opaque):
        return False
    return opaque.value > 0 and min(red.value, green.value, blue.value) < WHITE


def _thin(ends: tuple[float, float, float, float]) -> bool:
    return ends[2] - ends[0] <= THIN or ends[3] - ends[1] <= THIN


def _add(ends: tuple[float, float, float, float], across: list[Rule], down: list[Rule]) -> None:
    x0, y0, x1, y1 = ends
    if y1 - y0 <= THIN:
        if x1 - x0 >= SHORT:
            across.append(Rule((y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= THIN:
        if y1 - y0 >= SHORT:
            down.append(Rule((x0 + x1) / 2, y0, y1))
    else:
        across += (Rule(y0, x0, x1), Rule(y1, x0, x1))
        down += (Rule(x0, y0, y1), Rule(x1, y0, y1))


def _segments(handle: Any, count: int, place: Shown) -> Iterator[tuple[float, float, float, float]]:
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, matrix):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    before = start = None
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = place(
            matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO and before is not None and _straight(before, here):
            yield _ordered(before, here)
        if raw.FPDFPathSegment_GetClose(segment) and start is not None and _straight(here, start):
            yield _ordered(here, start)
        before = here


def _straight(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) <= 1 or abs(one[1] - other[1]) <= 1


def _ordered(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float, float, float]:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
