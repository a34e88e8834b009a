# SPDX-License-Identifier: Apache-2.0
"""Decides when records count as deleted before they were read, and what is said of them: once, with what to do.

Two things show it: the broker hands over a record that lies beyond the one that was to come next, or the partition
begins beyond that one though nothing comes. Both may mean less: a transaction leaves gaps too, and a record may have
been fetched before it was deleted. So a gap counts as far as the partition begins beyond it, and a beginning that lies
too far counts when it still does some seconds later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ream_kit import log
from ream_kit.clock import Clock, timestamp
from ream_kit.metrics import Metrics
from ream_kit.task import Partition

_LOG = log.logger("kit.unread")

_LOOK_AGAIN_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 30.0
_SAY_AGAIN = timedelta(hours=1)

Place = tuple[str, int]
Begins = Callable[[Partition], int | None]


@dataclass(slots=True)
class Deleted:
    """What was deleted unread of one partition while this process runs."""

    records: int
    first: int
    last: int
    since: datetime


class DeletedUnread:
    """Counts what was deleted unread, and says so when it begins and once an hour while it goes on."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._found: dict[Place, Deleted] = {}
        self._said: dict[Place, datetime] = {}

    def add(self, topic: str, partition: int, ranges: Iterable[range]) -> None:
        """Counts the records of these ranges, which rise."""
        ranges = [one for one in ranges if one]
        if not ranges:
            return
        records, first, last = sum(map(len, ranges)), ranges[0].start, ranges[-1].stop - 1
        self._metrics.count("ream_records_deleted_unread_total", topic, records)
        place, now = (topic, partition), self._clock.now()
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = Deleted(records, first, last, now)
        else:
            found.records, found.last = found.records + records, last
        if place not in self._said or now - self._said[place] >= _SAY_AGAIN:
            self._said[place] = now
            _LOG.error(
                "records_deleted_unread",
                topic=topic,
                partition=partition,
                records=found.records,
                first=found.first,
                last=found.last,
                reason="the topic's retention was over before this stage had read them: what they asked for must be "
                "said again; add processes, mend what it waits for, or raise the retention",
            )

    def entries(self) -> list[dict[str, Any]]:
        """What the status page shows: partitions with what was deleted of each."""
        return [
            {
                "topic": topic,
                "partition": partition,
                "records": one.records,
                "first": one.first,
                "last": one.last,
                "since": timestamp(one.since),
            }
            for (topic, partition), one in sorted(self._found.items())
        ]


class Unread:
    """Looks after the partitions of one process. For the thread that polls.

    Args:
        begins: asks the broker for the first offset that a partition still has; None when it does not answer.
        deleted: counts what was found.
    """

    def __init__(self, begins: Begins, deleted: DeletedUnread, clock: Clock) -> None:
        self._begins = begins
        self._deleted = deleted
        self._clock = clock
        self._gaps: list[tuple[Partition, tuple[range, ...]]] = []
        self._counted: dict[Place, int] = {}
        self._seen: dict[Place, tuple[int, float]] = {}
        self._turn = 0
        self._ask_at = 0.0

    def gap(self, partition: Partition, missing: tuple[range, ...]) -> None:
        """Notes that unfinished offsets were passed over by what the broker handed over; cheap, in any thread."""
        if missing and partition.topic.cleanup == "delete":
            self._gaps.append((partition, missing))

    def check(self) -> None:
        """Finds out what the gaps mean that came since: one question a partition, and none when there were no gaps."""
        gaps, self._gaps = self._gaps, []
        begins: dict[Place, int | None] = {}
        for partition, missing in gaps:
            place = (partition.topic.name, partition.number)
            if place not in begins:
                begins[place] = self._ask(partition)
            begin = begins[place]
            if begin is None:
                self._gaps.append((partition, missing))
            else:
                self._count(partition, missing, begin)

    def second(self, partitions: Collection[Partition]) -> None:
        """Notes that a second has passed: looks at one partition in turn."""
        self.check()
        known = [one for one in partitions if one.topic.cleanup == "delete" and one.offsets.end is not None]
        if known:
            self._turn += 1
            self._look(known[self._turn % len(known)])

    def _look(self, partition: Partition) -> None:
        place, end, now = (partition.topic.name, partition.number), partition.offsets.end, self._clock.monotonic()
        begin = self._ask(partition)
        if begin is None or end is None or begin <= end:
            self._seen.pop(place, None)
            return
        seen = self._seen.get(place)
        if seen is None or seen[0] != end:
            self._seen[place] = (end, now)
        elif now - seen[1] >= _LOOK_AGAIN_SECONDS:
            self._count(partition, partition.offsets.unfinished(end, begin), begin)

    def _ask(self, partition: Partition) -> int | None:
        """Asks the broker, but for some time not one that did not answer: the thread that polls waits meanwhile."""
        now = self._clock.monotonic()
        begin = self._begins(partition) if now >= self._ask_at else None
        if begin is None and now >= self._ask_at:
            self._ask_at = now + _ASK_AGAIN_SECONDS
        return begin

    def _count(self, partition: Partition, missing: Iterable[range], begin: int) -> None:
        """Counts what lies before the beginning and was not counted yet."""
        place = (partition.topic.name, partition.number)
        counted = self._counted.get(place, 0)
        gone = [range(max(one.start, counted), min(one.stop, begin)) for one in missing]
        self._deleted.add(*place, gone)
        self._counted[place] = max(counted, begin)
