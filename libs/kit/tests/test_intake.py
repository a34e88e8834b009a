# SPDX-License-Identifier: Apache-2.0
"""What a process does with its partitions when they come, go and come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from ream_kit import commit_note
from ream_kit.attempts import Again
from ream_kit.bus_contract import IN
from ream_kit.commit_note import Note
from ream_kit.flight import Flight, Task
from ream_kit.intake import Intake, Limits
from ream_kit.kafka import BrokerWatch, KafkaSettings
from ream_kit.metrics import Metrics
from ream_kit.records import Origin, Record
from ream_kit.streak import Streak
from ream_kit.testing import FakeClock

ME = "me"
LIMITS = Limits(records=100, bytes=1 << 20, read_ahead=1_000, handover_seconds=0.0)


class Consumer:
    """Gives what the group is said to have committed, and has partitions come and go."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[int, str | None]] = {}
        self.before_commit: Callable[[], object] = lambda: None
        self.first: Message | None = None
        self.before_more: Callable[[], object] = lambda: None
        self.more: list[Message] = []

    def subscribe(self, topics: list[str], **callbacks: Any) -> None:
        (self.topic,), self.callbacks = topics, callbacks

    def committed(self, places: Sequence[TopicPartition], timeout: float) -> list[TopicPartition]:
        return [TopicPartition(self.topic, at.partition, *self.known.get(at.partition, (-1001, ""))) for at in places]

    def commit(self, offsets: Sequence[TopicPartition], asynchronous: bool) -> list[TopicPartition]:
        assert not asynchronous
        self.before_commit()
        self.known |= {at.partition: (at.offset, at.metadata) for at in offsets}
        return list(offsets)

    def poll(self, seconds: float) -> Message | None:
        return self.first

    def consume(self, limit: int, seconds: float) -> list[Message]:
        self.before_more()
        taken, self.more = self.more[:limit], self.more[limit:]
        return taken

    def incremental_assign(self, places: Sequence[TopicPartition]) -> None:
        pass

    def get_watermark_offsets(self, place: TopicPartition, timeout: float = 0, cached: bool = False) -> tuple[int, int]:
        return 0, 1_000

    def assign(self, number: int) -> None:
        self.callbacks["on_assign"](self, [TopicPartition(self.topic, number)])

    def revoke(self, number: int) -> None:
        self.callbacks["on_revoke"](self, [TopicPartition(self.topic, number)])

    def note(self, number: int) -> Note:
        found = commit_note.decode(*self.known[number])
        assert found is not None
        return found


def message(topic: str, offset: int, value: bytes = b"") -> Message:
    return Message(
        topic=topic, partition=0, offset=offset, key=b"a", value=value, headers=[], error=None, timestamp=(1, 0)
    )


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


@pytest.fixture
def flight() -> Flight:
    return Flight(2, FakeClock(), Metrics(), owner=ME, streak=Streak(100))


@pytest.fixture
def intake(consumer: Consumer, flight: Flight) -> Intake:
    watch = BrokerWatch(FakeClock(), Metrics())
    made: Any = consumer
    intake = Intake(made, [IN], KafkaSettings(), flight, watch, LIMITS, Metrics())
    intake.subscribe()
    return intake


def read(intake: Intake, flight: Flight, consumer: Consumer, *offsets: int) -> None:
    """Takes in records of the partition 0."""
    partition = intake._partitions[consumer.topic, 0]
    flight.admit(
        [Task(record=Record(IN, Origin(IN.name, 0, at, b"%d" % at), b""), partition=partition) for at in offsets]
    )


def name(intake: Intake, flight: Flight) -> None:
    for one in flight.prepare(intake._partitions.values()):
        flight.committed(one)


def test_what_fails_while_its_partition_is_given_up_is_dropped(
    intake: Intake, flight: Flight, consumer: Consumer
) -> None:
    consumer.assign(0)
    read(intake, flight, consumer, 0)
    name(intake, flight)
    running = flight.take(1)
    consumer.before_commit = lambda: flight.settle(running, [Again(5, "store", "away")])
    consumer.known[0] = (0, "")
    flight_before = len(flight)
    intake._partitions[consumer.topic, 0].offsets.failed()  # so that there is something to commit
    consumer.revoke(0)
    assert (flight_before, len(flight), flight.holds()) == (1, 0, [])


def test_a_broker_that_does_not_answer_is_not_asked_for_each_partition(
    intake: Intake, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve partitions at five seconds each would be a minute in one turn of the loop."""
    asked = []

    def silent(place: TopicPartition, timeout: float = 0, cached: bool = False) -> tuple[int, int]:
        asked.append(place.partition)
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))

    monkeypatch.setattr(consumer, "get_watermark_offsets", silent)
    places = [TopicPartition(consumer.topic, number) for number in range(12)]
    for place in places:
        consumer.known[place.partition] = (5, commit_note.encode(5, Note("other", False, (range(5, 6),))))
    consumer.callbacks["on_assign"](consumer, places)
    assert len(asked) == 1
    assert all(deaths(intake, consumer, number) == {5: 1} for number in range(12))


def test_takes_in_no_more_than_its_bytes_and_a_portion(intake: Intake, flight: Flight, consumer: Consumer) -> None:
    """A thousand records of 256 KB would be 250 MB, whatever the limit says."""
    consumer.assign(0)
    large = b"x" * (LIMITS.bytes // 10)
    consumer.first = message(consumer.topic, 0, large)
    consumer.more = [message(consumer.topic, at, large) for at in range(1, 500)]
    intake.poll(0)
    assert 10 <= len(flight) <= 51
    assert not intake.has_room()


def deaths(intake: Intake, consumer: Consumer, number: int = 0) -> dict[int, int]:
    offsets = intake._partitions[consumer.topic, number].offsets
    return {at: offsets.deaths(at) for at in sorted(offsets.suspects)}


def test_deaths_are_remembered_by_who_gives_a_partition_up_and_gets_it_back(
    intake: Intake, flight: Flight, consumer: Consumer
) -> None:
    """Otherwise two processes that give a partition to and fro never count to three."""
    died = Note("other", False, (range(5, 7),), {6: 2})
    consumer.known[0] = (5, commit_note.encode(5, died))
    consumer.assign(0)
    assert deaths(intake, consumer) == {5: 1, 6: 2}
    consumer.revoke(0)
    assert consumer.note(0).owner == ME
    consumer.assign(0)
    assert deaths(intake, consumer) == {5: 1, 6: 2}


def test_who_lost_a_partition_knows_that_nobody_died_since(intake: Intake, consumer: Consumer) -> None:
    """What it had begun is no suspect by that, and the try of a suspect that it had counted was no death."""
    mine = Note(ME, False, (range(5, 20),), {6: 3, 8: 2})
    consumer.known[0] = (5, commit_note.encode(5, mine))
    consumer.assign(0)
    assert deaths(intake, consumer) == {6: 2, 8: 1}


def test_failures_in_a_row_are_counted_on_by_who_takes_a_partition_up(
    intake: Intake, flight: Flight, consumer: Consumer
) -> None:
    """But not what it has said itself, before a record was done."""
    consumer.known[0] = (5, commit_note.encode(5, Note("other", True, failures=99)))
    consumer.known[1] = (5, commit_note.encode(5, Note(ME, False, failures=99)))
    consumer.assign(1)
    assert flight.streak.failures == 0
    consumer.assign(0)
    assert flight.streak.failures == 99
    consumer.revoke(0)
    assert consumer.note(0).failures == 99
    flight.streak.finished("done")
    consumer.revoke(1)
    assert consumer.note(1).failures == 0


def test_who_lost_a_partition_without_suspects_has_none(intake: Intake, consumer: Consumer) -> None:
    mine = Note(ME, False, (range(5, 20),))
    consumer.known[0] = (5, commit_note.encode(5, mine))
    consumer.assign(0)
    assert deaths(intake, consumer) == {}


def test_what_was_read_of_a_partition_that_goes_and_comes_again_meanwhile_is_read_again(
    intake: Intake, flight: Flight, consumer: Consumer
) -> None:
    """It belongs to the partition as it was; the new one begins with what is committed."""

    def go_and_come() -> None:
        consumer.revoke(0)
        consumer.assign(0)

    consumer.assign(0)
    consumer.first, consumer.before_more = message(consumer.topic, 7), go_and_come
    intake.poll(0)
    assert len(flight) == 0
    consumer.before_more = lambda: None
    intake.poll(0)
    assert len(flight) == 1
