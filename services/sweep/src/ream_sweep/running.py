# SPDX-License-Identifier: Apache-2.0
"""Runs sweep as a process: one loop that looks and acts, and waits when somebody is away."""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ream_kit import Retry, Store, away, kafka, lifelines, log
from ream_kit.clock import Clock, SystemClock
from ream_kit.guard import Guard, guards_of
from ream_kit.health import open_health
from ream_kit.kafka import KafkaSettings
from ream_kit.metrics import METRICS, Metrics
from ream_kit.observe import Announcer, Observer, Tail
from ream_kit.process import ProcessSettings
from ream_kit.runner import FAILED, MISCONFIGURED, OK
from ream_kit.settings import SettingsError, load
from ream_kit.store_open import open_store
from ream_kit.task import Hold
from ream_kit.watchdog import Watchdog
from ream_sweep.figures import measure
from ream_sweep.service import FOLLOWED, NAME, Sweep, ToldToEnd, reading, starts
from ream_sweep.settings import SweepSettings

LONGEST_TURN_SECONDS = 30.0
LONGEST_CONNECT_SECONDS = 120.0
"""A busy broker is asked about every partition, one after another."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 30.0
"""Before the second try, doubled before each one after it, and at most: while somebody is away."""
_TICK_SECONDS = 0.5
_MOST_TRIES = 10

_LOG = log.logger(NAME)


@dataclass
class Loop:
    """Turns until it is told to stop; what it says of itself is shown on the health port."""

    connect: Callable[[], Sweep]
    interval_seconds: float
    clock: Clock
    guards: tuple[Guard, ...]
    metrics: Metrics = METRICS
    over: threading.Event = field(default_factory=threading.Event)
    sweep: Sweep | None = None
    waiting: Hold | None = None

    def __post_init__(self) -> None:
        self._guards = {guard.server: guard for guard in self.guards}
        self._tries = 0
        self.turned()

    def turned(self) -> None:
        """Notes that it gets on."""
        self._turned = self.clock.monotonic()

    def run(self) -> None:
        """Looks all the time and acts at each interval; whoever is away is waited for."""
        acted = 0.0
        while not self.over.is_set():
            self.turned()
            try:
                self._guards[kafka.SERVER].require_closed()
                if self.sweep is None:
                    self.sweep = self.connect()
                    self.sweep.turned = self.turned
                    self.sweep.told_to_end = self.over.is_set
                self.sweep.look(1.0)
                if self.clock.monotonic() - acted >= self.interval_seconds:
                    self._act(self.sweep)
                    acted = self.clock.monotonic()
                self._go_on()
            except Retry as retry:
                self._wait(retry)
            except ToldToEnd:
                return

    def _act(self, sweep: Sweep) -> None:
        started = self.clock.monotonic()
        try:
            sweep.act()
        finally:
            self.metrics.observe("ream_handler_seconds", self.clock.monotonic() - started, NAME, "none")
        measure(sweep, self.metrics)

    def _wait(self, retry: Retry) -> None:
        guard = self._guards.get(retry.waiting_for)
        if guard is not None and guard.server == kafka.SERVER:
            guard.trip(retry.reason)  # whoever asked has waited for an answer in vain, and all else asks it too
        if self.waiting is None or self.waiting.waiting_for != retry.waiting_for:
            self._go_on()
            _LOG.warning("waiting", waiting_for=retry.waiting_for, reason=retry.reason)
            self.metrics.set("ream_waiting_records", 1, retry.waiting_for)
            self.waiting = Hold(retry.waiting_for, self.clock.now(), retry.reason)
        self._pause(guard)

    def _pause(self, guard: Guard | None) -> None:
        """Longer after each try in vain, and over as soon as a breaker that is open finds its server back."""
        was_open = guard is not None and guard.is_open
        until = self.clock.monotonic() + min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**self._tries)
        self._tries = min(self._tries + 1, _MOST_TRIES)
        while not self.over.is_set() and self.clock.monotonic() < until:
            if was_open and guard is not None and not guard.is_open:
                return
            self.turned()
            self.over.wait(_TICK_SECONDS)

    def _go_on(self) -> None:
        self._tries = 0
        if self.waiting is not None:
            self.metrics.set("ream_waiting_records", 0, self.waiting.waiting_for)
            self.waiting = None

    def not_alive(self) -> str | None:
        """The loop must turn."""
        still = self.clock.monotonic() - self._turned
        longest = LONGEST_TURN_SECONDS if self.sweep is not None else LONGEST_CONNECT_SECONDS
        return None if still < longest else f"the loop has not turned for {still:.0f} s"

    def not_ready(self) -> str | None:
        """It must have caught up with the topics, and nobody may be away."""
        if (who := away.first(self._away())) is not None:
            return who
        if self.sweep is None:
            return "it has not connected yet"
        left = self.sweep.to_read()
        return f"waiting for {reading(left)}" if left else None

    def status(self) -> dict[str, Any]:
        """What is owed, what the wave waits for, and whom sweep itself waits for."""
        known = self.sweep.status() if self.sweep is not None else {}
        return {"stage": NAME, "waiting": self._away(), **known}

    def _away(self) -> list[dict[str, Any]]:
        held = self.waiting
        return away.entries([held] if held is not None else [], self.guards)


@dataclass
class Connecting:
    """Makes a sweep, however often that has to be tried: a try that fails leaves nothing open."""

    settings: SweepSettings
    store: Store
    broker: KafkaSettings
    clock: Clock
    opened: ExitStack

    @cached_property
    def observer(self) -> Observer:
        """One for all tries."""
        return Observer(self.broker)

    @cached_property
    def announcer(self) -> Announcer:
        """One for all tries."""
        return Announcer(self.broker, NAME)

    def __call__(self) -> Sweep:
        """Returns a sweep whose tail ends with the stack.

        Raises:
            Retry: the broker is away.
        """
        with ExitStack() as trying:
            tail = trying.enter_context(Tail(self.broker, FOLLOWED, "beginning", starts(self.observer)))
            sweep = Sweep(self.settings, self.store, tail, self.observer, self.announcer, self.clock)
            self.opened.enter_context(trying.pop_all())
        return sweep


def main(environ: Mapping[str, str] | None = None) -> int:
    """Runs sweep until SIGTERM or SIGINT, by the settings of the environment; returns the exit code."""
    environ = os.environ if environ is None else environ
    try:
        process = load(ProcessSettings, environ)
        broker = load(KafkaSettings, environ)
        settings = load(SweepSettings, environ, "REAM_SWEEP_")
        store = open_store(environ, guarded=True)
    except ValueError as error:
        _LOG.error("cannot_start", stage=NAME, reason=str(error))
        return MISCONFIGURED
    except Retry as away:
        _LOG.error("cannot_start", stage=NAME, reason=away.reason)
        return FAILED
    log.configure(process.log_level, process.log_format)
    clock = SystemClock()
    with ExitStack() as opened:
        connect = Connecting(settings, store, broker, clock, opened)
        guards = (lifelines.guard(broker, FOLLOWED[0]), *guards_of(store))
        loop = Loop(connect, settings.interval_seconds, clock, guards)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.over.set())
        try:
            opened.enter_context(open_health(loop, process))
        except SettingsError as error:
            _LOG.error("cannot_start", stage=NAME, reason=str(error))
            return MISCONFIGURED
        _LOG.info("starting", stage=NAME, interval_seconds=settings.interval_seconds)
        opened.enter_context(Watchdog(process.stuck_seconds)).watch(loop)
        code = OK
        try:
            loop.run()
        except Exception as error:
            _LOG.error("stopping", stage=NAME, reason=log.where(error))
            code = FAILED
    _LOG.info("ended", stage=NAME, code=code)
    return code
