# SPDX-License-Identifier: Apache-2.0
"""Decides whether the bytes of a picture found in a document are kept, by its own header and without decoding it.

What is left out is counted, and said in a note of the unit.
"""

import hashlib
import io
import struct
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PIL import Image, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from ream_contracts.artifacts import Annotation
from ream_extract.reading import Item, Limits, PictureFound, UnitRead

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


UNREADABLE = "damaged, or of a kind that is not read"


class LeftOut:
    """Counts the pictures of a unit that are left out, by reason."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1) -> None:
        """Counts pictures; the reason ends the sentence that says how many were left out."""
        self._counts[reason] += count

    def notes(self) -> tuple[Annotation, ...]:
        """Says in one note how many were left out and why; nothing where all were kept."""
        total = self._counts.total()
        if not total:
            return ()
        why = ", ".join(f"{count} {reason}" for reason, count in self._counts.items() if count)
        return (Annotation("pictures", f"{total} picture{'s' if total > 1 else ''} left out: {why}.", None),)


class Keeper:
    """Keeps the pictures of a unit, each once, up to a number; what is left out is counted.

    Args:
        scratch: where they are written to.
        limits: of pixels, and of pictures where `most` does not say another.
        most: pictures that are kept.
    """

    def __init__(self, scratch: Path, limits: Limits, most: int | None = None) -> None:
        self._scratch = scratch
        self._limits = limits
        self._most = limits.pictures_per_unit if most is None else most
        self._kept: set[str] = set()
        self._left = LeftOut()

    def __call__(self, data: bytes) -> PictureFound | None:
        """Writes the picture to scratch under its hash; None for spacers and for what is left out."""
        found = _found(data, self._limits)
        if isinstance(found, str):
            self._left.add(found)
            return None
        if found is None or found.file in self._kept:
            return found
        if len(self._kept) >= self._most:
            self._left.add(beyond(self._most))
            return None
        (self._scratch / found.file).write_bytes(data)
        self._kept.add(found.file)
        return found

    def each(self, pictures: Iterable[bytes]) -> tuple[PictureFound, ...]:
        """Keeps several; what is empty is none."""
        return tuple(found for data in pictures if data and (found := self(data)) is not None)

    def placed(self, pictures: Iterable[tuple[int, bytes]]) -> list[tuple[int, PictureFound]]:
        """Keeps several, each with the place that it was named with."""
        return [(at, found) for at, data in pictures if data and (found := self(data)) is not None]

    def notes(self) -> tuple[Annotation, ...]:
        """Says what was left out since this was asked last."""
        left, self._left = self._left, LeftOut()
        return left.notes()

    def noted(self, item: Item) -> Item:
        """Adds to a unit that was read what was left out of it."""
        return replace(item, annotations=item.annotations + self.notes()) if isinstance(item, UnitRead) else item


def beyond(most: int) -> str:
    """The reason for pictures over a number."""
    return f"beyond the first {most}"


def too_large(pixels: int) -> str:
    """The reason for pictures over a number of pixels."""
    return f"of more than {pixels / 1_000_000:g} megapixels"


def _found(data: bytes, limits: Limits) -> PictureFound | str | None:
    """Looks at a picture, which is called as its hash; None for spacers, or the reason why it is left out."""
    looked = look(data)
    if looked is None:
        return UNREADABLE
    media_type, width, height = looked
    drawing = media_type in ("image/emf", "image/wmf")
    if not drawing and min(width, height) < SMALLEST:
        return None
    if width * height > limits.picture_pixels:
        return too_large(limits.picture_pixels)
    return PictureFound(hashlib.sha256(data).hexdigest(), media_type, width, height)


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
