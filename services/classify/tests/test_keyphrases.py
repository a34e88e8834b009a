# SPDX-License-Identifier: Apache-2.0
"""Holds which phrases a text is said to come back to, with their places, and that no text makes that slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_classify.keyphrases import keyphrases, stopwords

TEXT = (
    "The tidal power station will be built in the bay. A tidal power station turns with the tide. Critics say the "
    "tidal power station harms the mud flats. The mud flats feed thousands of birds. Engineers of the station disagree."
)


def phrases(text: str, language: str = "en") -> list[str]:
    return [phrase.text for phrase in keyphrases([(1, text, language)])]


def test_what_a_text_comes_back_to_is_first() -> None:
    assert phrases(TEXT)[0] == "tidal power station"
    assert "mud flats" in phrases(TEXT)


def test_places_and_hits_are_right() -> None:
    for phrase in keyphrases([(7, TEXT, "en")]):
        assert phrase.unit == 7
        assert TEXT[phrase.start : phrase.end] == phrase.text
        assert phrase.hits == TEXT.lower().count(phrase.text.lower())
        assert 1 <= phrase.score <= 1_000


@pytest.mark.parametrize("language", stopwords())
def test_no_phrase_begins_or_ends_with_an_empty_word(language: str) -> None:
    empty = stopwords()[language]
    text = " ".join(f"{word} Quelle{place % 7}" for place, word in enumerate(sorted(empty)))
    for phrase in phrases(text, language):
        assert not {phrase.split()[0].lower(), phrase.split()[-1].lower()} & empty


def test_units_of_a_segment_are_weighed_together() -> None:
    units = [(number, TEXT if number == 2 else "Nothing to say here.", "en") for number in (1, 2, 3)]
    best = keyphrases(units)[0]
    assert (best.text, best.unit) == ("tidal power station", 2)


@pytest.mark.parametrize("text", ["", "the of and", "12 13 14", "\x00\x01", "a b c d", "...", "\ud800 \udfff"])
def test_text_without_words_has_none(text: str) -> None:
    assert phrases(text) == []


def test_a_language_without_stop_words_has_none() -> None:
    assert phrases(TEXT, "und") == phrases(TEXT, "ja") == []


@given(st.text(max_size=200))
def test_equal_texts_give_equal_phrases_that_do_not_repeat(text: str) -> None:
    once = phrases(text)
    assert once == phrases(text)
    assert len(once) <= 20
    assert len({phrase.lower() for phrase in once}) == len(once)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["word ", "a1 ", "x", "One. ", "different{} ", "Aa Bb Cc Dd. ", "\n", "-", "a-", "a."]
)
def test_no_text_takes_long(piece: str) -> None:
    text = "".join(piece.format(number) for number in range(1_000_000 // len(piece)))
    started = time.process_time()
    keyphrases([(1, text, "en"), (2, text, "en")])
    assert time.process_time() - started < 10
