# SPDX-License-Identifier: Apache-2.0
"""Decides which images of a PDF page are kept as pictures, and writes them as files that any viewer opens."""

import ctypes
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.pdf_page import ImageOnPage
from ream_extract.reading import Limits, PictureFound

SMALLEST = 32
"""Pixels of a side below which an image is a rule, a bullet or a shade."""
STREAM_BYTES = 64 << 20
"""Packed size above which an image is left in its page."""


class Pictures:
    """Writes pictures of one file to scratch, each image once however many pages draw it."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self._scratch = scratch
        self._limits = limits
        self._written: dict[str, tuple[str, str] | None] = {}

    def of_page(self, page: pdfium.PdfPage, images: tuple[ImageOnPage, ...]) -> Iterator[PictureFound]:
        """Yields at most `pictures_per_unit` pictures of a page; an image that cannot be decoded is left out."""
        left = self._limits.pictures_per_unit
        for image in images:
            width, height = _pixels(image.handle)
            if min(width, height) < SMALLEST or width * height > self._limits.picture_pixels:
                continue
            written = self._write(page, image)
            if written is not None:
                yield PictureFound(*written, width, height, image.box)
                left -= 1
            if left <= 0:
                return

    def _write(self, page: pdfium.PdfPage, image: ImageOnPage) -> tuple[str, str] | None:
        size = raw.FPDFImageObj_GetImageDataRaw(image.handle, None, 0)
        if not 0 < size <= STREAM_BYTES:
            return None
        data = ctypes.create_string_buffer(size)
        raw.FPDFImageObj_GetImageDataRaw(image.handle, data, size)
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._written:
            self._written[digest] = self._encode(page, image.handle, digest)
        return self._written[digest]

    def _encode(self, page: pdfium.PdfPage, handle: Any, digest: str) -> tuple[str, str] | None:
        picture = pdfium.PdfImage(handle, page=page, pdf=page.pdf)
        held = io.BytesIO()
        try:
            picture.extract(held, fb_format="png")
        except (pdfium.PdfiumError, ValueError, OSError, NotImplementedError, AssertionError, KeyError, RuntimeError):
            return None
        media_type = _media_type(held.getvalue()[:12])
        if media_type is None:
            return None
        (self._scratch / digest).write_bytes(held.getvalue())
        return digest, media_type


def _pixels(handle: Any) -> tuple[int, int]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(handle, width, height):
        return 0, 0
    return width.value, height.value


def _media_type(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG"):
        return "image/png"
    if head.startswith((b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51")):
        return "image/jp2"
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return "image/tiff"
    return None
