# SPDX-License-Identifier: Apache-2.0
"""Looks at the running worker once a second, and ends it where it does not get on."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from faust.exceptions import ConsumerNotStarted
from mode import Service

from ream_aggregate.connection import Connection, connected
from ream_aggregate.ending import end_process
from ream_aggregate.presence import TOPIC
from ream_aggregate.strict_commit import StrictCommit
from ream_aggregate.watch import Partition, Patience, Sight, Watch
from ream_contracts.topics import DOCUMENTS_PARTS
from ream_kit.metrics import Metrics

SECONDS = 1.0
_RETENTION_SECONDS = cast(int, DOCUMENTS_PARTS.retention_days) * 86_400


def see(app: Any) -> Sight:
    """Collects what is to be seen of an app; it neither waits nor touches the table."""
    consumer: StrictCommit | None = app._consumer
    recovery = app.tables.recovery
    recovered = app.rebalancing_count + sum(offset or 0 for offset in recovery.active_offsets.values())
    try:
        assigned = consumer.assignment() if consumer is not None else None
    except ConsumerNotStarted:
        assigned = None
    if consumer is None or assigned is None:
        return Sight({}, True, recovered)
    sources = [tp for tp in assigned if app.topics.acks_enabled_for(tp.topic)]
    partitions = {
        tp.partition: Partition(consumer.base(tp), consumer.highwater(tp), consumer.head_open(tp)) for tp in sources
    }
    resumed = all(partition.base is not None for partition in partitions.values())
    recovering = app.rebalancing or app.in_recovery or not resumed
    return Sight(partitions, recovering, recovered, in_flight=consumer.in_flight(), oldest=consumer.oldest())


class Overseer(Service):
    """A service that runs beside the app in the same event loop: when that stands still, so does it, and sees so."""

    def __init__(self, app: Any, patience: Patience, metrics: Metrics, connection: Connection, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._connection = connection
        self.looked_at = time.monotonic()
        self._app, self._watch, self._metrics = app, Watch(patience, self.looked_at), metrics
        self.sight = Sight({}, True, 0)
        self.waits: Callable[[], bool] = lambda: False
        self.end: Callable[..., Any] = end_process

    @Service.task
    async def _look(self) -> None:
        while not self.should_stop:
            self.look(time.monotonic())
            await asyncio.sleep(SECONDS)

    def still_for(self, now: float) -> float:
        """Returns the seconds in which nothing moved that should."""
        return self._watch.still_for(now)

    def frozen(self) -> bool:
        """Says whether the process stood still so long that its partitions may have another owner."""
        return self._watch.frozen(time.monotonic())

    def look(self, now: float) -> None:
        """Looks once."""
        cut_off = self._connection.look(connected(self._app), now)
        waits = self._connection.away or self.waits()
        self.sight, self.looked_at = replace(see(self._app), waits=waits), now
        reason = self._watch.look(self.sight, now) or cut_off
        if reason is not None:
            if reason != "stalled":  # of the record that is worked on it may be that nothing moves, of the others not
                self._app.begun.done()
            self.end(reason, still_for=round(self._watch.still_for(now)))
        lag = sum(each.lag for each in self.sight.partitions.values())
        self._metrics.set("ream_lag_records", lag, TOPIC)
        self._metrics.set("ream_in_flight_records", self.sight.in_flight)
        age = max(0.0, time.time() - self.sight.oldest) if self.sight.oldest is not None else 0.0
        self._metrics.set("ream_oldest_record_seconds", age)
        self._metrics.set("ream_retention_share", age / _RETENTION_SECONDS)
        self._metrics.set("ream_assigned_partitions", len(self.sight.partitions), TOPIC)
