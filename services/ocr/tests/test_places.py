# SPDX-License-Identifier: Apache-2.0
"""Words have their place on the page as it lies in the file, however it was laid to be read."""

import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ream_contracts.artifacts import UnitText
from ream_contracts.words import SeenWord, of_unit
from ream_ocr import pages
from ream_ocr.cell import read
from ream_ocr.languages import tessdata
from ream_ocr.pages import Look
from ream_ocr.places import Place, place
from ream_ocr.second_cell import read as read_again
from ream_ocr.testing import scatter

Box = tuple[float, float, float, float]
TURNS = (0, 90, 180, 270)
_TURNED = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
"""How a page is laid in a file that has to be turned clockwise by so many degrees to be read."""


def turned(box: Box, turn: int) -> Box:
    """Where something upright lies on a page that has to be turned clockwise to be read."""
    x0, y0, x1, y1 = box
    return {
        0: box,
        90: (y0, 1 - x1, y1, 1 - x0),
        180: (1 - x1, 1 - y1, 1 - x0, 1 - y0),
        270: (1 - y1, x0, 1 - y0, x1),
    }[turn]


@pytest.mark.parametrize("skew", [0.0, 5.0, -12.5])
@pytest.mark.parametrize("turn", TURNS)
def test_what_is_found_in_a_picture_lies_where_it_was_on_the_page(turn: int, skew: float) -> None:
    page = Image.new("L", (400, 600), 255)
    ImageDraw.Draw(page).ellipse((80, 150, 120, 190), fill=0)
    look = Look(200, turn, skew)
    laid = pages.laid(page, look)
    box = laid.point(lambda shade: 255 - shade).point(lambda ink: 255 * (ink > 128)).getbbox()
    assert box is not None
    x0, y0, x1, y1 = place(page, laid, look).share(box)
    # A circle lies in the middle of its box however it is turned; a box that was askew is larger.
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((100.5 / 400, 170.5 / 600), abs=0.004)
    assert x1 - x0 == pytest.approx(41 / 400, abs=0.004 if not skew else 0.03)


@given(
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    st.sampled_from(TURNS),
    st.floats(-16, 16),
    st.tuples(*[st.floats(-500, 5000)] * 4),
)
def test_nothing_lies_beyond_the_page(size: tuple[int, int], turn: int, skew: float, box: Box) -> None:
    x0, y0, x1, y1 = Place(size, (4000, 4000), turn, skew).share(box)
    assert 0 <= x0 <= x1 <= 1
    assert 0 <= y0 <= y1 <= 1


def request(path: Path, **more: Any) -> dict[str, Any]:
    return {
        "path": str(path), "media_type": "image/png", "units": [1], "engine": "tesserocr",
        "tessdata": str(tessdata(None)), "languages": ["eng"], "budget": {}, **more,
    }  # fmt: skip


def words(answer: dict[str, Any]) -> Iterator[SeenWord]:
    bare = UnitText(1, "image", answer["text"], "ocr", 90, None, answer["width"], answer["height"], 0, (), (), (), ())
    return of_unit(replace(bare, words=answer["words"]))


def off(answer: dict[str, Any], truth: dict[str, Box], turn: int) -> list[float]:
    """How far the farthest side of each word lies from where it is, as a share of the page."""
    found = {word.text.casefold(): word.share for word in words(answer)}
    seen = [word for word in truth if word in found]
    assert len(seen) >= 0.9 * len(truth)
    return [max(abs(a - b) for a, b in zip(found[one], turned(truth[one], turn), strict=True)) for one in seen]


@pytest.mark.programs
@pytest.mark.slow
@pytest.mark.parametrize(("turn", "skew"), [(0, 0.0), (90, 0.0), (180, 0.0), (270, 0.0), (0, 5.0), (180, -5.0)])
def test_words_of_tesseract_lie_where_they_were_drawn(tmp_path: Path, turn: int, skew: float) -> None:
    picture, truth = scatter(skew=skew)
    laid = picture.transpose(_TURNED[turn]) if turn else picture
    laid.save(tmp_path / "page.png", dpi=(200, 200))
    (answer,) = read(request(tmp_path / "page.png"), tmp_path)
    far = off(answer, truth, turn)
    # Letters are 2 to 3 hundredths of the page high, and the box they are drawn in is a little more than their ink.
    assert statistics.median(far) < 0.008
    assert max(far) < 0.02
    assert len(answer["words"]) == 12 * len(answer["text"].split())


@pytest.mark.slow
@pytest.mark.parametrize(("turn", "skew"), [(0, 0.0), (90, 0.0), (0, 5.0), (0, -3.0)])
def test_words_of_the_second_engine_lie_where_they_were_drawn(tmp_path: Path, turn: int, skew: float) -> None:
    picture, truth = scatter(skew=skew)
    laid = picture.transpose(_TURNED[turn]) if turn else picture
    laid.save(tmp_path / "page.png", dpi=(200, 200))
    looks = [{"dpi": 200, "turn": turn, "skew": given} for given in {0.0, -skew}]
    for look in looks:  # lines that slope, and lines that were laid level
        (answer,) = read_again(request(tmp_path / "page.png", engine="rapidocr", look=look), tmp_path)
        far = off(answer, truth, turn)
        assert statistics.median(far) < 0.015
        assert max(far) < 0.03
