# SPDX-License-Identifier: Apache-2.0
"""How many records are named ahead: few where work is slow, and as many as a slow commit needs where it is quick."""

from __future__ import annotations

from ream_kit.ahead import MOST_NAMED, Pool


def second(pool: Pool, begun: int, starvations: int = 0) -> int:
    pool.begun(begun)
    for _ in range(starvations):
        pool.starved()
    pool.second()
    return pool.size


def test_a_quarter_of_a_second_is_named_where_commits_are_quick() -> None:
    pool = Pool(4)
    assert second(pool, 2_000, starvations=9) > 500
    for _ in range(30):
        second(pool, 2_000)
    assert pool.size == 500


def test_as_much_is_named_as_a_slow_commit_needs() -> None:
    """Otherwise what is named lasts for less than a commit, each second anew, and the workers wait most of the time."""
    pool = Pool(4)
    second(pool, 100, starvations=6)
    assert second(pool, 1_000, starvations=4) == MOST_NAMED
    assert second(pool, 1_000) > 1_000, "the next second begins with what was learned"


def test_slow_work_has_one_named_for_each_worker() -> None:
    pool = Pool(4)
    assert second(pool, 1, starvations=5) == 4
