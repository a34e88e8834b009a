# SPDX-License-Identifier: Apache-2.0
"""Looks at pictures, through Pillow: frames one at a time, their pixels counted before they are decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageOps, UnidentifiedImageError

from ream_ocr import pages
from ream_ocr.views import Budget, Unreadable

FORMATS = {
    "image/png": ("PNG",),
    "image/jpeg": ("JPEG", "MPO"),
    "image/tiff": ("TIFF",),
    "image/gif": ("GIF",),
    "image/bmp": ("BMP", "DIB"),
    "image/x-ms-bmp": ("BMP", "DIB"),
    "image/webp": ("WEBP",),
    "image/jp2": ("JPEG2000",),
    "image/heic": ("HEIF",),
    "image/heif": ("HEIF",),
    "image/avif": ("AVIF",),
}
"""Media types to the decoders they may wake: none but the one that the content asks for."""

_PAPER = ("TIFF", "HEIF")
"""Formats whose frames are pages of one document; in the others further frames are animation."""
pi_heif.register_heif_opener(decode_threads=1)

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, OverflowError)
"""What Pillow's decoders raise on broken files."""


class PictureFile:
    """An open picture, or a TIFF of several."""

    def __init__(self, image: Image.Image, budget: Budget) -> None:
        self._image = image
        self._budget = budget
        self._pages = int(getattr(image, "n_frames", 1)) if image.format in _PAPER else 1

    @contextmanager
    def page(self, unit: int) -> Iterator[PicturePage]:
        """Opens one frame, counted from 1; a file of one frame has just that, whatever its number in the document."""
        if self._pages > 1:
            if not 1 <= unit <= self._pages:
                raise Unreadable("no-such-page", f"page {unit} is not there: the file has {self._pages}")
            try:
                self._image.seek(unit - 1)
            except _BROKEN as error:
                raise Unreadable("damaged", f"page {unit} cannot be opened") from error
        yield PicturePage(self._image, "page" if self._pages > 1 else "image", self._budget)


class PicturePage:
    """An open frame."""

    label = None

    def __init__(self, image: Image.Image, kind: str, budget: Budget) -> None:
        width, height = image.size
        if width < 1 or height < 1:
            raise Unreadable("damaged", "the picture has no pixels")
        if width * height > budget.decoded_pixels:
            raise Unreadable(
                "too-large",
                f"the picture has {width} x {height} pixels; at most {budget.decoded_pixels} are decoded "
                "(REAM_OCR_DECODED_PIXELS)",
            )
        self.kind = kind
        self._upright = _upright(image)
        declared = _declared_dpi(image)
        width, height = self._upright.size
        self._own, self.dpi = pages.image_dpi(width, height, declared, budget.dpi, budget.pixels)
        self.largest_dpi = pages.within(float("inf"), width / self._own * height / self._own, budget.pixels)
        self.size = (width * 72 / declared, height * 72 / declared) if declared else (0.0, 0.0)

    def render(self, dpi: int) -> Image.Image:
        """Gives the frame in grey at a resolution."""
        width, height = (max(1, round(side * dpi / self._own)) for side in self._upright.size)
        if (width, height) == self._upright.size:
            return self._upright
        smaller = width < self._upright.width
        return self._upright.resize((width, height), Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC)


def _upright(image: Image.Image) -> Image.Image:
    """Decodes a frame, turns it as its camera said, lays what is transparent on white, and takes the colour out."""
    try:
        image.load()
        turned = ImageOps.exif_transpose(image)
        if turned.has_transparency_data:
            turned = Image.alpha_composite(Image.new("RGBA", turned.size, "white"), turned.convert("RGBA"))
        if turned.mode.startswith("I") or turned.mode == "F":
            return _stretched(turned)
        return turned.convert("L")
    except _BROKEN as error:
        raise Unreadable("damaged", "the picture cannot be decoded to its end") from error


def _stretched(image: Image.Image) -> Image.Image:
    """Brings deep greys (16 bits and more) into 8, which a plain conversion would cut off."""
    deep = image.convert("F")
    low, high = deep.getextrema()
    low, high = float(low), float(high)  # type: ignore[arg-type]
    scale = 255 / (high - low) if high > low else 0.0
    return deep.point(lambda value: value * scale - low * scale).convert("L")


def _declared_dpi(image: Image.Image) -> float | None:
    declared = image.info.get("dpi")
    try:
        across, down = (float(value) for value in declared or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return across if across > 0 and 0.9 < down / across < 1.1 else None


@contextmanager
def open_picture(path: Path, media_type: str, budget: Budget) -> Iterator[PictureFile]:
    """Opens a picture file.

    Raises:
        Unreadable: it is damaged, or of a kind that is not read.
    """
    if media_type not in FORMATS:
        raise Unreadable("unsupported", f"files of type {media_type} are not read by OCR")
    Image.MAX_IMAGE_PIXELS = None  # pixels are counted here, by page, before any is decoded
    try:
        image = Image.open(path, formats=FORMATS[media_type])
    except UnidentifiedImageError as error:
        raise Unreadable("damaged", f"the file is no picture of type {media_type}") from error
    except _BROKEN as error:
        raise Unreadable("damaged", "the picture's head is broken") from error
    with image:
        yield PictureFile(image, budget)
