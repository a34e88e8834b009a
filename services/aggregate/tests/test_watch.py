# SPDX-License-Identifier: Apache-2.0
"""When a worker that does not get on is ended."""

import pytest

from ream_aggregate.watch import Partition, Patience, Sight, Watch

PATIENCE = Patience(head=10, stall=60, recovery=30, frozen=15)


def sight(base: int | None = 0, end: int | None = 0, head_open: bool = False) -> Sight:
    return Sight({0: Partition(base, end, head_open)}, recovering=False, recovered=0)


def reasons(sights: list[Sight], step: float = 1.0) -> list[str | None]:
    watch = Watch(PATIENCE, 0.0)
    return [watch.look(each, number * step) for number, each in enumerate(sights)]


def test_a_worker_with_nothing_to_do_is_well() -> None:
    assert set(reasons([sight(5, 5)] * 200)) == {None}


def test_a_worker_whose_offset_moves_is_well_however_long_the_lag() -> None:
    assert set(reasons([sight(number // 50, 10_000) for number in range(400)])) == {None}


def test_a_lag_without_a_commit_ends_it() -> None:
    found = reasons([sight(5, 9)] * 62)
    assert found[:61] == [None] * 61
    assert found[61] == "stalled"


def test_a_lag_is_counted_from_when_there_was_one() -> None:
    assert set(reasons([sight(5, 5)] * 100 + [sight(5, 9)] * 60)) == {None}


def test_a_head_that_stays_open_ends_it_soon() -> None:
    found = reasons([sight(5, 9, head_open=True)] * 12)
    assert found[10:] == [None, "head_stays_open"]


def test_a_head_that_closes_again_does_not() -> None:
    assert set(reasons(([sight(5, 9, head_open=True)] * 9 + [sight(6, 9)]) * 5)) == {None}


def test_a_recovery_that_reads_may_last() -> None:
    assert set(reasons([Sight({}, True, number // 20) for number in range(200)])) == {None}


def test_a_recovery_that_stalls_ends_it() -> None:
    found = reasons([Sight({0: Partition(None, None, False)}, True, 7)] * 32)
    assert found[30:] == [None, "recovery_stalls"]


def test_the_time_of_a_recovery_is_not_held_against_a_lag() -> None:
    watch = Watch(PATIENCE, 0.0)
    for second in range(50):
        assert watch.look(sight(5, 9), second) is None
    for second in range(50, 70):
        assert watch.look(Sight({}, True, second), second) is None
    for second in range(70, 130):
        assert watch.look(sight(5, 9), second) is None


def test_a_process_that_stood_still_longer_than_its_session_ends() -> None:
    watch = Watch(PATIENCE, 0.0)
    assert watch.look(sight(), 1.0) is None
    assert not watch.frozen(15.9)
    assert watch.frozen(16.1)
    assert watch.look(sight(), 16.1) == "frozen"


def test_a_partition_that_went_is_forgotten() -> None:
    watch = Watch(PATIENCE, 0.0)
    for second in range(50):
        assert watch.look(sight(5, 9), second) is None
    assert watch.look(Sight({}, False, 0), 50) is None
    assert watch.still_for(59) == 0


@pytest.mark.parametrize(("base", "end", "lag"), [(3, 9, 6), (9, 3, 0), (None, 9, 0), (3, None, 0)])
def test_lag(base: int | None, end: int | None, lag: int) -> None:
    assert Partition(base, end, False).lag == lag
