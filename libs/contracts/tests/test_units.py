# SPDX-License-Identifier: Apache-2.0
"""Ranges behave like the sets of numbers they stand for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import units

numbers = st.sets(st.integers(1, 60))


@given(numbers)
def test_ranges_hold_just_their_numbers(some: set[int]) -> None:
    ranges = units.of(some)
    assert set(units.each(ranges)) == some
    assert units.count(ranges) == len(some)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(ranges))


@given(numbers, numbers)
def test_union_and_minus_are_those_of_sets(one: set[int], other: set[int]) -> None:
    assert units.union(units.of(one), units.of(other)) == units.of(one | other)
    assert units.minus(units.of(one), units.of(other)) == units.of(one - other)
    assert {number for number in range(1, 61) if units.contains(units.of(one), number)} == one


@pytest.mark.parametrize("bad", [(0, 3), (5, 4)])
def test_what_is_no_range_is_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not a range"):
        units.normal([bad])
