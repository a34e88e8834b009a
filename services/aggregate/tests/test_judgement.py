# SPDX-License-Identifier: Apache-2.0
"""What summed scores say about a whole document."""

import pytest

from ream_aggregate.judgement import judge
from ream_contracts.sensitivity import MANY_PERSONAL, MANY_TELLING
from ream_contracts.sentiment import Summed


@pytest.mark.parametrize(
    ("scores", "sensitivity"),
    [
        ({}, "internal"),
        ({"mark:public": 1}, "public"),
        ({"personal:email": 1}, "internal"),
        ({"personal:phone": 3, "mark:public": 2}, "internal"),
        ({"personal:address": 3}, "internal"),
        ({"personal:url": MANY_PERSONAL}, "internal"),
        ({"personal:url": 3, "mark:public": 1}, "public"),
        ({"personal:passport": 1}, "confidential"),
        ({"personal:driving-licence": 1}, "confidential"),
        ({"personal:crypto-address": 1}, "confidential"),
        ({"mark:internal": 1}, "internal"),
        ({"personal:iban": 1}, "confidential"),
        ({"personal:national-number": 1}, "confidential"),
        ({"personal:birth-date": 1, "mark:public": 1}, "confidential"),
        ({"mark:confidential": 1}, "confidential"),
        ({"mark:restricted": 1}, "restricted"),
        ({"personal:card": 1}, "restricted"),
        ({"secret:password": 1}, "restricted"),
        ({"personal:iban": MANY_TELLING}, "restricted"),
        ({"personal:email": MANY_PERSONAL - 1}, "internal"),
        ({"personal:email": MANY_PERSONAL}, "restricted"),
        ({"personal:iban": 0, "mark:restricted": 0}, "internal"),
    ],
)
def test_sensitivity(scores: dict[str, int], sensitivity: str) -> None:
    assert judge(scores).sensitivity == sensitivity


@pytest.mark.parametrize(
    ("scores", "languages"),
    [
        ({}, ()),
        ({"language:de": 100}, ("de",)),
        ({"language:de": 90, "language:en": 10}, ("de", "en")),
        ({"language:de": 91, "language:en": 9}, ("de",)),
        ({"language:en": 50, "language:de": 50}, ("de", "en")),
        ({"language:und": 900, "language:fr": 100}, ("fr",)),
    ],
)
def test_languages(scores: dict[str, int], languages: tuple[str, ...]) -> None:
    assert judge(scores).languages == languages


@pytest.mark.parametrize(
    ("scores", "confidences"),
    [
        ({}, None),
        ({"language:de": 100}, None),
        ({"language:de": 200, "sure:de": 190, "language:en": 50, "sure:en": 40}, {"de": 95, "en": 80}),
        ({"language:de": 100, "language:fr": 20, "sure:de": 90}, {"de": 90, "fr": 0}),
        ({"language:de": 100, "language:und": 20, "sure:de": 900, "sure:it": 3}, {"de": 100}),
    ],
)
def test_languages_are_as_sure_as_their_characters(scores: dict[str, int], confidences: dict[str, int] | None) -> None:
    assert judge(scores).language_confidences == confidences


@pytest.mark.parametrize(
    ("scores", "label", "confidence"),
    [
        ({}, "unknown", 0),
        ({"type:letter": 24}, "unknown", 0),
        ({"type:letter": 30}, "letter", 50),
        ({"type:letter": 60}, "letter", 100),
        ({"type:invoice": 90, "type:letter": 30}, "invoice", 75),
        ({"type:invoice": 45, "type:letter": 44, "type:report": 11}, "invoice", 33),
        ({"type:invoice": 440, "type:letter": 300, "type:report": 260}, "unknown", 0),
    ],
)
def test_type(scores: dict[str, int], label: str, confidence: int) -> None:
    judged = judge(scores)
    assert (judged.type, judged.type_confidence) == (label, confidence)


@pytest.mark.parametrize(
    ("scores", "topics", "confidence"),
    [
        ({}, (), 0),
        ({"topic:sport": 11}, (), 0),
        ({"topic:sport": 20}, ("sport",), 50),
        ({"topic:sport": 90, "topic:law": 60, "topic:health": 10}, ("sport", "law"), 56),
        ({"topic:sport": 50, "topic:law": 50}, ("law", "sport"), 50),
        ({f"topic:t{n}": 20 for n in range(9)}, (), 0),
    ],
)
def test_topics(scores: dict[str, int], topics: tuple[str, ...], confidence: int) -> None:
    judged = judge(scores)
    assert (judged.topics, judged.topic_confidence) == (topics, confidence)


def test_sentiment_is_summed_over_segments() -> None:
    assert judge({}).sentiment is None
    scores = {"sentiment:positive": 900, "sentiment:words": 4, "sentiment:characters": 1_000}
    assert judge(scores).sentiment == Summed(64, "positive", 40)
    assert judge({**scores, "sentiment:positive": -5}).sentiment == Summed(0, "neutral", 40)


def test_personal_data_is_counted_by_kind() -> None:
    assert judge({"personal:iban": 2, "personal:email": 0, "type:personal": 4}).personal_data == {"iban": 2}


@pytest.mark.parametrize(
    ("scores", "mean", "lowest"),
    [
        ({}, None, None),
        ({"confidence:100": 3}, 100, 100),
        ({"confidence:90": 3, "confidence:41": 1, "confidence:7": 0}, 77, 41),
        ({"confidence:0": 1, "confidence:999": 1, "confidence:high": 1, "confidence:-4": 1}, 0, 0),
    ],
)
def test_confidence_is_mean_and_lowest_of_the_units(
    scores: dict[str, int], mean: int | None, lowest: int | None
) -> None:
    judged = judge(scores)
    assert (judged.confidence, judged.confidence_lowest) == (mean, lowest)


def test_what_a_person_said_outweighs_all_points() -> None:
    points = {"type:invoice": 900, "topic:sport": 90}
    assert judge(points).type == "invoice"
    judged = judge({**points, "stated-type:manual": 2, "stated-type:letter": 1, "stated-topic:law": 1})
    assert (judged.type, judged.type_confidence, judged.topics, judged.topic_confidence) == (
        "manual",
        100,
        ("law",),
        100,
    )
    assert judge({**points, "stated-type:unknown": 1}).type == "unknown"
    assert judge({**points, "stated-type:manual": 1}).topics == ("sport",)
