# SPDX-License-Identifier: Apache-2.0
"""The second engine reads real letters inside a cell, under the limits of one, and its memory is free again."""

import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ream_kit.cells import Cells, Limits
from ream_ocr.engines import SECOND_ENGINES, SecondEngine, open_second
from ream_ocr.second_cell import read
from ream_ocr.settings import OcrSettings
from ream_ocr.testing import TEXTS, character_error_rate, draw

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SECOND_ENGINES)
def engine(request: pytest.FixtureRequest) -> SecondEngine:
    return open_second(request.param)


def asked(path: Path, turn: int = 0) -> dict[str, Any]:
    look = {"dpi": 200, "turn": turn, "skew": 0.0}
    return {
        "path": str(path),
        "media_type": "image/png",
        "units": [1],
        "engine": "rapidocr",
        "budget": {},
        "look": look,
    }


@pytest.mark.parametrize("language", TEXTS)
def test_reads_every_language_without_being_told_which(engine: SecondEngine, language: str) -> None:
    picture, truth = draw(TEXTS[language], size=(900, 700))
    found = engine.read(picture)
    assert character_error_rate(found.text, truth) < 0.01
    assert engine.read(picture) == found
    assert 90 <= found.confidence <= 100


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 2), (600, 400)])
def test_finds_nothing_where_nothing_is(engine: SecondEngine, size: tuple[int, int]) -> None:
    assert engine.read(Image.new("L", size, 255)).text == ""


def test_reads_in_a_cell_what_lies_on_its_side_and_gives_its_memory_back(tmp_path: Path) -> None:
    picture, truth = draw(TEXTS["eng"], size=(900, 700))
    picture.rotate(90, expand=True).save(tmp_path / "page.png", dpi=(200, 200))
    limits = Limits(memory_bytes=OcrSettings().memory_bytes, cpu_seconds=60)
    with Cells("ream_ocr.second_cell:read", 1, limits, release_after=0.2) as cells:
        (answer,) = cells.call(asked(tmp_path / "page.png", turn=90))
        assert character_error_rate(answer["text"], truth) < 0.01
        assert (answer["rotation"], answer["kind"]) == (90, "image")
        pause = threading.Event()
        for _ in range(200):
            if cells.state().alive == 0:
                break
            pause.wait(0.05)
        assert cells.state().alive == 0


def test_a_file_that_is_none_is_answered_as_such(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(b"no picture")
    (answer,) = read(asked(tmp_path / "page.png"), tmp_path)
    assert answer["cause"] == "damaged"
