# SPDX-License-Identifier: Apache-2.0
"""Language packs are found and chosen, and what is missing is said."""

from pathlib import Path

import pytest

from ream_ocr.engine import EngineError
from ream_ocr.languages import choose, installed, is_read, is_written_in, tessdata


def folder(path: Path, *names: str) -> Path:
    path.mkdir(exist_ok=True)
    for name in names:
        (path / f"{name}.traineddata").touch()
    return path


def test_packs_are_languages_only(tmp_path: Path) -> None:
    assert installed(folder(tmp_path, "eng", "chi_sim", "osd", "equ")) == {"eng", "chi_sim"}
    assert installed(tmp_path / "nowhere") == frozenset()


def test_the_setting_goes_before_the_environment(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one", "eng"), folder(tmp_path / "other", "eng")
    assert tessdata(one, {"TESSDATA_PREFIX": str(other)}) == one
    assert tessdata(None, {"TESSDATA_PREFIX": str(other)}) == other


def test_the_prefix_may_name_the_folder_above(tmp_path: Path) -> None:
    below = folder(tmp_path / "tessdata", "eng")
    assert tessdata(None, {"TESSDATA_PREFIX": str(tmp_path)}) == below


def test_a_folder_without_packs_is_no_choice(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="tesseract-ocr-eng"):
        tessdata(tmp_path, {})


def test_wanted_order_is_kept_and_what_is_missing_is_named() -> None:
    choice = choose(("deu", "ita", "eng", "deu"), frozenset({"eng", "deu", "fra"}))
    assert choice.languages == ("deu", "eng")
    assert choice.missing == ("ita",)


def test_none_of_them_is_an_error_that_names_the_packages() -> None:
    with pytest.raises(EngineError, match="tesseract-ocr-chi-sim"):
        choose(("chi_sim",), frozenset({"eng"}))
    with pytest.raises(EngineError, match="none named"):
        choose((), frozenset({"eng"}))


def test_what_a_text_is_written_in_is_told_by_its_letters() -> None:
    assert is_written_in("Жилищный 12, A", "Cyrillic")
    assert not is_written_in("Co6ctBennnk", "Cyrillic")
    assert not is_written_in(". 12", "Cyrillic")
    assert is_written_in("東京都の港", "Japanese")
    assert is_written_in("住房", "Han")
    assert is_written_in("주택", "Korean")


def test_a_script_is_read_by_its_packs_and_of_others_nothing_is_said() -> None:
    assert is_read("Cyrillic", ("eng", "rus"))
    assert not is_read("Cyrillic", ("eng", "deu"))
    assert is_read("Han", ("chi_sim_vert",))
    assert is_read("Latin", ())
    assert is_read("Fraktur", ())
