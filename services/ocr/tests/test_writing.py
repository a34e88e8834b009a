# SPDX-License-Identifier: Apache-2.0
"""Writing that nobody can read is told from pictures, forms and dirt."""

import os
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from ream_ocr.engine import PageRead, Word
from ream_ocr.pictures import open_picture
from ream_ocr.reading import read_page
from ream_ocr.views import Budget
from ream_ocr.writing import looks_like_writing

pytestmark = pytest.mark.slow

MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".tif": "image/tiff", ".tiff": "image/tiff"}


def paper(width: int = 1240, height: int = 1754) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("L", (width, height), 245)
    return picture, ImageDraw.Draw(picture)


def handwriting(seed: int, lines: int = 20, slope: float = 0.0) -> Image.Image:
    """Loops and strokes in lines, as a hand makes them."""
    picture, draw = paper()
    chance = random.Random(seed)
    for line in range(lines):
        x, base = 120.0, 150.0 + line * 70
        while x < 1_100:
            for _ in range(chance.randint(6, 20)):
                points = [(x + chance.uniform(0, 14), base + slope * x - chance.uniform(0, 30)) for _ in range(3)]
                draw.line(points, fill=30, width=3)
                x += 14
            x += 25
    return picture


def photograph(seed: int) -> Image.Image:
    """Light, shade and grain, without any paper."""
    chance = random.Random(seed)
    small = Image.new("L", (12, 9))
    small.putdata([chance.randint(0, 255) for _ in range(108)])
    return small.resize((1_200, 900), Image.Resampling.BICUBIC)


def form() -> Image.Image:
    picture, draw = paper()
    for y in range(100, 1_700, 60):
        draw.line((100, y, 1_140, y), fill=0, width=2)
    for x in range(100, 1_200, 260):
        draw.line((x, 100, x, 1_660), fill=0, width=2)
    return picture


def dirt(seed: int) -> Image.Image:
    picture, draw = paper()
    chance = random.Random(seed)
    for _ in range(3_000):
        x, y = chance.randint(0, 1_239), chance.randint(0, 1_753)
        draw.ellipse((x, y, x + 4, y + 4), fill=60)
    return picture


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("slope", [0.0, 0.02, -0.05])
def test_lines_of_a_hand_look_like_writing(seed: int, slope: float) -> None:
    picture = handwriting(seed, slope=slope)
    assert looks_like_writing(picture)
    assert looks_like_writing(picture.transpose(Image.Transpose.ROTATE_90))


@pytest.mark.parametrize(
    "picture",
    [
        paper()[0], photograph(1), photograph(2), form(), dirt(1), dirt(2), Image.new("L", (16, 16)),
        handwriting(1, lines=1), Image.effect_noise((800, 600), 90),
        handwriting(1).filter(ImageFilter.GaussianBlur(40)),
    ],
)  # fmt: skip
def test_pictures_forms_and_dirt_do_not(picture: Image.Image) -> None:
    assert not looks_like_writing(picture)


class View:
    """A page that is its picture, whatever the resolution."""

    dpi = largest_dpi = 150

    def __init__(self, picture: Image.Image) -> None:
        self._picture = picture

    def render(self, dpi: int) -> Image.Image:
        return self._picture


class BlindEngine:
    """Recognises nothing, or guesses."""

    name, version = "blind", "1"

    def __init__(self, *guessed: str) -> None:
        self._read = PageRead(tuple(Word(text, (0, 0, 10, 10), 20, (1, 1, 1)) for text in guessed))

    def read(self, picture: Image.Image, languages: tuple[str, ...], dpi: int) -> PageRead:
        return self._read

    def turn(self, picture: Image.Image) -> int | None:
        return None

    def script(self, picture: Image.Image) -> str | None:
        return None


@pytest.mark.parametrize("guessed", [(), ("ll",), ("wlllm",) * 10])
def test_page_whose_writing_nobody_reads_is_unreadable(guessed: tuple[str, ...]) -> None:
    page = read_page(View(handwriting(5)), BlindEngine(*guessed), ("eng",))
    assert (page.unreadable, page.text) == (True, "")


@pytest.mark.slow
def test_page_without_writing_has_nothing_to_read() -> None:
    for picture in (photograph(3), form(), dirt(3)):
        page = read_page(View(picture), BlindEngine(), ("eng",))
        assert (page.unreadable, page.text) == (False, "")


@pytest.mark.corpus
def test_real_pictures_give_no_alarm_and_real_pages_mostly_would() -> None:
    named = os.environ.get("REAM_CORPUS", "")
    if not Path(named, "formats").is_dir() or not named:
        if os.environ.get("REQUIRE_CORPUS") == "1":
            pytest.fail("REQUIRE_CORPUS=1, but REAM_CORPUS names no folder with formats in it")
        pytest.skip("REAM_CORPUS names no folder with formats in it")
    pages = {"double-column-B.jpg", "layout-parser-paper-fast.jpg", "testtiff.tif"}
    alarms = {path.name for path in images(Path(named, "formats")) if looks(path)} - pages
    assert alarms == set()
    written = [looks(path) for folder in ("receipts", "ocr-pages") for path in images(Path(named, folder))]
    assert sum(written) >= 0.85 * len(written)


def images(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in MEDIA_TYPES)


def looks(path: Path) -> bool:
    with open_picture(path, MEDIA_TYPES[path.suffix.lower()], Budget()) as file, file.page(1) as page:
        return looks_like_writing(page.render(page.dpi))
