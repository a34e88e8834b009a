# SPDX-License-Identifier: Apache-2.0
"""Decides of every submitted document, and every child found inside, whether it has ended: by what the topics say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ream_contracts import units
from ream_contracts.messages import (
    DeadLetter,
    DocumentCompleted,
    DocumentIndexed,
    DocumentIngested,
    PartManifest,
    PartOpened,
    PartSegment,
)
from ream_contracts.outcomes import Outcome

FAMILY = (DocumentIngested, PartOpened, PartManifest, DocumentCompleted, DocumentIndexed)
"""Messages that name the family of their document."""
SPOKEN_OF = (*FAMILY, PartSegment)
"""Messages that change an account."""

Age = tuple[int, int]
"""Generation and run."""


@dataclass(slots=True)
class Entry:
    """What is known of one document, in its newest generation and run.

    Attributes:
        ingested: whether it was said to be in the store since this account was opened.
        planned: units that were counted; None before.
        answered: by segment, how many units have their answer; for progress only.
        declared: children that its completion counts; None before.
        completed_version: the newest that was decided; 0 before.
        indexed_version: the newest that is searchable; 0 before.
        given_up: which stage gave a record of it up, and why. That alone is no end: whoever gives up says so to
            aggregate, and sweep sends again what was swallowed.
    """

    parent_id: str | None
    age: Age = (0, 0)
    ingested: bool = False
    planned: int | None = None
    answered: dict[int, int] = field(default_factory=dict)
    declared: int | None = None
    completed_version: int = 0
    indexed_version: int = 0
    outcome: str = ""
    cause: str | None = None
    given_up: str | None = None

    @property
    def finished(self) -> bool:
        """Whether it is searchable as it was decided last, after it was said to be in the store."""
        return self.ingested and 0 < self.completed_version <= self.indexed_version


@dataclass(frozen=True, slots=True)
class Totals:
    """Where everything is: `submitted` = the sum of `outcomes` + `outstanding`, children included.

    Attributes:
        refused: submissions that became dead letters instead of documents; in none of the other numbers.
        ingested: documents that are in the store.
        planned: documents whose units are counted.
        completed: documents whose answers are all in.
        indexed: documents that are searchable.
        units: counted so far.
        units_answered: of these.
    """

    outcomes: Mapping[str, int]
    submitted: int
    children: int
    outstanding: int
    refused: int
    ingested: int
    planned: int
    completed: int
    indexed: int
    units: int
    units_answered: int


class Account:
    """What one `ream ingest` has to see to its end. Messages may come in any order, and more than once."""

    def __init__(self) -> None:
        self._roots: set[str] = set()
        self._entries: dict[str, Entry] = {}
        self._children: dict[str, set[str]] = {}
        self._refused: dict[str, str] = {}

    def submitted(self, document_id: str) -> None:
        """Takes a document into account; to be called before its submission can be answered."""
        self._roots.add(document_id)
        self._entries.setdefault(document_id, Entry(None))

    def withdrawn(self, document_id: str) -> None:
        """Takes a document out again that could not be submitted after all."""
        self._roots.discard(document_id)
        self._entries.pop(document_id, None)

    def refused(self, document_id: str, root_id: str, parent_id: str | None, cause: str) -> bool:
        """Notes that a submission became a dead letter; False when it is none of ours."""
        if root_id not in self._roots:
            return False
        self._refused[document_id] = cause
        self._entries.pop(document_id, None)
        self._heard_of(document_id, parent_id)
        return True

    def gave_up(self, letter: DeadLetter) -> None:
        """Notes that a stage gave up a record of a document."""
        entry = self._entries.get(letter.document_id or "")
        if entry is not None:
            entry.given_up = f"{letter.stage}: {letter.cause}"

    def _heard_of(self, document_id: str, parent_id: str | None) -> None:
        if parent_id is not None:
            self._children.setdefault(parent_id, set()).add(document_id)

    def note(self, message: Any) -> None:
        """Takes note of what was said; of documents that are not ours, nothing."""
        entry = self._entry(message)
        if entry is None:
            return
        match message:
            case DocumentIngested():
                entry.ingested = True
            case PartManifest():
                entry.planned = message.units
            case PartSegment(branch="text"):
                entry.answered[message.segment] = units.count(message.read) + units.count(message.not_applicable)
            case DocumentCompleted() if message.version >= entry.completed_version:
                entry.completed_version, entry.declared = message.version, message.children
                entry.planned = message.units
            case DocumentIndexed() if message.version >= entry.indexed_version:
                entry.indexed_version = message.version
                entry.outcome, entry.cause = message.outcome, message.cause

    def _entry(self, message: Any) -> Entry | None:
        """The entry that a message speaks of, of its generation and run; a later one starts the entry afresh."""
        if not isinstance(message, SPOKEN_OF):
            return None
        known = self._entries.get(message.document_id)
        if known is None:
            if not isinstance(message, FAMILY) or message.root_id not in self._roots:
                return None
            self._refused.pop(message.document_id, None)  # its dead letter was sent again
            self._heard_of(message.document_id, message.parent_id)
            known = self._entries[message.document_id] = Entry(message.parent_id)
        age = (message.generation, message.run)
        if age > known.age:
            known = self._entries[message.document_id] = Entry(known.parent_id, age)
        return known if age == known.age else None

    @property
    def documents(self) -> Mapping[str, Entry]:
        """All documents that are accounted for, children among them."""
        return self._entries

    @property
    def refusals(self) -> Mapping[str, str]:
        """Causes of submissions that became dead letters, by document."""
        return self._refused

    def unheard(self, document_id: str) -> int:
        """Children that a document's completion counts and nobody has heard of yet."""
        return max(0, (self._entries[document_id].declared or 0) - len(self._children.get(document_id, ())))

    def totals(self) -> Totals:
        """Counts everything."""
        outcomes: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
        entries = self._entries.values()
        outcomes.update(entry.outcome for entry in entries if entry.finished)
        unheard = sum(self.unheard(document_id) for document_id in self._entries)
        planned = [entry for entry in entries if entry.planned is not None]
        return Totals(
            outcomes=dict(outcomes),
            submitted=len(self._entries) + unheard,
            children=sum(entry.parent_id is not None for entry in entries) + unheard,
            outstanding=sum(not entry.finished for entry in entries) + unheard,
            refused=len(self._refused),
            ingested=sum(entry.ingested for entry in entries),
            planned=len(planned),
            completed=sum(entry.completed_version > 0 for entry in entries),
            indexed=sum(entry.finished for entry in entries),
            units=sum(entry.planned or 0 for entry in planned),
            units_answered=sum(_answered(entry) for entry in planned),
        )


def _answered(entry: Entry) -> int:
    return entry.planned or 0 if entry.completed_version else min(entry.planned or 0, sum(entry.answered.values()))
