# SPDX-License-Identifier: Apache-2.0
"""Every engine keeps the same contract, read with real language data."""

import os
from pathlib import Path

import pytest
from PIL import Image

from ream_ocr.engine import EngineError, OcrEngine
from ream_ocr.engines import ENGINES, open_engine
from ream_ocr.languages import installed, tessdata
from ream_ocr.testing import TEXTS, character_error_rate, draw

SMALL = (900, 700)


class OcrEngineContract:
    """What every engine must do; a subclass names the engine."""

    name: str

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> OcrEngine:
        return open_engine(cls.name, tessdata(None))

    def test_says_who_it_is(self, engine: OcrEngine) -> None:
        assert engine.name == self.name
        assert int(engine.version.split(".")[0]) >= 4

    def test_reads_words_in_reading_order(self, engine: OcrEngine) -> None:
        picture, truth = draw(TEXTS["eng"], size=SMALL)
        assert character_error_rate(engine.read(picture, ("eng",), 200).text, truth) < 0.01

    def test_keeps_lines(self, engine: OcrEngine) -> None:
        picture, truth = draw(TEXTS["eng"], size=SMALL)
        lines = [line for line in engine.read(picture, ("eng",), 200).text.splitlines() if line]
        assert lines == truth.splitlines()

    def test_is_sure_of_clean_letters_and_says_so_from_0_to_100(self, engine: OcrEngine) -> None:
        picture, _ = draw(TEXTS["eng"], size=SMALL)
        read = engine.read(picture, ("eng",), 200)
        assert 90 <= read.confidence <= 100
        assert all(0 <= word.confidence <= 100 for word in read.words)

    def test_is_less_sure_of_letters_on_their_head(self, engine: OcrEngine) -> None:
        picture, _ = draw(TEXTS["eng"], size=SMALL)
        upside_down = picture.transpose(Image.Transpose.ROTATE_180)
        assert engine.read(upside_down, ("eng",), 200).confidence < 80

    def test_says_where_words_are(self, engine: OcrEngine) -> None:
        picture = Image.new("L", (800, 600), 255)
        word, _ = draw("somewhere", letters=40, size=(400, 120))
        picture.paste(word, (300, 400))
        (found,) = engine.read(picture, ("eng",), 200).words
        left, top, right, bottom = found.box
        assert 300 < left < right < 700
        assert 400 < top < bottom < 520
        assert 20 < found.height < 50

    def test_reads_several_languages_at_once(self, engine: OcrEngine) -> None:
        picture, truth = draw(TEXTS["deu"], size=SMALL)
        read = engine.read(picture, ("eng", "deu"), 200)
        assert character_error_rate(read.text, truth) < 0.01
        assert "Kündigungsfrist" in read.text

    def test_changes_languages_between_pages(self, engine: OcrEngine) -> None:
        picture, _ = draw(TEXTS["deu"], size=SMALL)
        assert "prüfen" not in engine.read(picture, ("eng",), 200).text
        assert "prüfen" in engine.read(picture, ("deu",), 200).text

    def test_finds_nothing_on_an_empty_page(self, engine: OcrEngine) -> None:
        read = engine.read(Image.new("L", (600, 400), 255), ("eng",), 200)
        assert (read.words, read.text, read.confidence) == ((), "", 0)

    @pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 2)])
    def test_survives_pictures_too_small_for_letters(self, engine: OcrEngine, size: tuple[int, int]) -> None:
        assert engine.read(Image.new("L", size, 0), ("eng",), 200).text == ""
        assert engine.turn(Image.new("L", size, 0)) is None

    @pytest.mark.parametrize("dpi", [1, 10_000])
    def test_takes_any_resolution(self, engine: OcrEngine, dpi: int) -> None:
        picture, _ = draw("plain words", size=(500, 120))
        assert engine.read(picture, ("eng",), dpi).text == "plain words"

    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_says_how_to_bring_a_page_upright(self, engine: OcrEngine, turn: int) -> None:
        picture, _ = draw(TEXTS["eng"], times=2, size=(1200, 1200))
        lying = picture.rotate(turn, expand=True)  # counter-clockwise, so the way back is clockwise
        assert engine.turn(lying) == turn

    def test_does_not_say_with_too_few_letters(self, engine: OcrEngine) -> None:
        picture, _ = draw("two words", size=(500, 120))
        assert engine.turn(picture) is None

    def test_names_the_language_pack_that_is_missing(self, engine: OcrEngine) -> None:
        picture, _ = draw("plain words", size=(500, 120))
        with pytest.raises(EngineError, match="xyz"):
            engine.read(picture, ("xyz",), 200)

    def test_works_on_after_a_failure(self, engine: OcrEngine) -> None:
        picture, _ = draw("plain words", size=(500, 120))
        with pytest.raises(EngineError):
            engine.read(picture, ("xyz",), 200)
        assert engine.read(picture, ("eng",), 200).text == "plain words"

    def test_cannot_turn_without_data_to_tell_by(self, tmp_path: Path) -> None:
        (tmp_path / "eng.traineddata").symlink_to(tessdata(None) / "eng.traineddata")
        picture, _ = draw(TEXTS["eng"], size=SMALL)
        engine = open_engine(self.name, tmp_path)
        assert engine.turn(picture) is None
        assert "committee" in engine.read(picture, ("eng",), 200).text


@pytest.mark.programs
class TestTesserocr(OcrEngineContract):
    name = "tesserocr"


@pytest.mark.programs
class TestPytesseract(OcrEngineContract):
    name = "pytesseract"

    def test_has_one_thread(self, engine: OcrEngine) -> None:
        assert os.environ["OMP_THREAD_LIMIT"] == "1"


def test_every_engine_is_held_to_the_contract() -> None:
    assert {TestTesserocr.name, TestPytesseract.name} == set(ENGINES)


def test_an_unknown_engine_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="tesserocr, pytesseract"):
        open_engine("abbyy", tmp_path)


def test_a_missing_program_is_said_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="tesseract-ocr"):
        open_engine("pytesseract", tmp_path)


@pytest.mark.programs
def test_the_four_languages_of_the_settings_are_installed() -> None:
    assert {"eng", "deu", "fra", "spa"} <= installed(tessdata(None))
