# SPDX-License-Identifier: Apache-2.0
"""Rate and time left follow the last minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_cli.pace import WINDOW_SECONDS, Pace, Rate


def test_too_little_tells_nothing() -> None:
    pace = Pace()
    assert pace.rate() == Rate(0, 0)
    pace.note(0, 0, 0)
    pace.note(1, 10, 100)
    assert pace.rate() == Rate(0, 0)
    assert pace.seconds_left(10, 10) is None


def test_the_slower_of_documents_and_pages_says_what_is_left() -> None:
    pace = Pace()
    pace.note(0, 0, 0)
    pace.note(10, 20, 100)
    assert pace.rate() == Rate(2, 10)
    assert pace.seconds_left(10, 10) == pytest.approx(5)
    assert pace.seconds_left(10, 1000) == pytest.approx(100)


def test_what_was_long_ago_does_not_count() -> None:
    pace = Pace()
    for second in range(1000):
        pace.note(second, second * 10 if second < 500 else 5000 + (second - 500), 0)
    assert pace.rate().documents == pytest.approx(1)


@given(st.lists(st.tuples(st.floats(0.5, 100), st.integers(0, 50), st.integers(0, 500)), min_size=1, max_size=100))
def test_rates_are_never_negative_and_the_window_is_bounded(steps: list[tuple[float, int, int]]) -> None:
    pace, now, documents, units = Pace(), 0.0, 0, 0
    for seconds, more, more_units in steps:
        now, documents, units = now + seconds, documents + more, units + more_units
        pace.note(now, documents, units)
        assert pace.rate().documents >= 0
        assert pace.rate().units >= 0
    assert len(pace._samples) <= 2 * WINDOW_SECONDS + 2
