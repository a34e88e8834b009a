# SPDX-License-Identifier: Apache-2.0
"""Decides when a record that has to be tried again goes on: after its pause, or when its server is back."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Collection, Iterator

from ream_kit.attempts import Again
from ream_kit.clock import Clock
from ream_kit.guard import Guard
from ream_kit.task import Partition, Task


class Pauses:
    """Records that pause. Not safe for use by several threads at once: the caller holds a lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guards: dict[str, Guard] = {}
        self._heap: list[tuple[float, int, Task]] = []
        self._sequence = itertools.count()

    def guard(self, guard: Guard) -> None:
        """Names the breaker of a server: while it is open nobody who waits for the server is tried."""
        self._guards[guard.server] = guard

    def put(self, task: Task, step: Again) -> None:
        """Takes a record that has to be tried again."""
        guard = self._guards.get(step.waiting_for or "")
        parked = guard is not None and guard.is_open
        until = math.inf if parked else self._clock.monotonic() + step.pause_seconds
        heapq.heappush(self._heap, (until, next(self._sequence), task))

    def due(self) -> Iterator[Task]:
        """Gives those whose pause is over, and forgets them."""
        now = self._clock.monotonic()
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

    def waiting_for(self, server: str) -> list[Task]:
        """Gives those that wait for a server, as they came, and forgets them."""

        def waits(task: Task) -> bool:
            return task.hold is not None and task.hold.waiting_for == server

        found = sorted((entry for entry in self._heap if waits(entry[2])), key=lambda entry: entry[1])
        self._keep([entry for entry in self._heap if not waits(entry[2])])
        return [task for _, _, task in found]

    def discard(self, partitions: Collection[Partition]) -> list[Task]:
        """Gives those of partitions that go away, and forgets them."""
        found = [entry for entry in self._heap if entry[2].partition in partitions]
        self._keep([entry for entry in self._heap if entry[2].partition not in partitions])
        return [task for _, _, task in found]

    def _keep(self, entries: list[tuple[float, int, Task]]) -> None:
        self._heap = entries
        heapq.heapify(self._heap)
