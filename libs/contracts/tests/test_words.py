# SPDX-License-Identifier: Apache-2.0
"""Places of words are kept in twelve characters a word, and come back as they were."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import codec
from ream_contracts.artifacts import SegmentText, UnitText
from ream_contracts.words import SeenWord, count, of_unit, packed

PAGE = UnitText(1, "page", "one two\n\nthree", "ocr", 90, None, 600, 800, 0, (), (), (), ())
SHARES = st.floats(0, 1)
BOXES = st.tuples(SHARES, SHARES, SHARES, SHARES)


def test_words_come_with_their_place_in_points() -> None:
    places = [((0.5, 0.25, 0.75, 0.5), 90), ((0, 0, 1, 1), 0)]
    page = replace(PAGE, words=packed(places))
    first, second = of_unit(page)
    assert (first.text, first.confidence) == ("one", 90)
    assert first.box == pytest.approx((300, 200, 450, 400), abs=0.01)
    assert second == SeenWord("two", (0, 0, 600, 800), (0, 0, 1, 1), 0)
    text = SegmentText("a" * 32, 1, 1, "ocr", "1", (page,), ())
    assert codec.loads(SegmentText, codec.dumps(text)) == text


def test_a_unit_without_a_size_has_shares_alone() -> None:
    (word,) = of_unit(replace(PAGE, width=0, words=packed([((0, 0, 0.5, 1), 7)])))
    assert word.box is None
    assert word.share == pytest.approx((0, 0, 0.5, 1), abs=0.0001)


def test_a_unit_that_nobody_saw_has_none() -> None:
    assert list(of_unit(PAGE)) == []


@given(st.lists(st.tuples(BOXES, st.integers(0, 100)), min_size=1, max_size=20))
def test_whatever_is_written_is_read_again(places: list[tuple[tuple[float, float, float, float], int]]) -> None:
    written = packed(places)
    assert len(written) == 12 * len(places)
    assert count(written) == len(places)
    words = list(of_unit(replace(PAGE, text=" ".join("w" for _ in places), words=written)))
    for word, (box, sure) in zip(words, places, strict=True):
        assert word.confidence == sure
        assert word.share == pytest.approx(box, abs=1 / 65535)
        assert all(0 <= share <= 1 for share in word.share)


def test_what_lies_beyond_the_page_is_cut_off() -> None:
    (word,) = of_unit(replace(PAGE, words=packed([((-0.5, 0, 1.5, 2), 300)])))
    assert word == SeenWord("one", (0, 0, 600, 800), (0, 0, 1, 1), 100)


@pytest.mark.parametrize("words", ["AAAA", "no base64!!!", packed([((0, 0, 1, 1), 1)] * 4)])
def test_what_is_no_list_of_places_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="unit 1"):
        list(of_unit(replace(PAGE, words=words)))
