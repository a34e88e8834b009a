# SPDX-License-Identifier: Apache-2.0
"""Decides whether a document that is called complete or empty lost something: units or words that others find in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ream_contracts import units
from ream_contracts.artifacts import DocumentRecord, SegmentRecord, SegmentText, UnitText
from ream_contracts.receipts import lines
from ream_kit import Store
from ream_quality.words import recall, words

WELL = ("complete", "empty")
LEAST = 0.95
"""Share of another reader's words below which text is missing."""
FEW = 20
"""Words of another reader below which a share says nothing."""
ALIKE = 0.5
"""Share of our words that a second reader must know: one that reads something else altogether is no witness."""


@dataclass(frozen=True, slots=True)
class OurUnit:
    """One line of a receipt, with the text."""

    kind: str
    state: str
    method: str
    text: str


@dataclass(frozen=True, slots=True)
class Ours:
    """What the services made of one document.

    Attributes:
        causes: why units were not read.
    """

    outcome: str
    units: Mapping[int, OurUnit]
    causes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Theirs:
    """What other programs find in the same file.

    Attributes:
        reader: the program, for people.
        kind: which units it counts; empty where it counts none.
        units: how many of that kind.
        pages: text by page, where it knows pages.
        text: the whole, where it does not; None where it read no text.
    """

    reader: str
    kind: str = ""
    units: int = 0
    pages: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a document is counted as a silent loss."""

    reader: str
    reason: str


def ours(store: Store, record: DocumentRecord) -> Ours:
    """Collects what lies in the store of a document that was completed."""
    return accounted(
        record, units_read(store, store.segment_records(record.document_id, record.generation, record.run))
    )


def units_read(store: Store, segments: Iterable[SegmentRecord]) -> dict[int, UnitText]:
    """The units that were read, by number."""
    found: dict[int, UnitText] = {}
    for segment in segments:
        for unit in store.get_artifact(SegmentText, segment.text).units:
            if units.contains(segment.read, unit.unit):
                found.setdefault(unit.unit, unit)
    return found


def accounted(record: DocumentRecord, read: Mapping[int, UnitText]) -> Ours:
    """What a record accounts for, with the text of the units that were read."""
    return Ours(
        record.outcome,
        {
            line.unit: OurUnit(line.way.kind, line.way.state, line.way.method, _text(read.get(line.unit)))
            for line in lines(record.receipt)
        },
        frozenset(way.cause for way in record.receipt.ways if way.cause),
    )


def _text(unit: UnitText | None) -> str:
    return unit.text if unit is not None else ""


def loss(document: Ours, second: Iterable[Theirs]) -> Loss | None:
    """Says what was lost without a word; None where nothing was, or where the document itself says so."""
    if document.outcome not in WELL:
        return None
    for theirs in second:
        reason = _units_lost(document, theirs) or _words_lost(document, theirs)
        if reason is not None:
            return Loss(theirs.reader, reason)
    return None


def _units_lost(document: Ours, theirs: Theirs) -> str | None:
    counted = sum(unit.kind == theirs.kind for unit in document.units.values())
    return f"{counted} of {theirs.units} units of kind {theirs.kind}" if counted < theirs.units else None


def _words_lost(document: Ours, theirs: Theirs) -> str | None:
    """Compares words; pages that ocr has read are left out, for its errors are no losses."""
    if theirs.text is not None:
        if any(unit.method == "ocr" for unit in document.units.values()):
            return None
        return _compared("\n".join(unit.text for unit in document.units.values()), theirs.text)
    found, wanted = [], []
    for number, page in enumerate(theirs.pages, 1):
        unit = document.units.get(number)
        if unit is not None and unit.method != "ocr":
            found.append(unit.text)
            wanted.append(page)
    return _compared("\n".join(found), "\n".join(wanted))


def _compared(found: str, wanted: str) -> str | None:
    own, other = words(found), words(wanted)
    if sum(other.values()) < FEW or (sum(own.values()) >= FEW and recall(other, own) < ALIKE):
        return None
    share = recall(own, other)
    return f"{share:.1%} of {sum(other.values())} words" if share < LEAST else None
