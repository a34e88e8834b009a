# SPDX-License-Identifier: Apache-2.0
"""Only an unbroken run of answered records is committed: the library's own consumer is fed what it loses records on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import faust
import pytest
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from ream_aggregate.app import AggregateApp
from ream_aggregate.strict_commit import Reply, StrictConsumer, resume_at
from ream_kit import log

SOURCE = TP("documents.parts", 3)


class Ended(Exception):
    """Stands for the end of the process."""


def _end(reason: str, **facts: Any) -> None:
    raise Ended(reason)


class Broker:
    """Stands behind a consumer: what it is asked to commit, and where it says a group stands."""

    def __init__(self, consumer: Any) -> None:
        self.commits: list[dict[TP, int]] = []
        self.accepts = True
        self.committed: dict[TP, int | None] = {SOURCE: 10}
        self.first, self.last = 0, 1000
        self.sought: list[dict[TP, int]] = []
        self.assigned = {SOURCE}
        consumer._commit = self._commit
        consumer.assignment = lambda: self.assigned
        consumer.seek_to_committed = self._answer(lambda: self.committed)
        consumer.earliest_offsets = self._answer(lambda: {SOURCE: self.first})
        consumer.highwaters = self._answer(lambda: {SOURCE: self.last})
        consumer.seek_wait = self._seek

    @staticmethod
    def _answer(value: Callable[[], Any]) -> Callable[..., Awaitable[Any]]:
        async def answer(*_: Any) -> Any:
            return value()

        return answer

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        self.commits.append(dict(offsets))
        return self.accepts

    async def _seek(self, positions: Mapping[TP, int]) -> None:
        self.sought.append(dict(positions))


@contextmanager
def _app(cls: type[faust.App], folder: Path) -> Iterator[Any]:
    """An app whose consumer is the real one, and never starts."""
    app: Any = cls(
        "strict-commit-test",
        broker="kafka://127.0.0.1:1",
        datadir=folder,
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        key_serializer="raw",
        value_serializer="raw",
    )
    app.topics._acking_topics.add(SOURCE.topic)
    app.consumer_generation_id = 1

    async def flush() -> None:
        return None

    app.producer.flush = flush
    try:
        yield app
    finally:
        app.consumer._thread.thread_loop.close()


@dataclass(eq=False)
class Message:
    """As much of Faust's message as a consumer looks at."""

    offset: int
    generation_id: int = 1
    tp: TP = SOURCE
    topic: str = SOURCE.topic
    acked: bool = False
    timestamp: float | None = None


def _sent(error: Exception | None = None) -> "asyncio.Future[None]":
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
    return future


def _strictly(folder: Path, story: Callable[[Any, Broker], Awaitable[None]], resume: bool = True) -> None:
    """Runs a story with the repaired consumer."""

    async def run() -> None:
        with _app(AggregateApp, folder) as app:
            consumer = app.consumer
            assert isinstance(consumer, StrictConsumer)
            consumer.end = _end  # type: ignore[method-assign]
            broker = Broker(consumer)
            if resume:
                await consumer.perform_seek()
            await story(consumer, broker)

    asyncio.run(run())


async def _answered(consumer: Any, *offsets: int) -> None:
    """Does what the agent and the library's stream do with a record."""
    for offset in offsets:
        consumer.answered(message := Message(offset), [_sent()])
        consumer.ack(message)


def test_the_library_commits_past_records_that_a_rebalance_dropped(tmp_path: Path) -> None:
    """The fault itself: should this fail, the library was repaired and this service may use it as it is."""

    async def run() -> None:
        with _app(faust.App, tmp_path) as app:
            assert type(app.consumer) is Consumer
            broker = Broker(app.consumer)
            app.consumer._committed_offset[SOURCE] = 10
            for offset in (10, 11):
                app.consumer.ack(Message(offset))
            await app.consumer._add_gap(SOURCE, 12, 15)  # 12 to 14 were dropped while 15 was on its way
            app.consumer.ack(Message(15))
            await app.consumer.commit()
            assert broker.commits == [{SOURCE: 16}]

    asyncio.run(run())


def test_records_that_a_rebalance_dropped_are_not_committed(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        await _answered(consumer, 10, 11)
        await consumer._add_gap(SOURCE, 12, 15)
        await _answered(consumer, 15)
        await consumer.commit()
        assert broker.commits == [{SOURCE: 12}]
        assert SOURCE not in consumer._gap
        assert consumer.head_open(SOURCE)
        await _answered(consumer, 12, 13, 14)
        await consumer.commit()
        assert broker.commits[1:] == [{SOURCE: 16}]
        assert not consumer.head_open(SOURCE)

    _strictly(tmp_path, story)


def test_what_the_library_acknowledges_by_itself_is_not_committed(tmp_path: Path) -> None:
    """Its streams acknowledge what they skip, and what an agent raised on."""

    async def story(consumer: Any, broker: Broker) -> None:
        for offset in (10, 11, 12):
            consumer.ack(Message(offset))
        await consumer.commit()
        assert broker.commits == []
        assert SOURCE not in consumer._acked

    _strictly(tmp_path, story)


def test_the_library_never_commits_where_nothing_was_committed_and_the_log_begins_above_0(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        broker.committed, broker.first = {SOURCE: None}, 5
        await consumer.perform_seek()
        assert broker.sought[-1] == {SOURCE: 5}
        await _answered(consumer, 5, 6)
        await consumer.commit()
        assert broker.commits == [{SOURCE: 7}]

    _strictly(tmp_path, story)


def test_a_group_that_stands_at_0_is_taken_back_there(tmp_path: Path) -> None:
    """The library does not seek to 0: after a rebalance it went on behind what it had read ahead."""

    async def story(consumer: Any, broker: Broker) -> None:
        broker.committed = {SOURCE: 0}
        await consumer.perform_seek()
        assert broker.sought[-1] == {SOURCE: 0}
        await _answered(consumer, 1)
        await consumer.commit()
        assert broker.commits == []

    _strictly(tmp_path, story)


@pytest.mark.parametrize(
    ("committed", "first", "end", "base"), [(7, 0, 9, 7), (9, 0, 9, 9), (None, 3, 9, 3), (2, 3, 9, 3), (10, 3, 9, 3)]
)
def test_where_a_partition_is_read_on(committed: int | None, first: int, end: int, base: int) -> None:
    assert resume_at(committed, first, end) == base


def test_records_that_are_gone_before_they_were_read_are_named(
    tmp_path: Path,
) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        broker.first = 20
        await consumer.perform_seek()

    lines = StringIO()
    log.configure(stream=lines)
    try:
        _strictly(tmp_path, story)
    finally:
        log.configure()
    assert "committed_position_is_gone partition=3 committed=10 resumed_at=20" in lines.getvalue()


def test_nothing_is_committed_before_the_position_is_known(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        await _answered(consumer, 0, 1)
        await consumer.commit()
        assert broker.commits == []
        assert consumer.base(SOURCE) is None
        consumer._answered[SOURCE] = {0: Reply([]), 1: Reply([])}
        assert consumer._new_offset(SOURCE) is None

    _strictly(tmp_path, story, resume=False)


def test_a_failed_commit_is_taken_back(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        await _answered(consumer, 10, 11)
        broker.accepts = False
        assert await consumer.commit() is False
        assert consumer.base(SOURCE) == 10
        broker.accepts = True
        await _answered(consumer, 12)
        await consumer.commit()
        assert broker.commits == [{SOURCE: 12}, {SOURCE: 13}]
        assert consumer.base(SOURCE) == 13

    _strictly(tmp_path, story)


def test_the_library_keeps_a_failed_commit(tmp_path: Path) -> None:
    """The fault itself, as above."""

    async def run() -> None:
        with _app(faust.App, tmp_path) as app:
            broker = Broker(app.consumer)
            broker.accepts = False
            app.consumer._committed_offset[SOURCE] = 10
            app.consumer.ack(Message(10))
            await app.consumer.commit()
            assert app.consumer._committed_offset[SOURCE] == 11

    asyncio.run(run())


def test_a_changelog_record_that_failed_ends_the_process_before_the_commit(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        consumer.answered(Message(10), [_sent(), _sent(RuntimeError("no such topic"))])
        consumer.app.begun.begin(SOURCE.partition, 11)
        with pytest.raises(Ended, match="send_failed"):
            await consumer.commit()
        assert broker.commits == []
        assert consumer.app.begun.left() is None, "what is worked on meanwhile has no part in it"

    _strictly(tmp_path, story)


def test_a_commit_waits_for_what_is_still_being_sent(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        sending: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        consumer.answered(Message(10), [sending])
        commit = asyncio.ensure_future(consumer.commit())
        await asyncio.sleep(0.01)
        assert broker.commits == []
        sending.set_result(None)
        await commit
        assert broker.commits == [{SOURCE: 11}]

    _strictly(tmp_path, story)


def test_a_broker_that_never_answers_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_aggregate.strict_commit.SEND_SECONDS", 0.01)

    async def story(consumer: Any, broker: Broker) -> None:
        consumer.answered(Message(10), [asyncio.get_running_loop().create_future()])
        with pytest.raises(Ended, match="send_failed"):
            await consumer.commit()
        assert broker.commits == []

    _strictly(tmp_path, story)


def test_records_of_an_earlier_assignment_do_not_count(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        consumer.app.consumer_generation_id = 2
        consumer.answered(Message(10, generation_id=1), [])
        await consumer.commit()
        assert broker.commits == []

    _strictly(tmp_path, story)


def test_what_is_answered_is_committed_before_the_partition_goes_and_forgotten_after(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        await _answered(consumer, 10)
        revoked: list[set[TP]] = []

        async def note(tps: set[TP]) -> None:
            revoked.append(tps)

        consumer._on_partitions_revoked = note
        await consumer.on_partitions_revoked({SOURCE})
        assert broker.commits == [{SOURCE: 11}]
        assert revoked == [{SOURCE}]
        assert consumer.base(SOURCE) is None
        assert list(consumer._filter_tps_with_pending_acks()) == []
        await _answered(consumer, 11)
        await consumer.commit()
        assert len(broker.commits) == 1

    _strictly(tmp_path, story)


def test_a_commit_that_a_rebalance_overtakes_does_not_move_the_new_base(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        await _answered(consumer, 10)
        resumed: list[asyncio.Future[None]] = []

        async def commit(offsets: Mapping[TP, int]) -> bool:
            resumed.append(asyncio.ensure_future(consumer.perform_seek()))
            await asyncio.sleep(0)
            broker.committed = {SOURCE: 11}
            return True

        consumer._commit = commit
        await consumer.commit()
        await resumed[0]
        assert consumer.base(SOURCE) == 11

    _strictly(tmp_path, story)


def test_what_is_answered_while_a_partition_is_resumed_again_is_not_committed(tmp_path: Path) -> None:
    async def story(consumer: Any, broker: Broker) -> None:
        real = consumer.seek_to_committed

        async def seek_to_committed() -> Mapping[TP, int]:
            found: Mapping[TP, int] = await real()
            await _answered(consumer, 10, 11)
            assert list(consumer._filter_tps_with_pending_acks()) == []
            return found

        consumer.seek_to_committed = seek_to_committed
        await consumer.perform_seek()
        await consumer.commit()
        assert (broker.commits, consumer.base(SOURCE)) == ([], 10)

    _strictly(tmp_path, story)


def test_records_come_in_turn_after_a_rebalance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was fetched before the partition was resumed is left out, and the reader goes back to where it stands."""
    batches = [[14, 15], [10, 11, 12], [11, 12, 13]]

    async def fetched(self: Any, timeout: float) -> Any:
        for offset in batches.pop(0):
            yield SOURCE, Message(offset)

    monkeypatch.setattr(Consumer, "getmany", fetched)

    async def story(consumer: Any, broker: Broker) -> None:
        got = [[message.offset async for _, message in consumer.getmany(1.0)] for _ in range(3)]
        assert got == [[], [10, 11, 12], [13]]
        assert broker.sought[1:] == [{SOURCE: 10}]

    _strictly(tmp_path, story)


def test_the_first_open_record_is_the_oldest_and_its_age_goes_with_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetched(self: Any, timeout: float) -> Any:
        for offset in (10, 11, 12):
            yield SOURCE, Message(offset, timestamp=1_000.0 + offset)

    monkeypatch.setattr(Consumer, "getmany", fetched)

    async def story(consumer: Any, broker: Broker) -> None:
        assert consumer.oldest() is None, "nothing was read yet"
        assert len([message async for message in consumer.getmany(1.0)]) == 3
        assert consumer.oldest() == 1_010, "it is not answered, and shows all the same"
        await _answered(consumer, 10, 11)
        assert consumer.oldest() == 1_010, "it is answered, and not committed"
        await consumer.commit()
        assert consumer.oldest() == 1_012
        await consumer.on_partitions_revoked({SOURCE})
        assert consumer.oldest() is None, "it is another's"

    _strictly(tmp_path, story)


def test_the_app_uses_the_repaired_consumer(tmp_path: Path) -> None:
    async def run() -> None:
        with _app(AggregateApp, tmp_path) as app:
            assert isinstance(app.transport, Transport)
            assert isinstance(app.consumer, StrictConsumer)

    asyncio.run(run())
