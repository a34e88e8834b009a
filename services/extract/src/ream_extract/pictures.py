# SPDX-License-Identifier: Apache-2.0
"""Decides whether the bytes of a picture found in a document are kept, by its own header and without decoding it."""

import hashlib
import io
import struct
import warnings
from pathlib import Path

from PIL import Image, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from ream_extract.reading import Limits, PictureFound

FORMATS = ("PNG", "JPEG", "GIF", "BMP", TiffImagePlugin.TiffImageFile.format, WebPImagePlugin.WebPImageFile.format)
"""Named through their modules where Pillow would not load them by itself."""
MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
}
SMALLEST = 8
"""Pixels of a side below which a picture is a spacer."""
# Pillow warns and raises by limits of its own; here every caller counts pixels before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


def keep(data: bytes, scratch: Path, limits: Limits) -> PictureFound | None:
    """Writes the picture to scratch under its hash; None for spacers, broken ones and those over the pixel limit."""
    looked = look(data)
    if looked is None:
        return None
    media_type, width, height = looked
    drawing = media_type in ("image/emf", "image/wmf")
    if not drawing and (min(width, height) < SMALLEST or width * height > limits.picture_pixels):
        return None
    digest = hashlib.sha256(data).hexdigest()
    (scratch / digest).write_bytes(data)
    return PictureFound(digest, media_type, width, height)


def look(data: bytes) -> tuple[str, int, int] | None:
    """Returns media type, width and height in pixels; a metafile, which has none, gives 0 and 0."""
    if data[40:44] == b" EMF":
        return "image/emf", 0, 0
    if data[:4] == b"\xd7\xcd\xc6\x9a":
        return "image/wmf", 0, 0
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
            warnings.simplefilter("ignore")
            return MEDIA_TYPES[image.format or ""], image.width, image.height
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, struct.error, OverflowError):
        return None
