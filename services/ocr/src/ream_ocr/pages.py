# SPDX-License-Identifier: Apache-2.0
"""Decides how a page is looked at: at which resolution, turned how, when again, and when it is blank.

The figures come from measurements that ADR 0003 tells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PIL import Image, ImageFilter

from ream_ocr.engine import PageRead
from ream_ocr.light import evened

SURE_PAGE = 80
"""Confidence of a page from which nobody asks whether it lay the right way up: upright scans read at 85 and more."""

_VERY_SURE = 95
_HOPELESS = 70
_SMALL_LETTERS = 14
"""Height in pixels of whole words: below it reading gets worse quickly."""

_GOOD_LETTERS = 22
_LARGEST_FACTOR = 3.0
_LARGEST_DPI = 600
_LEAST_SKEW = 1.5
"""Degrees; Tesseract itself reads lines that are less askew without loss."""

SLOPING = 2.0
"""Degrees from which lines of a page are laid level though the engine is sure of what it read."""

_PAPER_LONG_SIDE = 17.0
"""Inches: longer than A3. A larger page mostly means that the file says nothing true about its resolution."""

_PAGE_PIXELS = 1600
_LONG_SIDE = 3000
_FAINT = 24
_DARKER = 64
_LEAST_INK = 0.002
_NO_INK = 0.0001
"""Share of a page: less than a word of eight letters takes on A4."""

_SPECKS = 20


@dataclass(frozen=True, slots=True)
class Look:
    """How to look at a page.

    Attributes:
        turn: degrees clockwise: 0, 90, 180 or 270.
        skew: degrees counter-clockwise, after turning.
        smooth: without the noise of single pixels, in which Tesseract may lose every word of a page.
        even: with the same light everywhere.
    """

    dpi: int
    turn: int = 0
    skew: float = 0.0
    smooth: bool = False
    even: bool = False


def page_dpi(width: float, height: float, wanted: int, image_dpi: float | None, pixels: int) -> int:
    """Chooses the resolution to render a page of a PDF with.

    Args:
        width: of the page, in points.
        height: likewise.
        wanted: resolution for a page of common size.
        image_dpi: resolution of the picture that covers the page, None where no picture does.
        pixels: budget of a rendered page.
    """
    dpi = float(wanted)
    if image_dpi is not None and max(width, height) / 72 > _PAPER_LONG_SIDE:
        dpi = min(dpi, image_dpi)
    return within(dpi, width / 72 * height / 72, pixels)


def image_dpi(width: int, height: int, declared: float | None, wanted: int, pixels: int) -> tuple[int, int]:
    """Chooses what resolution a picture is taken to have, and with which it is looked at first.

    What files declare is believed when it makes a sheet of paper; 72 and 96 are what programs write that know nothing.
    A picture is made smaller only while it keeps the pixels of a page, and never larger at first.

    Returns:
        Its own resolution, and that to look with: the picture is scaled by their quotient.
    """
    long = max(width, height)
    if declared is not None and 96 < declared <= 1200 and long / declared <= _PAPER_LONG_SIDE:
        own = round(declared)
        dpi = wanted if own > wanted and long * wanted / own >= _PAGE_PIXELS else own
    else:
        own = wanted
        dpi = own if long <= _LONG_SIDE else round(own * _LONG_SIDE / long)
    return own, within(max(1, dpi), width / own * height / own, pixels)


def within(dpi: float, square_inches: float, pixels: int) -> int:
    """Lowers a resolution until the page keeps its budget of pixels."""
    return max(1, math.floor(min(dpi, math.sqrt(pixels / square_inches)))) if square_inches > 0 else max(1, round(dpi))


def straightened(look: Look, turn: int | None, skew: float, read: PageRead) -> Look | None:
    """Says how to look again at a page that was not read surely; None when there is no other way.

    Where nothing at all was recognised, noise is taken out too.

    Args:
        look: how it was looked at.
        turn: what the engine says to turn it by; None when there is too little text for it to say.
        skew: degrees that would lay its lines level.
        read: what was read that way.
    """
    # Too little text to tell by is soon read again: Tesseract finds lines that stand on end, but not which end is up.
    turn = (180 if read.words else 0) if turn is None else turn
    skew = skew if abs(skew) >= _LEAST_SKEW else 0.0
    if turn in (90, 270):
        skew = 0.0  # it was measured across lines that stand on end
    turned, smooth = (look.turn + turn) % 360, look.smooth or read.worth == 0
    other = replace(look, turn=turned, skew=look.skew + skew, smooth=smooth)
    return other if other != look else None


def enlarged(look: Look, read: PageRead, largest_dpi: int) -> Look | None:
    """Says how to look again at a page whose letters are small, or which cannot be read; None when that is no help."""
    height = read.letter_height
    if 0 < height < _SMALL_LETTERS and read.confidence < _VERY_SURE:
        factor = min(_LARGEST_FACTOR, _GOOD_LETTERS / height)
    elif read.confidence < _HOPELESS:
        factor = 2.0
    else:
        return None
    dpi = min(round(look.dpi * factor), largest_dpi, max(_LARGEST_DPI, look.dpi))
    return replace(look, dpi=dpi) if dpi >= look.dpi * 1.2 else None


def laid(picture: Image.Image, look: Look) -> Image.Image:
    """Evens, smooths and turns a picture as the look says, on white."""
    if look.even:
        picture = evened(picture)
    if look.smooth:
        picture = picture.filter(ImageFilter.MedianFilter(3))
    if look.turn:
        picture = picture.transpose(TURNS[look.turn])
    if look.skew:
        picture = picture.rotate(look.skew, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return picture


TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def is_uniform(picture: Image.Image) -> bool:
    """Says whether a grey picture is all one shade, so that there is nothing to read: only what nobody could see."""
    darkest, lightest = picture.getextrema()
    return bool(int(lightest) - int(darkest) < _FAINT)  # type: ignore[arg-type]


def ink(picture: Image.Image) -> float:
    """Gives the share of a grey picture that is clearly darker or lighter than its ground."""
    small = picture.reduce(4) if min(picture.size) >= 64 else picture
    counts = small.histogram()
    total, ground, seen = sum(counts), 0, 0
    for shade, count in enumerate(counts):
        seen += count
        if seen * 2 >= total:
            ground = shade
            break
    same = sum(counts[max(0, ground - _DARKER) : ground + _DARKER + 1])
    return 1 - same / total if total else 0.0


def is_blank(read: PageRead) -> bool:
    """Says whether what was read is nothing but specks taken for letters."""
    return read.worth == 0 and sum(len(word.text) for word in read.words) <= _SPECKS


def is_bare(read: PageRead, picture: Image.Image) -> bool:
    """Says whether a second look is in vain: no word was recognised, and there is not the ink of one."""
    return is_blank(read) and ink(picture) < _NO_INK


def blank_confidence(share_of_ink: float) -> int:
    """Says how sure it is that a page without words has none: sure with hardly any ink, not at all with a picture."""
    return 100 if share_of_ink < _LEAST_INK else 0
