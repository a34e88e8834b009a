# SPDX-License-Identifier: Apache-2.0
"""Decides which dead letters are sent again, each once, and says what happened to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ream_cli import letters
from ream_cli.letters import Found, NotRedrivable
from ream_contracts.messages import DocumentIngested
from ream_kit import Store
from ream_kit.observe import Announcer

_TOGETHER = 100
"""Dead letters that are sent before it is waited until all have arrived."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which dead letters are meant; what is None or empty does not matter.

    Attributes:
        topic: of the record that was given up.
        stage: that gave it up.
    """

    ids: frozenset[str] = frozenset()
    cause: str | None = None
    topic: str | None = None
    stage: str | None = None

    def means(self, found: Found) -> bool:
        """Says whether this one is."""
        letter = found.letter
        asked = ((self.cause, letter.cause), (self.topic, letter.topic), (self.stage, letter.stage))
        return (not self.ids or found.id in self.ids) and all(wanted in (None, is_) for wanted, is_ in asked)


@dataclass(frozen=True, slots=True)
class Fate:
    """What happened to a dead letter.

    Attributes:
        sent: whether it was sent again, or what it asks for was: two letters of one document ask for the same.
        what: in words.
    """

    id: str
    cause: str
    sent: bool
    what: str


@dataclass(slots=True)
class Outlook:
    """What there is to send again: counts by cause, stage and topic, and how many were sent or dismissed before."""

    letters: int = 0
    before: int = 0
    documents: set[str] = field(default_factory=set)
    by: dict[str, Counter[str]] = field(default_factory=lambda: {one: Counter() for one in ("cause", "stage", "topic")})

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "would_send": self.letters,
            "documents": len(self.documents),
            "sent_before": self.before,
            **{f"by_{name}": dict(counter) for name, counter in self.by.items()},
        }


def look(found: Iterable[Found], which: Which, store: Store, *, again: bool = False) -> Outlook:
    """Counts what would be sent.

    Args:
        found: all dead letters there are.
        which: those that are meant.
        store: knows what was sent before.
        again: send also what was sent before.
    """
    outlook, done = Outlook(), letters.markers(store)
    for each in found:
        if not which.means(each):
            continue
        if each.marker in done and not again:
            outlook.before += 1
            continue
        outlook.letters += 1
        if each.letter.document_id is not None:
            outlook.documents.add(each.letter.document_id)
        for name, counter in outlook.by.items():
            counter[getattr(each.letter, name)] += 1
    return outlook


class Redriving:
    """Sends dead letters again, and remembers each once it has arrived.

    What is ended half-way may send a few again that it has not remembered: they find all work done.
    """

    def __init__(
        self,
        store: Store,
        announcer: Announcer,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._now = now
        self._runs: set[tuple[str, int, int]] = set()

    def send(self, found: Iterable[Found], which: Which, *, again: bool = False) -> Iterator[Fate]:
        """Yields what happened to each that is meant.

        Args:
            found: dead letters, each with its record.
            which: those that are meant.
            again: send also what was sent before.

        Raises:
            Retry: the broker or the store is away; what was not yielded counts as not sent.
        """
        waiting: list[tuple[Found, Fate]] = []
        for each in found:
            if not which.means(each):
                continue
            if not again and (before := letters.mark_of(each, self._store)) is not None:
                if which.ids:
                    yield self._fate(each, sent=False, what=_before(before))
                continue
            try:
                waiting.append((each.slim, self._fate(each, sent=True, what=self._say(each))))
            except NotRedrivable as error:
                yield self._fate(each, sent=False, what=str(error))
            if len(waiting) >= _TOGETHER:
                yield from self._arrived(waiting)
                waiting = []
        yield from self._arrived(waiting)

    def _say(self, found: Found) -> str:
        topic, message, key = letters.again(found, self._store)
        if isinstance(message, DocumentIngested):
            run = (message.document_id, message.generation, message.run)
            named = f"document {run[0]} goes on with run {run[2]}"
            if run in self._runs:
                return named
            self._runs.add(run)
        else:
            named = "it goes to ingest again"
        self._announcer.send(topic, message, key)
        return named

    def _arrived(self, waiting: list[tuple[Found, Fate]]) -> Iterator[Fate]:
        if waiting:
            self._announcer.flush()
        for found, fate in waiting:
            letters.mark(found, self._store, "sent", self._now())
            yield fate

    @staticmethod
    def _fate(found: Found, *, sent: bool, what: str) -> Fate:
        return Fate(found.id, found.letter.cause, sent, what)


def _before(mark: letters.Mark) -> str:
    when = f" at {mark.at}" if mark.at else ""
    return f"it was {'sent again' if mark.how == 'sent' else 'dismissed'}{when}: --again sends it once more"


def dismiss(found: Found, store: Store, now: datetime, *, anyway: bool = False) -> str | None:
    """Lets a dead letter show no more that can't be sent again; returns why not, or None.

    Args:
        found: with its record.
        store: remembers it.
        now: the time.
        anyway: also one that could be sent again.
    """
    if not anyway:
        try:
            letters.again(found, store)
        except NotRedrivable:
            pass
        else:
            return f"it can be sent again ('ream dead-letters redrive {found.id}'); --anyway dismisses it all the same"
    letters.mark(found, store, "dismissed", now)
    return None
