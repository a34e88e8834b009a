# SPDX-License-Identifier: Apache-2.0
"""Decides how a table is made anew from its changelog: many records at a time, by librdkafka, in a thread of its own.

Faust takes each record of a changelog through its event loop, about 9,000 a second. Here the same records go in the
same order to the same function of the library; it then goes on from where this came to, with whatever is left.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, NamedTuple, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from faust.tables import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from ream_kit import log

FEW = 100
"""With fewer records to read than this it is not worth a client of its own."""

BATCH = 10_000

SECONDS = 45.0
"""How long it reads at most: half of what the library waits for an answer of this kind. The rest is left to it."""

_LOG = log.logger("ream.aggregate.read_ahead")


class Read(NamedTuple):
    """A record of a changelog, in the form in which the library's tables take it: an event, and its message."""

    tp: TP
    offset: int
    key: bytes
    value: bytes | None

    @property
    def message(self) -> "Read":
        """The message of this event."""
        return self

    @property
    def partition(self) -> int:
        """The partition that it lies in."""
        return self.tp.partition


def read(
    consumer: Any, wanted: Mapping[TP, tuple[int, int]], take: Callable[[list[Read]], None], stop: threading.Event
) -> int:
    """Reads changelogs, and returns how many records were taken.

    Args:
        consumer: a client of its own; it is closed in the end.
        wanted: for each partition the first and the last offset.
        take: gets the records of one partition after another, in order.
        stop: read no further; what is being taken is taken to the end.
    """
    taken, until = 0, time.monotonic() + SECONDS
    left = {tp: last for tp, (_, last) in wanted.items()}
    try:
        consumer.assign([TopicPartition(tp.topic, tp.partition, first) for tp, (first, _) in wanted.items()])
        while left and time.monotonic() < until:
            found, ended = _sorted(consumer.consume(BATCH, 0.5), left)
            for records in found:
                if stop.is_set():
                    return taken
                take(records)
                taken += len(records)
            left = {tp: last for tp, last in left.items() if tp not in ended}
            if stop.is_set():
                return taken
    except KafkaException as error:
        _LOG.warning("left_to_the_library", error=str(error.args[0]))
    finally:
        consumer.close()
    return taken


def _sorted(messages: Iterable[Any], left: Mapping[TP, int]) -> tuple[list[list[Read]], set[TP]]:
    """The records by partition, and the partitions that are read to their end."""
    found: dict[TP, list[Read]] = defaultdict(list)
    ended: set[TP] = set()
    for message in messages:
        tp = TP(message.topic(), message.partition())
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                ended.add(tp)  # compaction may have taken the last record
            continue  # anything else passes, or is left to the library when the time is over
        last = left.get(tp, -1)
        if message.offset() <= last:
            found[tp].append(Read(tp, message.offset(), message.key(), message.value()))
        if message.offset() >= last:
            ended.add(tp)
    return list(found.values()), ended


class AheadRecovery(Recovery):
    """Faust's recovery, which finds most of what it has to read read already."""

    _job: asyncio.Future[int] | None = None

    async def _build_offsets(self, consumer: Any, tps: set[TP], destination: Any, title: str) -> None:
        await self._done()
        await super()._build_offsets(consumer, tps, destination, title)
        if title == "active":
            await self._ahead(tps, destination)

    async def _seek_offsets(self, consumer: Any, tps: set[TP], offsets: Any, title: str) -> None:
        await self._done()
        await super()._seek_offsets(consumer, tps, offsets, title)

    async def _done(self) -> None:
        """Waits until nobody reads ahead any more: older records must not come to the table after newer ones."""
        if self._job is not None:
            await asyncio.wait([self._job])
            self._job = None

    async def _ahead(self, tps: set[TP], offsets: MutableMapping[TP, int]) -> None:
        wanted = {tp: (offsets[tp] + 1, self.active_highwaters[tp]) for tp in tps}
        behind = sum(max(0, last + 1 - first) for first, last in wanted.values())
        if behind < FEW:
            return
        stop, started = threading.Event(), time.monotonic()

        def take(records: list[Read]) -> None:
            # Late, when the partition went meanwhile, this does no harm: the files are this worker's own.
            tp, table = records[-1].tp, self.tp_to_table[records[-1].tp]
            table.apply_changelog_batch(cast(Any, records))
            offsets[tp] = records[-1].offset

        wanted = {tp: (first, last) for tp, (first, last) in wanted.items() if first <= last}
        reader = Consumer(_settings(cast(Any, self.app).bootstrap, self.app.conf.id))
        self._job = asyncio.ensure_future(asyncio.to_thread(read, reader, wanted, take, stop))
        try:
            taken = await asyncio.shield(self._job)
        finally:
            stop.set()  # another rebalance, or the end: whoever comes next waits for the thread
        _LOG.info("changelog_read", records=taken, of=behind, seconds=round(time.monotonic() - started, 1))


class AheadTables(TableManager):
    """Faust's tables with that recovery."""

    @property
    def recovery(self) -> Recovery:
        """The service that makes tables anew."""
        if self._recovery is None:
            self._recovery = AheadRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery


def _settings(bootstrap: str, group: str) -> dict[str, Any]:
    return {
        "bootstrap.servers": bootstrap,
        "group.id": group,  # it never joins: partitions are given to it
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "earliest",
    }
