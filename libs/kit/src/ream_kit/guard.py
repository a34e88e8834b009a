# SPDX-License-Identifier: Apache-2.0
"""Stands between a process and one outside server: asks it, leaves it alone while it is away, and finds it again."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ream_kit import breaker, log
from ream_kit.breaker import Closed, Name, Open, State
from ream_kit.clock import Clock, SystemClock, timestamp
from ream_kit.errors import Retry
from ream_kit.metrics import METRICS, Metrics

_LOG = log.logger("kit.guard")
_VALUES: dict[Name, int] = {"closed": 0, "half-open": 1, "open": 2}


@dataclass(frozen=True, slots=True)
class Condition:
    """How a guarded server is.

    Attributes:
        since: when it was first found away; None while it is not.
        reason: why, a sentence for people; empty while it is not away.
    """

    server: str
    breaker: Name
    since: datetime | None
    reason: str


class Guard:
    """The circuit breaker of one outside server, shared by all threads of a process.

    While it is open, `calling` raises Retry at once and nobody troubles the server but the probe, which runs in a
    thread of its own: after 0.5 s, then with pauses that double, at most 30 s (somewhat less, by chance, so that many
    processes do not ask together).
    """

    def __init__(
        self,
        server: str,
        probe: Callable[[], Any],
        *,
        clock: Clock | None = None,
        metrics: Metrics = METRICS,
        hurry: float = 1.0,
    ) -> None:
        """Makes a closed breaker.

        Args:
            server: short name, from a small fixed set: that of `Retry.waiting_for`.
            probe: one cheap call that fails when those calls would that opened the breaker; whatever it raises counts.
            clock: tells the time.
            metrics: takes state and number of openings.
            hurry: part of each pause that is waited; below 1 for tests.
        """
        self.server = server
        self._probe = probe
        self._clock = clock or SystemClock()
        self._metrics = metrics
        self._hurry = hurry
        self._lock = threading.Lock()
        self._state: State = Closed()
        self._since: datetime | None = None
        self._openings = 0
        self._listeners: list[Callable[[], None]] = []
        self._over = threading.Event()
        self._metrics.set("ream_breaker_state", 0, server)

    @property
    def is_open(self) -> bool:
        """Whether the server is left alone at present."""
        return not isinstance(self._state, Closed)

    def condition(self) -> Condition:
        """Says how the server is."""
        with self._lock:
            state = self._state
            return Condition(self.server, state.name, self._since, "" if isinstance(state, Closed) else state.reason)

    def when_back(self, listener: Callable[[], None]) -> None:
        """Has a function called, from any thread, each time the server is back."""
        self._listeners.append(listener)

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Surrounds a call of the server; a Retry for it that is raised inside counts as its failure.

        Raises:
            Retry: the breaker is open; the server was not asked.
        """
        self.require_closed()
        try:
            yield
        except Retry as away:
            if away.waiting_for == self.server:
                self.failed(away.reason)
            raise
        except Exception:
            self.succeeded()  # it answered, if not as was hoped
            raise
        self.succeeded()

    def require_closed(self) -> None:
        """Raises Retry while the breaker is open."""
        state = self._state
        if not isinstance(state, Closed):
            raise Retry(self.server, state.reason)

    def failed(self, reason: str) -> None:
        """Takes note of a failed call."""
        self._change(lambda state: breaker.failed(state, reason, self._clock.monotonic()))

    def trip(self, reason: str) -> None:
        """Opens it at once."""
        if not self.is_open:
            self._change(lambda state: breaker.tripped(state, reason, self._clock.monotonic()))

    def succeeded(self) -> None:
        """Takes note of a call that was answered."""
        if self._state != Closed():  # without the lock: this is every call of every thread
            self._change(breaker.succeeded)

    def answered(self) -> None:
        """Closes it: the server has proved that it is back."""
        if self._state != Closed():
            self._change(lambda state: breaker.answered(state, self._clock.monotonic()))

    def close(self) -> None:
        """Ends the probing; the breaker stays as it is."""
        self._over.set()

    def _change(self, change: Callable[[State], State]) -> None:
        with self._lock:
            before, self._state = self._state, change(self._state)
            after = self._state
            if before.name == after.name:
                return
            self._metrics.set("ream_breaker_state", _VALUES[after.name], self.server)
            opened = isinstance(before, Closed)
            since = self._since
            self._since = self._clock.now() if opened else None if isinstance(after, Closed) else since
        if opened and isinstance(after, Open):
            self._metrics.count("ream_breaker_openings_total", self.server)
            _LOG.warning("server_away", server=self.server, reason=after.reason)
            self._openings += 1
            finding = threading.Thread(target=self._find, args=(self._openings,), daemon=True)
            finding.name = f"probe-{self.server}"
            finding.start()
        elif isinstance(after, Closed):
            _LOG.info("server_back", server=self.server, since=timestamp(since) if since else None)
            for listener in self._listeners:
                listener()

    def _find(self, opening: int) -> None:
        """Probes until the breaker is closed, by this or by anybody else."""
        while isinstance(state := self._state, Open) and opening == self._openings:
            spread = random.uniform(0.8, 1.0)  # noqa: S311 (nobody has to guess it)
            if self._over.wait(state.pause * spread * self._hurry) or opening != self._openings:
                return
            self._change(breaker.probing)
            try:
                self._probe()
            except Retry as away:
                self._probe_failed(away.reason)
            except Exception as error:
                self._probe_failed(f"the probe of {self.server} failed ({log.where(error)})")
            else:
                self.answered()

    def _probe_failed(self, reason: str) -> None:
        self._change(lambda state: breaker.probe_failed(state, reason))


def guards_of(*opened: Any) -> tuple[Guard, ...]:
    """The breakers of what a process has open: whatever has an attribute `guard`, or several in `guards`."""
    found = (guard for one in opened for guard in (getattr(one, "guard", None), *getattr(one, "guards", ())))
    return tuple(guard for guard in found if isinstance(guard, Guard))
