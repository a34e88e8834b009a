# SPDX-License-Identifier: Apache-2.0
"""Decides from sums of points which type and which topics a document has."""

from collections.abc import Mapping

UNKNOWN = "unknown"
"""The type of a document that shows too little of any."""

LEAST_TYPE_POINTS = 25
"""A type with fewer points is a guess, not a finding: one word of a letter does not make a letter."""

LEAST_TYPE_SHARE = 45
"""Per cent of all points for types that the best must have; below, the document speaks for several."""

SURE_TYPE_POINTS = 60
"""From here on the confidence in a type is limited by its rivals alone."""

LEAST_TOPIC_POINTS = 12
"""A topic with fewer points is a word or two in passing."""

LEAST_TOPIC_SHARE = 25
"""Per cent of all points for topics that each named one must have: so there are four at most."""

SURE_TOPIC_POINTS = 40
"""From here on the confidence in a topic is limited by its rivals alone."""


SURE = 100
"""The confidence in what a person said."""


def labels(scores: Mapping[str, int], kind: str) -> dict[str, int]:
    """Returns the labels of one kind that have any points, of scores named kind:label."""
    prefix = f"{kind}:"
    return {name.removeprefix(prefix): n for name, n in sorted(scores.items()) if name.startswith(prefix) and n > 0}


def decided_type(scores: Mapping[str, int]) -> tuple[str, int]:
    """Takes the type that a person said, else that of the points, with the confidence in it.

    Segments that were classified before and after a person said something add up, and most of them count.
    """
    stated = ordered(labels(scores, "stated-type"))
    return (stated[0][0], SURE) if stated else type_of(labels(scores, "type"))


def type_of(points: Mapping[str, int]) -> tuple[str, int]:
    """Takes the type with the most points, by the rule that classify's README gives with its measurements."""
    total = sum(points.values())
    if not total:
        return UNKNOWN, 0
    label, best = ordered(points)[0]
    if best < LEAST_TYPE_POINTS or best * 100 < LEAST_TYPE_SHARE * total:
        return UNKNOWN, 0
    return label, 100 * best * min(best, SURE_TYPE_POINTS) // (total * SURE_TYPE_POINTS)


def topics_of(points: Mapping[str, int]) -> tuple[tuple[str, ...], int]:
    """Takes the topics with a good share of all points, most first; a document may have several, or none."""
    total = sum(points.values())
    found = [
        (label, n) for label, n in ordered(points) if n >= LEAST_TOPIC_POINTS and 100 * n >= LEAST_TOPIC_SHARE * total
    ]
    if not found:
        return (), 0
    best = found[0][1]
    confidence = 100 * best * min(best, SURE_TOPIC_POINTS) // (total * SURE_TOPIC_POINTS)
    return tuple(label for label, _ in found), confidence


def ordered(points: Mapping[str, int]) -> list[tuple[str, int]]:
    """Sorts labels by their points, most first, and by name where they have the same."""
    return sorted(points.items(), key=lambda item: (-item[1], item[0]))
