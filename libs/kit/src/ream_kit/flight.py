# SPDX-License-Identifier: Apache-2.0
"""Decides which records are in flight and what each waits for: a worker, the broker, a pause, or the one before it.

A record is begun only when the metadata of a commit says that it may have been: see `clearance` and ADR 0010.

One lock guards everything here. Workers take and settle, the thread of deliveries reports, the main thread admits.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from ream_contracts.topic import Topic
from ream_kit.attempts import Again, Done, Phase, Step, Stop, pause
from ream_kit.clearance import Clearance
from ream_kit.clock import Clock
from ream_kit.commit_log import CommitLog
from ream_kit.commit_log import Done as Performed
from ream_kit.guard import Guard
from ream_kit.holds import Holds
from ream_kit.metrics import METRICS, Metrics
from ream_kit.pauses import Pauses
from ream_kit.records import Record
from ream_kit.streak import Streak
from ream_kit.task import Hold, Partition, Prepared, Task

__all__ = ["Flight", "Hold", "Partition", "Prepared", "Task"]


class Flight:
    """The records in flight of one process.

    Attributes:
        busy: workers that work on a record now.
        bytes: keys and values in flight.
        owner: the name by which a process knows its own commits again.
        least: records that may always be named ahead.
        streak: how many records in a row failed by our own fault.
        stopped: why the process must end; None while it need not.
        crashed: it ends as by a death: what was running may be the cause.
    """

    def __init__(
        self,
        workers: int,
        clock: Clock,
        metrics: Metrics = METRICS,
        *,
        batch: int = 1,
        owner: str = "",
        commits: CommitLog | None = None,
        streak: Streak | None = None,
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self.owner = owner
        self._commits = commits
        self.streak = streak or Streak(1)
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._change = threading.Condition(self._lock)
        self._clearance = Clearance(max(workers, batch))
        self._holds = Holds(clock)
        self._pauses = Pauses(clock)
        self._tasks: set[Task] = set()
        # One worker is kept for small work while bulk work could take all of them.
        self._bulk_workers = max(1, workers - 1)
        self._busy_bulk = 0
        self._closed = False
        self.busy = 0
        self.bytes = 0
        self.finished = 0
        self.retried = 0
        self.dead_letters = 0
        self.stopped: str | None = None
        self.crashed = False

    def __len__(self) -> int:
        """Records in flight."""
        return len(self._tasks)

    @property
    def suspects(self) -> int:
        """Records in flight that a process may have died of."""
        return sum(task.suspect for task in list(self._tasks))

    def admit(self, tasks: Sequence[Task]) -> None:
        """Takes records that were just read, in the order of their offsets; those finished before are left out."""
        with self._lock:
            for task in tasks:
                self._admit(task)
            for partition, records in Counter([task.partition for task in tasks]).items():
                self._clearance.have_read(partition, records)
            self._work.notify(len(tasks))

    def take(self, limit: int) -> list[Task]:
        """Gives a worker what it is to do next, as soon as there is something; nothing when all is over."""
        with self._work:
            while not self._closed:
                now = self._clock.monotonic()
                taken = self._clearance.take(limit, now, self.busy, bulk=self._busy_bulk < self._bulk_workers)
                if taken:
                    self._begin(taken)
                    return taken
                if self._clearance.starved:
                    self._change.notify_all()
                self._work.wait(self._clearance.seconds(now))
            return []

    def settle(self, tasks: Sequence[Task], steps: Sequence[Step]) -> None:
        """Takes a worker's answers."""
        with self._lock:
            self.busy -= 1
            if _has_bulk(tasks):
                self._busy_bulk -= 1
                self._work.notify()
            if not self.busy and self._clearance.suspects:
                self._work.notify()
            for task, step in zip(tasks, steps, strict=True):
                task.step = step
                self._complete(task)

    def sending(self, task: Task) -> None:
        """Notes that a message of a record was handed to the producer."""
        with self._lock:
            task.unconfirmed += 1

    def unsent(self, task: Task) -> None:
        """Takes `sending` back: the producer did not take the message; the worker still has the record."""
        with self._lock:
            task.unconfirmed -= 1

    def delivered(self, task: Task, error: str | None, *, refused: bool = False) -> None:
        """Takes the broker's answer to a message; an error says that it will not arrive, refused that it never can."""
        with self._lock:
            task.unconfirmed -= 1
            if error is not None:
                task.undelivered = error
            if refused:
                task.refused = error
            self._complete(task)

    @property
    def urgent(self) -> bool:
        """Whether a commit is wanted now rather than when a second has passed: work waits for it."""
        with self._lock:
            return not self._closed and self._clearance.urgent(self._clock.monotonic())

    @property
    def unnamed(self) -> int:
        """Records that wait to be named by a commit."""
        return self._clearance.unnamed

    @property
    def least(self) -> int:
        """Records that may always be named ahead."""
        return self._clearance.least

    def renew(self) -> None:
        """Wants a commit soon, because a partition came."""
        with self._lock:
            self._clearance.renew()

    def prepare(self, partitions: Iterable[Partition], *, orderly: bool = False, naming: bool = True) -> list[Prepared]:
        """Says what is to be committed, and which records may be begun then.

        Args:
            partitions: those that are to be committed.
            orderly: they are given up in order: nothing of them will run here any more.
            naming: records may be named; not while another commit is on its way.
        """
        with self._lock:
            now = self._clock.monotonic()
            if naming:
                self._clearance.name(now)
            prepared = []
            for partition in partitions:
                keep = partition.unnamed or self._closed or self._clearance.holds(now)
                partition.reserve.renewed()
                reserve = 0 if keep else partition.reserve.size
                failures = self.streak.failures
                commit = partition.offsets.commit(self.owner, reserve=reserve, orderly=orderly, failures=failures)
                tasks, partition.named = tuple(partition.named), []
                if commit is None:
                    self._clear(tasks)  # the broker has a commit that names them
                else:
                    prepared.append(Prepared(partition, commit, tasks))
            return prepared

    def committed(self, prepared: Prepared) -> None:
        """Notes that the broker has a commit: what it names may be begun."""
        with self._lock:
            prepared.partition.offsets.committed(prepared.commit)
            self._clear(prepared.tasks)

    def not_committed(self, prepared: Prepared) -> None:
        """Notes that a commit may have arrived or not."""
        with self._lock:
            prepared.partition.offsets.failed()
            if prepared.partition.lost:
                self._clear(prepared.tasks)
            else:
                prepared.partition.named[:0] = prepared.tasks

    def second(self) -> None:
        """Notes that a second has passed."""
        with self._lock:
            self._clearance.second()

    def wake(self) -> None:
        """Lets those go on whose pause is over."""
        with self._lock:
            for task in self._pauses.due():
                self._back(task)

    def guard(self, guard: Guard) -> None:
        """Holds what waits for this server without trying it, until the server is back."""
        self._pauses.guard(guard)
        guard.when_back(lambda: self._let_go(guard.server))

    def _let_go(self, server: str) -> None:
        with self._lock:
            for task in self._pauses.waiting_for(server):
                self._back(task)

    def forget(self, partitions: Collection[Partition]) -> None:
        """Drops what was not begun of partitions that go away; what runs may still finish."""
        with self._lock:
            gone = self._clearance.discard(partitions)
            for task in self._pauses.discard(partitions):
                self._clearance.drop(task)
                gone.append(task)
            for task in gone:
                self._remove(task)

    def lose(self, partitions: Collection[Partition]) -> None:
        """Notes that partitions are another process's now; what paused or came back since `forget` is dropped too."""
        for partition in partitions:
            partition.lost = True  # first: what ends from now on is dropped as it ends
        self.forget(partitions)

    def wait_until_finished(self, partitions: Collection[Partition], timeout: float) -> bool:
        """Waits until nothing of these partitions is in flight; False when the time is over."""
        with self._change:
            return self._change.wait_for(lambda: not any(t.partition in partitions for t in self._tasks), timeout)

    def wait_for_room(self, is_room: Callable[[], bool], timeout: float, *, committing: bool = False) -> bool:
        """Waits until there is room, or a worker waits for a commit and none is on its way; False when time is over."""

        def is_over() -> bool:
            return is_room() or self.stopped is not None or (self._clearance.starved and not committing)

        with self._change:
            return self._change.wait_for(is_over, timeout)

    def fail(self, reason: str, *, crashed: bool = False) -> None:
        """Says that the process must end; `crashed` as by a death."""
        with self._lock:
            self.crashed = self.crashed or crashed
            self._fail(reason)

    def close(self) -> None:
        """Sends the workers home after what they do now."""
        with self._lock:
            self._closed = True
            self._work.notify_all()

    def drain(self, seconds: float) -> bool:
        """Drops what was not begun and waits for what was; False when the time is over."""
        with self._lock:
            partitions = {task.partition for task in self._tasks}
        self.forget(partitions)
        return self.wait_until_finished(partitions, seconds)

    def holds(self) -> list[Hold]:
        """Why records are held, one entry a record."""
        with self._lock:
            return [task.hold for task in self._tasks if task.hold is not None]

    def oldest(self) -> list[tuple[datetime, Topic[Any]]]:
        """When the oldest record in flight of each topic was written, and the topic."""
        with self._lock:
            known = [task.record for task in self._tasks if task.record.origin.timestamp_ms > 0]
        found: dict[str, Record] = {}
        for record in known:
            first = found.setdefault(record.topic.name, record)
            if record.origin.timestamp_ms < first.origin.timestamp_ms:
                found[record.topic.name] = record
        return [
            (datetime.fromtimestamp(record.origin.timestamp_ms / 1000, UTC), record.topic) for record in found.values()
        ]

    def _admit(self, task: Task) -> None:
        partition, offsets = task.partition, task.partition.offsets
        if self._commits is not None and offsets.end is not None and task.position > offsets.end:
            self._commits.gap(partition.topic.name, partition.number, offsets.end, task.position - 1)
        if not offsets.read(task.position):
            return
        self._tasks.add(task)
        self.bytes += task.record.size
        self._clearance.put(task)

    def _clear(self, tasks: Sequence[Task]) -> None:
        if tasks:
            self._clearance.clear(tasks)
            self._work.notify_all()

    def _begin(self, taken: Sequence[Task]) -> None:
        self.busy += 1
        self._busy_bulk += _has_bulk(taken)
        for task in taken:
            task.began_in, task.step, task.undelivered = task.phase, None, None
            if self._commits is not None and (task.phase is Phase.HANDLE or task.done is None):
                task.done = Performed()

    def _complete(self, task: Task) -> None:
        """Goes on with a record when both the worker and the broker have answered."""
        if task.step is None or task.unconfirmed:
            return
        step, task.step = task.step, None
        if task.undelivered is not None:
            task.phase, task.waits = task.began_in, task.waits + 1
            step = Again(pause(task.waits), "kafka", task.undelivered)
        if task.refused is not None:
            step = Again(0.0, None, task.refused)
        if isinstance(step, Stop):
            self._fail(step.reason)
        if task.partition.lost or isinstance(step, Stop) or (self._closed and not isinstance(step, Done)):
            # Somebody else goes on with it, from the offset that is committed.
            self._clearance.drop(task)
            self._remove(task)
            return
        if task.hold is not None or isinstance(step, Again):
            self._holds.update(task, step)
        if isinstance(step, Done):
            self._finish(task, step)
        elif isinstance(step, Again) and step.pause_seconds > 0:
            self.retried += 1
            self._clearance.pause(task)
            self._pauses.put(task, step)
            if task.suspect:
                self._work.notify_all()  # it held the others
        else:
            self._back(task)

    def _finish(self, task: Task, step: Done) -> None:
        task.partition.offsets.finish(task.position)
        if self._commits is not None and task.done is not None:
            place = task.partition.topic.name, task.partition.number, task.position
            self._commits.finished(*place, step.outcome, task.done)
        self.finished += 1
        self.streak.finished(step.outcome)
        self.dead_letters += step.outcome in ("malformed", "rejected", "failed")
        self._metrics.count("ream_records_finished_total", step.outcome)
        self._clearance.release(task)
        self._remove(task)
        if task.suspect:
            self._work.notify_all()
        elif task.ordered:
            self._work.notify()

    def _back(self, task: Task) -> None:
        self._clearance.back(task)
        self._work.notify()

    def _remove(self, task: Task) -> None:
        if task.hold is not None:
            self._holds.release(task)
        self._tasks.discard(task)
        self.bytes -= task.record.size
        self._change.notify_all()

    def _fail(self, reason: str) -> None:
        self.stopped = self.stopped or reason
        self._change.notify_all()


def _has_bulk(tasks: Sequence[Task]) -> bool:
    return tasks[0].bulk if len(tasks) == 1 else any(task.bulk for task in tasks)
