# SPDX-License-Identifier: Apache-2.0
"""Reads from the store alone what is known of one document, so that it works with everything else down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ream_cli.failures import CommandError
from ream_contracts import layout, units
from ream_contracts.artifacts import DocumentRecord, Manifest, SegmentRecord, SegmentText, Source, UnitText
from ream_contracts.codec import Malformed
from ream_contracts.messages import DocumentIngested
from ream_kit import Erased, Store, retiring
from ream_kit.store import NotFound

T = TypeVar("T")

ID = re.compile(r"[a-z2-7]{32}")
PREFIX = re.compile(r"[a-z2-7]{4,32}")


@dataclass(frozen=True, slots=True)
class Known:
    """One document as the store has it.

    Attributes:
        generations: numbers of what came from this source, ascending.
        runs: of the newest generation, ascending.
        source: of the newest generation; None while ingest works on it.
        manifest: of the newest generation; None before it is planned.
        record: the newest document record, of whatever generation; None before anything was indexed.
        answered: units whose text or emptiness is in the store, in the newest run.
        retired: when it left the index because of its age, ISO 8601; None while it is to be found.
    """

    document_id: str
    generations: tuple[int, ...]
    runs: tuple[int, ...]
    source: Source | None
    ingested: DocumentIngested | None
    manifest: Manifest | None
    record: DocumentRecord | None
    answered: units.Ranges
    retired: str | None = None

    @property
    def current(self) -> bool:
        """Whether the newest record is of the newest generation and run: nothing is outstanding then."""
        record = self.record
        return record is not None and (record.generation, record.run) >= (self.generations[-1], self.runs[-1])

    @property
    def unanswered(self) -> units.Ranges:
        """Units of the plan that have no answer in the store."""
        planned = self.manifest.units if self.manifest else 0
        return units.minus([(1, planned)] if planned else [], self.answered)

    def outstanding(self) -> str | None:
        """Says in a sentence what is waited for; None when the document has ended."""
        if self.current:
            return None
        if self.ingested is None:
            return "ingest has not finished taking it in"
        if self.manifest is None:
            return "extract has not planned it yet"
        if left := self.unanswered:
            return f"no text yet of {self.manifest.unit_kind} {in_words(left)}: extract, ocr or classify is on the way"
        return "every unit has its answer: aggregate or index is on the way"


def known(store: Store, document_id: str) -> Known:
    """Reads what there is.

    Raises:
        CommandError: there is nothing, or nothing any more.
        Erased: it was erased.
    """
    if store.exists(layout.erased(document_id)):
        raise Erased(document_id)
    names = list(store.names(layout.document(document_id)))
    every, gone = _numbers(names, layout.document(document_id)), retiring.retired(names)
    if not every:
        raise CommandError(f"The store has no document {document_id}. 'ream search' and 'ream ingest' tell ids.")
    standing = [number for number in every if number > gone]
    generations = standing or [number for number in every if number < gone]
    left = None if standing else retiring.retired_at(store, document_id, gone)
    newest = generations[-1] if generations else 0
    if left is not None and not store.exists(layout.source(document_id, newest)):
        raise CommandError(
            f"Document {document_id} was removed on {left[:10]}, for it was older than documents are kept here. "
            "Submitted again, it is read again."
        )
    prefix = layout.generation(document_id, newest)
    runs = sorted({1, *_numbers(store.names(f"{prefix}runs/"), f"{prefix}runs/")})
    return Known(
        document_id,
        tuple(generations),
        tuple(runs),
        _artifact(store, Source, layout.source(document_id, newest)),
        _artifact(store, DocumentIngested, layout.ingested(document_id, newest)),
        _last(store, Manifest, f"{prefix}manifests/"),
        newest_record(store, document_id),
        units.union(*(_answered(record) for record in segment_records(store, document_id, newest, runs[-1]))),
        left,
    )


def newest_record(store: Store, document_id: str) -> DocumentRecord | None:
    """What was indexed last of a document; None before that."""
    return _last(store, DocumentRecord, layout.document_records(document_id))


def outcome_of(store: Store, document_id: str) -> str:
    """How another document ended, as its newest record says."""
    if store.exists(layout.erased(document_id)):
        return "erased"
    record = newest_record(store, document_id)
    return "outstanding" if record is None else record.outcome


def segment_records(store: Store, document_id: str, generation: int, run: int) -> list[SegmentRecord]:
    """What answers each segment in a run, in order."""
    names = store.names(layout.segment_records(document_id, generation, run))
    found = [_artifact(store, SegmentRecord, name) for name in names]
    return sorted((record for record in found if record is not None), key=lambda record: record.segment)


def text(store: Store, record: DocumentRecord) -> str:
    """The text of the version that was indexed: its units in order, an empty line between them."""
    found = {unit.unit: unit.text for unit in said(store, record) if unit.text.strip()}
    return "\n\n".join(found[number] for number in sorted(found))


def said(store: Store, record: DocumentRecord) -> Iterator[UnitText]:
    """Yields the units with text or annotations of the version that was indexed."""
    for segment in segment_records(store, record.document_id, record.generation, record.run):
        for unit in store.get_artifact(SegmentText, segment.text).units:
            blank = units.contains(segment.not_applicable, unit.unit)
            if units.contains(segment.read, unit.unit) or (blank and unit.annotations):
                yield unit


def with_prefix(store: Store, prefix: str) -> list[str]:
    """Ids in the store that begin so, at most two: enough to tell whether one is meant."""
    found: list[str] = []
    for name in store.names(f"documents/{prefix}"):
        document_id = name.split("/")[1]
        if document_id not in found:
            found.append(document_id)
        if len(found) == 2:
            break
    return found


def resolve(store: Store, text: str) -> str:
    """Finds the document that an id, or the beginning of one, means.

    Raises:
        CommandError: none or several.
    """
    if ID.fullmatch(text):
        return text
    found = with_prefix(store, text) if PREFIX.fullmatch(text) else []
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"Several documents begin with {text}, as {found[0]} and {found[1]}: give more of the id.")
    raise CommandError(f"The store has no document {text!r}. An id has 32 letters and digits; its beginning is enough.")


def in_words(ranges: units.Ranges, most: int = 8) -> str:
    """Ranges for people: `1 to 3, 7`."""
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in ranges[:most]]
    more = units.count(ranges[most:])
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _answered(record: SegmentRecord) -> units.Ranges:
    return units.union(record.read, record.not_applicable)


def _numbers(names: Iterable[str], prefix: str) -> list[int]:
    """Numbers that stand next after a prefix in names."""
    steps = {re.split(r"[/.]", name.removeprefix(prefix), maxsplit=1)[0] for name in names}
    return sorted(int(step) for step in steps if step.isdecimal())


def _last(store: Store, kind: type[T], prefix: str) -> T | None:
    name = max(store.names(prefix), default=None)
    return None if name is None else _artifact(store, kind, name)


def _artifact(store: Store, kind: type[T], name: str) -> T | None:
    """An artifact; None when it is not there, or is none: a look at a damaged store must still say what it can."""
    try:
        return store.get_artifact(kind, name)
    except (NotFound, Malformed):
        return None
