# SPDX-License-Identifier: Apache-2.0
"""Decides what aggregate writes into the commit log: what each record led to, and which records a commit covers."""

from collections.abc import Mapping
from dataclasses import dataclass

from ream_aggregate.fanin import Answered, Passed, Refused
from ream_contracts import codec, topics
from ream_kit.commit_log import CommitLog, Done

TOPIC = topics.DOCUMENTS_PARTS.name
CHANGELOG = "changelog"
"""Stands for the table's topic, whose name holds that of the installation."""


@dataclass(frozen=True, slots=True)
class Work:
    """What was done with one record."""

    outcome: str
    done: Done


class Proof:
    """Writes to the commit log where there is one, else does nothing."""

    def __init__(self, log: CommitLog | None = None) -> None:
        self._log = log

    @property
    def wanted(self) -> bool:
        """Whether there is a log."""
        return self._log is not None

    def work(self, key: bytes | None, effect: Answered | Passed | Refused) -> Work | None:
        """Says what an effect comes to; None when nobody wants to know."""
        if self._log is None:
            return None
        done = Done()
        match effect:
            case Refused():
                done.add(topics.DOCUMENTS_PARTS.dead_letters, key, effect.cause.encode())
            case Answered():
                for completed in (*effect.first, *((effect.completed,) if effect.completed is not None else ())):
                    done.add(topics.DOCUMENTS_COMPLETED.name, key, codec.encode(completed))
                done.add(CHANGELOG, key, effect.entry)
        return Work("rejected" if isinstance(effect, Refused) else "done", done)

    def now(self) -> float | None:
        """The time, to be asked for before the broker is asked for committed offsets."""
        return self._log.now() if self._log is not None else None

    def resumed(self, partition: int, committed: int | None, at: float | None) -> None:
        """Notes where a partition is read on from."""
        if self._log is not None:
            self._log.assigned(TOPIC, partition, committed, at=at)

    def committing(self, partition: int, end: int, works: Mapping[int, Work | None]) -> None:
        """Notes, before a commit is sent, that the broker has all that these records led to."""
        if self._log is None:
            return
        for offset, work in sorted(works.items()):
            if offset < end and work is not None:
                self._log.finished(TOPIC, partition, offset, work.outcome, work.done)
        self._log.commit(TOPIC, partition, end)

    def committed(self, partition: int, end: int) -> None:
        """Notes that the broker has the commit."""
        if self._log is not None:
            self._log.committed(TOPIC, partition, end)

    def left(self, partition: int) -> None:
        """Notes that a partition goes to another."""
        if self._log is not None:
            self._log.left(TOPIC, partition, "revoked")
