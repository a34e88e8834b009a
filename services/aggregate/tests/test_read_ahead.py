# SPDX-License-Identifier: Apache-2.0
"""What is read ahead of the library comes in order, no further than it may, and never beside what the library reads."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from faust.tables.recovery import Recovery
from faust.types import TP

from ream_aggregate import read_ahead
from ream_aggregate.read_ahead import AheadRecovery, Read, read

ONE, TWO = TP("changelog", 1), TP("changelog", 2)


class Message:
    """A record, or the end of a partition, as confluent-kafka gives it."""

    def __init__(self, tp: TP, offset: int, value: bytes | None = b"v", error: int | None = None) -> None:
        self.tp, self._offset, self._value, self._error = tp, offset, value, error

    def topic(self) -> str:
        return self.tp.topic

    def partition(self) -> int:
        return self.tp.partition

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
        self.batches, self.assigned, self.closed = list(batches), {}, False

    def assign(self, places: list[TopicPartition]) -> None:
        self.assigned = {TP(place.topic, place.partition): place.offset for place in places}

    def consume(self, number: int, timeout: float) -> list[Message]:
        batch = self.batches.pop(0) if self.batches else []
        if isinstance(batch, KafkaException):
            raise batch
        return list(batch)

    def close(self) -> None:
        self.closed = True


def taken(client: Client, wanted: dict[TP, tuple[int, int]], stop: threading.Event | None = None) -> list[Read]:
    found: list[Read] = []
    count = read(client, wanted, found.extend, stop or threading.Event())
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
    assert [each.offset for each in found if each.tp == ONE] == [5, 6, 7], "what came later is left to the library"
    assert [(each.offset, each.value) for each in found if each.tp == TWO] == [(0, None), (1, b"v"), (3, b"v")]
    assert {each.message.partition for each in found} == {1, 2}


def test_ends_where_the_last_record_was_compacted_away() -> None:
    client = Client([Message(ONE, 5)], [Message(ONE, 6, error=KafkaError._PARTITION_EOF)], [Message(ONE, 99)])
    assert [each.offset for each in taken(client, {ONE: (5, 9)})] == [5]


def test_stops_when_told_to_and_takes_nothing_more() -> None:
    stop = threading.Event()
    stop.set()
    assert taken(Client([Message(ONE, 5)]), {ONE: (5, 9)}, stop) == []


def test_leaves_the_rest_to_the_library_when_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    away = KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))
    assert [each.offset for each in taken(Client([Message(ONE, 5)], away), {ONE: (5, 9)})] == [5]
    monkeypatch.setattr(read_ahead, "SECONDS", 0.2)
    assert taken(Client(), {ONE: (5, 9)}) == [], "or says nothing"


class Bare(AheadRecovery):
    """Without an app: only what this class adds."""

    def __init__(self) -> None:
        self._job = None


def test_nobody_seeks_before_the_thread_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a rebalance it may still write one batch: what the library reads then must come after it."""
    order: list[str] = []

    async def seek(*_: Any) -> None:
        order.append("sought")

    async def both() -> None:
        recovery = Bare()

        async def job() -> int:
            await asyncio.sleep(0.05)
            order.append("ended")
            return 0

        recovery._job = asyncio.ensure_future(job())
        await recovery._seek_offsets(None, set(), {}, "active")

    monkeypatch.setattr(Recovery, "_seek_offsets", seek)
    asyncio.run(both())
    assert order == ["ended", "sought"]


def test_an_overtaken_reader_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[threading.Event] = []

    def endless(_: Any, __: Any, ___: Any, stop: threading.Event) -> int:
        seen.append(stop)
        assert stop.wait(10)
        return 0

    class App:
        bootstrap = "127.0.0.1:9"

        class conf:
            id = "group"

    async def cancelled() -> None:
        recovery = Bare()
        recovery.app, recovery.active_highwaters = App(), {ONE: 10_000}  # type: ignore[assignment]
        ahead = asyncio.ensure_future(recovery._ahead({ONE}, {ONE: -1}))
        while not seen:
            await asyncio.sleep(0.01)
        ahead.cancel()
        await asyncio.wait([ahead])
        await recovery._done()

    monkeypatch.setattr(read_ahead, "read", endless)
    asyncio.run(cancelled())
    assert seen[0].is_set()
