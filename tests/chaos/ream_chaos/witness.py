# SPDX-License-Identifier: Apache-2.0
"""Sees from outside what becomes of documents: what was taken in, decided and indexed, and when all is quiet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ream_chaos.plan import READERS
from ream_chaos.snapshot import Key, Snapshot
from ream_contracts import codec, topics
from ream_contracts.messages import DocumentCompleted, DocumentEmbedded, DocumentIndexed, DocumentIngested
from ream_contracts.outcomes import Outcome
from ream_index import fingerprint
from ream_kit import Retry
from ream_kit.observe import Observer, Tail
from ream_tests.flow import Flow

FOLLOWED = (
    topics.DOCUMENTS_INGESTED,
    topics.DOCUMENTS_COMPLETED,
    topics.DOCUMENTS_INDEXED,
    topics.DOCUMENTS_EMBEDDED,
)
_QUIET_LOOKS = 3


def _nothing() -> None:
    """Where nothing has to be done while it is waited."""


@dataclass
class Witness:
    """Follows an installation; a broker that comes and goes is waited for.

    Attributes:
        indexed_at: moment (monotonic) at which each document first had an outcome.
        decided_at: moment at which any document had its newest outcome.
        moved: moment at which something was said last.
    """

    flow: Flow
    ingested: dict[Key, int] = field(default_factory=dict)
    outcomes: dict[Key, str] = field(default_factory=dict)
    indexed_at: dict[str, float] = field(default_factory=dict)
    moved: float = field(default_factory=time.monotonic)
    decided_at: float = 0.0

    def __post_init__(self) -> None:
        self._tail = Tail(self.flow.kafka, [topic.name for topic in FOLLOWED], "beginning")
        self._versions: dict[Key, int] = {}
        self._decided: dict[tuple[str, int], bytes] = {}
        self._contradicted: set[str] = set()
        self._wordy: dict[str, int] = {}
        self._embedded: dict[str, int] = {}
        self._roots: dict[str, str] = {}
        self._said: dict[str, int] = {}

    def __enter__(self) -> Witness:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._tail.close()

    def look(self, seconds: float) -> None:
        """Takes note of what was said, waiting at most so long for more."""
        for seen in self._tail.poll(seconds):
            self.moved = time.monotonic()
            self.note(seen.message)

    def note(self, message: Any) -> None:
        """Takes note of one message."""
        if isinstance(message, DocumentIngested):
            key = (message.document_id, message.generation)
            self.ingested[key] = max(message.run, self.ingested.get(key, 0))
            self._roots[message.document_id] = message.root_id
        elif isinstance(message, DocumentCompleted):
            said = codec.encode(message)
            if self._decided.setdefault((message.document_id, message.version), said) != said:
                self._contradicted.add(message.document_id)
            if message.read + message.incomplete and message.outcome != Outcome.SUPERSEDED:
                self._wordy[message.document_id] = max(message.version, self._wordy.get(message.document_id, 0))
        elif isinstance(message, DocumentEmbedded):
            self._embedded[message.document_id] = max(message.version, self._embedded.get(message.document_id, 0))
        elif isinstance(message, DocumentIndexed):
            key = (message.document_id, message.generation)
            self.indexed_at.setdefault(message.document_id, self.moved)
            if message.version > self._versions.get(key, 0):
                self.decided_at = self.moved
            if message.version >= self._versions.get(key, 0):
                self._versions[key] = message.version
                self._said[message.document_id] = message.passages
                self.outcomes[key] = message.outcome

    def ended(self, documents: Collection[str]) -> int:
        """How many of these documents have an outcome."""
        return sum(1 for document in documents if document in self.indexed_at)

    def unembedded(self) -> list[str]:
        """Documents whose newest decision has text, and which were never said to have the vectors of it."""
        return sorted(one for one, version in self._wordy.items() if self._embedded.get(one, -1) < version)

    def until(self, condition: Callable[[], bool], patience: float, meanwhile: Callable[[], None] = _nothing) -> bool:
        """Looks until a condition holds; gives up when nothing was said for so many seconds.

        Args:
            condition: what is waited for.
            patience: seconds.
            meanwhile: done at each look.
        """
        began = time.monotonic()
        while not condition():
            self.look(0.25)
            meanwhile()
            if time.monotonic() - max(began, self.moved) > patience:
                return condition()
        return True

    def settle(self, wanted: Collection[str], patience: float, meanwhile: Callable[[], None] = _nothing) -> bool:
        """Waits until documents and all that was found inside have outcomes, and nobody has anything left to read."""

        def all_ended() -> bool:
            return all(document in self.indexed_at for document in wanted) and all(
                key in self.outcomes for key in self.ingested
            )

        return self.until(all_ended, patience, meanwhile) and self.rest(patience, meanwhile)

    def rest(self, patience: float, meanwhile: Callable[[], None] = _nothing) -> bool:
        """Waits until every group that runs here and commits has read everything, several looks in a row.

        Gives up when for so many seconds nothing was said and no group got on.
        """
        observer, pause, quiet, least = Observer(self.flow.kafka), threading.Event(), 0, float("inf")
        began = time.monotonic()
        while quiet < _QUIET_LOOKS and time.monotonic() < max(began, self.moved) + patience:
            self.look(0.25)
            meanwhile()
            try:
                left = sum(lag.records for lag in observer.lag() if lag.group in READERS)
            except Retry:
                left = 1
            if left < least:
                least, began = left, time.monotonic()
            quiet = quiet + 1 if left == 0 else 0
            pause.wait(0.5)
        return quiet >= _QUIET_LOOKS

    def snapshot(self) -> Snapshot:
        """What there is now, the index included."""
        client = self.flow.opensearch
        try:
            found = {line.id: line for line in fingerprint.entries(client, self.flow.environment["REAM_INDEX_PREFIX"])}
        finally:
            client.close()
        return Snapshot(
            dict(self.ingested), dict(self.outcomes), found, frozenset(self._contradicted), dict(self._roots),
            dict(self._said),
        )  # fmt: skip
