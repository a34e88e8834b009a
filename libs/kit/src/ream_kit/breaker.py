# SPDX-License-Identifier: Apache-2.0
"""Decides when a server that fails is left alone, and when it is asked again: closed, open, half open.

A pure state machine: time comes in as seconds of a clock that never goes back. Closed, everybody asks the server; after
`THRESHOLD` failures in a row it is open and nobody does for a pause; then one probe asks (half open) and closes it, or
opens it for a pause twice as long. Where a server fails again soon after it was back, the pauses go on growing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

THRESHOLD = 3
"""Failures in a row that open it: one broken connection is not a server that is away."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before the first probe, and between probes at most."""

STEADY_SECONDS = 60.0
"""A server that has been back for so long begins with the first pause again when it fails."""

_MOST_LEVELS = 10

Name = Literal["closed", "half-open", "open"]


@dataclass(frozen=True, slots=True)
class Closed:
    """Everybody may ask.

    Attributes:
        failures: in a row, so far.
        level: how often the pause had doubled when it closed.
        since: when it closed; long ago for one that was never open.
    """

    failures: int = 0
    level: int = 0
    since: float = -math.inf

    @property
    def name(self) -> Name:
        """The state, for people."""
        return "closed"


@dataclass(frozen=True, slots=True)
class Open:
    """Nobody asks for a pause, and then the probe alone.

    Attributes:
        reason: why the server was last said to fail, a sentence for people.
        level: how often the pause has doubled.
    """

    reason: str
    level: int

    @property
    def pause(self) -> float:
        """Seconds before the probe: 0.5, 1, 2, ... at most 30."""
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.level)

    @property
    def name(self) -> Name:
        """The state, for people."""
        return "open"


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """The probe asks at this moment; everybody else still waits."""

    reason: str
    level: int

    @property
    def name(self) -> Name:
        """The state, for people."""
        return "half-open"


State = Closed | Open | HalfOpen


def failed(state: State, reason: str, now: float) -> State:
    """Takes a call that failed by the server's being away; one that began before it opened changes nothing."""
    if not isinstance(state, Closed):
        return state
    if state.failures + 1 < THRESHOLD:
        return replace(state, failures=state.failures + 1)
    return tripped(state, reason, now)


def tripped(state: State, reason: str, now: float) -> State:
    """Opens at once: for who knows already that the server is away."""
    if not isinstance(state, Closed):
        return state
    return Open(reason, state.level if now - state.since < STEADY_SECONDS else 0)


def succeeded(state: State) -> State:
    """Takes a call that the server answered; while it is open only the probe's answer counts."""
    return replace(state, failures=0) if isinstance(state, Closed) else state


def probing(state: State) -> State:
    """Becomes half open: the pause is over."""
    return HalfOpen(state.reason, state.level) if isinstance(state, Open) else state


def probe_failed(state: State, reason: str) -> State:
    """Takes a probe that failed."""
    return Open(reason, _risen(state.level)) if isinstance(state, HalfOpen) else state


def answered(state: State, now: float) -> State:
    """Takes proof that the server is back: the probe's answer, or one that stands for it."""
    if isinstance(state, Closed):
        return replace(state, failures=0)
    return Closed(0, _risen(state.level), now)


def _risen(level: int) -> int:
    return min(_MOST_LEVELS, level + 1)
