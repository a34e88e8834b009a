# SPDX-License-Identifier: Apache-2.0
"""Decides where on the shown page something stands of which a PDF says where it is in the file's coordinates."""

import ctypes
from typing import Any, NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.reading import Box

_SPAN = 100_000.0
"""How far apart the places are that PDFium is asked for: it answers in whole steps, of which so many are exact."""
_STEPS = 10
"""Steps of a point."""


class Shown(NamedTuple):
    """How the file's coordinates become points from the top left of the shown page.

    It is measured once for a page: PDFium's own call takes longer than all that is done with its answer.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Turns one place."""
        return self.a * x + self.b * y + self.e, self.c * x + self.d * y + self.f

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Turns a box: x0, y0, x1, y1, of which the first two are never the larger ones."""
        (ax, ay), (bx, by) = self(left, bottom), self(right, top)
        # Comparisons cost a third of what min and max do, and this is asked of every run of text.
        return (ax if ax < bx else bx, ay if ay < by else by, bx if ax < bx else ax, by if ay < by else ay)


def shown_by(page: pdfium.PdfPage) -> Shown:
    """Measures how a page is turned, moved and cut."""
    width, height = page.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()

    def asked(x: float, y: float) -> tuple[float, float]:
        size = round(width * _STEPS), round(height * _STEPS)
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        return across.value / _STEPS, down.value / _STEPS

    (e, f), (ax, cx), (by, dy) = asked(0, 0), asked(_SPAN, 0), asked(0, _SPAN)
    return Shown((ax - e) / _SPAN, (by - e) / _SPAN, (cx - f) / _SPAN, (dy - f) / _SPAN, e, f)


def box_of(handle: Any, place: Shown, width: float, height: float) -> Box | None:
    """Returns the box of an object as far as it lies on the shown page, in tenths of a point; None where it does not.

    Args:
        handle: of an object of the page.
        place: of that page.
        width: of the page as it is shown, in points.
        height: the same.
    """
    left, bottom, right, top = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    x0, y0, x1, y1 = place.box(left.value, bottom.value, right.value, top.value)
    box = (max(0.0, round(x0, 1)), max(0.0, round(y0, 1)), min(width, round(x1, 1)), min(height, round(y1, 1)))
    return box if box[2] > box[0] and box[3] > box[1] else None
