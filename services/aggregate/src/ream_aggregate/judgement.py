# SPDX-License-Identifier: Apache-2.0
"""Decides from sums of scores what kind of paper a document is, in which languages, and who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ream_contracts.decided import SURE, decided_type, labels, ordered, topics_of
from ream_contracts.sensitivity import Sensitivity, sensitivity
from ream_contracts.sentiment import SCORES, Summed, summed

LEAST_LANGUAGE_SHARE = 10
"""A language is named when it has at least one in so many characters of the text whose language is known."""

CONFIDENCES = {str(confidence): confidence for confidence in range(101)}
"""Labels of the scores that count units by their confidence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the scores of a whole document say together."""

    type: str
    type_confidence: int
    topics: tuple[str, ...]
    topic_confidence: int
    languages: tuple[str, ...]
    language_confidences: Mapping[str, int] | None
    sensitivity: Sensitivity
    personal_data: Mapping[str, int]
    sentiment: Summed | None
    confidence: int | None
    confidence_lowest: int | None


def judge(scores: Mapping[str, int]) -> Judgement:
    """Judges a document by its summed scores, named kind:label."""
    kinds = {kind: labels(scores, kind) for kind in ("topic", "language", "sure", "personal")}
    languages = _languages(kinds["language"])
    label, confidence = decided_type(scores)
    topics, topic_confidence = _stated_topics(scores) or topics_of(kinds["topic"])
    units = {CONFIDENCES[value]: n for value, n in labels(scores, "confidence").items() if value in CONFIDENCES}
    return Judgement(
        type=label,
        type_confidence=confidence,
        topics=topics,
        topic_confidence=topic_confidence,
        languages=languages,
        language_confidences=_how_sure(languages, kinds["language"], kinds["sure"]),
        sensitivity=sensitivity(scores),
        personal_data=kinds["personal"],
        sentiment=summed(*(max(0, scores.get(name, 0)) for name in SCORES)),
        confidence=_mean(units),
        confidence_lowest=min(units, default=None),
    )


def _stated_topics(scores: Mapping[str, int]) -> tuple[tuple[str, ...], int] | None:
    stated = tuple(label for label, _ in ordered(labels(scores, "stated-topic")))
    return (stated, SURE) if stated else None


def _mean(units: Mapping[int, int]) -> int | None:
    """Takes the mean of all units from how many have which confidence."""
    count = sum(units.values())
    return sum(confidence * number for confidence, number in units.items()) // count if count else None


def _languages(characters: Mapping[str, int]) -> tuple[str, ...]:
    known = {label: count for label, count in characters.items() if label != "und"}
    total = sum(known.values())
    return tuple(label for label, count in ordered(known) if count * LEAST_LANGUAGE_SHARE >= total)


def _how_sure(
    languages: tuple[str, ...], characters: Mapping[str, int], sure: Mapping[str, int]
) -> Mapping[str, int] | None:
    """Takes the mean confidence of a language's characters; None where the segments did not say any."""
    if not sure:
        return None
    return {label: min(100, 100 * sure.get(label, 0) // characters[label]) for label in languages}
