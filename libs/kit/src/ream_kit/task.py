# SPDX-License-Identifier: Apache-2.0
"""Decides what is known of a record in flight, of its partition, and of a commit on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ream_contracts.topic import Topic
from ream_kit.ahead import Reserve
from ream_kit.attempts import Attempt, Phase, Step
from ream_kit.commit_log import Done
from ream_kit.offsets import Commit, Offsets


@dataclass(slots=True, eq=False)
class Partition:
    """A partition while it is assigned to this process; assigned again, it is another one.

    Attributes:
        reserve: how many records that come next may be begun at once.
        unnamed: its records that wait to be named.
        named: its records that the next commit names.
        lost: it is another process's now: nothing that comes of its records counts any more.
    """

    topic: Topic[Any]
    number: int
    offsets: Offsets = field(default_factory=Offsets)
    reserve: Reserve = field(default_factory=Reserve)
    unnamed: int = 0
    named: list[Task] = field(default_factory=list)
    lost: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A commit on its way to the broker, and the records that may be begun when it has arrived."""

    partition: Partition
    commit: Commit
    tasks: tuple[Task, ...]


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
        done: what was done with it, where that is written down.
    """

    partition: Partition
    unconfirmed: int = 0
    step: Step | None = None
    began_in: Phase = Phase.HANDLE
    undelivered: str | None = None
    hold: Hold | None = None
    done: Done | None = None

    @property
    def place(self) -> dict[str, Any]:
        """Where it stands, for a log line."""
        return {"topic": self.partition.topic.name, "partition": self.partition.number, "offset": self.position}
