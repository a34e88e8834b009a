# SPDX-License-Identifier: Apache-2.0
"""When a stage fails so steadily that it must stop, over the ends of its processes too."""

from __future__ import annotations

from ream_kit.streak import Streak


def test_only_what_fails_in_a_row_is_the_limit() -> None:
    streak = Streak(3)
    assert [streak.failed("a"), streak.failed("b"), streak.failed("b")] == [False, False, False]
    for outcome in ("failed", "malformed", "erased"):
        streak.finished(outcome)
    assert streak.failures == 2
    streak.finished("done")
    assert [streak.failed(document) for document in "abcc"] == [False, False, True, True]


def test_a_process_after_a_stop_is_one_failure_from_it() -> None:
    before = Streak(3)
    assert [before.failed(document) for document in "abc"] == [False, False, True]
    after = Streak(3)
    after.resume(before.failures)
    assert after.failures == 2
    assert after.failed("c")


def test_what_others_counted_never_lowers_the_count() -> None:
    streak = Streak(10)
    streak.resume(7)
    streak.resume(2)
    assert streak.failures == 7


def test_where_one_failure_is_the_limit_nothing_is_resumed() -> None:
    streak = Streak(1)
    streak.resume(1)
    assert streak.failures == 0
    assert streak.failed("a")
