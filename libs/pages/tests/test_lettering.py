# SPDX-License-Identifier: Apache-2.0
"""Lines of letters are seen in screenshots, charts and scans, and none in photographs and drawings."""

import random

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ream_pages.lettering import LONG_SIDE, has_lines_of_letters

PROSE = "The harbour office names invoices and contracts for nineteen ships loaded with grain and timber"


def written(
    size: tuple[int, int], letters: int, lines: int, words: int, ground: int = 255, ink: int = 0
) -> Image.Image:
    picture = Image.new("L", size, ground)
    pen, font, chance = ImageDraw.Draw(picture), ImageFont.load_default(letters), random.Random(letters)
    for line in range(lines):
        said = " ".join(chance.choice(PROSE.split()) for _ in range(words))
        pen.text((20, 15 + line * letters * 1.6), said, fill=ink, font=font)
    return picture


def chart(*, labels: bool) -> Image.Image:
    picture = Image.new("L", (640, 400), 255)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(14)
    for bar in range(6):
        pen.rectangle((60 + bar * 90, 330 - bar * 45, 110 + bar * 90, 350), fill=90)
        if labels:
            pen.text((58 + bar * 90, 356), f"Q{bar} 2024", fill=0, font=font)
    return picture


def photograph(seed: int) -> Image.Image:
    chance = random.Random(seed)
    small = Image.frombytes("L", (40, 30), bytes(chance.randrange(256) for _ in range(1_200)))
    return small.resize((1_200, 900), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(
    "picture",
    [
        written((1_200, 700), 14, 25, 12), written((1_200, 700), 14, 25, 12, ground=30, ink=220),
        written((420, 120), 13, 1, 6), written((1_200, 675), 48, 4, 5), written((900, 200), 36, 2, 5),
        written((600, 300), 20, 6, 4).filter(ImageFilter.GaussianBlur(0.8)),
        written((900, 600), 20, 12, 7).rotate(2, fillcolor=255), chart(labels=True),
    ],
    ids=["screenshot", "light on dark", "a line", "slide", "large", "blurred", "askew", "labels of a chart"],
)  # fmt: skip
def test_letters_are_seen_level_and_on_end(picture: Image.Image) -> None:
    assert has_lines_of_letters(picture)
    assert has_lines_of_letters(picture.transpose(Image.Transpose.ROTATE_90))


@pytest.mark.parametrize(
    "picture",
    [
        photograph(1), photograph(2), chart(labels=False), Image.new("L", (600, 400), 200),
        Image.effect_noise((800, 600), 90), Image.linear_gradient("L"), Image.new("L", (8, 400)),
        Image.new("L", (1, 1)),
        written((900, 600), 20, 12, 7).filter(ImageFilter.GaussianBlur(8)),
    ],
    ids=["photograph", "another", "bars", "one shade", "noise", "gradient", "thin", "a pixel", "unreadable"],
)  # fmt: skip
def test_none_are_seen_where_none_are(picture: Image.Image) -> None:
    assert max(picture.size) <= LONG_SIDE
    assert not has_lines_of_letters(picture)
