# SPDX-License-Identifier: Apache-2.0
"""Suspects are run one at a time, with nothing beside them, and no process stands idle for hours because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from ream_kit.attempts import MOST_DEATHS
from ream_kit.commit_note import Note, decode, encode
from ream_kit.suspects import PATIENCE_SECONDS, Suspects


@dataclass(eq=False)
class One:
    position: int
    deaths: int = 1


@pytest.fixture
def suspects() -> Suspects[One]:
    return Suspects(lambda one: one)


def start(suspects: Suspects[One], now: float = 0, busy: int = 0) -> One | None:
    chosen = suspects.choose(now)
    if chosen is not None:
        suspects.clear(chosen)
    return suspects.begin(now, busy)


def test_nothing_is_held_while_there_are_none(suspects: Suspects[One]) -> None:
    assert not suspects.holds(0)
    assert (suspects.choose(0), suspects.begin(0, 0), suspects.seconds(0)) == (None, None, None)


def test_one_at_a_time_those_with_the_fewest_deaths_first(suspects: Suspects[One]) -> None:
    """Who killed twice goes last, so that a kill from outside does not hit the same one each time."""
    first, second, third = One(5, 2), One(7), One(6)
    for one in (first, second, third):
        suspects.add(one)
    order = []
    while suspects.holds(0):
        one = start(suspects)
        assert one is not None
        assert start(suspects) is None, "one is running"
        order.append(one)
        suspects.discard(one)
    assert order == [third, second, first]


def test_it_begins_when_its_try_is_counted_and_nothing_else_runs(suspects: Suspects[One]) -> None:
    one = One(1)
    suspects.add(one)
    assert suspects.choose(0) is one
    assert suspects.begin(0, 0) is None, "the broker does not have it"
    suspects.clear(one)
    assert suspects.begin(0, 2) is None, "two others run"
    assert suspects.begin(PATIENCE_SECONDS - 1, 1) is None
    assert suspects.seconds(PATIENCE_SECONDS - 1) == 1
    assert suspects.begin(PATIENCE_SECONDS, 1) is one, "what runs for hours does not keep it"


def test_others_go_on_when_it_has_lived_for_a_while(suspects: Suspects[One]) -> None:
    one, two = One(1), One(2)
    suspects.add(one)
    assert start(suspects, now=100) is one
    assert suspects.holds(100 + PATIENCE_SECONDS - 1)
    assert not suspects.holds(100 + PATIENCE_SECONDS)
    suspects.add(two)
    assert start(suspects, now=200, busy=1) is None
    assert suspects.begin(200 + PATIENCE_SECONDS, 1) is two


def test_who_stands_before_it_goes_first() -> None:
    one, before = One(5), One(3, deaths=0)
    first: list[One | None] = [None]
    suspects = Suspects(lambda _: first[0])
    suspects.add(one)
    assert suspects.choose(0) is None, "one of its key is running"
    assert not suspects.holds(0), "or pauses, for hours perhaps"
    assert not suspects.wants(0)
    first[0] = before
    assert suspects.choose(0) is before
    suspects.clear(before)
    assert suspects.begin(0, 0) is before
    suspects.discard(before)
    first[0] = one
    assert start(suspects) is one


def test_one_that_goes_away_leaves_nothing_behind(suspects: Suspects[One]) -> None:
    one = One(1)
    suspects.add(one)
    suspects.choose(0)
    suspects.clear(one)
    suspects.discard(one)
    assert suspects.begin(0, 0) is None
    assert not suspects.holds(0)


def test_more_of_one_partition_than_a_commit_has_room_for_are_given_up_all_the_same() -> None:
    """Each process dies of the one it begins; the next one knows only what the commit said."""
    left = set(range(60))
    known: Mapping[int, int] = {}
    for _ in range(60 * MOST_DEATHS):
        suspects: Suspects[One] = Suspects(lambda one: one)
        waiting = [One(at, known.get(at, 1)) for at in sorted(left)]
        left -= {one.position for one in waiting if one.deaths >= MOST_DEATHS}
        for one in waiting:
            if one.deaths < MOST_DEATHS:
                suspects.add(one)
        died = start(suspects)
        if died is None:
            break
        counted = {one.position: one.deaths + (one is died) for one in waiting if one.position in left}
        note = decode(0, encode(0, Note("o", False, deaths={at: n for at, n in counted.items() if n > 1})))
        assert note is not None
        known = note.deaths
    assert left == set()
