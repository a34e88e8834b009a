# SPDX-License-Identifier: Apache-2.0
"""Decides how an image file is read: each frame is a unit and goes to ocr, when its pixels fit the limit."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from ream_extract.reading import Item, Plan, Source, UnitFailed, UnitRun, UnitScanned, Unreadable
from ream_extract.text_clean import tidy
from ream_extract.tiff_chain import directories

_DOCUMENT_NAME = 269
_TOLD = {
    ExifTags.Base.Make: "camera_make",
    ExifTags.Base.Model: "camera_model",
    ExifTags.Base.DateTime: "datetime",
    ExifTags.Base.Software: "software",
    ExifTags.Base.Artist: "artist",
    ExifTags.Base.Copyright: "copyright",
    ExifTags.Base.Orientation: "orientation",
    TiffImagePlugin.IMAGEDESCRIPTION: "description",
    _DOCUMENT_NAME: "title",
}
"""What is taken from EXIF; where a picture was taken is not."""
_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "DIB", "WEBP", "JPEG2000")
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


class ImageExtractor:
    """Reads PNG, JPEG, TIFF, GIF, BMP, WebP and JPEG 2000."""

    name = "image"
    version = "3"
    media_types = ("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp", "image/jp2")
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts frames; only TIFF has more than one that is a page, and there the larger of two counts is believed."""
        with _opened(source.path) as image:
            frames = max(getattr(image, "n_frames", 1), directories(source.path)) if image.format == "TIFF" else 1
            metadata = {"format": image.format or "", "width": str(image.width), "height": str(image.height)}
            metadata["mode"] = image.mode
            metadata |= _told(image)
        return Plan((UnitRun("image", frames),), metadata)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields frames for ocr; nothing is decoded here."""
        with _opened(source.path) as image:
            for number in range(first, last + 1):
                yield _frame(image, number, source)


def _told(image: Image.Image) -> dict[str, str]:
    # Pillow decodes a whole PNG to look for EXIF behind the picture; a bomb must not be decoded to be counted.
    if image.format == "PNG" and "exif" not in image.info:
        return {}
    exif = image.getexif()
    told = {name: tidy(str(exif.get(tag, ""))).strip("\x00 \n")[:500] for tag, name in _TOLD.items()}
    return {name: text for name, text in told.items() if text}


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
