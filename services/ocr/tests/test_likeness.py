# SPDX-License-Identifier: Apache-2.0
"""A picture that is saved again looks the same, another one does not, and bare paper looks like nothing."""

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from ream_ocr.likeness import picture_hash


def scene(seed: int) -> Image.Image:
    chance = random.Random(seed)
    picture = Image.new("L", (640, 480), 180)
    pen = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y = chance.randrange(640), chance.randrange(480)
        pen.ellipse((x, y, x + chance.randrange(30, 260), y + chance.randrange(30, 200)), fill=chance.randrange(256))
    return picture


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(io.BytesIO(data.getvalue())).convert("L")


def bits(one: Image.Image, other: Image.Image) -> int:
    first, second = picture_hash(one), picture_hash(other)
    assert first is not None
    assert second is not None
    return (int(first, 16) ^ int(second, 16)).bit_count()


@pytest.mark.parametrize("seed", range(5))
def test_saved_again_it_keeps_nearly_all_bits(seed: int) -> None:
    picture = scene(seed)
    again = [
        as_jpeg(picture, 30),
        picture.resize((320, 240)),
        ImageEnhance.Brightness(picture).enhance(0.9),
        as_jpeg(picture.resize((500, 375)), 60),
    ]
    assert max(bits(picture, one) for one in again) <= 4


def test_other_pictures_differ_in_many() -> None:
    scenes = [scene(seed) for seed in range(12)]
    assert min(bits(a, b) for n, a in enumerate(scenes) for b in scenes[:n]) > 12


def test_bare_paper_looks_like_nothing() -> None:
    paper = Image.effect_noise((600, 800), 3)
    assert picture_hash(paper) is None
    assert picture_hash(Image.new("L", (1, 1), 0)) is None
