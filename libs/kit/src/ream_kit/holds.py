# SPDX-License-Identifier: Apache-2.0
"""Decides why a record is held; the log hears when the first waits for somebody, and when nobody does any more."""

from __future__ import annotations

from ream_kit import log
from ream_kit.attempts import Again, Step
from ream_kit.clock import Clock, timestamp
from ream_kit.task import Hold, Task

_LOG = log.logger("kit.flight")


class Holds:
    """Counts the records that are held. Not safe for use by several threads at once: the caller holds a lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, int] = {}

    def update(self, task: Task, step: Step) -> None:
        """Says of a record why it is held after a step, or that it is not."""
        before = task.hold
        if not isinstance(step, Again) or step.waiting_for is None:
            self.release(task)
            return
        if before is not None and before.waiting_for == step.waiting_for:
            task.hold = Hold(step.waiting_for, before.since, step.reason)
            return
        self.release(task)
        task.hold = Hold(step.waiting_for, self._clock.now(), step.reason)
        self._count(task.hold, 1)

    def release(self, task: Task) -> None:
        """Notes that a record is not held any more."""
        if task.hold is not None:
            self._count(task.hold, -1)
            task.hold = None

    def _count(self, hold: Hold, change: int) -> None:
        number = self._held[hold.waiting_for] = self._held.get(hold.waiting_for, 0) + change
        if change > 0 and number == 1:
            _LOG.warning("waiting", waiting_for=hold.waiting_for, reason=hold.reason)
        elif number == 0:
            _LOG.info("waiting_over", waiting_for=hold.waiting_for, since=timestamp(hold.since))
