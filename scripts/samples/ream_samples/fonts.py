# SPDX-License-Identifier: Apache-2.0
"""Where the fonts of the samples lie, and what they are called in PDFs and pictures."""

from functools import cache
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

_FOLDER = Path("/usr/share/fonts/truetype/liberation")
_FILES = {
    "Sans": "LiberationSans-Regular.ttf",
    "Sans-Bold": "LiberationSans-Bold.ttf",
    "Sans-Italic": "LiberationSans-Italic.ttf",
    "Serif": "LiberationSerif-Regular.ttf",
    "Serif-Bold": "LiberationSerif-Bold.ttf",
    "Serif-Italic": "LiberationSerif-Italic.ttf",
    "Mono": "LiberationMono-Regular.ttf",
    "Mono-Bold": "LiberationMono-Bold.ttf",
}


def available() -> bool:
    """True if every font of the samples is installed."""
    return all((_FOLDER / name).is_file() for name in _FILES.values())


@cache
def register() -> None:
    """Make the fonts known to reportlab, once.

    Raises:
        FileNotFoundError: a font is missing; the message names the package that brings it.
    """
    if not available():
        raise FileNotFoundError(f"fonts are missing in {_FOLDER}: apt-get install fonts-liberation")
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / file)))
    for family in ("Sans", "Serif"):
        pdfmetrics.registerFontFamily(family, family, f"{family}-Bold", f"{family}-Italic", f"{family}-Bold")


@cache
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font for drawing into pictures; size in pixels."""
    return ImageFont.truetype(str(_FOLDER / _FILES[name]), size)
