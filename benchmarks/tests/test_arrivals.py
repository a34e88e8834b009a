# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import pytest

from ream_bench.arrivals import at_random, together


def test_together_is_at_once() -> None:
    assert together(3) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("count", [1, 20, 500])
def test_the_whole_keeps_the_rate(count: int) -> None:
    arrivals = at_random(count, 2.5, seed=7)
    assert len(arrivals) == count
    assert arrivals[-1] == pytest.approx(count / 2.5)
    assert list(arrivals) == sorted(arrivals)
    assert arrivals[0] > 0


def test_the_same_seed_gives_the_same_moments() -> None:
    assert at_random(50, 1.0, seed=1) == at_random(50, 1.0, seed=1)
    assert at_random(50, 1.0, seed=1) != at_random(50, 1.0, seed=2)


def test_pauses_are_as_uneven_as_chance_makes_them() -> None:
    arrivals = (0.0, *at_random(4000, 1.0, seed=3))
    pauses = [later - earlier for earlier, later in pairwise(arrivals)]
    longer_than_mean = sum(pause > 1.0 for pause in pauses) / len(pauses)
    assert longer_than_mean == pytest.approx(0.368, abs=0.03)  # 1/e, as of an exponential distribution


def test_nothing_arrives_of_nothing() -> None:
    assert at_random(0, 1.0, seed=1) == ()


@pytest.mark.parametrize("wrong", [0.0, -1.0])
def test_no_rate_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        at_random(5, wrong, seed=1)
