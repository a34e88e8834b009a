# SPDX-License-Identifier: Apache-2.0
"""Decides from sums of scores what kind of paper a document is, in which languages, and who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ream_contracts.decided import ordered, topics_of, type_of
from ream_contracts.sentiment import SCORES, Summed, summed

Sensitivity = Literal["public", "internal", "confidential", "restricted"]

LEAST_LANGUAGE_SHARE = 10
"""A language is named when it has at least one in so many characters of the text whose language is known."""

SURE = 100
"""The confidence in what a person said."""

MANY_TELLING = 20
"""So many numbers that belong to somebody are a list of people, not a letter to one."""

MANY_PERSONAL = 500
"""So many pieces of personal data of any kind are one too."""

HARMLESS = frozenset({"email", "phone", "ip", "address", "name"})
"""Kinds that stand on every letterhead: they keep a document inside, no more."""

NOBODYS = frozenset({"url"})
"""Kinds that are noted but say nothing about a person by themselves: they change no level."""

SECRET_PERSONAL = frozenset({"card"})
"""Kinds with which somebody else can pay."""

CONFIDENCES = {str(confidence): confidence for confidence in range(101)}
"""Labels of the scores that count units by their confidence."""

_LEVELS: tuple[Sensitivity, ...] = ("public", "internal", "confidential", "restricted")


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
    kinds = {kind: _of(scores, kind) for kind in ("type", "topic", "language", "sure", "personal", "mark", "secret")}
    languages = _languages(kinds["language"])
    label, confidence = _stated_type(scores) or type_of(kinds["type"])
    topics, topic_confidence = _stated_topics(scores) or topics_of(kinds["topic"])
    units = {CONFIDENCES[value]: n for value, n in _of(scores, "confidence").items() if value in CONFIDENCES}
    return Judgement(
        type=label,
        type_confidence=confidence,
        topics=topics,
        topic_confidence=topic_confidence,
        languages=languages,
        language_confidences=_how_sure(languages, kinds["language"], kinds["sure"]),
        sensitivity=_sensitivity(kinds["personal"], kinds["mark"], kinds["secret"]),
        personal_data=kinds["personal"],
        sentiment=summed(*(max(0, scores.get(name, 0)) for name in SCORES)),
        confidence=_mean(units),
        confidence_lowest=min(units, default=None),
    )


def _of(scores: Mapping[str, int], kind: str) -> dict[str, int]:
    """Returns the labels of one kind that have any points."""
    prefix = f"{kind}:"
    return {name.removeprefix(prefix): n for name, n in sorted(scores.items()) if name.startswith(prefix) and n > 0}


def _stated_type(scores: Mapping[str, int]) -> tuple[str, int] | None:
    """The type that a person said: segments that were classified before and after add up, and most of them count."""
    stated = ordered(_of(scores, "stated-type"))
    return (stated[0][0], SURE) if stated else None


def _stated_topics(scores: Mapping[str, int]) -> tuple[tuple[str, ...], int] | None:
    stated = tuple(label for label, _ in ordered(_of(scores, "stated-topic")))
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


def _sensitivity(personal: Mapping[str, int], marks: Mapping[str, int], secrets: Mapping[str, int]) -> Sensitivity:
    """Takes the strictest level that anything found asks for.

    restricted: a secret (password, key), a payment card, or a list of people; confidential: an account number, a
    national number, or any other personal data that does not stand on every letterhead; public: marked so, with no
    personal data at all; internal: everything else, since nobody has said that it may go out. A marking counts as
    what it says, but one that says `public` never lowers what was found.
    """
    personal = {kind: hits for kind, hits in personal.items() if kind not in NOBODYS}
    telling = sum(hits for kind, hits in personal.items() if kind not in HARMLESS)
    many = telling >= MANY_TELLING or sum(personal.values()) >= MANY_PERSONAL
    if secrets or many or SECRET_PERSONAL & personal.keys():
        level = 3
    elif telling:
        level = 2
    else:
        level = 0 if "public" in marks and not personal else 1
    marked = max((_LEVELS.index(each) for each in _LEVELS if each in marks), default=0)
    return _LEVELS[max(level, marked)]
