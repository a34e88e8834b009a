# SPDX-License-Identifier: Apache-2.0
"""Decides how a stage runs as a process: what is opened in which order, the loop, and the orderly end."""

from __future__ import annotations

import os
import signal
import threading
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException

from ream_kit import kafka, log
from ream_kit.clock import Clock, SystemClock
from ream_kit.commit_log import CommitLog, CommitLogSettings
from ream_kit.dead_letters import is_buried
from ream_kit.errors import Retry
from ream_kit.execution import Execution, Rules
from ream_kit.flight import Flight
from ream_kit.guard import guards_of
from ream_kit.health import open_health
from ream_kit.intake import Intake, Limits
from ream_kit.kafka import BrokerWatch, KafkaSettings
from ream_kit.lifelines import Lifelines
from ream_kit.metrics import METRICS, Metrics
from ream_kit.outlet import Outlet
from ream_kit.process import ProcessSettings
from ream_kit.report import Report
from ream_kit.settings import SettingsError, load, require_at_least, setting
from ream_kit.stage import AnyStage
from ream_kit.store import Store
from ream_kit.store_open import open_store
from ream_kit.watchdog import Watchdog

_LOG = log.logger("kit.runner")

OK, FAILED, MISCONFIGURED = 0, 1, 78
"""Exit codes: an orderly end; an end because going on would do harm; settings that cannot be used (sysexits.h)."""

_TURN_SECONDS = 0.1
_SHORT_TURN_SECONDS = 0.02
_SHORTEST_TURN_SECONDS = 0.005
_LISTENING_SECONDS = 0.004
_COMMIT_SECONDS = 1.0
_AGAIN_SECONDS = 0.2
_PATIENCE_BEFORE_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunnerSettings(ProcessSettings):
    """How one process of a stage works."""

    workers: int = setting(4, "records worked on at once, one thread each")
    in_flight_records: int = setting(1_000, "records taken from the broker and not finished, at most")
    in_flight_bytes: int = setting(
        64 << 20, "bytes of their keys and values, at most, plus 50 records and what the client fetched"
    )
    read_ahead_records: int = setting(5_000, "how far a partition is read beyond its first unfinished record")
    grace_seconds: float = setting(25.0, "how long an orderly end may take")
    failures_in_row: int = setting(100, "so many documents in a row given up by our own fault end the process")
    error_pause_seconds: float = setting(
        1.0, "pause after a first failure of our own; five times as long after a second"
    )

    def __post_init__(self) -> None:
        """Refuses numbers with which nothing could run."""
        ProcessSettings.__post_init__(self)
        whole = ("workers", "in_flight_records", "in_flight_bytes", "read_ahead_records", "failures_in_row")
        require_at_least(1, self, "REAM_", *whole)
        require_at_least(0, self, "REAM_", "grace_seconds", "error_pause_seconds")


class Runner:
    """One stage at work on a broker, from its start to its end."""

    def __init__(
        self,
        stage: AnyStage,
        *,
        store: Store,
        needs: Mapping[str, Any],
        settings: RunnerSettings,
        kafka_settings: KafkaSettings,
        clock: Clock | None = None,
        metrics: Metrics = METRICS,
        commits: CommitLog | None = None,
    ) -> None:
        self._stage = stage
        self._settings = settings
        self._clock = clock or SystemClock()
        self._over = threading.Event()
        rules = Rules(settings.failures_in_row, settings.error_pause_seconds)
        self._execution = Execution(stage, store=store, clock=self._clock, needs=needs, rules=rules, metrics=metrics)
        self._flight = Flight(
            settings.workers,
            self._clock,
            metrics,
            batch=stage.batch or 1,
            owner=uuid.uuid4().hex[:8],
            commits=commits,
            streak=self._execution.streak,
        )
        self._watch = BrokerWatch(self._clock, metrics)
        guards = (self._watch.guard, *guards_of(store, *needs.values()))
        for guard in guards:
            self._flight.guard(guard)
        name = f"ream-{stage.name}"
        self._producer = kafka.producer(kafka_settings, name, self._watch)
        self._consumer = kafka.consumer(kafka_settings, stage.group, name, self._watch, self._on_commit)
        self._outlet = Outlet(self._producer, kafka_settings, self._flight, self._watch, metrics)
        limits = Limits(settings.in_flight_records, settings.in_flight_bytes, settings.read_ahead_records)
        self._intake = Intake(
            self._consumer,
            stage.reads,
            kafka_settings,
            self._flight,
            self._watch,
            limits,
            metrics,
            commits,
            self._clock,
        )
        self._topics = {kafka_settings.topic(name) for name in _names(stage)}
        first = kafka_settings.topic(stage.reads[0].name)
        self._watch.ask_by(self._producer, first)
        clients: dict[str, Any] = {"consumer": self._consumer, "producer": self._producer}
        self._lifelines = Lifelines(clients, first, kafka_settings, self._clock)
        self.report = Report(
            stage,
            self._flight,
            self._intake,
            guards,
            self._clock,
            settings.workers,
            metrics,
            needs.values(),
            settings.grace_seconds,
        )
        self._workers = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(settings.workers)
        ]

    def stop(self) -> None:
        """Asks for the orderly end; comes back at once. Safe in a signal handler."""
        self._over.set()

    @property
    def crashed(self) -> bool:
        """Whether it ended as by a death: what it was working on may be the cause."""
        return self._flight.crashed

    def run(self) -> int:
        """Runs until `stop`, or until going on would do harm; returns the exit code."""
        _LOG.info("starting", stage=self._stage.name, version=self._stage.version, workers=self._settings.workers)
        code = OK
        try:
            self._outlet.start()
            for worker in self._workers:
                worker.start()
            if self._await_topics():
                self._intake.subscribe()
                self._loop()
        except KafkaException as error:
            self._flight.fail(f"Kafka refuses: {error.args[0].str()}")
        except Exception as error:
            _LOG.error("runner_failed", error=log.where(error))
            self._flight.fail(f"the runner itself failed: {log.where(error)}")
        reason = self._flight.stopped or self._watch.fatal
        if reason is not None:
            code = FAILED
            _LOG.error("stopping", stage=self._stage.name, reason=reason)
        self._end()
        _LOG.info("ended", stage=self._stage.name, finished=self._flight.finished, code=code)
        return code

    def _loop(self) -> None:
        next_commit = next_second = full_since = 0.0
        while not self._over.is_set() and self._flight.stopped is None and self._watch.fatal is None:
            now = self._clock.monotonic()
            self.report.turned()
            self._flight.wake()
            if now >= next_second:
                self._hold_on()
                self._intake.second()
                self.report.measure()
                next_second = now + 1.0
            urgent = self._flight.urgent and not self._intake.commits_fail
            if now >= next_commit or urgent:
                self._intake.commit()
                next_commit = now + (_AGAIN_SECONDS if self._intake.commits_fail else _COMMIT_SECONDS)
            full = not self._intake.has_room()
            full_since = (full_since or now) if full else 0.0
            # A short stop is waited out: pausing throws away what the client has fetched ahead.
            waiting_out = full and now - full_since < _PATIENCE_BEFORE_PAUSE_SECONDS
            self._intake.balance(full=full and not waiting_out)
            if waiting_out:
                committing = self._intake.committing
                seconds = _LISTENING_SECONDS if committing else _TURN_SECONDS
                self._flight.wait_for_room(self._intake.has_room, seconds, committing=committing)
                self._intake.listen()
            else:
                self._intake.poll(self._turn_seconds(urgent))

    def _turn_seconds(self, urgent: bool) -> float:
        """How long a turn may be: a worker that waits for a commit is not to wait for the turn as well."""
        if urgent:
            return _SHORTEST_TURN_SECONDS
        return _SHORT_TURN_SECONDS if self._flight.unnamed else _TURN_SECONDS

    def _await_topics(self) -> bool:
        """Waits until the topics exist: a subscription to one that does not would look like an empty one."""
        said = 0.0
        while not self._over.is_set() and self._flight.stopped is None:
            self.report.turned()
            self._hold_on()
            try:
                missing: list[str] | None = sorted(name for name in self._topics if not self._is_there(name))
            except KafkaException as error:
                self._watch.report(error.args[0])
                missing = None
            if self._watch.fatal is not None:
                return False
            self.report.missing_topics = missing or []
            if missing == []:
                self._watch.answered()
                return True
            now = self._clock.monotonic()
            if now - said > 30:
                said = now
                what = f"topics are missing: make them with `ream topics --create`: {', '.join(missing or ())}"
                _LOG.warning("waiting_for_topics", reason=what if missing else "no broker answers")
            self._over.wait(0.5)
        return False

    def _hold_on(self) -> None:
        """Ends the process when a client of it is cut off for good: the next one has new clients."""
        if (reason := self._lifelines.cut_off()) is not None:
            self._flight.fail(reason)

    def _is_there(self, topic: str) -> bool:
        """Asks about one topic: what a large cluster answers about all of them takes it seconds."""
        self.report.turned()
        return self._consumer.list_topics(topic, timeout=5).topics[topic].error is None

    def _work(self) -> None:
        while tasks := self._flight.take(self._stage.batch or 1):
            try:
                self._flight.settle(tasks, self._execution.run(tasks, self._outlet.emit))
            except BaseException as error:
                # What a handler may not raise (a panic of a native library, a defect of the runner) counts as a death.
                _LOG.error("worker_failed", error=log.where(error))
                self._flight.fail(f"a worker ended in the middle of its work: {log.where(error)}", crashed=True)
                return

    def _end(self) -> None:
        """Lets running records finish while there is time, commits what is finished, leaves the group."""
        deadline = self._clock.monotonic() + self._settings.grace_seconds
        self.report.ending()
        self._flight.close()
        patience = 0.0 if self._flight.crashed else max(0.0, deadline - self._clock.monotonic() - 3)
        if not self._flight.drain(patience):
            _LOG.warning("ended_with_work", in_flight=len(self._flight), reason="they will be run again")
        self._leave(max(1.0, deadline - self._clock.monotonic() - 1))
        self._outlet.close(min(2.0, deadline - self._clock.monotonic()))
        for worker in self._workers:
            if worker.is_alive():
                worker.join(max(0.0, min(0.5, deadline - self._clock.monotonic())))

    def _leave(self, seconds: float) -> None:
        """Commits and leaves the group; a broker that does not answer would hold both for minutes."""
        leaving = threading.Thread(target=self._intake.close, name="leaving", daemon=True)
        leaving.start()
        leaving.join(seconds)
        if leaving.is_alive():
            _LOG.warning("left_without_goodbye", reason="no broker answers; what is not committed will be run again")

    def _on_commit(self, error: Any, offsets: Any) -> None:
        self._intake.on_commit(error, offsets)


def _names(stage: AnyStage) -> set[str]:
    """Names the topics without which a stage cannot work."""
    buries = {topic.dead_letters for topic in stage.reads if not is_buried(topic)}
    return {topic.name for topic in (*stage.reads, *stage.writes)} | buries


def run(stage: AnyStage, environ: Mapping[str, str] | None = None) -> int:
    """Runs a stage until SIGTERM or SIGINT, by the settings of the environment; returns the exit code.

    What the stage needs is opened before any client of Kafka exists, so that it may fork processes.
    """
    environ = os.environ if environ is None else environ
    try:
        settings = load(RunnerSettings, environ)
        folder = load(CommitLogSettings, environ).commit_log
        kafka_settings = load(KafkaSettings, environ)
        store = open_store(environ, guarded=True)
    except ValueError as error:
        _LOG.error("cannot_start", stage=stage.name, reason=str(error))
        return MISCONFIGURED
    except Retry as away:
        _LOG.error("cannot_start", stage=stage.name, reason=away.reason)
        return FAILED
    log.configure(settings.log_level, settings.log_format)
    with ExitStack() as opened:
        watchdog = opened.enter_context(Watchdog(settings.stuck_seconds))
        try:
            needs = {name: opened.enter_context(factory()) for name, factory in stage.needs.items()}
        except SettingsError as error:
            _LOG.error("cannot_start", stage=stage.name, reason=str(error))
            return MISCONFIGURED
        except Retry as away:
            _LOG.error("cannot_start", stage=stage.name, reason=away.reason)
            return FAILED
        try:
            commits = opened.enter_context(CommitLog(folder, kafka_settings.group(stage.group))) if folder else None
        except OSError as error:
            _LOG.error("cannot_start", stage=stage.name, reason=f"REAM_COMMIT_LOG cannot be written to: {error}")
            return MISCONFIGURED
        runner = Runner(
            stage, store=store, needs=needs, settings=settings, kafka_settings=kafka_settings, commits=commits
        )
        try:
            opened.enter_context(open_health(runner.report, settings))
        except SettingsError as error:
            _LOG.error("cannot_start", stage=stage.name, reason=str(error))
            return MISCONFIGURED
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: runner.stop())
        watchdog.watch(runner.report)
        return runner.run()
