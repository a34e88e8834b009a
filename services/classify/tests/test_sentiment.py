# SPDX-License-Identifier: Apache-2.0
"""Holds how texts are said to speak, in English and German, and that nobody is told of other languages."""

import time

import pytest

from ream_classify.sentiment import lexicons, weigh
from ream_contracts.sentiment import summed

GOOD = {
    "en": [
        "The hotel was excellent and the staff were friendly and helpful.",
        "I love this book: it is a wonderful, brilliant story.",
        "Thank you for the great work, we are very happy with the result.",
    ],
    "de": [
        "Vielen Dank für die hervorragende Arbeit, wir sind sehr zufrieden.",
        "Das Hotel war ausgezeichnet und das Personal freundlich.",
        "Ein wunderbares Buch, ich bin begeistert und kann es empfehlen.",
    ],
}
BAD = {
    "en": [
        "The room was dirty, the food was terrible and the staff were rude.",
        "We are disappointed: the product is broken and the service is horrible.",
        "The attack killed three people and injured many; it was a disaster.",
    ],
    "de": [
        "Leider war die Lieferung beschädigt, ich bin sehr enttäuscht.",
        "Das Zimmer war schmutzig und das Personal unfreundlich, eine Katastrophe.",
        "Ich beschwere mich über den Fehler, der einen großen Schaden verursacht hat.",
    ],
}
PLAIN = {
    "en": ["The meeting takes place on Tuesday at ten in room four of the main building."],
    "de": ["Die Sitzung findet am Dienstag um zehn Uhr in Raum vier des Hauptgebäudes statt."],
}


def tone(text: str, language: str) -> str:
    weights = weigh(text, language)
    assert weights is not None
    total = summed(weights.positive, weights.negative, weights.words, len(text))
    assert total is not None
    return total.tone


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("wanted", "texts"), [("positive", GOOD), ("negative", BAD), ("neutral", PLAIN)])
def test_how_texts_speak(wanted: str, texts: dict[str, list[str]], language: str) -> None:
    assert [tone(text, language) for text in texts[language]] == [wanted] * len(texts[language])


@pytest.mark.parametrize(("plain", "turned"), [("It is good.", "It is not good."), ("Bad.", "It was never bad.")])
def test_a_negation_turns_the_next_words_around(plain: str, turned: str) -> None:
    one, other = weigh(plain, "en"), weigh(turned, "en")
    assert one is not None
    assert other is not None
    assert (one.positive > one.negative) != (other.positive > other.negative)


def test_a_negation_ends_with_its_sentence() -> None:
    weights = weigh("It is not. Good work.", "en")
    assert weights is not None
    assert (weights.positive > 0, weights.negative) == (True, 0)


def test_words_that_strengthen_and_weaken_count() -> None:
    plain, strong, weak = (weigh(text, "de") for text in ("Das ist gut.", "Das ist sehr gut.", "Das ist ziemlich gut."))
    assert plain is not None
    assert strong is not None
    assert weak is not None
    assert weak.positive < plain.positive < strong.positive


@pytest.mark.parametrize("language", ["und", "fr", "ja", ""])
def test_nothing_is_said_of_a_language_without_a_list(language: str) -> None:
    assert weigh("Tout est merveilleux.", language) is None


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("text", ["", "1234", "\x00\x01 \ud800", "....", "\u202e\u0645\u0631\u062d\u0628\u0627"])
def test_text_without_judging_words_weighs_nothing(text: str, language: str) -> None:
    weights = weigh(text, language)
    assert weights is not None
    assert (weights.positive, weights.negative, weights.words) == (0, 0, 0)


def test_lists_are_large_enough_and_judge_both_ways() -> None:
    for lexicon in lexicons().values():
        assert sum(weight > 0 for weight in lexicon.words.values()) > 300
        assert sum(weight < 0 for weight in lexicon.words.values()) > 300


def test_a_long_text_takes_no_longer_than_its_first_part() -> None:
    started = time.process_time()
    weigh("not very good " * 500_000, "en")
    assert time.process_time() - started < 2
