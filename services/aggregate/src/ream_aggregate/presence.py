# SPDX-License-Identifier: Apache-2.0
"""Decides what a worker answers when it is asked how it is, from its first moment on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ream_aggregate.watch import Sight
from ream_kit import away
from ream_kit.clock import Clock, timestamp
from ream_kit.guard import Guard
from ream_kit.metrics import Metrics
from ream_kit.task import Hold

LONGEST_TURN_SECONDS = 30.0
LONGEST_START_SECONDS = 120.0
"""Until the worker runs, unless it says for whom it waits."""
TOPIC = "documents.parts"


class Seen(Protocol):
    """Who looks at the running worker."""

    sight: Sight
    looked_at: float

    def still_for(self, now: float) -> float:
        """Seconds in which nothing moved that should."""


@dataclass(slots=True)
class Presence:
    """Answers for the worker; asked from the thread of the health port.

    Attributes:
        version: of the stage.
        patience: seconds without a commit, with a lag, before it is called dead.
        overseer: there as soon as the worker runs.
        guards: breakers of whom it needs.
    """

    version: str
    patience: float
    clock: Clock
    metrics: Metrics
    overseer: Seen | None = None
    guards: tuple[Guard, ...] = ()
    _waiting: dict[str, Hold] = field(default_factory=dict)
    _started: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock.now()

    @contextmanager
    def waiting(self, name: str, reason: str) -> Iterator[None]:
        """Says that the worker waits for somebody, as long as the block lasts; the first reason gives the time."""
        before = self._waiting.get(name)
        self._waiting[name] = Hold(name, before.since if before else self.clock.now(), reason)
        self.metrics.set("ream_waiting_records", 1, name)
        yield  # after an error it still waits: the next try begins within a moment
        self._waiting.pop(name, None)
        self.metrics.set("ream_waiting_records", 0, name)

    def waits(self) -> bool:
        """Says whether it waits for somebody at this moment: that no offset is committed is no fault of its own."""
        return bool(self._waiting)

    def not_alive(self) -> str | None:
        """The committed offset must move, or the lag be 0; during a recovery records of the changelog must come."""
        if self.overseer is None:
            since = (self.clock.now() - self._started).total_seconds()
            stuck = since > LONGEST_START_SECONDS and not self.waits()
            return f"it has been starting for {since:.0f} s" if stuck else None
        now = time.monotonic()
        unseen = now - self.overseer.looked_at
        if unseen > LONGEST_TURN_SECONDS:
            return f"the loop has not turned for {unseen:.0f} s"
        still = self.overseer.still_for(now)
        return f"nothing was committed for {still:.0f} s" if still > self.patience else None

    def not_ready(self) -> str | None:
        """It must work on its partitions, and nobody it needs may be away."""
        if (who := away.first(self._away())) is not None:
            return who
        if self.overseer is None:
            return "it is starting"
        return "it reads its table" if self.overseer.sight.recovering else None

    def status(self) -> dict[str, Any]:
        """What it does now, in the words of the other stages."""
        sight = self.overseer.sight if self.overseer is not None else Sight({}, True, 0)
        counted = ("done", "rejected")
        causes = ("malformed", "too-large", "no-entry", "defect")
        return {
            "stage": "aggregate",
            "version": self.version,
            "started": timestamp(self._started),
            "assigned": {TOPIC: sorted(sight.partitions)},
            "lag": {TOPIC: sum(each.lag for each in sight.partitions.values())},
            "in_flight": sight.in_flight,
            "finished": sum(int(self.metrics.value("ream_records_finished_total", each)) for each in counted),
            "retried": 0,
            "dead_letters": sum(int(self.metrics.value("ream_dead_letters_total", each)) for each in causes),
            "waiting": self._away(),
            "workers": 1,
            "recovering": sight.recovering,
            "stopped": None,
        }

    def _away(self) -> list[dict[str, Any]]:
        return away.entries(list(self._waiting.values()), self.guards)
