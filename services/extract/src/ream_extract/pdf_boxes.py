# SPDX-License-Identifier: Apache-2.0
"""Decides where runs of text lie on a PDF page, as PDFium joins its letters to boxes."""

import ctypes
from collections.abc import Iterable, Iterator

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]


def text_boxes(words: pdfium.PdfTextPage, numbers: Iterable[int]) -> Iterator[tuple[float, float, float, float]]:
    """Yields left, bottom, right and top of runs of text, in the file's coordinates.

    Args:
        words: of the page, whose runs were counted (`FPDFText_CountRects`).
        numbers: of the runs, from 0 in the file's order.
    """
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    places = [ctypes.pointer(one) for one in (left, top, right, bottom)]
    ask, handle = raw.FPDFText_GetRect, words.raw
    for index in numbers:
        if ask(handle, index, *places):
            yield left.value, bottom.value, right.value, top.value
