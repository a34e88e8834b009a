# SPDX-License-Identifier: Apache-2.0
"""Real scanned pages are read about as well as can be: against the truth that lies beside them."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from ream_ocr.cell import read
from ream_ocr.languages import tessdata
from ream_ocr.testing import character_error_rate

pytestmark = [pytest.mark.corpus, pytest.mark.programs]

PHOTOTEST = (
    "phototest.tif",
    "phototest_2.tif",
    "phototestrot.tif",
    "phototest-rotated-180.png",
    "phototest-rotated-L.png",
    "phototest-rotated-R.png",
)


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("REAM_CORPUS", "")
    found = Path(named, "ocr-pages")
    if named and found.is_dir():
        return found
    if os.environ.get("REQUIRE_CORPUS") == "1":
        pytest.fail("REQUIRE_CORPUS=1, but REAM_CORPUS names no folder with ocr-pages in it")
    pytest.skip("REAM_CORPUS names no folder with ocr-pages in it")


def text_of(path: Path) -> str:
    request = {
        "path": str(path),
        "media_type": {".tif": "image/tiff", ".png": "image/png"}[path.suffix],
        "units": [1],
        "engine": "tesserocr",
        "tessdata": str(tessdata(None)),
        "languages": ["eng", "deu", "fra", "spa"],
        "budget": {},
    }
    (answer,) = read(request, path.parent)
    return str(answer["text"])


@pytest.mark.parametrize("name", PHOTOTEST)
def test_a_clean_page_is_read_however_it_lies(folder: Path, name: str) -> None:
    truth = (folder / "phototest.txt").read_text()
    assert character_error_rate(text_of(folder / name), truth) <= 0.01


def test_a_page_in_many_languages_is_read(folder: Path) -> None:
    truth = (folder / "eurotext.txt").read_text()
    assert character_error_rate(text_of(folder / "eurotext.tif"), truth) <= 0.02


@pytest.mark.parametrize("name", ["8071_093.3B", "8087_054.3B"])
def test_the_words_of_a_newspaper_page_are_read_whatever_the_order_of_its_blocks(folder: Path, name: str) -> None:
    wanted, found = (
        Counter(re.findall(r"\w+", text))
        for text in ((folder / f"{name}.txt").read_text(), text_of(folder / f"{name}.tif"))
    )
    assert (wanted & found).total() / wanted.total() >= 0.93
