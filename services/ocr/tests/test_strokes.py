# SPDX-License-Identifier: Apache-2.0
"""Rules are long, thin and nearly straight; letters, bars and photographs are none."""

import pytest
from PIL import Image, ImageDraw

from ream_ocr.strokes import strokes_in
from ream_ocr.testing import TEXTS, draw


def page(size: tuple[int, int] = (600, 400), ground: int = 255) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("L", size, ground)
    return picture, ImageDraw.Draw(picture)


@pytest.mark.parametrize(("ground", "ink"), [(255, 0), (255, 190), (0, 255)])
@pytest.mark.parametrize("thick", [1, 2, 6])
def test_lines_that_are_ruled_are_found_where_they_are(ground: int, ink: int, thick: int) -> None:
    picture, pen = page(ground=ground)
    pen.rectangle((100, 300, 499, 299 + thick), fill=ink)
    pen.rectangle((200, 50, 199 + thick, 249), fill=ink)
    (across,), (down,) = strokes_in(picture, 200)
    assert (across.x0, across.x1) == (100, 500)
    assert (across.y0 + across.y1) / 2 == pytest.approx(300 + thick / 2, abs=1)
    assert (down.y0, down.y1) == (50, 250)
    assert (down.x0 + down.x1) / 2 == pytest.approx(200 + thick / 2, abs=1)


def test_a_line_that_is_nearly_level_is_one() -> None:
    picture, pen = page()
    pen.line((50, 100, 550, 108), fill=0, width=2)
    ((x0, y0, x1, y1),), down = strokes_in(picture, 200)
    assert down == []
    assert (x0, x1) == pytest.approx((50, 550), abs=3)
    assert (y0, y1) == pytest.approx((99, 110), abs=3)


def test_bars_and_short_dashes_are_none() -> None:
    picture, pen = page()
    pen.rectangle((100, 100, 500, 140), fill=0)
    pen.line((100, 200, 150, 200), fill=0, width=2)
    assert strokes_in(picture, 200) == ([], [])


def test_letters_are_none() -> None:
    picture, _ = draw(TEXTS["eng"], size=(900, 700))
    assert strokes_in(picture, 200) == ([], [])


def test_a_pattern_has_too_many_runs_to_be_looked_at() -> None:
    picture, pen = page((1000, 500))
    for left in range(0, 1000, 20):
        pen.rectangle((left, 0, left + 9, 499), fill=0)
    pen.line((0, 250, 999, 250), fill=0, width=1)
    assert strokes_in(picture, 20) == ([], [])


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1)])
def test_pictures_of_a_pixel_hold_none(size: tuple[int, int]) -> None:
    assert strokes_in(Image.new("L", size, 255), 200) == ([], [])
