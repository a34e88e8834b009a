# SPDX-License-Identifier: Apache-2.0
"""Decides how an image file is read: each frame is a unit and goes to ocr, when its pixels fit the limit."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, UnidentifiedImageError

from ream_extract.camera import told
from ream_extract.heif_boxes import pictures
from ream_extract.reading import Item, Plan, Source, UnitFailed, UnitRun, UnitScanned, Unreadable
from ream_extract.tiff_chain import directories

_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "DIB", "WEBP", "JPEG2000", "HEIF", "AVIF")
_PAGED = {"TIFF": directories, "HEIF": pictures}
"""Formats whose frames are pictures of their own, and how they are counted without decoding; others are animations."""
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    KeyError,
    struct.error,
    OverflowError,
    TypeError,
    EOFError,
)
pi_heif.register_heif_opener(decode_threads=1)


class ImageExtractor:
    """Reads PNG, JPEG, TIFF, GIF, BMP, WebP, JPEG 2000, HEIC and AVIF; of image sequences (films) their pictures."""

    name = "image"
    version = "4"
    media_types = (
        *("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp", "image/jp2"),
        *("image/heic", "image/heif", "image/avif"),
    )
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts frames of TIFF and HEIC, twice, and believes the larger number; of other formats there is one."""
        with _opened(source.path) as image:
            count = _PAGED.get(image.format or "")
            frames = max(getattr(image, "n_frames", 1), count(source.path)) if count else 1
            metadata = {"format": image.format or "", "width": str(image.width), "height": str(image.height)}
            metadata["mode"] = image.mode
            metadata |= told(image)
        return Plan((UnitRun("image", frames),), metadata)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields frames for ocr; nothing is decoded here."""
        with _opened(source.path) as image:
            for number in range(first, last + 1):
                yield _frame(image, number, source)


def _frame(image: Image.Image, number: int, source: Source) -> Item:
    try:
        image.seek(number - 1)
        width, height = image.size
    except _BROKEN:
        return UnitFailed(number, "damaged")
    if width * height > source.limits.frame_pixels:
        return UnitFailed(number, "too-many-pixels")
    return UnitScanned(number, "picture")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                yield image
    except _BROKEN as failure:
        reason = "The image cannot be opened: its header is broken or it is cut off."
        raise Unreadable("damaged", reason) from failure


EXTRACTOR = ImageExtractor()
