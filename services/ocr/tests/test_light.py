# SPDX-License-Identifier: Apache-2.0
"""A page that lies partly in the shade is evened; one that is lit well, or is dark by itself, is left as it is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from ream_ocr.light import evened, is_uneven

SIZE = (800, 1000)


def page() -> Image.Image:
    """Lines of black bars on white, as letters lie."""
    drawn = Image.new("L", SIZE, 250)
    pen = ImageDraw.Draw(drawn)
    for top in range(60, 940, 40):
        for left in range(60, 740, 24):
            pen.rectangle((left, top, left + 12, top + 16), fill=25)
    return drawn


def shaded(picture: Image.Image, darkest: int) -> Image.Image:
    """Light that falls to so much of 255 from the left to the right."""
    ramp = Image.linear_gradient("L").rotate(90).resize(picture.size).point(lambda x: 255 - x * (255 - darkest) // 255)
    return Image.composite(picture, Image.new("L", picture.size, 0), ramp)


def test_only_a_page_partly_in_the_shade_is_uneven() -> None:
    assert is_uneven(shaded(page(), 90))
    assert not is_uneven(page())
    assert not is_uneven(shaded(page(), 190))


def test_what_is_dark_by_itself_is_no_shade() -> None:
    bordered = page()
    bordered.paste(0, (0, 0, 200, SIZE[1]))
    for picture in (ImageOps.invert(page()), bordered, Image.new("L", SIZE, 90), Image.new("L", (90, 90), 255)):
        assert not is_uneven(picture)


def test_ink_and_paper_part_again_at_one_shade() -> None:
    """Before, paper in the shade is darker than ink would be in the light of a page that is read."""
    dark = shaded(page(), 60)
    at_the_left, at_the_right = (90, 490), (700, 490)
    assert dark.getpixel(at_the_right) < 100
    even = evened(dark)
    assert not is_uneven(even)
    for left in (at_the_left, at_the_right):
        ink, paper = even.crop((left[0] - 30, 455, left[0] + 30, 485)).getextrema()
        assert ink < 90  # type: ignore[operator]
        assert paper > 200  # type: ignore[operator]


@pytest.mark.parametrize("size", [(1, 1), (31, 2000), (192, 192), (700, 257)])
def test_pictures_of_any_size_keep_it(size: tuple[int, int]) -> None:
    assert evened(Image.new("L", size, 120)).size == size


@given(st.integers(0, 1 << 32), st.integers(200, 260))
def test_noise_harms_nothing(seed: int, width: int) -> None:
    picture = Image.frombytes("L", (width, 200), random.Random(seed).randbytes(width * 200))
    assert is_uneven(picture) in (True, False)
    assert evened(picture).mode == "L"
