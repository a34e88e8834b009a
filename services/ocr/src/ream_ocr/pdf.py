# SPDX-License-Identifier: Apache-2.0
"""Looks at pages of PDF files, through PDFium: one page in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
from PIL import Image

from ream_ocr import pages
from ream_ocr.views import Budget, Unreadable

_COVERS = 0.6
"""Share of a page from which one image counts as its scan."""

_OBJECTS = 200
"""Objects of a page that are looked through for that image."""


class PdfFile:
    """An open PDF."""

    def __init__(self, document: pdfium.PdfDocument, budget: Budget) -> None:
        self._document = document
        self._budget = budget

    @contextmanager
    def page(self, unit: int) -> Iterator[PdfPage]:
        """Opens one page, counted from 1."""
        if not 1 <= unit <= len(self._document):
            raise Unreadable("no-such-page", f"page {unit} is not there: the file has {len(self._document)}")
        try:
            page = self._document[unit - 1]
        except pdfium.PdfiumError as error:
            raise Unreadable("damaged", f"page {unit} cannot be opened") from error
        try:
            yield PdfPage(page, self._document.get_page_label(unit - 1) or None, self._budget)
        finally:
            page.close()


class PdfPage:
    """An open page of a PDF."""

    kind = "page"

    def __init__(self, page: pdfium.PdfPage, label: str | None, budget: Budget) -> None:
        self._page = page
        self.label = label
        self.size: tuple[float, float] = page.get_size()
        width, height = self.size
        self.dpi = pages.page_dpi(width, height, budget.dpi, _scan_dpi(page, width, height), budget.pixels)
        self.largest_dpi = pages.within(float("inf"), width / 72 * height / 72, budget.pixels)

    def render(self, dpi: int) -> Image.Image:
        """Draws the page in grey, form fields and annotations included: what a person sees."""
        try:
            bitmap = self._page.render(scale=dpi / 72, grayscale=True)
        except pdfium.PdfiumError as error:
            raise Unreadable("damaged", "the page cannot be drawn") from error
        try:
            picture: Image.Image = bitmap.to_pil().convert("L")
            return picture.copy()  # it may lie in the bitmap's own memory, which goes now
        finally:
            bitmap.close()


def _scan_dpi(page: pdfium.PdfPage, width: float, height: float) -> float | None:
    """Gives the resolution of the image that covers the page, None when there is none."""
    if width <= 0 or height <= 0:
        return None
    images = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    for image in islice(images, _OBJECTS):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) >= _COVERS * width * height:
            return float(max(image.get_px_size()) / (max(right - left, top - bottom) / 72))
    return None


@contextmanager
def open_pdf(path: Path, budget: Budget) -> Iterator[PdfFile]:
    """Opens a PDF.

    Raises:
        Unreadable: it is damaged, or encrypted with a password that nobody gave.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise Unreadable("encrypted", "the PDF opens only with a password, which nobody gave") from error
        raise Unreadable("damaged", "the PDF cannot be opened: its structure is broken") from error
    try:
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()
        yield PdfFile(document, budget)
    finally:
        document.close()
