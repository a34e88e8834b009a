# SPDX-License-Identifier: Apache-2.0
"""Whatever order records finish in, and whatever dies when: nothing is passed over, no suspect is overlooked."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ream_kit.commit_note import LIMIT, Note, decode
from ream_kit.offsets import MOST_CHARACTERS, Commit, Offsets
from ream_tests.walks import walk_all


@lru_cache(64)
def suspects_of(commit: Commit) -> frozenset[int]:
    note = decode(commit.offset, commit.text)
    assert note is not None
    return frozenset(at for run in note.suspects for at in run)


WHICH = st.integers(0, 99)


def _one(offsets: set[int], which: int) -> int:
    return sorted(offsets)[which % len(offsets)]


class Model(RuleBasedStateMachine):
    """One partition of a broker, and the processes that have it one after another.

    Records are read, named, begun, finished and committed in any order; commits arrive or do not; the process dies, or
    gives the partition up in order; the next goes on from what the broker has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log: list[int] = []
        self.finished: set[int] = set()
        self.broker: Commit | None = None
        self.orderly = False
        self.deaths: dict[int, int] = {}
        self.take_over(None)

    def take_over(self, end: int | None) -> None:
        """A new process gets the partition."""
        start = self.broker.offset if self.broker else None
        note = decode(start, self.broker.text) if self.broker and start is not None else None
        self.offsets = Offsets(start, note, end)
        self.open: set[int] = set()
        self.named: set[int] = set()
        self.alone: int | None = None
        self.cleared: set[int] = set()
        self.begun: set[int] = set()
        self.read_to = start or 0
        self.sent: tuple[Commit, set[int]] | None = None
        self.known = {at for run in self.offsets.finished for at in run}
        assert start is None or {at for at in self.log if at < start} <= self.finished, "the prefix is finished"
        assert {at for run in self.offsets.finished for at in run if at in self.log} <= self.finished

    @rule(gap=st.integers(0, 3), count=st.integers(1, 5))
    def write(self, gap: int, count: int) -> None:
        first = (self.log[-1] + 1 if self.log else 0) + gap
        self.log += range(first, first + count)

    @rule(count=st.integers(1, 6))
    def read(self, count: int) -> None:
        for at in [at for at in self.log if at >= self.read_to][:count]:
            self.read_to = at + 1
            if self.offsets.read(at):
                self.open.add(at)
                if self.offsets.is_reserved(at) and not self.offsets.deaths(at):
                    self.offsets.name(at)
                    self.named.add(at)
                    self.cleared.add(at)
            else:
                assert at in self.finished, "only what is finished is passed over"

    @precondition(lambda self: self.open - self.named)
    @rule(which=WHICH)
    def name(self, which: int) -> None:
        at = _one(self.open - self.named, which)
        if self.offsets.deaths(at):
            if self.alone is not None:
                return
            self.alone = at
        self.offsets.name(at, alone=self.alone == at)
        self.named.add(at)

    @precondition(lambda self: self.cleared - self.begun)
    @rule(which=WHICH)
    def begin(self, which: int) -> None:
        self.begun.add(_one(self.cleared - self.begun, which))

    @precondition(lambda self: self.begun)
    @rule(which=WHICH)
    def finish(self, which: int) -> None:
        at = _one(self.begun, which)
        self.offsets.finish(at)
        self.offsets.finish(at)
        self.finished.add(at)
        self.known.add(at)
        self.deaths.pop(at, None)
        self.leave(at)
        self.open.discard(at)

    @precondition(lambda self: self.begun)
    @rule(which=WHICH)
    def pause(self, which: int) -> None:
        at = _one(self.begun, which)
        self.offsets.unname(at)
        self.leave(at)

    def leave(self, at: int) -> None:
        self.alone = None if self.alone == at else self.alone
        for group in (self.named, self.cleared, self.begun):
            group.discard(at)

    @precondition(lambda self: self.sent is None)
    @rule(reserve=st.integers(0, 4))
    def send(self, reserve: int) -> None:
        commit = self.offsets.commit("me", reserve=reserve)
        if commit is None:
            self.cleared |= self.named
        else:
            assert len(commit.text) <= LIMIT
            self.sent = (commit, set(self.named))

    @precondition(lambda self: self.sent is not None)
    @rule(arrives=st.booleans(), heard=st.booleans())
    def answer(self, arrives: bool, heard: bool) -> None:
        assert self.sent is not None
        (commit, named), self.sent = self.sent, None
        if arrives:
            self.broker, self.orderly = commit, False
        if arrives and heard:
            self.offsets.committed(commit)
            self.cleared |= named & self.named
        else:
            self.offsets.failed()

    @rule(last_arrives=st.booleans())
    def die(self, last_arrives: bool) -> None:
        """Every record that was begun is a suspect to the next process, and its deaths are counted when run alone."""
        if self.sent is not None and last_arrives:
            self.broker, self.orderly = self.sent[0], False
        begun, alone = set(self.begun), self.alone
        before = {at: self.offsets.deaths(at) for at in begun}
        self.take_over(self.log[-1] + 1 if self.log else 0)
        for at in begun:
            assert self.offsets.deaths(at) >= max(1, before[at] + (at == alone and before[at] > 0))
        assert all(at in self.log or at < self.log[-1] for at in self.offsets.suspects)
        assert not self.finished & set(self.offsets.suspects) or self.sent is None

    @precondition(lambda self: self.sent is None)
    @rule()
    def give_up_in_order(self) -> None:
        """Nothing that ran is a suspect but who was one before; nothing known to be finished is run again.

        What a process finished whose last commit never arrived is known to nobody.
        """
        before = {at: self.offsets.deaths(at) for at in self.offsets.suspects}
        finished = {at for at in self.known if self.broker is None or at >= self.broker.offset}
        commit = self.offsets.commit("me", orderly=True)
        if commit is not None:
            self.broker, self.orderly = commit, True
        known = self.offsets.position is not None
        self.take_over(self.log[-1] + 1 if self.log else 0)
        assert {at: self.offsets.deaths(at) for at in self.offsets.suspects} == before
        if known:
            again = {at for at in finished if (self.broker is None or at >= self.broker.offset)}
            assert all(any(at in run for run in self.offsets.finished) for at in again)

    @invariant()
    def only_finished_prefixes_are_committed(self) -> None:
        if self.broker is not None:
            assert {at for at in self.log if at < self.broker.offset} <= self.finished

    @invariant()
    def what_is_begun_is_known_to_the_broker(self) -> None:
        if self.begun and self.broker is not None:
            assert self.begun <= suspects_of(self.broker)

    def teardown(self) -> None:
        """Left to itself, the rest is finished once, and all is committed."""
        for at in [at for at in self.log if at >= self.read_to]:
            if self.offsets.read(at):
                self.open.add(at)
        for at in self.open:
            self.offsets.finish(at)
        if self.log and self.offsets.position is not None and self.log[-1] < self.read_to:
            assert self.offsets.position == self.log[-1] + 1
            assert self.offsets.finished == ()


Model.TestCase.settings = settings(stateful_step_count=40)
TestOffsets: Any = Model.TestCase


def walk(chance: random.Random, steps: int) -> None:
    """Takes the machine through so many steps by chance: what Hypothesis would add to each costs most of its time."""
    model = Model()
    rules = (
        (lambda: True, lambda: model.write(chance.randint(0, 3), chance.randint(1, 5))),
        (lambda: True, lambda: model.read(chance.randint(1, 6))),
        (lambda: model.open - model.named, lambda: model.name(chance.randrange(100))),
        (lambda: model.cleared - model.begun, lambda: model.begin(chance.randrange(100))),
        (lambda: model.begun, lambda: model.finish(chance.randrange(100))),
        (lambda: model.begun, lambda: model.pause(chance.randrange(100))),
        (lambda: model.sent is None, lambda: model.send(chance.randint(0, 4))),
        (lambda: model.sent is not None, lambda: model.answer(chance.random() < 0.5, chance.random() < 0.5)),
        (lambda: True, lambda: model.die(chance.random() < 0.5)),
        (lambda: model.sent is None, model.give_up_in_order),
    )
    for _ in range(steps):
        chance.choice([step for may, step in rules if may()])()
        model.only_finished_prefixes_are_committed()
        model.what_is_begun_is_known_to_the_broker()
    model.teardown()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_thousand_histories() -> None:
    """The same machine, as often as it takes to be sure."""
    walk_all(walk, range(10_000), lambda seed: 15 + seed % 30)


def test_an_offset_is_read_once() -> None:
    offsets = Offsets()
    assert offsets.read(5)
    with pytest.raises(ValueError, match="5 was read already"):
        offsets.read(5)
    offsets.finish(5)
    with pytest.raises(ValueError, match="4 was read already"):
        offsets.read(4)


def test_says_nothing_before_anything_is_known_and_nothing_twice() -> None:
    offsets = Offsets()
    assert offsets.commit("me") is None
    offsets.read(7)
    offsets.read(8)
    first = offsets.commit("me")
    assert first is not None
    assert (first.offset, offsets.span, offsets.position) == (7, 2, 7)
    offsets.committed(first)
    assert offsets.commit("me") is None
    offsets.finish(8)
    second = offsets.commit("me")
    assert second is not None
    assert (second.offset, decode(7, second.text)) == (7, Note("me", False, finished=(range(8, 9),)))
    offsets.finish(7)
    third = offsets.commit("me")
    assert third is not None
    assert (third.offset, offsets.span, offsets.position) == (9, 0, 9)


def test_a_topic_that_was_made_anew_is_read_from_its_beginning() -> None:
    """What was known belongs to records that are gone."""
    offsets = Offsets(500, Note("other", False, (range(501, 504),), {502: 3}, (range(500, 501), range(510, 600))), 600)
    assert offsets.read(0)
    assert (offsets.deaths(502), offsets.finished, offsets.position) == (0, (), 0)
    offsets.finish(0)
    assert offsets.position == 1


def test_what_retention_deleted_holds_nothing_up() -> None:
    offsets = Offsets(10, Note("other", False, (range(11, 12),), {}, (range(13, 15),)), 40)
    assert offsets.read(30)
    offsets.finish(30)
    assert (offsets.position, offsets.finished) == (31, ())


@pytest.mark.parametrize("pattern", [1, 2, 3, 7, 40])
def test_the_code_of_what_is_finished_never_gets_longer_than_said(pattern: int) -> None:
    """So that a partition whose code might not fit any more can be paused in time."""
    offsets = Offsets(0)
    for at in range(5000):
        offsets.read(at)
    worst = offsets.characters
    assert worst > MOST_CHARACTERS
    for at in range(1, 5000):
        if at % (pattern + 1):
            offsets.finish(at)
        if at % 500 == 0:
            commit = offsets.commit("me")
            assert commit is not None
            assert len(commit.text.split(":")[5]) <= min(worst, LIMIT)
