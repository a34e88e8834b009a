# SPDX-License-Identifier: Apache-2.0
"""Pages that lie askew are laid level; what has no lines is left alone."""

import pytest
from PIL import Image

from ream_ocr.skew import skew
from ream_ocr.testing import TEXTS, draw


@pytest.mark.slow
@pytest.mark.parametrize("angle", [-15, -8.5, 0, 1, 10])
def test_finds_the_angle(angle: float) -> None:
    picture, _ = draw(TEXTS["eng"], times=3, letters=20, size=(1000, 1400), skew=angle)
    assert skew(picture) == pytest.approx(-angle, abs=0.5)


def test_one_line_is_enough() -> None:
    picture, _ = draw("Invoice number 4711 of Tuesday", letters=20, size=(1000, 1400), skew=9)
    assert skew(picture) == pytest.approx(-9, abs=0.5)


def test_noise_has_no_angle() -> None:
    assert skew(Image.effect_noise((1000, 1400), 80)) == 0


@pytest.mark.parametrize("size", [(1, 1), (31, 4000), (4000, 31), (40, 4000)])
def test_what_is_no_page_has_no_angle(size: tuple[int, int]) -> None:
    assert skew(Image.new("L", size, 0)) == 0
