# SPDX-License-Identifier: Apache-2.0
"""Decides which records are in flight and what each waits for: a worker, the broker, a pause, or the one before it.

One lock guards everything here. Workers take and settle, the thread of deliveries reports, the main thread admits.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ream_contracts.topic import Topic
from ream_kit import log
from ream_kit.attempts import Again, Attempt, Done, Phase, Step, Stop, pause
from ream_kit.clock import Clock, timestamp
from ream_kit.metrics import METRICS, Metrics
from ream_kit.offsets import Offsets
from ream_kit.turns import Turns

_LOG = log.logger("kit.flight")


@dataclass(slots=True, eq=False)
class Partition:
    """A partition while it is assigned to this process; assigned again, it is another one.

    Attributes:
        lost: it is another process's now: nothing that comes of its records counts any more.
    """

    topic: Topic[Any]
    number: int
    offsets: Offsets = field(default_factory=Offsets)
    lost: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a record is held."""

    waiting_for: str
    since: datetime
    reason: str


@dataclass(slots=True, eq=False, kw_only=True)
class Task(Attempt):
    """A record in flight.

    Attributes:
        unconfirmed: messages it wrote that the broker has not acknowledged.
        step: what follows when the broker has them all; None while a worker has it.
        began_in: the phase in which the present step began.
    """

    partition: Partition
    unconfirmed: int = 0
    step: Step | None = None
    began_in: Phase = Phase.HANDLE
    undelivered: str | None = None
    hold: Hold | None = None


class Flight:
    """The records in flight of one process.

    Attributes:
        busy: workers that work on a record now.
        bytes: keys and values in flight.
        stopped: why the process must end; None while it need not.
    """

    def __init__(self, workers: int, clock: Clock, metrics: Metrics = METRICS) -> None:
        self._clock = clock
        self._metrics = metrics
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._change = threading.Condition(self._lock)
        self._turns: Turns[Task] = Turns()
        self._pausing: list[tuple[float, int, Task]] = []
        self._sequence = itertools.count()
        self._tasks: set[Task] = set()
        # One worker is kept for small work while bulk work could take all of them.
        self._bulk_workers = max(1, workers - 1)
        self._busy_bulk = 0
        self._held: dict[str, int] = {}
        self._closed = False
        self.busy = 0
        self.bytes = 0
        self.finished = 0
        self.retried = 0
        self.dead_letters = 0
        self.stopped: str | None = None

    def __len__(self) -> int:
        """Records in flight."""
        return len(self._tasks)

    def admit(self, tasks: Sequence[Task]) -> None:
        """Takes records that were just read, in the order of their offsets."""
        with self._lock:
            for task in tasks:
                task.partition.offsets.read(task.position)
                self._tasks.add(task)
                self.bytes += task.record.size
                self._turns.put(task)
            self._work.notify(len(tasks))

    def take(self, limit: int) -> list[Task]:
        """Gives a worker what it is to do next, as soon as there is something; nothing when all is over."""
        with self._work:
            while not self._closed:
                taken = self._turns.take(limit, bulk=self._busy_bulk < self._bulk_workers)
                if taken:
                    self._begin(taken)
                    return taken
                self._work.wait()
            return []

    def settle(self, tasks: Sequence[Task], steps: Sequence[Step]) -> None:
        """Takes a worker's answers."""
        with self._lock:
            self.busy -= 1
            if any(task.bulk for task in tasks):
                self._busy_bulk -= 1
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

    def delivered(self, task: Task, error: str | None) -> None:
        """Takes the broker's answer to a message; an error says that it will not arrive."""
        with self._lock:
            task.unconfirmed -= 1
            if error is not None:
                task.undelivered = error
            self._complete(task)

    def wake(self) -> None:
        """Lets those go on whose pause is over."""
        with self._lock:
            now = self._clock.monotonic()
            while self._pausing and self._pausing[0][0] <= now:
                self._back(heapq.heappop(self._pausing)[2])

    def forget(self, partitions: Collection[Partition]) -> None:
        """Drops what was not begun of partitions that go away; what runs may still finish."""
        with self._lock:
            gone = self._turns.discard(lambda task: task.partition in partitions)
            for _, _, task in self._pausing:
                if task.partition in partitions:
                    self._turns.release(task)
                    gone.append(task)
            self._pausing = [entry for entry in self._pausing if entry[2].partition not in partitions]
            heapq.heapify(self._pausing)
            for task in gone:
                self._remove(task)

    def wait_until_finished(self, partitions: Collection[Partition], timeout: float) -> bool:
        """Waits until nothing of these partitions is in flight; False when the time is over."""
        with self._change:
            return self._change.wait_for(lambda: not any(t.partition in partitions for t in self._tasks), timeout)

    def wait_for_room(self, is_room: Callable[[], bool], timeout: float) -> bool:
        """Waits until there is room for more; False when the time is over."""
        with self._change:
            return self._change.wait_for(lambda: is_room() or self.stopped is not None, timeout)

    def fail(self, reason: str) -> None:
        """Says that the process must end."""
        with self._lock:
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

    def oldest(self) -> tuple[datetime, Topic[Any]] | None:
        """When the oldest record in flight was written, and its topic."""
        with self._lock:
            known = [task.record for task in self._tasks if task.record.origin.timestamp_ms > 0]
        if not known:
            return None
        record = min(known, key=lambda record: record.origin.timestamp_ms)
        return datetime.fromtimestamp(record.origin.timestamp_ms / 1000, UTC), record.topic

    def _begin(self, taken: Sequence[Task]) -> None:
        self.busy += 1
        self._busy_bulk += any(task.bulk for task in taken)
        for task in taken:
            task.began_in, task.step, task.undelivered = task.phase, None, None

    def _complete(self, task: Task) -> None:
        """Goes on with a record when both the worker and the broker have answered."""
        if task.step is None or task.unconfirmed:
            return
        step, task.step = task.step, None
        if task.undelivered is not None:
            task.phase, task.waits = task.began_in, task.waits + 1
            step = Again(pause(task.waits), "kafka", task.undelivered)
        if isinstance(step, Stop):
            self._fail(step.reason)
        if task.partition.lost or isinstance(step, Stop) or (self._closed and not isinstance(step, Done)):
            # Somebody else goes on with it, from the offset that is committed.
            self._turns.release(task)
            self._remove(task)
            return
        task.hold = self._hold(task, step)
        if isinstance(step, Done):
            self._finish(task, step)
        elif isinstance(step, Again) and step.pause_seconds > 0:
            self.retried += 1
            heapq.heappush(self._pausing, (self._clock.monotonic() + step.pause_seconds, next(self._sequence), task))
        else:
            self._back(task)

    def _finish(self, task: Task, step: Done) -> None:
        task.partition.offsets.finish(task.position)
        self.finished += 1
        self.dead_letters += step.outcome in ("malformed", "rejected", "failed")
        self._metrics.count("ream_records_finished_total", step.outcome)
        self._turns.release(task)
        self._remove(task)
        if task.ordered:
            self._work.notify()

    def _back(self, task: Task) -> None:
        self._turns.back(task)
        self._work.notify()

    def _remove(self, task: Task) -> None:
        self._count_hold(task.hold, -1)
        task.hold = None
        self._tasks.discard(task)
        self.bytes -= task.record.size
        self._change.notify_all()

    def _hold(self, task: Task, step: Step) -> Hold | None:
        """Says why a record is held; the log hears when the first waits for somebody, and when nobody does any more."""
        before = task.hold
        if not isinstance(step, Again) or step.waiting_for is None:
            self._count_hold(before, -1)
            return None
        if before is not None and before.waiting_for == step.waiting_for:
            return Hold(step.waiting_for, before.since, step.reason)
        hold = Hold(step.waiting_for, self._clock.now(), step.reason)
        self._count_hold(before, -1)
        self._count_hold(hold, 1)
        return hold

    def _count_hold(self, hold: Hold | None, change: int) -> None:
        if hold is None:
            return
        number = self._held[hold.waiting_for] = self._held.get(hold.waiting_for, 0) + change
        if change > 0 and number == 1:
            _LOG.warning("waiting", waiting_for=hold.waiting_for, reason=hold.reason)
        elif number == 0:
            _LOG.info("waiting_over", waiting_for=hold.waiting_for, since=timestamp(hold.since))

    def _fail(self, reason: str) -> None:
        self.stopped = self.stopped or reason
        self._change.notify_all()
