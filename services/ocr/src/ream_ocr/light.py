# SPDX-License-Identifier: Apache-2.0
"""Decides whether a page was lit unevenly, and evens it: Tesseract parts ink from paper by one shade for all of it."""

from __future__ import annotations

from PIL import Image, ImageFilter, ImageMath

_TILE = 32
"""Pixels: larger than letters, smaller than the changes of light on a page."""

_REDUCED = 4
_LEAST_TILES = 6
_UNEVEN = 0.62
"""Dark corners have less than this share of the light of bright ones; photographs of receipts with more read worse when
they are evened."""

_DARK = 40
"""A ground as dark as this is no paper in the shade: a border of a scan, or light letters on dark."""

_PAPER = 245
_STRIP = 256


def is_uneven(picture: Image.Image) -> bool:
    """Says whether the ground of a grey picture is paper of which some lies in the shade."""
    ground = _ground(picture)
    if ground is None:
        return False
    shades = sorted(ground.tobytes())
    dark, bright = shades[len(shades) // 20], shades[-1 - len(shades) // 20]
    return _DARK < dark < _UNEVEN * bright


def evened(picture: Image.Image) -> Image.Image:
    """Gives a grey picture the same ground everywhere; ink keeps its share of the light around it."""
    ground = _ground(picture)
    if ground is None:
        return picture
    light = ground.filter(ImageFilter.GaussianBlur(2)).resize(picture.size, Image.Resampling.BILINEAR)
    even = Image.new("L", picture.size)
    for top in range(0, picture.height, _STRIP):  # in strips: reckoning takes four bytes a pixel and picture
        box = (0, top, picture.width, min(top + _STRIP, picture.height))
        even.paste(ImageMath.lambda_eval(_divided, ink=picture.crop(box), light=light.crop(box)), box[:2])
    return even


def _divided(pictures: dict[str, ImageMath._Operand]) -> ImageMath._Operand:
    least, to_grey = pictures["min"], pictures["convert"]
    even: ImageMath._Operand = to_grey(  # type: ignore[operator]
        least(pictures["ink"] * _PAPER / (pictures["light"] + 1), 255),  # type: ignore[operator]
        "L",
    )
    return even


def _ground(picture: Image.Image) -> Image.Image | None:
    """The shade of the paper by tile; None for a picture of too few tiles to tell."""
    size = (picture.width // _TILE, picture.height // _TILE)
    if min(size) < _LEAST_TILES:
        return None
    # The eighth lightest of 25 neighbours is paper also where letters stand close.
    small = picture.reduce(_REDUCED).filter(ImageFilter.RankFilter(5, 17))
    return small.resize(size, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(5))
