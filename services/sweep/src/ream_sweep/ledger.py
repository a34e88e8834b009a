# SPDX-License-Identifier: Apache-2.0
"""Keeps which documents were ingested and which have their answer: rebuilt from the topics, never stored itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ream_contracts.messages import DocumentCompleted, DocumentIndexed, DocumentIngested
from ream_contracts.outcomes import Outcome

Key = tuple[str, int]
"""Document and generation: what ends in exactly one outcome."""


@dataclass(slots=True)
class Entry:
    """What is known of one generation of a document.

    Attributes:
        run: the newest run that was ingested.
        indexed_run: the newest run that was indexed; 0 for none.
        outcome: the newest that was indexed.
        completed_version: the newest that was decided; it has to become searchable.
        indexed_version: the newest that is searchable.
        partition: place of its newest record on documents.ingested.
        offset: there.
        child: whether it was found in another document.
        tries: how often sweep has acted on it since its newest run.
        acted_at: number of the wave that last acted on it.
    """

    run: int = 0
    indexed_run: int = 0
    outcome: str | None = None
    completed_version: int = 0
    indexed_version: int = 0
    partition: int = 0
    offset: int = -1
    child: bool = False
    tries: int = 0
    acted_at: int = 0

    @property
    def answered(self) -> bool:
        """Whether its newest run is searchable, in the newest version that was decided."""
        return self.indexed_run >= self.run > 0 and self.indexed_version >= self.completed_version


class Ledger:
    """All generations of all documents, by what was said on the topics, in any order and any number of times."""

    def __init__(self) -> None:
        self._entries: dict[Key, Entry] = {}
        self._newest: dict[str, int] = {}

    def ingested(self, message: DocumentIngested, partition: int, offset: int) -> None:
        """Takes note of a document that may be read."""
        entry = self._entry(message.document_id, message.generation)
        if message.run > entry.run:
            entry.run, entry.tries = message.run, 0
        if offset > entry.offset:
            entry.partition, entry.offset = partition, offset
        entry.child = message.parent_id is not None
        self._newest[message.document_id] = max(message.generation, self._newest.get(message.document_id, 0))

    def completed(self, message: DocumentCompleted) -> None:
        """Takes note of a decision that has to become searchable."""
        entry = self._entry(message.document_id, message.generation)
        entry.completed_version = max(entry.completed_version, message.version)

    def indexed(self, message: DocumentIndexed) -> None:
        """Takes note of an answer."""
        entry = self._entry(message.document_id, message.generation)
        if message.version >= entry.indexed_version:
            entry.indexed_run, entry.indexed_version, entry.outcome = message.run, message.version, message.outcome

    def _entry(self, document_id: str, generation: int) -> Entry:
        return self._entries.setdefault((document_id, generation), Entry())

    def erased(self, document_id: str) -> None:
        """Takes note that a document was erased: nothing more is owed for any of its generations."""
        for (known, _), entry in self._entries.items():
            if known == document_id:
                entry.outcome = Outcome.ERASED.value
                entry.indexed_run, entry.indexed_version = entry.run, entry.completed_version

    def entry(self, key: Key) -> Entry:
        """Returns the entry of a generation that is known.

        Raises:
            KeyError: it is not known.
        """
        return self._entries[key]

    def newest(self, document_id: str) -> tuple[int, int] | None:
        """Returns generation and run that a document is at; None when it was never ingested."""
        generation = self._newest.get(document_id)
        return None if generation is None else (generation, self._entries[document_id, generation].run)

    def unanswered(self) -> Iterator[tuple[Key, Entry]]:
        """Yields what has no answer and was not overtaken by a newer generation."""
        for key, entry in self._entries.items():
            if entry.run and not entry.answered and key[1] == self._newest.get(key[0]):
                yield key, entry

    def totals(self) -> dict[str, int]:
        """Counts by outcome, with `outstanding`, `submitted` (all generations) and `children` among them.

        submitted = the sum of the outcomes + outstanding, always.
        """
        counts: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
        counts.update({"outstanding": 0, "submitted": 0, "children": 0})
        for key, entry in self._entries.items():
            if entry.run:
                counts["submitted"] += 1
                counts["children"] += entry.child
                counts[self._state(key, entry)] += 1
        return dict(counts)

    def _state(self, key: Key, entry: Entry) -> str:
        if entry.answered and entry.outcome:
            return entry.outcome
        if key[1] < self._newest[key[0]]:
            return entry.outcome or Outcome.SUPERSEDED.value
        return "outstanding"
