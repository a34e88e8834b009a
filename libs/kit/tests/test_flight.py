# SPDX-License-Identifier: Apache-2.0
"""Records in flight: finished only when worker and broker agree, handed over when their partition goes."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ream_kit import commit_note
from ream_kit.attempts import Again, Done, Next, Phase, Step, Stop
from ream_kit.bus_contract import IN, IN_ORDER
from ream_kit.commit_note import Note
from ream_kit.flight import Flight, Partition, Task
from ream_kit.guard import Guard
from ream_kit.metrics import Metrics
from ream_kit.offsets import Offsets
from ream_kit.records import Origin, Record
from ream_kit.streak import Streak
from ream_kit.testing import FakeClock

DONE = Done("done")


def task(partition: Partition, offset: int, key: bytes | None = b"k", value: bytes = b"value") -> Task:
    return Task(record=Record(partition.topic, Origin("t", partition.number, offset, key), value), partition=partition)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def flight(clock: FakeClock) -> Flight:
    return Flight(2, clock, Metrics())


@pytest.fixture
def partition() -> Partition:
    return Partition(IN, 0)


def grant(flight: Flight, *partitions: Partition) -> None:
    """Lets the broker have a commit that names what waits."""
    for one in flight.prepare(partitions):
        flight.committed(one)


def admit(flight: Flight, *tasks: Task) -> None:
    """Takes records in and lets them be begun."""
    flight.admit(tasks)
    grant(flight, *{task.partition for task in tasks})


def taken(flight: Flight, limit: int = 1) -> Task:
    (one,) = flight.take(limit)
    return one


def test_is_finished_when_the_broker_has_everything(flight: Flight, partition: Partition) -> None:
    admit(flight, task(partition, 0))
    one = taken(flight)
    flight.sending(one)
    flight.sending(one)
    flight.delivered(one, None)
    flight.settle([one], [DONE])
    assert (partition.offsets.position, len(flight)) == (0, 1)
    flight.delivered(one, None)
    assert (partition.offsets.position, len(flight), flight.bytes, flight.finished) == (1, 0, 0, 1)


def test_what_did_not_arrive_is_written_again_from_the_phase_it_began_in(
    flight: Flight, partition: Partition, clock: FakeClock
) -> None:
    admit(flight, task(partition, 0))
    one = taken(flight)
    flight.sending(one)
    one.phase = Phase.BURY
    flight.settle([one], [Next()])
    flight.delivered(one, "message timed out")
    assert one.phase is Phase.HANDLE
    (hold,) = flight.holds()
    assert (hold.waiting_for, hold.reason) == ("kafka", "message timed out")
    clock.advance(0.1)
    flight.wake()
    clock.advance(0.2)
    flight.wake()
    grant(flight, partition)
    again = taken(flight)
    assert again is one
    flight.settle([again], [DONE])
    assert (flight.holds(), partition.offsets.position) == ([], 1)


def test_since_when_it_waits_does_not_move(flight: Flight, partition: Partition, clock: FakeClock) -> None:
    admit(flight, task(partition, 0))
    began = clock.now()
    for _ in range(3):
        flight.settle([taken(flight)], [Again(5, "store", "away")])
        assert [hold.since for hold in flight.holds()] == [began]
        clock.advance(6)
        flight.wake()
        grant(flight, partition)
    flight.settle([taken(flight)], [Again(0, "opensearch", "away")])
    assert [(hold.waiting_for, hold.since) for hold in flight.holds()] == [("opensearch", clock.now())]


def test_a_lost_partition_takes_its_records_with_it(flight: Flight, clock: FakeClock) -> None:
    mine, going = Partition(IN, 0), Partition(IN, 1)
    admit(flight, task(going, 0, b"a"), task(going, 1, b"b"), task(going, 2, b"c"), task(mine, 0, b"d"))
    running, pausing = taken(flight), taken(flight)
    flight.settle([pausing], [Again(5, "store", "away")])
    flight.forget([going])
    assert len(flight) == 2
    assert not flight.wait_until_finished([going], 0.01)
    going.lost = True
    flight.settle([running], [DONE])
    assert flight.wait_until_finished([going], 0)
    assert going.offsets.position == 0
    grant(flight, mine)
    assert taken(flight).partition is mine


def test_what_fails_during_the_handover_goes_with_its_partition(
    flight: Flight, partition: Partition, clock: FakeClock
) -> None:
    """Or nobody would ever take it off: it is in no commit, and stands before what comes of its document."""
    admit(flight, task(partition, 0, b"a"), task(partition, 1, b"b"))
    pausing, running = taken(flight), taken(flight)
    flight.forget([partition])
    flight.settle([pausing], [Again(5, "store", "away")])
    flight.lose([partition])
    assert flight.wait_until_finished([partition], 0) is False, "one is running still"
    flight.settle([running], [Again(5, "store", "away")])
    assert (len(flight), flight.bytes, flight.holds()) == (0, 0, [])
    clock.advance(10)
    flight.wake()
    assert not flight.urgent


def test_a_stop_ends_the_process_and_keeps_the_record(flight: Flight, partition: Partition) -> None:
    admit(flight, task(partition, 0), task(partition, 1, b"other"))
    flight.settle([taken(flight)], [Stop("everything fails")])
    assert flight.stopped == "everything fails"
    flight.settle([taken(flight)], [DONE])
    assert (partition.offsets.position, partition.offsets.span) == (0, 2)


def test_after_the_close_only_what_is_done_counts(flight: Flight, partition: Partition) -> None:
    admit(flight, task(partition, 0), task(partition, 1, b"b"), task(partition, 2, b"c"))
    first, second = taken(flight), taken(flight)
    flight.close()
    threading.Timer(0.05, flight.settle, [[first, second], [DONE, Next()]]).start()
    flight.busy += 1  # both were taken one by one, and are settled together here
    assert flight.drain(5)
    assert (len(flight), partition.offsets.position) == (0, 1)
    assert flight.take(1) == []


def test_one_worker_is_kept_for_small_work() -> None:
    flight = Flight(2, FakeClock(), Metrics())
    bulk, small = Partition(replace(IN, spread=True), 0), Partition(IN, 0)
    admit(flight, task(bulk, 0, b"a"), task(bulk, 1, b"b"))
    first = taken(flight)
    got: list[Task] = []
    waiting = threading.Thread(target=lambda: got.append(taken(flight)))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive(), "the second worker leaves the bulk work alone"
    admit(flight, task(small, 0, b"c"))
    waiting.join(5)
    assert got[0].partition is small
    flight.settle([first], [DONE])
    assert taken(flight).partition is bulk


def test_a_batch_takes_several(clock: FakeClock) -> None:
    flight, ordered = Flight(2, clock, Metrics(), batch=10), Partition(IN_ORDER, 0)
    admit(flight, task(ordered, 0), task(ordered, 1), task(ordered, 2, b"other"))
    batch = flight.take(10)
    assert [one.position for one in batch] == [0, 2, 1]
    assert flight.busy == 1
    flight.settle(batch, [DONE, DONE, DONE])
    assert ordered.offsets.position == 3


def test_room_is_waited_for(flight: Flight, partition: Partition) -> None:
    admit(flight, task(partition, 0))
    assert not flight.wait_for_room(lambda: len(flight) == 0, 0.01)
    one = taken(flight)
    threading.Timer(0.05, flight.settle, [[one], [DONE]]).start()
    assert flight.wait_for_room(lambda: len(flight) == 0, 5)


def test_knows_the_oldest_record_of_each_topic(flight: Flight, partition: Partition) -> None:
    assert flight.oldest() == []
    other = Partition(IN_ORDER, 0)
    for offset, (where, written) in enumerate([(partition, 5_000), (partition, 2_000), (partition, 0), (other, 1_000)]):
        origin = Origin("t", 0, offset, b"k", {}, written)
        admit(flight, Task(record=Record(where.topic, origin, b""), partition=where))
    assert {topic.name: written.timestamp() for written, topic in flight.oldest()} == {IN.name: 2, IN_ORDER.name: 1}


def away(flight: Flight, server: str) -> Guard:
    guard = Guard(server, probe=lambda: threading.Event().wait(60), metrics=Metrics())
    flight.guard(guard)
    guard.trip("it is away")
    return guard


def held(flight: Flight, partition: Partition, offsets: range, server: str) -> None:
    for offset in offsets:
        admit(flight, task(partition, offset, b"%d" % offset))
        flight.settle([taken(flight)], [Again(0.2, server, "it is away")])


def finished(flight: Flight, partition: Partition, count: int) -> list[int]:
    """Works so many records off; gives their offsets."""
    done = []
    for _ in range(count):
        grant(flight, partition)
        one = taken(flight)
        done.append(one.position)
        flight.settle([one], [DONE])
    return done


def test_nobody_tries_a_server_that_is_known_to_be_away(flight: Flight, partition: Partition, clock: FakeClock) -> None:
    guard = away(flight, "store")
    held(flight, partition, range(20), "store")
    held(flight, partition, range(20, 22), "cells")
    clock.advance(24 * 3600)
    flight.wake()
    assert finished(flight, partition, 2) == [20, 21]
    grant(flight, partition)
    assert flight.unnamed == 0, "the others are not tried, however long it takes"
    guard.answered()
    assert finished(flight, partition, 20) == list(range(20)), "and then all, in their order"
    assert len(flight) == 0


def test_who_failed_while_the_server_came_back_waits_no_longer_than_its_pause(
    flight: Flight, partition: Partition, clock: FakeClock
) -> None:
    guard = away(flight, "store")
    admit(flight, task(partition, 0))
    one = taken(flight)
    guard.answered()
    flight.settle([one], [Again(0.2, "store", "it was away")])
    clock.advance(0.2)
    flight.wake()
    grant(flight, partition)
    assert taken(flight) is one


def test_what_waits_for_a_server_can_be_handed_over(flight: Flight, partition: Partition) -> None:
    guard = away(flight, "store")
    held(flight, partition, range(3), "store")
    flight.forget([partition])
    guard.answered()
    assert len(flight) == 0


def test_a_message_that_the_broker_never_takes_is_no_reason_to_wait(flight: Flight, partition: Partition) -> None:
    admit(flight, task(partition, 0))
    one = taken(flight)
    flight.sending(one)
    flight.settle([one], [DONE])
    flight.delivered(one, "Broker: Message size too large", refused=True)
    assert flight.holds() == []
    grant(flight, partition)
    assert taken(flight) is one
    assert one.refused == "Broker: Message size too large"


def test_a_record_is_done_when_the_broker_has_what_it_wrote() -> None:
    """Or a stage of which the broker refuses each message would never stop."""
    flight, partition = Flight(2, FakeClock(), Metrics(), streak=Streak(3)), Partition(IN, 0)
    flight.streak.failed("a")
    admit(flight, task(partition, 0))
    grant(flight, partition)
    one = taken(flight)
    flight.sending(one)
    flight.settle([one], [DONE])
    assert flight.streak.failures == 1
    flight.delivered(one, None)
    assert flight.streak.failures == 0


class Model(RuleBasedStateMachine):
    """Workers, broker, pauses and rebalances in any order: what is committed is finished, nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.flight = Flight(2, self.clock, Metrics())
        self.partitions = [Partition(topic, number) for number, topic in enumerate((IN, IN, IN_ORDER))]
        self.next = [0, 0, 0]
        self.queued: set[Task] = set()
        self.going: set[int] = set()
        self.working: list[Task] = []
        self.on_the_wire: list[Task] = []
        self.settled: dict[Task, Step] = {}
        self.failed: set[Task] = set()
        self.finished: dict[Partition, set[int]] = {partition: set() for partition in self.partitions}
        self.first = dict.fromkeys(self.partitions, 0)

    @rule(number=st.integers(0, 2), count=st.integers(1, 3), key=st.sampled_from([b"a", b"b", None]))
    def admit(self, number: int, count: int, key: bytes | None) -> None:
        new = [task(self.partitions[number], self.next[number] + one, key) for one in range(count)]
        self.next[number] += count
        self.flight.admit(new)
        self.queued.update(new)

    def eligible(self) -> bool:
        """Whether something may be begun as soon as it is named: what is ordered waits for the one of its key."""
        busy = {one.lane for one in self.flight._tasks - self.queued if one.ordered}
        return any(one.lane not in busy for one in self.queued)

    @precondition(eligible)
    @rule(limit=st.integers(1, 3))
    def take(self, limit: int) -> None:
        grant(self.flight, *self.partitions)
        if self.flight.urgent:  # the first names may all have gone to what stands behind records that are running
            grant(self.flight, *self.partitions)
        for one in self.flight.take(limit):
            self.queued.remove(one)
            self.working.append(one)

    @precondition(lambda self: self.working)
    @rule(data=st.data(), sent=st.integers(0, 2), step=st.sampled_from([DONE, Again(0, None, ""), Again(3, "s", "")]))
    def work(self, data: st.DataObject, sent: int, step: Step) -> None:
        one = data.draw(st.sampled_from(self.working))
        self.working.remove(one)
        for _ in range(sent):
            self.flight.sending(one)
            self.on_the_wire.append(one)
        self.settled[one] = step
        self.flight.settle([one], [step])
        self.follow(one)

    @precondition(lambda self: self.on_the_wire)
    @rule(data=st.data(), error=st.sampled_from([None, None, "timed out"]))
    def answer(self, data: st.DataObject, error: str | None) -> None:
        one = data.draw(st.sampled_from(self.on_the_wire))
        self.on_the_wire.remove(one)
        if error:
            self.failed.add(one)
        self.flight.delivered(one, error)
        self.follow(one)

    def follow(self, one: Task) -> None:
        if one in self.on_the_wire:
            return
        step, failed = self.settled.pop(one), one in self.failed
        self.failed.discard(one)
        if one.partition.lost:
            return
        if isinstance(step, Done) and not failed:
            self.finished[one.partition].add(one.position)
        elif isinstance(step, Again) and step.pause_seconds == 0 and not failed:
            self.queued.add(one)

    @rule(seconds=st.sampled_from([1, 40]))
    def time_passes(self, seconds: int) -> None:
        due = {entry[2] for entry in self.flight._pauses._heap if entry[0] <= self.clock.monotonic() + seconds}
        self.clock.advance(seconds)
        self.flight.wake()
        self.queued |= due

    @rule(number=st.integers(0, 2))
    def hand_over(self, number: int) -> None:
        old = self.partitions[number]
        self.flight.forget([old])
        self.queued = {one for one in self.queued if one.partition is not old}
        self.going.add(number)

    @rule(number=st.integers(0, 2))
    def rebalance(self, number: int) -> None:
        """With or without a handover before it, and whatever happened between them."""
        old = self.partitions[number]
        self.going.discard(number)
        self.flight.lose([old])
        self.queued = {one for one in self.queued if one.partition is not old}
        self.partitions[number] = new = Partition(old.topic, number)
        self.next[number] = old.offsets.position or 0
        self.finished[new], self.first[new] = set(), self.next[number]

    @invariant()
    def nothing_unfinished_is_committed(self) -> None:
        for partition in self.partitions:
            begin, end = self.first[partition], partition.offsets.position
            assert end is None or set(range(begin, end)) <= self.finished[partition]

    def teardown(self) -> None:
        """Left to itself, everything that is still owned is finished."""
        for number in list(self.going):
            self.rebalance(number)
        for one in list(self.on_the_wire):
            self.flight.delivered(one, None)
        for one in list(self.working):
            self.flight.settle([one], [DONE])
        self.clock.advance(1_000)
        self.flight.wake()
        while len(self.flight):
            grant(self.flight, *self.partitions)
            batch = self.flight.take(10)
            self.flight.settle(batch, [DONE] * len(batch))
        assert (self.flight.bytes, self.flight.holds()) == (0, [])
        for number, partition in enumerate(self.partitions):
            assert partition.offsets.span == 0
            assert partition.offsets.position in (None, self.next[number]), "None: nothing was read since the rebalance"


Model.TestCase.settings = settings(stateful_step_count=40)
TestFlight: Any = Model.TestCase


def test_what_no_commit_names_is_not_begun(flight: Flight, partition: Partition, clock: FakeClock) -> None:
    """Not when it was read, not while the commit is on its way, and not when nobody knows whether it arrived."""
    flight.admit([task(partition, 0), task(partition, 1, b"b"), task(partition, 2, b"c")])
    assert flight.urgent
    (on_its_way,) = flight.prepare([partition])
    assert flight.unnamed == 1, "no more are named than workers can begin"
    flight.not_committed(on_its_way)
    got: list[Task] = []
    waiting = threading.Thread(target=lambda: got.append(taken(flight)))
    waiting.start()
    waiting.join(0.1)
    assert got == []
    grant(flight, partition)
    waiting.join(5)
    assert [one.position for one in got] == [0]
    assert taken(flight).position == 1


def test_what_comes_while_nothing_waits_is_begun_at_once(flight: Flight, partition: Partition) -> None:
    """The commit before has reserved the next offsets."""
    admit(flight, task(partition, 0))
    flight.settle([taken(flight)], [DONE])
    partition.reserve.size = 8
    grant(flight, partition)
    flight.admit([task(partition, 1), task(partition, 2)])
    assert (taken(flight).position, taken(flight).position, flight.unnamed) == (1, 2, 0)


def test_what_stands_behind_a_record_that_pauses_keeps_nobody_from_being_named(clock: FakeClock) -> None:
    """Cleared while the pace was high, it filled the room for names; then nothing else was ever begun again."""
    flight, partition = Flight(2, clock, Metrics()), Partition(IN_ORDER, 0)
    for number in range(100):
        admit(flight, task(partition, number, b"%d" % number))
        flight.settle([taken(flight)], [DONE])
    flight.second()
    admit(flight, *(task(partition, number, b"a document") for number in range(100, 120)))
    paused = taken(flight)
    flight.settle([paused], [Again(5, None, "a defect")])
    for _ in range(5):
        flight.second()
    flight.admit([task(partition, number, b"other %d" % number) for number in range(120, 126)])
    assert flight.urgent, "a worker has nothing to do, and something could be named"
    grant(flight, partition)
    flight.settle([other := taken(flight)], [DONE])
    assert other.position == 120
    for number in range(121, 126):
        grant(flight, partition)
        flight.settle([other := taken(flight)], [DONE])
        assert other.position == number
    assert not flight.urgent, "what is behind it can't be begun by any commit"
    clock.advance(6)
    flight.wake()
    grant(flight, partition)
    for number in range(100, 120):
        flight.settle([again := taken(flight)], [DONE])
        assert again.position == number
        grant(flight, partition)
    assert partition.offsets.position == 126


def test_suspects_are_run_alone_with_their_tries_counted(clock: FakeClock) -> None:
    """The third death gives a record up, failed part first; what came behind goes on when they are through."""
    flight = Flight(2, clock, Metrics(), owner="me")
    note = Note("other", False, (range(5, 8),), {6: 3})
    partition = Partition(IN, 0, Offsets(5, note, 100))
    flight.admit([task(partition, at, b"%d" % at) for at in range(5, 10)])

    def name() -> dict[int, int]:
        """Lets the broker have the next commit; returns the deaths it tells of."""
        (prepared,) = flight.prepare([partition])
        told = commit_note.decode(prepared.commit.offset, prepared.commit.text)
        assert told is not None
        flight.committed(prepared)
        return dict(told.deaths)

    assert name() == {5: 2, 6: 3}, "a try is counted before it is begun"
    one = taken(flight)
    assert (one.position, one.phase, flight.suspects) == (5, Phase.HANDLE, 3)
    flight.settle([one], [DONE])
    assert name() == {6: 3, 7: 2}
    two = taken(flight)
    assert two.position == 7
    flight.settle([two], [DONE])
    assert name() == {6: 4}
    poison = taken(flight)
    assert (poison.position, poison.phase) == (6, Phase.GIVE_UP)
    assert poison.given_up is not None
    assert (poison.given_up.cause, poison.given_up.attempts) == ("service-died", 3)
    flight.settle([poison], [DONE])
    grant(flight, partition)
    assert {taken(flight).position, taken(flight).position} == {8, 9}


def test_what_was_finished_before_is_not_run_again(flight: Flight) -> None:
    partition = Partition(IN, 0, Offsets(5, Note("other", True, (), {}, (range(6, 9),)), 100))
    admit(flight, *[task(partition, at, b"%d" % at) for at in range(5, 10)])
    assert sorted([taken(flight).position, taken(flight).position]) == [5, 9]
    assert len(flight) == 2


def test_a_suspect_that_pauses_holds_nobody_but_its_key(clock: FakeClock) -> None:
    flight = Flight(2, clock, Metrics())
    partition = Partition(IN_ORDER, 0, Offsets(5, Note("other", False, (range(5, 7),)), 100))
    admit(flight, task(partition, 5), task(partition, 6), task(partition, 7, b"other"))
    suspect = taken(flight)
    assert suspect.position == 5
    flight.settle([suspect], [Again(20, "store", "away")])
    assert flight.urgent
    grant(flight, partition)
    waiting: list[Task] = []
    worker = threading.Thread(target=lambda: waiting.extend(flight.take(1)), daemon=True)
    worker.start()
    worker.join(5)
    assert [one.position for one in waiting] == [7]
    flight.settle(waiting, [DONE])
    clock.advance(20)
    flight.wake()
    assert finished(flight, partition, 2) == [5, 6]


def test_what_stands_before_a_suspect_of_its_key_goes_first(clock: FakeClock) -> None:
    flight = Flight(2, clock, Metrics())
    partition = Partition(IN_ORDER, 0, Offsets(5, Note("other", False, (range(6, 7),)), 100))
    admit(flight, *[task(partition, at) for at in range(5, 8)])
    order = []
    while len(flight):
        one = taken(flight)
        order.append((one.position, one.deaths))
        flight.settle([one], [DONE])
        grant(flight, partition)
    assert order == [(5, 1), (6, 1), (7, 0)]
