# SPDX-License-Identifier: Apache-2.0
"""A stretch of partitions is read in order, no further than it goes, and left where somebody is away."""

import threading
from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from ream_kit.ranges import Place, Taken, read

ONE, TWO = ("changelog", 1), ("changelog", 2)


class Message:
    """A record, or the end of a partition, as confluent-kafka gives it."""

    def __init__(self, tp: Place, offset: int, value: bytes | None = b"v", error: int | None = None) -> None:
        self.tp, self._offset, self._value, self._error = tp, offset, value, error

    def topic(self) -> str:
        return self.tp[0]

    def partition(self) -> int:
        return self.tp[1]

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        return b"k%d" % self._offset

    def value(self) -> bytes | None:
        return self._value

    def error(self) -> KafkaError | None:
        return KafkaError(self._error) if self._error is not None else None


class Client:
    """Gives what it was told to, a batch at a time."""

    def __init__(self, *batches: Iterable[Message] | KafkaException) -> None:
        self.batches, self.closed = list(batches), False
        self.assigned: dict[Place, int] = {}

    def assign(self, places: list[TopicPartition]) -> None:
        self.assigned = {(place.topic, place.partition): place.offset for place in places}

    def consume(self, number: int, timeout: float) -> list[Message]:
        batch = self.batches.pop(0) if self.batches else []
        if isinstance(batch, KafkaException):
            raise batch
        return list(batch)

    def close(self) -> None:
        self.closed = True


def taken(
    client: Client, wanted: dict[Place, tuple[int, int]], stop: threading.Event | None = None, seconds: float = 5
) -> list[tuple[Place, Taken]]:
    found: list[tuple[Place, Taken]] = []
    count = read(
        client, wanted, lambda place, records: found.extend((place, one) for one in records),
        stop or threading.Event(), seconds,
    )  # fmt: skip
    assert count == len(found)
    assert client.closed
    return found


def test_reads_each_partition_from_its_first_to_its_last_record_in_order() -> None:
    client = Client(
        [Message(ONE, 5), Message(TWO, 0, None), Message(ONE, 6)],
        [Message(TWO, 1), Message(ONE, 7), Message(ONE, 8)],
        [Message(TWO, 3)],
    )
    found = taken(client, {ONE: (5, 7), TWO: (0, 3)})
    assert client.assigned == {ONE: 5, TWO: 0}
    assert [one.offset for place, one in found if place == ONE] == [5, 6, 7], "no further than was asked for"
    assert [(one.offset, one.value) for place, one in found if place == TWO] == [(0, None), (1, b"v"), (3, b"v")]


def test_ends_where_the_last_record_was_compacted_away() -> None:
    client = Client([Message(ONE, 5)], [Message(ONE, 6, error=KafkaError._PARTITION_EOF)], [Message(ONE, 99)])
    assert [one.offset for _, one in taken(client, {ONE: (5, 9)})] == [5]


def test_stops_when_told_to_and_takes_nothing_more() -> None:
    stop = threading.Event()
    stop.set()
    assert taken(Client([Message(ONE, 5)]), {ONE: (5, 9)}, stop) == []


def test_leaves_the_rest_when_the_broker_is_away() -> None:
    away = KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))
    assert [one.offset for _, one in taken(Client([Message(ONE, 5)], away), {ONE: (5, 9)})] == [5]
    assert taken(Client(), {ONE: (5, 9)}, seconds=0.2) == [], "or says nothing"
