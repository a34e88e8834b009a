# SPDX-License-Identifier: Apache-2.0
"""Keeps which documents were ingested and which have their answer: rebuilt from the topics, never stored itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ream_contracts.messages import DocumentCompleted, DocumentEmbedded, DocumentIndexed, DocumentIngested
from ream_contracts.outcomes import Outcome
from ream_sweep.rows import HELD, LACKING, NONE, OUTCOMES, Rows, packed, spelled

COUNTED = (*(outcome.value for outcome in Outcome), "outstanding", "submitted", "children")

MOST_TRIES = 250

_MOST_GENERATIONS, _MOST_RUNS, _MOST_VERSION = 2**23, 2**16, 2**63


def plausible(generation: int, run: int, version: int = 0) -> bool:
    """Says whether a version has room for these: a message that says more is about nobody's document."""
    return generation < _MOST_GENERATIONS and run < _MOST_RUNS and version < _MOST_VERSION


@dataclass(frozen=True, slots=True)
class Owed:
    """A generation without an outcome.

    Attributes:
        run: the newest that was ingested.
        overtaken: a newer generation has taken its place; all that is missing is that this is said.
        partition: place of its newest record on documents.ingested.
        offset: there.
        tries: how often sweep has acted on it since its newest run.
        acted_at: number of the wave that last acted on it.
    """

    document_id: str
    generation: int
    run: int
    overtaken: bool
    partition: int
    offset: int
    tries: int
    acted_at: int


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A generation whose text has no vectors.

    Attributes:
        run: the newest that was ingested.
        tries: how often it was sent again for their sake since its newest decision.
        acted_at: number of the wave that had arrived when it was sent last.
    """

    document_id: str
    generation: int
    run: int
    tries: int
    acted_at: int


class Ledger:
    """All generations of all documents, by what was said on the topics, in any order and any number of times.

    Counts are read by the thread of the health port while the ledger is written: they are replaced, never changed.
    """

    def __init__(self) -> None:
        self._rows = Rows()
        self._owed: dict[int, bool] = {}  # row: whether a later generation has overtaken it
        self._sent_for_vectors: dict[int, tuple[int, int]] = {}  # row: how often, and the wave that had arrived then
        self._counts: Mapping[str, int] = dict.fromkeys(COUNTED, 0)

    def __len__(self) -> int:
        return len(self._rows)

    def ingested(self, message: DocumentIngested, partition: int, offset: int, timestamp_ms: int = 0) -> None:
        """Takes note of a document that may be read."""
        rows = self._rows
        with self._row(message.document_id, message.generation, message.run) as row:
            if message.run > rows.run[row]:
                rows.run[row], rows.tries[row] = message.run, 0
                self._sent_for_vectors.pop(row, None)
            if offset > rows.offset[row]:
                rows.partition[row], rows.offset[row], rows.noted[row] = partition, offset, _seconds(timestamp_ms)
            rows.child[row] = message.parent_id is not None

    def completed(self, message: DocumentCompleted, timestamp_ms: int = 0) -> None:
        """Takes note of a decision that has to become searchable, and whose text has to get vectors."""
        rows = self._rows
        with self._row(message.document_id, message.generation, message.run, message.version) as row:
            self._noted(row, timestamp_ms)
            if message.version > rows.completed_version[row]:
                rows.completed_version[row], rows.lacking[row] = message.version, 0
                self._sent_for_vectors.pop(row, None)
            if not message.read + message.incomplete:
                rows.embedded_version[row] = max(rows.embedded_version[row], message.version)

    def indexed(self, message: DocumentIndexed, timestamp_ms: int = 0) -> None:
        """Takes note of an answer."""
        rows = self._rows
        with self._row(message.document_id, message.generation, message.run, message.version) as row:
            self._noted(row, timestamp_ms)
            if message.version >= rows.indexed_version[row]:
                rows.indexed_run[row], rows.indexed_version[row] = message.run, message.version
                rows.outcome[row] = OUTCOMES.index(message.outcome)

    def embedded(self, message: DocumentEmbedded, timestamp_ms: int = 0) -> None:
        """Takes note that the text of a version has its vectors."""
        rows = self._rows
        with self._row(message.document_id, message.generation, message.run, message.version) as row:
            self._noted(row, timestamp_ms)
            rows.embedded_version[row] = max(rows.embedded_version[row], message.version)

    def erased(self, document_id: str) -> None:
        """Takes note that a document was erased: nothing more is owed for any of its generations."""
        rows = self._rows
        with self._changing(key := packed(document_id)):
            for row in rows.generations(key):
                rows.outcome[row] = OUTCOMES.index(Outcome.ERASED.value)
                rows.indexed_run[row], rows.indexed_version[row] = rows.run[row], rows.completed_version[row]

    def acted(self, document_id: str, generation: int, wave: int) -> None:
        """Takes note that something was sent for a generation when this wave arrived."""
        rows = self._rows
        row = rows.find(packed(document_id), generation)
        rows.tries[row], rows.acted_at[row] = min(rows.tries[row] + 1, MOST_TRIES), wave

    def acted_for_vectors(self, document_id: str, generation: int, wave: int) -> None:
        """Takes note that a generation was sent again for the sake of its vectors, when this wave had arrived."""
        rows = self._rows
        row = rows.find(packed(document_id), generation)
        tries, _ = self._sent_for_vectors.get(row, (0, 0))
        self._sent_for_vectors[row] = (tries + 1, wave)

    def newest(self, document_id: str) -> tuple[int, int] | None:
        """Returns generation and run that a document is at; None when it was never ingested."""
        rows = self._rows
        ingested = (row for row in rows.generations(packed(document_id)) if rows.run[row])
        return next(((rows.generation[row], rows.run[row]) for row in ingested), None)

    def unanswered(self) -> Iterator[Owed]:
        """Yields every generation that has no outcome, or whose newest decision is not searchable."""
        rows = self._rows
        for row, overtaken in sorted(self._owed.items()):
            yield Owed(
                spelled(rows.key(row)), rows.generation[row], rows.run[row], overtaken, rows.partition[row],
                rows.offset[row], rows.tries[row], rows.acted_at[row],
            )  # fmt: skip

    def hold_unembedded(self) -> None:
        """A wave for vectors begins: it holds all that lack them by now."""
        self._rows.lacking = self._rows.lacking.replace(bytes([LACKING]), bytes([HELD]))

    def unembedded(self) -> Iterator[Unembedded]:
        """Yields every newest generation that is answered, has text without vectors, and is held by the wave."""
        rows, row = self._rows, self._rows.lacking.find(HELD)
        while row != NONE:
            tries, acted_at = self._sent_for_vectors.get(row, (0, 0))
            yield Unembedded(spelled(rows.key(row)), rows.generation[row], rows.run[row], tries, acted_at)
            row = rows.lacking.find(HELD, row + 1)

    def count_unembedded(self) -> int:
        """Counts them, held or not."""
        return self._rows.lacking.count(LACKING) + self._rows.lacking.count(HELD)

    def oldest_owed(self) -> int | None:
        """Says since when the longest has waited that is owed something, in seconds since 1970; None: nothing is."""
        return min((self._rows.noted[row] for row in self._owed), default=None)

    def forget_before(self, timestamp_ms: float) -> None:
        """Drops what was ingested earlier than that and is owed nothing."""
        rows, limit = self._rows, timestamp_ms / 1000
        for key in rows.documents():
            if all(rows.noted[row] < limit and row not in self._owed for row in rows.generations(key)):
                with self._changing(key):
                    for row in rows.generations(key):
                        self._sent_for_vectors.pop(row, None)
                    rows.remove(key)

    def totals(self) -> dict[str, int]:
        """Counts by outcome, with `outstanding`, `submitted` (all generations) and `children` among them.

        submitted = the sum of the outcomes + outstanding, always.
        """
        return dict(self._counts)

    @contextmanager
    def _row(self, document_id: str, generation: int, run: int, version: int = 0) -> Iterator[int]:
        """Gives the row that a message is about, made where there is none; counts what changes in it."""
        rows = self._rows
        with self._changing(key := packed(document_id)):
            row = rows.find(key, generation)
            yield row if row != NONE else rows.add(key, generation)

    @contextmanager
    def _changing(self, key: bytes) -> Iterator[None]:
        before = self._standing(key)
        yield
        after = self._standing(key)
        for row, (*_, owed) in after.items():
            lacking = self._rows.lacking
            lacking[row] = (lacking[row] or LACKING) if self._lacks_vectors(row, owed) else 0
        if before == after:
            return
        counts = dict(self._counts)
        for standing, one in ((before, -1), (after, 1)):
            for state, child, _ in standing.values():
                counts[state] += one
                counts["submitted"] += one
                counts["children"] += one * child
        self._counts = counts
        for row in before:
            self._owed.pop(row, None)
        self._owed.update({row: overtaken for row, (_, _, overtaken) in after.items() if overtaken is not None})

    def _standing(self, key: bytes) -> dict[int, tuple[str, int, bool | None]]:
        """Returns for each row that was ingested its outcome, whether it is a child, and what is owed it.

        What is owed: False for an answer, True for the word that it was superseded, None for nothing.
        """
        rows = self._rows
        found: dict[int, tuple[str, int, bool | None]] = {}
        for row in rows.generations(key):
            if not rows.run[row]:
                continue
            searchable = rows.indexed_version[row] >= rows.completed_version[row]
            answered = rows.indexed_run[row] >= rows.run[row] and searchable
            outcome, overtaken = OUTCOMES[rows.outcome[row]], bool(found)
            if overtaken:
                state = outcome or Outcome.SUPERSEDED.value
                owed = None if outcome or rows.completed_version[row] else True
            else:
                state = outcome if answered and outcome else "outstanding"
                owed = None if state != "outstanding" else False
            found[row] = (state, rows.child[row], owed)
        return found

    def _lacks_vectors(self, row: int, owed: bool | None) -> bool:
        """Whether a generation is answered and has a text without vectors; what is overtaken is none that is sought."""
        rows = self._rows
        if owed is not None or row != rows.newest(rows.key(row)) or OUTCOMES[rows.outcome[row]] == Outcome.ERASED.value:
            return False
        return rows.embedded_version[row] < rows.completed_version[row]

    def _noted(self, row: int, timestamp_ms: int) -> None:
        if not self._rows.run[row]:
            self._rows.noted[row] = _seconds(timestamp_ms)


def _seconds(timestamp_ms: int) -> int:
    return max(0, timestamp_ms // 1000)  # a record without a timestamp says -1
