# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_bench.figures import percentile, rate, ratio, written


@pytest.mark.parametrize(
    ("share", "expected"), [(0.05, 1.0), (0.5, 10.0), (0.95, 19.0), (0.96, 20.0), (1.0, 20.0), (0.001, 1.0)]
)
def test_nearest_rank_of_twenty(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(20, 0, -1)], share) == expected


def test_of_one_value_every_percentile_is_that_value() -> None:
    assert percentile([3.5], 0.5) == percentile([3.5], 0.95) == 3.5


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile([], 0.5) is None


@pytest.mark.parametrize("share", [0.0, -0.5, 1.01, 95.0])
def test_a_wrong_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        percentile([1.0], share)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.floats(0.01, 1))
def test_at_least_the_share_is_not_above_it(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) < share * len(values)


def test_rate_and_ratio() -> None:
    assert rate(30, 10.0) == 3.0
    assert rate(30, 0.0) is None
    assert ratio(3.0, 2.0) == 1.5
    assert ratio(3.0, 0.0) is None
    assert ratio(None, 2.0) is None
    assert ratio(2.0, None) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "-"), (0.0, "0"), (0.01234, "0.012"), (1.0, "1.00"), (12.345, "12.3"), (999.6, "1,000"), (1234.5, "1,234")],
)
def test_three_digits_that_count(value: float | None, expected: str) -> None:
    assert written(value) == expected


def test_a_unit_stands_behind() -> None:
    assert written(2.0, "s") == "2.00 s"
