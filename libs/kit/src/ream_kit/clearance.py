# SPDX-License-Identifier: Apache-2.0
"""Decides which records may be begun: those of which the broker knows that they may have been, suspects one by one.

A record is named in the metadata of a commit; when the broker has that, it is cleared. So whoever finds the partition
after a death knows what may have caused it. Records that come while nothing waits are reserved before they are read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ream_kit import log
from ream_kit.ahead import Pool
from ream_kit.attempts import MOST_DEATHS, died
from ream_kit.suspects import Suspects
from ream_kit.task import Partition, Task
from ream_kit.turns import Turns

_LOG = log.logger("kit.flight")


class Clearance:
    """The waiting records of one process. Not safe for use by several threads at once: the caller holds a lock.

    Attributes:
        least: records that may always be named ahead.
        starved: a worker waits for a commit though there is work.
    """

    def __init__(self, least: int) -> None:
        self._turns: Turns[Task] = Turns()
        self._suspects: Suspects[Task] = Suspects(self._turns.first)
        self._pool = Pool(least)
        self._naming = 0
        self._renew = False
        self.least = least
        self.starved = False

    @property
    def unnamed(self) -> int:
        """Records that wait to be named."""
        return self._turns.unnamed

    @property
    def suspects(self) -> bool:
        """Whether suspects wait."""
        return self._suspects.waiting

    def seconds(self, now: float) -> float | None:
        """After how long time alone may let a worker have something; None when it cannot."""
        return self._suspects.seconds(now)

    def holds(self, now: float) -> bool:
        """Whether nothing but a suspect may be begun."""
        return self._suspects.holds(now)

    def urgent(self, now: float) -> bool:
        """Whether a commit is wanted now, because work waits for it."""
        if self.holds(now):
            return self._suspects.wants(now)
        turns, few = self._turns, self._pool.size // 2 - self._naming
        return (
            self._renew
            or self._naming > 0
            or (turns.cleared <= few and turns.unnamed > 0)
            or (turns.ready <= few and turns.wanting > 0)
        )

    def renew(self) -> None:
        """Wants a commit soon: a partition came, or little is left of a reserve."""
        self._renew = True

    def second(self) -> None:
        """Notes that a second has passed."""
        self._pool.second()

    def put(self, task: Task) -> None:
        """Takes a record that was just read."""
        partition, offsets = task.partition, task.partition.offsets
        task.cleared = False
        if offsets.suspects:
            task.deaths = offsets.deaths(task.position)
        if task.deaths:
            self._suspects.add(task)
            if task.deaths >= MOST_DEATHS:
                died(task)
        elif not partition.unnamed and offsets.is_reserved(task.position) and self._turns.cleared < self._pool.size:
            task.cleared = True
            offsets.name(task.position)
        else:
            partition.unnamed += 1
        self._turns.put(task)

    def have_read(self, partition: Partition, records: int) -> None:
        """Notes that records of a partition were put: little may be left of what is reserved."""
        if partition.reserve.read(partition.offsets.reserved, records) and not partition.unnamed:
            self._renew = True

    def take(self, limit: int, now: float, busy: int, *, bulk: bool) -> list[Task]:
        """Gives what is to be begun next: a suspect, or cleared records in turn; nothing when nothing may be."""
        if self._suspects.any:
            suspect = self._suspects.begin(now, busy)
            if suspect is not None:
                self._turns.pick(suspect)
                _LOG.info("suspect_begun", **suspect.place, deaths=suspect.deaths)
                return [suspect]
            if self.holds(now):
                return []
        taken = self._turns.take(limit, bulk=bulk)
        self._pool.begun(len(taken))
        self.starved = self.starved or (not taken and self._turns.wanting > 0)
        return taken

    def name(self, now: float) -> None:
        """Chooses what the next commit names: one suspect, or some of what waits, in turn."""
        if self.starved:
            self._pool.starved()
        self.starved = self._renew = False
        if self.holds(now):
            suspect = self._suspects.choose(now)
            if suspect is not None:
                self._set_apart(suspect)
                suspect.partition.offsets.name(suspect.position, alone=True)
                self._note(suspect)
            return
        room = self._pool.size - self._naming
        named = self._turns.name(max(0, room - self._turns.cleared))
        # What is cleared and stands behind a record that pauses, or runs for hours, is nothing to do: it must not keep
        # others from being named, that record itself among them.
        named += self._turns.name_wanting(max(0, room - len(named) - self._turns.ready))
        for task in named:
            task.partition.unnamed -= 1
            task.partition.offsets.name(task.position)
            self._note(task)

    def clear(self, tasks: Sequence[Task]) -> None:
        """Lets named records be begun: the broker knows of them. Those that were dropped meanwhile stay dropped."""
        self._naming -= len(tasks)
        for task in tasks:
            if task.suspect:
                self._suspects.clear(task)
            elif self._turns.is_named(task):
                task.cleared = True
                self._turns.clear(task)

    def back(self, task: Task) -> None:
        """Takes a record back that is to be begun again."""
        if task.suspect:
            task.partition.offsets.unname(task.position)
            self._suspects.discard(task)
            self._suspects.add(task)
        elif not task.cleared:
            task.partition.unnamed += 1
        self._turns.back(task)

    def pause(self, task: Task) -> None:
        """Notes that nobody works on a record until it comes back; then it is named again before it is begun again."""
        task.cleared = False
        task.partition.offsets.unname(task.position)
        self._suspects.discard(task)

    def release(self, task: Task) -> None:
        """Notes that a record that was begun is finished: its offset has no name any more."""
        self._turns.release(task)
        if task.deaths:
            self._suspects.discard(task)

    def drop(self, task: Task) -> None:
        """Notes that a record that was begun is dropped."""
        task.partition.offsets.unname(task.position)
        self.release(task)

    def discard(self, partitions: Collection[Partition]) -> list[Task]:
        """Drops what waits of partitions that go away, and returns it."""
        gone = self._turns.discard(lambda task: task.partition in partitions)
        for task in gone:
            task.partition.offsets.unname(task.position)
            self._suspects.discard(task)
        for partition in partitions:
            self._naming -= len(partition.named)
            partition.named = []
        return gone

    def _note(self, task: Task) -> None:
        task.partition.named.append(task)
        self._naming += 1

    def _set_apart(self, task: Task) -> None:
        """Makes a record a suspect that stands before one whose key it has."""
        if not task.suspect:
            task.partition.unnamed -= self._turns.is_unnamed(task)
            task.deaths, task.cleared = 1, False
            task.partition.offsets.suspect(task.position)
            self._turns.set_apart(task)
