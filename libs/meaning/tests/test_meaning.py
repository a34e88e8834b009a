# SPDX-License-Identifier: Apache-2.0
"""The model reads words as its vocabulary does, and near meanings get near vectors."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_meaning.model import DIMENSIONS, WINDOW, Model
from ream_meaning.network import Damaged, read_weights
from ream_meaning.pieces import Pieces

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "quay", "wall", "##s", "cafe", ",", "東", "un", "##like", "##ly"]

EXPECTED = [1996, 2625, 4402, 12778, 15743, 28206, 1999, 10204, 1024, 1015, 1010, 22018, 1012, 5179, 1574, 1012]
FOX = [0.043934, 0.058934, 0.048178]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def read(text: str) -> list[tuple[int, list[str]]]:
    return [(place, [VOCABULARY[one] for one in pieces]) for place, pieces in Pieces(VOCABULARY).words(text)]


def test_words_are_read_in_the_longest_pieces() -> None:
    assert read("Quay walls,Café 東東 unlikely zebra") == [
        (0, ["quay"]),
        (5, ["wall", "##s", ",", "cafe"]),
        (16, ["東", "東"]),
        (19, ["un", "##like", "##ly"]),
        (28, ["[UNK]"]),
    ]


def test_what_is_no_word_is_left_out() -> None:
    assert read("quay\x00 \u200b \ufffd wall") == [(0, ["quay"]), (6, []), (8, []), (10, ["wall"])]
    assert read("w" * 5_000_000) == [(0, ["[UNK]"])]


def test_pieces_are_those_of_the_model(model: Model) -> None:
    """The numbers are those that the model's own tokenizer gives."""
    (window,) = model.windows("The lessee pays naïve rents in Zürich: 1,234.56 €.")
    assert list(window.pieces) == EXPECTED


def test_near_meanings_are_near(model: Model) -> None:
    def near(one: str, other: str) -> float:
        first, second = model.of(one), model.of(other)
        assert first is not None
        assert second is not None
        return sum(a * b for a, b in zip(first, second, strict=True))

    assert near("How much money did the firm earn?", "The company's net income was 5 million.") > 0.5
    assert near("How much money did the firm earn?", "Boats lay in the harbour at night.") < 0.2
    assert near("quay wall", "quay wall") == pytest.approx(1, abs=1e-5)
    # What an independent forward pass in 64 bits gives, with the exact form of the activation.
    assert model.of("The quick brown fox jumps over the lazy dog.")[:3] == pytest.approx(FOX, abs=2e-4)  # type: ignore[index]


def test_text_is_cut_between_words_and_all_of_it_is_in_a_window(model: Model) -> None:
    text = "The quarterly turnover of the harbour rose again. " * 60
    windows = list(model.windows(text))
    assert len(windows) > 3
    assert all(0 < len(one.pieces) <= WINDOW for one in windows)
    assert [text[one.start - 1 : one.start].strip() for one in windows] == [""] * len(windows)
    whole = [piece for _, pieces in model._pieces.words(text) for piece in pieces]
    assert [piece for one in windows for piece in one.pieces] == whole
    assert list(model.windows(" \n")) == []
    assert model.of("") is None


@given(st.text(max_size=200))
def test_any_text_has_vectors_of_the_right_length(model: Model, text: str) -> None:
    for window in model.windows(text):
        vector = model.vector(window)
        assert vector.shape == (DIMENSIONS,)
        assert float(vector @ vector) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("content", [b"", b"\xff" * 20, struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 9) + b"{}"])
def test_weights_that_are_none_are_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights"
    file.write_bytes(content)
    with pytest.raises(Damaged, match="cannot be read"):
        read_weights(file)


def test_weights_that_are_cut_off_are_a_sentence(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}).encode()
    (tmp_path / "cut").write_bytes(struct.pack("<Q", len(header)) + header + bytes(8))
    with pytest.raises(Damaged, match="install its package again"):
        read_weights(tmp_path / "cut")


def test_a_package_without_its_words_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "emptied.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("ream_meaning.model._PACKAGE", "emptied")
    with pytest.raises(Damaged, match=r"words cannot be read .* install its package again"):
        Model.load()
