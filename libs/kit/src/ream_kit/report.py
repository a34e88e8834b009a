# SPDX-License-Identifier: Apache-2.0
"""Decides what a running stage says of itself: whether it lives and is ready, and what waits for whom since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from ream_kit import away, log
from ream_kit.clock import Clock, timestamp
from ream_kit.flight import Flight
from ream_kit.guard import Guard
from ream_kit.intake import Intake
from ream_kit.metrics import METRICS, Metrics
from ream_kit.stage import AnyStage

_LOG = log.logger("kit.report")

LONGEST_TURN_SECONDS = 30.0
NEAR = 0.5
"""Share of its topic's retention at which a record that is not finished is an alarm."""
_ALARM_EVERY = timedelta(hours=1)


@runtime_checkable
class Confined(Protocol):
    """What a stage needs that runs processes under confinement."""

    def confinement(self) -> Iterable[str]:
        """Names what is in force."""


@runtime_checkable
class Complaining(Protocol):
    """What a stage needs that works, but not as a person wanted it to."""

    def complaints(self) -> Iterable[str]:
        """Says in sentences what is to be mended."""


class Report:
    """What the health port shows of a runner.

    Args:
        needs: what the stage needs; those that are `Confined` or `Complaining` are asked.
        grace_seconds: how long an orderly end may take.
    """

    def __init__(
        self,
        stage: AnyStage,
        flight: Flight,
        intake: Intake,
        guards: Sequence[Guard],
        clock: Clock,
        workers: int,
        metrics: Metrics = METRICS,
        needs: Iterable[object] = (),
        grace_seconds: float = 0.0,
    ) -> None:
        self._stage = stage
        self._flight = flight
        self._intake = intake
        self._guards = guards
        self._clock = clock
        self._workers = workers
        self._metrics = metrics
        everything = tuple(needs)
        self._confined = tuple(need for need in everything if isinstance(need, Confined))
        self._complaining = tuple(need for need in everything if isinstance(need, Complaining))
        self._started = clock.now()
        self._turned = clock.monotonic()
        self._alarmed = self._started - _ALARM_EVERY
        self._grace = grace_seconds
        self._ending_since: float | None = None
        self._waited_for: set[str] = set()
        self._lag: dict[str, int] = {}
        self.missing_topics: list[str] = []

    def turned(self) -> None:
        """Notes that the loop turned."""
        self._turned = self._clock.monotonic()

    def ending(self) -> None:
        """Notes that the orderly end has begun: the loop does not turn any more."""
        self._ending_since = self._clock.monotonic()

    def not_alive(self) -> str | None:
        """The loop must turn, whatever the work does, and an orderly end must come to its end."""
        if self._ending_since is not None:
            since = self._clock.monotonic() - self._ending_since
            longest = self._grace + LONGEST_TURN_SECONDS
            return None if since < longest else f"its orderly end has lasted for {since:.0f} s"
        still = self._clock.monotonic() - self._turned
        return None if still < LONGEST_TURN_SECONDS else f"the loop has not turned for {still:.0f} s"

    def not_ready(self) -> str | None:
        """It must have joined its group, and nobody it needs may be away."""
        if self._flight.stopped is not None:
            return self._flight.stopped
        if self.missing_topics:
            return f"topics are missing: {', '.join(self.missing_topics)}"
        if not self._intake.joined:
            return "it has not joined its group yet"
        return away.first(self.waiting())

    def status(self) -> dict[str, Any]:
        """What it does now."""
        return {
            "stage": self._stage.name,
            "version": self._stage.version,
            "started": timestamp(self._started),
            "assigned": self._intake.assigned(),
            "lag": self._lag,
            "in_flight": len(self._flight),
            "in_flight_bytes": self._flight.bytes,
            "suspects": self._flight.suspects,
            "finished": self._flight.finished,
            "retried": self._flight.retried,
            "dead_letters": self._flight.dead_letters,
            "deleted_unread": self._intake.deleted.entries(),
            "waiting": self.waiting(),
            "workers": self._workers,
            "busy": self._flight.busy,
            "stopped": self._flight.stopped,
            "confinement": [name for need in self._confined for name in need.confinement()],
            "complaints": [said for need in self._complaining for said in need.complaints()],
        }

    def waiting(self) -> list[dict[str, Any]]:
        """For whom it waits since when and why, how many records do, and how the breaker stands where there is one."""
        return away.entries(self._flight.holds(), self._guards)

    def measure(self) -> None:
        """Brings the gauges up to date, and raises the alarm before unread records are deleted.

        For the thread that polls: the client hangs when another asks it for the lag meanwhile (measured, 2.16).
        """
        self._lag = self._intake.lag()
        self._metrics.set("ream_in_flight_records", len(self._flight))
        self._metrics.set("ream_in_flight_bytes", self._flight.bytes)
        self._metrics.set("ream_workers_busy", self._flight.busy)
        for topic, numbers in self._intake.assigned().items():
            self._metrics.set("ream_assigned_partitions", len(numbers), topic)
        for topic, lag in self._lag.items():
            self._metrics.set("ream_lag_records", lag, topic)
        records = {entry["for"]: entry["records"] for entry in self.waiting()}
        for name in self._waited_for | records.keys():
            self._metrics.set("ream_waiting_records", records.get(name, 0), name)
        self._waited_for |= records.keys()
        self._measure_age()

    def _measure_age(self) -> None:
        now = self._clock.now()
        ages = [(now - written, topic) for written, topic in self._flight.oldest()]
        oldest = max((age for age, _ in ages), default=timedelta())
        self._metrics.set("ream_oldest_record_seconds", max(0.0, oldest.total_seconds()))
        # A topic that keeps its records deletes none unread, however old they are when a group begins to read it.
        kept = [(age / timedelta(days=topic.retention_days), age, topic) for age, topic in ages if topic.retention_days]
        share, age, topic = max(kept, key=lambda one: one[0], default=(0.0, timedelta(), None))
        self._metrics.set("ream_retention_share", max(0.0, share))
        if topic is None or share <= NEAR or now - self._alarmed < _ALARM_EVERY:
            return
        self._alarmed = now
        _LOG.error(
            "records_near_their_retention",
            topic=topic.name,
            age_hours=round(age.total_seconds() / 3600, 1),
            reason="unread records are deleted when the retention is over: mend what it waits for, or raise it",
        )
