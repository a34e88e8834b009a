# SPDX-License-Identifier: Apache-2.0
"""Decides which states a record passes through and what may follow a try of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Literal

from ream_kit.dead_letters import GivenUp
from ream_kit.records import Record

MOST_DEATHS = 3
"""Deaths of a process after which the record that it worked on is given up."""

SERVICE_DIED = "service-died"
"""The cause of a dead letter whose record ended the process each time."""

LONGEST_PAUSE = 30.0
_SHORTEST_PAUSE = 0.2

Outcome = Literal["done", "skipped", "malformed", "rejected", "erased", "failed"]


class Phase(Enum):
    """How far a record is."""

    HANDLE = auto()
    GIVE_UP = auto()
    BURY = auto()


@dataclass(frozen=True, slots=True)
class Done:
    """The record is finished when the broker has all its outputs."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Again:
    """The same phase is tried again after a pause; `waiting_for` names who is away, None when we failed ourselves."""

    pause_seconds: float
    waiting_for: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Next:
    """The next phase follows when the broker has all outputs of this one."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The stage must end: going on would do harm. The reason says to a person what to do."""

    reason: str


Step = Done | Again | Next | Stop


@dataclass(slots=True, eq=False)
class Attempt:
    """One record on its way through the phases.

    Attributes:
        tries: how often the present phase failed by our fault.
        waits: how often in a row somebody was away.
        alone: a batch failed as a whole with this record in it, so it is now tried by itself.
        cleared: it may be begun: what says so after a death is on the broker.
        deaths: how often a process died that may have worked on it; such a suspect is run with nothing beside it.
        refused: why the broker would never take a message that the last try wrote; None when it took them all.
        lane: records with the same lane share one turn (a document, on one topic).
        position: its place among those of its lane.
        ordered: records of its lane must be worked on one after another.
        bulk: it came by a lane that is spread over all partitions: it must leave room for small work.
    """

    record: Record
    phase: Phase = Phase.HANDLE
    tries: int = 0
    waits: int = 0
    alone: bool = False
    cleared: bool = True
    deaths: int = 0
    refused: str | None = None
    message: Any = None
    outcome: Outcome = "done"
    given_up: GivenUp | None = None
    lane: Hashable = field(init=False)
    position: int = field(init=False)
    ordered: bool = field(init=False)
    bulk: bool = field(init=False)

    def __post_init__(self) -> None:
        """A record without a key shares its turn with nobody."""
        origin, topic = self.record.origin, self.record.topic
        turn = origin.offset if origin.key is None else origin.key
        self.lane = (origin.topic, origin.partition, turn)
        self.position = origin.offset
        self.ordered = topic.order == "key" and origin.key is not None
        self.bulk = topic.spread

    @property
    def suspect(self) -> bool:
        """Whether a process may have died of it."""
        return self.deaths > 0


def died(attempt: Attempt) -> None:
    """Gives a record up that processes died of: after the third death; after three more in giving it up, that too."""
    attempt.outcome = "failed"
    detail = f"the service died {attempt.deaths} times while it worked on this record, the last times on nothing else"
    attempt.given_up = GivenUp(SERVICE_DIED, detail, attempt.deaths)
    attempt.phase = Phase.GIVE_UP if attempt.deaths < 2 * MOST_DEATHS else Phase.BURY


def pause(waits: int) -> float:
    """Seconds to wait before the try after `waits` failed ones: 0.2, 0.4, ... at most 30."""
    return min(LONGEST_PAUSE, _SHORTEST_PAUSE * 2.0 ** (min(waits, 20) - 1))
