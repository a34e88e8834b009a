# SPDX-License-Identifier: Apache-2.0
"""Weights of segments sum up to one answer for the document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.sentiment import Summed, summed


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ((0, 0, 0, 0), None),
        ((300, 0, 1, 39), None),
        ((0, 0, 0, 400), Summed(0, "neutral", 0)),
        ((600, 0, 3, 400), Summed(75, "positive", 30)),
        ((0, 600, 3, 400), Summed(-75, "negative", 30)),
        ((600, 600, 20, 400), Summed(0, "mixed", 100)),
        ((300, 0, 2, 100_000), Summed(0, "neutral", 20)),
    ],
)
def test_what_weights_say(weights: tuple[int, int, int, int], said: Summed | None) -> None:
    assert summed(*weights) == said


@given(*[st.integers(0, 10**9)] * 4)
def test_scores_stay_in_range_and_change_sides(positive: int, negative: int, words: int, characters: int) -> None:
    one, other = summed(positive, negative, words, characters), summed(negative, positive, words, characters)
    if one is None or other is None:
        assert one is other is None
    else:
        assert -100 <= one.score == -other.score <= 100
        assert 0 <= one.confidence <= 100
