# SPDX-License-Identifier: Apache-2.0
"""Pages in doubt are read by a second engine; the better text is kept, and an engine that breaks costs nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ream_kit.cells import CellDied, CellFailed, NotStarted
from ream_kit.settings import SettingsError
from ream_ocr import reader as readers
from ream_ocr.parameters import Parameters
from ream_ocr.reader import Job, Reader, open_reader
from ream_ocr.second import better, is_doubtful
from ream_ocr.testing import Cell, reader

LOOK = {"dpi": 200, "turn": 90, "skew": 1.5}
JOB = Job(Path("photo.jpg"), "image/jpeg", (1,))


def answer(text: str, confidence: int) -> dict[str, Any]:
    return {"unit": 1, "text": text, "characters": len(text), "confidence": confidence, "look": LOOK, "looks": 2}


UNREADABLE = {"unit": 1, "cause": "unreadable", "reason": "no word", "look": LOOK, "looks": 3}


class Scripted(Cell):
    """Gives one answer, or raises."""

    def __init__(self, said: dict[str, Any] | None = None, error: Exception | None = None) -> None:
        super().__init__(error=error)
        self.said = said or {}

    def answer(self, unit: int) -> dict[str, Any]:
        return self.said


def both(first: dict[str, Any], second: Scripted, parameters: Parameters | None = None) -> dict[str, Any]:
    shared = reader(Scripted(first), second=second)
    (kept,) = shared.read(JOB, parameters or shared.defaults, bulk=False)
    return dict(kept)


def test_a_sure_page_is_not_read_twice() -> None:
    second = Scripted(answer("other", 100))
    assert both(answer("words", 93), second)["text"] == "words"
    assert second.asked == []


def test_a_page_in_doubt_is_looked_at_in_the_same_way_and_the_better_text_kept() -> None:
    second = Scripted(answer("T0TAL 9.50", 96))
    kept = both(answer("TO AL 9,S0", 92), second)
    assert (kept["text"], kept["confidence"], kept["looks"]) == ("T0TAL 9.50", 96, 3)
    (asked,) = second.asked
    assert (asked["engine"], asked["look"], asked["units"]) == ("rapidocr", LOOK, [1])


def test_a_second_reading_that_says_less_is_dropped() -> None:
    assert both(answer("many words were read here", 80), Scripted(answer("many", 99)))["text"].startswith("many words")


@pytest.mark.parametrize("nothing", [answer(" \n", 0), {"unit": 1, "cause": "damaged", "reason": ""}])
def test_a_second_reading_of_nothing_is_dropped(nothing: dict[str, Any]) -> None:
    assert both(answer("x", 10), Scripted(nothing))["text"] == "x"
    assert both(UNREADABLE, Scripted(nothing))["cause"] == "unreadable"


def test_what_the_first_could_not_read_at_all_the_second_may() -> None:
    assert both(UNREADABLE, Scripted(answer("货物出门", 98)))["text"] == "货物出门"


@pytest.mark.parametrize("error", [CellDied("out-of-memory"), CellFailed("RuntimeError", "secret of the document")])
def test_where_the_second_breaks_the_first_stands(error: Exception, capfd: pytest.CaptureFixture[str]) -> None:
    assert both(answer("words", 60), Scripted(error=error))["text"] == "words"
    assert "secret" not in "".join(capfd.readouterr())


def test_where_the_second_cannot_start_the_page_waits() -> None:
    with pytest.raises(NotStarted):
        both(answer("words", 60), Scripted(error=NotStarted()))


def test_the_second_is_asked_to_the_end_so_that_its_cell_stays_warm() -> None:
    ended = []

    def call(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield answer("words", 99)
        ended.append(request["units"])

    shared = reader(Scripted(answer("words", 60)), second=call)
    list(shared.read(JOB, shared.defaults, bulk=False))
    assert ended == [[1]]


def test_without_a_second_engine_the_first_stands_and_the_artifact_has_another_name() -> None:
    alone = Parameters("tesserocr", ("eng",), 200)
    second = Scripted(answer("other words", 99))
    assert both(answer("words", 60), second, alone)["text"] == "words"
    assert second.asked == []
    names = {alone.written(), Parameters("tesserocr", ("eng",), 200, second="rapidocr", sure=93).written()}
    assert len(names | {Parameters("tesserocr", ("eng",), 200, second="rapidocr", sure=80).written()}) == 3


def test_pages_that_fail_for_another_reason_are_not_read_again() -> None:
    assert not is_doubtful({"unit": 1, "cause": "damaged"}, 93)
    assert is_doubtful(UNREADABLE, 93)


def test_of_readings_that_are_alike_the_second_is_kept() -> None:
    assert better(answer("abc", 90), answer("abd", 90))["text"] == "abd"


def test_a_missing_package_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").touch()
    monkeypatch.setenv("REAM_OCR_TESSDATA", str(tmp_path))
    monkeypatch.setattr(readers, "is_installed", lambda name: False)
    with pytest.raises(SettingsError, match="REAM_OCR_SECOND_ENGINE=rapidocr"), open_reader():
        raise AssertionError("opened")


def test_the_setting_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Parameters] = []

    def note(shared: Reader) -> Iterator[None]:
        seen.append(shared.defaults)
        assert shared._call_second is None
        raise SettingsError("seen")

    monkeypatch.setenv("REAM_OCR_SECOND_ENGINE", "none")
    monkeypatch.setattr(Reader, "check", note)
    monkeypatch.setattr(readers, "Cells", _NoCells)
    monkeypatch.setattr(readers.languages, "tessdata", lambda folder: Path("/tessdata"))
    monkeypatch.setattr(readers.languages, "installed", lambda folder: frozenset({"eng"}))
    with pytest.raises(SettingsError, match="seen"), open_reader():
        raise AssertionError("opened")
    assert seen[0].second == ""


class _NoCells:
    def __init__(self, *_: object, **__: object) -> None:
        self.call = Cell()
        self.confinement = tuple

    def __enter__(self) -> "_NoCells":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing was started."""


@pytest.mark.parametrize(
    ("text", "confidence", "script"),
    [("Собственник обязан", 95, None), ("Собственник обязан", 70, "Cyrillic"), ("Co6ctBennnk o693an", 95, "Cyrillic")],
)
def test_a_script_without_a_pack_is_read_where_the_second_engine_is_sure_of_it(
    text: str, confidence: int, script: str | None
) -> None:
    kept = both(answer("Co6ctBennnk", 45) | {"script": "Cyrillic"}, Scripted(answer(text, confidence)))
    assert (kept["text"], kept["script"]) == (text, script)


def test_dots_of_which_a_second_engine_is_sure_are_no_better_than_letters_that_are_guessed() -> None:
    kept = both(answer("Co6ctBennnk", 45) | {"script": "Cyrillic"}, Scripted(answer(".\n.\n.", 94)))
    assert (kept["text"], kept["script"]) == ("Co6ctBennnk", "Cyrillic")
    assert both(UNREADABLE, Scripted(answer(". .", 94))) == UNREADABLE
