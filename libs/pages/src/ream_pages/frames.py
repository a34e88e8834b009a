# SPDX-License-Identifier: Apache-2.0
"""Draws frames of picture files through Pillow, their pixels counted before any is decoded; runs in cells alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageOps, UnidentifiedImageError

from ream_pages.kinds import FORMATS
from ream_pages.views import NotDrawn, require

PIXELS = 120_000_000
"""Pixels of a frame as it lies in the file."""
DRAWN_PIXELS = 25_000_000
"""Pixels of a frame as it is shown: a larger one is made smaller."""
_PAPER = ("TIFF", "HEIF")
"""Formats whose frames are pages of one document; in the others further frames are animation."""
_LONG_SIDE = 11.7
"""Inches of a picture that does not say how large it is: a sheet of A4."""
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, OverflowError)
"""What Pillow's decoders raise on broken files."""
_ORIENTATION = 274
pi_heif.register_heif_opener(decode_threads=1)


class FramePages:
    """An open picture, or a TIFF of several."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def __len__(self) -> int:
        return int(getattr(self._image, "n_frames", 1)) if self._image.format in _PAPER else 1

    def drawn(self, number: int, dpi: int) -> Image.Image:
        """Gives a frame with at most so many dots to the inch, never enlarged."""
        self._seek(number)
        width, height = self._image.size
        declared = _declared_dpi(self._image) or max(width, height) / _LONG_SIDE
        scale = min(1.0, dpi / declared, (DRAWN_PIXELS / max(1, width * height)) ** 0.5)
        return self._shown(round(width * scale), round(height * scale))

    def small(self, number: int, side: int) -> Image.Image:
        """Gives a frame small; of a JPEG only as much is decoded as that takes."""
        self._seek(number)
        self._image.draft("RGB", (side, side))
        return self._shown(side, side)

    def size(self, number: int) -> tuple[float, float]:
        """What a picture that says its resolution has in points."""
        self._seek(number)
        declared = _declared_dpi(self._image)
        width, height = self._image.size
        return (width * 72 / declared, height * 72 / declared) if declared else (0.0, 0.0)

    def text(self, number: int) -> str:
        """Pictures have no words of their own."""
        return ""

    def _seek(self, number: int) -> None:
        require(number, len(self))
        try:
            if len(self) > 1:
                self._image.seek(number - 1)
            width, height = self._image.size
        except _BROKEN as error:
            raise NotDrawn("damaged", f"Page {number} cannot be opened.") from error
        if width * height > PIXELS:
            raise NotDrawn("too-large", f"The picture has {width} x {height} pixels; at most {PIXELS} are decoded.")

    def _shown(self, across: int, down: int) -> Image.Image:
        """Decodes the frame, makes it smaller, turns it as its camera said, and lays what is transparent on white."""
        try:
            image = self._image
            image.load()
            if image.mode.startswith("I") or image.mode == "F":
                image = _stretched(image)
            elif image.mode not in ("L", "RGB", "RGBA"):
                image = image.convert("RGBA" if image.has_transparency_data else "RGB")
            scale = min(1.0, across / image.width, down / image.height)
            size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
            image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
            if image.has_transparency_data:
                image = Image.alpha_composite(Image.new("RGBA", size, "white"), image.convert("RGBA"))
            image = image.convert("RGB")
            image.getexif()[_ORIENTATION] = self._image.getexif().get(_ORIENTATION, 1)
            return ImageOps.exif_transpose(image)
        except _BROKEN as error:
            raise NotDrawn("damaged", "The picture cannot be decoded to its end.") from error


def _stretched(image: Image.Image) -> Image.Image:
    """Brings deep greys (16 bits and more) into 8, which a plain conversion would cut off."""
    deep = image.convert("F")
    low, high = (float(end) for end in deep.getextrema())  # type: ignore[arg-type]
    scale = 255 / (high - low) if high > low else 0.0
    return deep.point(lambda value: value * scale - low * scale).convert("L")


def _declared_dpi(image: Image.Image) -> float | None:
    """The resolution that makes a sheet of paper of it; what programs write that know nothing is not believed."""
    declared = image.info.get("dpi")
    try:
        across, _ = (float(value) for value in declared or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return across if 96 < across <= 1200 else None


@contextmanager
def open_frames(path: Path, media_type: str) -> Iterator[FramePages]:
    """Opens a picture file.

    Raises:
        NotDrawn: it is damaged, or no picture.
    """
    Image.MAX_IMAGE_PIXELS = None  # pixels are counted here, by frame
    try:
        image = Image.open(path, formats=FORMATS[media_type])
    except (UnidentifiedImageError, *_BROKEN) as error:
        raise NotDrawn("damaged", "The picture cannot be opened.") from error
    with image:
        yield FramePages(image)
