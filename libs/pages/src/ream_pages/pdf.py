# SPDX-License-Identifier: Apache-2.0
"""Draws pages of PDF through PDFium; runs in cells alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]
from PIL import Image

from ream_pages.views import NotDrawn, require

PIXELS = 25_000_000
"""Pixels of a drawn page: a larger one is drawn with fewer dots to the inch."""
_LARGEST_SCALE = 4.0
"""Times that a page, of 72 dots to the inch, is enlarged at most to be a thumbnail: a stamp stays small."""


class PdfPages:
    """An open PDF."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def drawn(self, number: int, dpi: int) -> Image.Image:
        """Draws a page with its form fields and annotations."""
        with self._page(number) as page:
            width, height = page.get_size()
            return _rendered(page, min(dpi / 72, (PIXELS / max(1.0, width * height)) ** 0.5))

    def small(self, number: int, side: int) -> Image.Image:
        """Draws a page small."""
        with self._page(number) as page:
            made = _rendered(page, min(_LARGEST_SCALE, side / max(1.0, *page.get_size())))
        made.thumbnail((side, side))  # PDFium rounds up
        return made

    def size(self, number: int) -> tuple[float, float]:
        """Width and height as the page is shown."""
        with self._page(number) as page:
            width, height = page.get_size()
        return float(width), float(height)

    def text(self, number: int) -> str:
        """The words of a page in the file's order."""
        with self._page(number) as page:
            words = page.get_textpage()
            try:
                return str(words.get_text_range())
            finally:
                words.close()

    @contextmanager
    def _page(self, number: int) -> Iterator[pdfium.PdfPage]:
        require(number, len(self))
        try:
            page = self._document[number - 1]
        except pdfium.PdfiumError as error:
            raise NotDrawn("damaged", f"Page {number} cannot be opened.") from error
        try:
            yield page
        finally:
            page.close()


def _rendered(page: pdfium.PdfPage, scale: float) -> Image.Image:
    try:
        bitmap = page.render(scale=scale)
    except (pdfium.PdfiumError, ValueError) as error:
        raise NotDrawn("damaged", "The page cannot be drawn.") from error
    try:
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture.copy()  # it may lie in the bitmap's own memory, which goes now
    finally:
        bitmap.close()


@contextmanager
def open_pdf(path: Path) -> Iterator[PdfPages]:
    """Opens a PDF.

    Raises:
        NotDrawn: it is damaged, or encrypted with a password that nobody gave.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise NotDrawn("encrypted", "The PDF opens only with a password, which nobody gave.") from error
        raise NotDrawn("damaged", "The PDF cannot be opened: its structure is broken.") from error
    try:
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        yield PdfPages(document)
    finally:
        document.close()
