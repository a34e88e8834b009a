# SPDX-License-Identifier: Apache-2.0
"""Decides how weights of good and bad words sum up, the same for a segment and for a whole document."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["positive", "negative", "neutral", "mixed"]

SCORES = ("sentiment:positive", "sentiment:negative", "sentiment:words", "sentiment:characters")
"""Additive scores: weights in hundredths, words that judge, characters of the text in which they were looked for."""

LEAST_SCORE = 20
"""From here on a text is positive or negative."""

LEAST_CHARACTERS = 40
"""A shorter text is said nothing of."""

SURE_WORDS = 10
"""From so many judging words on the answer is sure."""


@dataclass(frozen=True, slots=True)
class Summed:
    """How a text speaks: from -100 to 100, in a word, and how sure that is (0 to 100)."""

    score: int
    tone: Tone
    confidence: int


def summed(positive: int, negative: int, words: int, characters: int) -> Summed | None:
    """Sums up; None where too little was said in a language that is known.

    Half a hundredth for each character stands against the weights: a few judging words in a long text make it neutral.
    """
    if characters < LEAST_CHARACTERS:
        return None
    said, quiet = positive + negative, characters // 2
    score = (
        100 * (positive - negative) // (said + quiet)
        if positive >= negative
        else -(100 * (negative - positive) // (said + quiet))
    )
    return Summed(score, _tone(score, positive, negative, quiet), min(100, 100 * words // SURE_WORDS))


def _tone(score: int, positive: int, negative: int, quiet: int) -> Tone:
    if abs(score) >= LEAST_SCORE:
        return "positive" if score > 0 else "negative"
    return "mixed" if min(positive, negative) > quiet else "neutral"
