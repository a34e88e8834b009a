# SPDX-License-Identifier: Apache-2.0
"""Decides which images of a PDF page are kept as pictures, and for which its text speaks; writes them as files."""

import ctypes
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]
from PIL import Image

from ream_contracts.artifacts import Annotation
from ream_extract.pdf_bands import Sized, pictures_of
from ream_extract.pdf_blocks import Line
from ream_extract.pdf_page import ImageOnPage
from ream_extract.pictures import UNREADABLE, LeftOut, beyond, too_large
from ream_extract.reading import Box, Limits, PictureFound

SMALLEST = 32
"""Pixels of a side below which an image is a rule, a bullet or a shade."""
STREAM_BYTES = 128 << 20
"""Packed size above which an image is left in its page."""
DECODED_PAGES = 2
"""Images of the most pixels that are decoded for one page: each may take ten seconds."""
AS_IT_IS = ("DCTDecode", "JPXDecode")
"""Packings that are files of their own: JPEG and JPEG 2000."""
QUICK_PIXELS = 4_000_000
"""Pixels up to which an image is packed as small as can be; larger ones quickly."""
JPEG_QUALITY = 92
COVERED = 0.02
"""Share of an image under hidden lines of text from which these say what it shows."""

_BROKEN = (pdfium.PdfiumError, ValueError, OSError, NotImplementedError, AssertionError, KeyError)
"""What is raised on images that cannot be decoded."""


class Pictures:
    """Writes pictures of one file to scratch, each image once however many pages draw it."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self._scratch = scratch
        self._limits = limits
        self._written: dict[str, tuple[str, str] | str] = {}
        self._decodable = 0

    def of_page(
        self, page: pdfium.PdfPage, images: tuple[ImageOnPage, ...]
    ) -> tuple[tuple[PictureFound, ...], tuple[Annotation, ...]]:
        """Returns at most `pictures_per_unit` pictures of a page, and a note of those that are left out."""
        kept: list[PictureFound] = []
        left = LeftOut()
        most = self._limits.pictures_per_unit
        self._decodable = DECODED_PAGES * self._limits.decoded_pixels
        for bands in pictures_of([Sized(image, *pixels_of(image.handle)) for image in images]):
            whole = self._joined(page, bands) if len(bands) > 1 and len(kept) < most else None
            if whole is not None:
                kept.append(whole)
                continue
            for image, width, height in bands:
                if min(width, height) < SMALLEST:
                    continue
                written = beyond(most) if len(kept) >= most else self._write(page, image, width * height)
                if isinstance(written, str):
                    left.add(written)
                else:
                    kept.append(PictureFound(*written, width, height, image.box))
        return tuple(kept), left.notes()

    def _joined(self, page: pdfium.PdfPage, bands: Sequence[Sized]) -> PictureFound | None:
        """Writes the bands of one picture as one; None where they cannot be decoded, or are too many or too large."""
        width, height = bands[0].width, sum(band.height for band in bands)
        if min(width, height) < SMALLEST or width * height > min(self._decodable, self._limits.decoded_pixels):
            return None
        sizes = [raw.FPDFImageObj_GetImageDataRaw(band.image.handle, None, 0) for band in bands]
        if not all(0 < size <= STREAM_BYTES for size in sizes) or sum(sizes) > STREAM_BYTES:
            return None
        parts = [_digest(band.image.handle, size) for band, size in zip(bands, sizes, strict=True)]
        digest = hashlib.sha256("".join(parts).encode()).hexdigest()
        boxes = [band.image.box for band in bands]
        box = (min(b[0] for b in boxes), boxes[0][1], max(b[2] for b in boxes), boxes[-1][3])
        if digest not in self._written:
            self._decodable -= width * height
            whole, packed, top = Image.new("RGB", (width, height)), set(), 0
            for image, _, high in bands:
                picture = pdfium.PdfImage(image.handle, page=page, pdf=page.pdf)
                try:
                    packed |= set(picture.get_filters(skip_simple=True))
                    whole.paste(picture.get_bitmap(render=False).to_pil().convert("RGB"), (0, top))
                except _BROKEN:
                    return None
                top += high
            # A photograph that lay there as JPEG would be ten times as large as PNG.
            self._written[digest] = digest, self._save(whole, digest, as_jpeg=packed == {"DCTDecode"})
        media_type = self._written[digest][1]
        return PictureFound(digest, media_type, width, height, box)

    def _write(self, page: pdfium.PdfPage, image: ImageOnPage, pixels: int) -> tuple[str, str] | str:
        """Writes one image; returns its file and media type, or the reason why it is left out."""
        if pixels > self._limits.picture_pixels:
            return too_large(self._limits.picture_pixels)
        size = raw.FPDFImageObj_GetImageDataRaw(image.handle, None, 0)
        if not 0 < size <= STREAM_BYTES:
            return f"of more than {STREAM_BYTES >> 20} MiB" if size > 0 else UNREADABLE
        digest = _digest(image.handle, size)
        if digest not in self._written:
            picture = pdfium.PdfImage(image.handle, page=page, pdf=page.pdf)
            try:
                written = self._encode(picture, digest, pixels)
            except _BROKEN:
                written = UNREADABLE
            if isinstance(written, str) and written != UNREADABLE:
                return written  # another page may have room for it
            self._written[digest] = written
        return self._written[digest]

    def _encode(self, picture: pdfium.PdfImage, digest: str, pixels: int) -> tuple[str, str] | str:
        packed = picture.get_filters(skip_simple=True)
        if len(packed) == 1 and packed[0] in AS_IT_IS:
            data = bytes(picture.get_data(decode_simple=True))
            media_type = _media_type(data[:12])
            if media_type is not None:
                (self._scratch / digest).write_bytes(data)
                return digest, media_type
        if pixels > self._limits.decoded_pixels:
            return f"{too_large(self._limits.decoded_pixels)} that are no file of their own"
        if pixels > self._decodable:
            return "for which the page has too many large ones"
        self._decodable -= pixels
        return digest, self._save(picture.get_bitmap(render=False).to_pil(), digest)

    def _save(self, picture: Image.Image, digest: str, *, as_jpeg: bool = False) -> str:
        """Writes a picture to scratch; returns its media type."""
        held = io.BytesIO()
        if as_jpeg:
            picture.save(held, "JPEG", quality=JPEG_QUALITY)
        else:
            quick = picture.width * picture.height > QUICK_PIXELS
            picture.save(held, "PNG", compress_level=1 if quick else 6)
        (self._scratch / digest).write_bytes(held.getvalue())
        return "image/jpeg" if as_jpeg else "image/png"


def under_text(pictures: Iterable[PictureFound], lines: Sequence[Line]) -> tuple[PictureFound, ...]:
    """Marks the pictures that lie under hidden text, which was read from them: they are not to be read once more.

    Args:
        pictures: of one page, with their boxes.
        lines: its text, which is drawn invisibly.
    """
    boxes = [line.box for line in lines if line.box is not None]
    return tuple(replace(one, said=one.box is not None and _share(one.box, boxes) >= COVERED) for one in pictures)


def _share(box: Box, others: Iterable[Box]) -> float:
    """Gives the share of a box that others cover; where these overlap, more."""
    covered = sum(
        max(0.0, min(box[2], one[2]) - max(box[0], one[0])) * max(0.0, min(box[3], one[3]) - max(box[1], one[1]))
        for one in others
    )
    return covered / ((box[2] - box[0]) * (box[3] - box[1]))


def _digest(handle: Any, size: int) -> str:
    data = ctypes.create_string_buffer(size)
    raw.FPDFImageObj_GetImageDataRaw(handle, data, size)
    return hashlib.sha256(data).hexdigest()


def pixels_of(handle: Any) -> tuple[int, int]:
    """Width and height of an image; 0 where PDFium cannot say."""
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
