# SPDX-License-Identifier: Apache-2.0
"""What the services and the index made of the documents of a corpus, for those who score it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ream_contracts import layout
from ream_contracts.artifacts import DocumentRecord, SegmentClasses, UnitText
from ream_kit import Store
from ream_quality.silent_loss import Ours, accounted, units_read


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One document as it came out; equal to nothing but itself, so that what other programs say of it can be kept.

    Attributes:
        entry: its body in the index of documents.
        units: what was read, by number.
        classes: what classify found, by segment.
        ours: outcome and receipt, for the count of what is missing.
    """

    entry: Mapping[str, Any]
    units: tuple[UnitText, ...]
    classes: tuple[SegmentClasses, ...]
    ours: Ours

    @property
    def outcome(self) -> str:
        """How it ended."""
        return self.ours.outcome

    @property
    def media_type(self) -> str:
        """Found from its content."""
        return str(self.entry["media_type"])

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(unit.text for unit in self.units)


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """A corpus and what came out of it; equal to nothing but itself.

    Attributes:
        root: folder of the corpus, with the truth beside its documents.
        readings: by path below the root; what no file stands for has a name of its own (`made/…`, `FILE#NUMBER`).
    """

    root: Path
    readings: Mapping[str, Reading] = field(default_factory=dict)

    def has(self, path: Path) -> bool:
        """Whether a file below the root went through the flow."""
        return path.relative_to(self.root).as_posix() in self.readings

    def of(self, path: Path) -> Reading:
        """What came out of a file below the root.

        Raises:
            LookupError: it was not taken in.
        """
        name = path.relative_to(self.root).as_posix()
        if name not in self.readings:
            raise LookupError(f"{name} is not among the documents that went through the flow")
        return self.readings[name]

    def files(self, folder: str, *endings: str) -> Iterator[Path]:
        """The files of a folder of the corpus that went through the flow, at any depth, by name."""
        for name in sorted(self.readings):
            if name.startswith(f"{folder}/") and name.lower().endswith(endings or ("",)) and "#" not in name:
                yield self.root / name


def reading(store: Store, record: DocumentRecord) -> Reading:
    """Collects what lies in the store of a document that was completed."""
    segments = list(store.segment_records(record.document_id, record.generation, record.run))
    read = units_read(store, segments)
    classes = tuple(store.get_artifact(SegmentClasses, segment.classes) for segment in segments)
    in_order = tuple(read[number] for number in sorted(read))
    return Reading(record.document, in_order, classes, accounted(record, read))


def newest(store: Store, document_id: str) -> DocumentRecord:
    """The record of the last version that was written.

    Raises:
        LookupError: none was.
    """
    names = list(store.names(layout.document_records(document_id)))
    if not names:
        raise LookupError(f"document {document_id} has no record")
    return store.get_artifact(DocumentRecord, max(names))
