# SPDX-License-Identifier: Apache-2.0
"""Decides how a table is made anew from its changelog: many records at a time, by librdkafka, in a thread of its own.

Faust takes each record of a changelog through its event loop, about 9,000 a second. Here the same records go in the
same order to the same function of the library; it then goes on from where this came to, with whatever is left.
"""

import asyncio
import threading
import time
from collections.abc import MutableMapping
from typing import Any, NamedTuple, cast

from faust.tables import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from ream_kit import log, ranges

FEW = 100
"""With fewer records to read than this it is not worth a client of its own."""

SECONDS = 60.0
"""How long it reads at most: the library waits 90 s for an answer of this kind. The rest is left to it."""

_LOG = log.logger("ream.aggregate.read_ahead")


class Read(NamedTuple):
    """A record of a changelog, in the form in which the library's tables take it: an event, and its message."""

    tp: TP
    offset: int
    key: bytes | None
    value: bytes | None

    @property
    def message(self) -> "Read":
        """The message of this event."""
        return self

    @property
    def partition(self) -> int:
        """The partition that it lies in."""
        return self.tp.partition


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
        wanted = {
            (tp.topic, tp.partition): (offsets[tp] + 1, self.active_highwaters[tp])
            for tp in tps
            if offsets[tp] < self.active_highwaters[tp]
        }
        behind = sum(last + 1 - first for first, last in wanted.values())
        if behind < FEW:
            return
        stop, started = threading.Event(), time.monotonic()

        def take(place: ranges.Place, records: list[ranges.Taken]) -> None:
            # Late, when the partition went meanwhile, this does no harm: the files are this worker's own.
            tp = TP(*place)
            batch = [Read(tp, one.offset, one.key, one.value) for one in records]
            self.tp_to_table[tp].apply_changelog_batch(cast(Any, batch))
            offsets[tp] = records[-1].offset

        client = ranges.client(cast(Any, self.app).bootstrap, self.app.conf.id)
        self._job = asyncio.ensure_future(asyncio.to_thread(ranges.read, client, wanted, take, stop, SECONDS))
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
