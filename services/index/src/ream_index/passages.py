# SPDX-License-Identifier: Apache-2.0
"""Decides what a passage is: a page, or a part of one that ends where a paragraph does."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ream_contracts import identity, layout, units
from ream_contracts.artifacts import DocumentRecord, SegmentClasses, SegmentRecord, SegmentText, Source
from ream_contracts.messages import DocumentCompleted
from ream_contracts.sensitivity import sensitivity, until_decided
from ream_contracts.vectors import Window
from ream_index.cells import cells_of
from ream_index.languages import stem_field
from ream_index.layout import Boxes, Trail, headings_of
from ream_index.names import names_of, names_within
from ream_index.revealing import open_names

PARAGRAPH = re.compile(r"\n\s*\n")
SHOWN = ("complete", "partial")
"""Outcomes of documents of which a first page is drawn; one with passages has text."""
SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole-document write.

    Attributes:
        version: a lower one than what is there is passed over.
        edition: of the same version: 1 with vectors stands above 0 without.
    """

    id: str
    version: int
    body: dict[str, Any]
    edition: int = 0

    @property
    def external_version(self) -> int:
        """What OpenSearch compares."""
        return external_version(self.version, self.edition)


def external_version(version: int, edition: int = 0) -> int:
    """Makes room for an edition with vectors between two versions."""
    return 2 * version + edition


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a document as a whole.

    Attributes:
        version: of the decisions.
    """

    version: int
    type: str | None
    outcome: str
    sensitivity: str | None
    topics: tuple[str, ...] = ()
    sentiment: str | None = None

    @classmethod
    def by(cls, done: DocumentCompleted) -> "Decided":
        """As a completion says it."""
        return cls(done.version, done.type, done.outcome, done.sensitivity, done.topics, done.sentiment)

    @classmethod
    def as_recorded(cls, record: DocumentRecord) -> "Decided":
        """As it was when this record was written."""
        document = record.document
        return cls(
            record.version,
            document.get("type"),
            record.outcome,
            document.get("sensitivity"),
            tuple(document.get("topics") or ()),
            document.get("sentiment"),
        )


@dataclass(frozen=True, slots=True)
class About:
    """What passages say of their document, so that they can be filtered and counted by it.

    Attributes:
        source: where it came from.
        decided: None while it is not complete.
        early: what was read is found before it answers anything; the answer stands above it.
    """

    source: Source
    decided: Decided | None = None
    early: bool = False

    def body(self, scores: Mapping[str, int], thumbnail: str) -> dict[str, Any]:
        """The fields of a passage of a segment with these scores, of a document with such a small picture."""
        source, decided = self.source, self.decided
        return {
            "name": source.name,
            "namespace": source.namespace,
            "path": source.path,
            "tags": list(source.tags),
            "media_type": source.media_type,
            "submitted": source.submitted,
            "type": decided.type if decided else None,
            "topics": list(decided.topics) if decided else [],
            "sentiment": decided.sentiment if decided else None,
            "thumbnail": thumbnail if decided and decided.outcome in SHOWN else None,
            "outcome": decided.outcome if decided else "outstanding",
            "document_sensitivity": (decided.sensitivity if decided else None) or until_decided(scores),
        }


def passages(
    record: SegmentRecord,
    text: SegmentText,
    classes: SegmentClasses,
    about: About,
    limit: int,
    windows: Sequence[Window] | None = None,
) -> Iterator[Entry]:
    """Makes the passages of a segment's units: always the same ones, from what lies in the store alone.

    Those of a document that is complete stand above those that were made of its parts.

    Args:
        record: which units were read.
        text: what they say.
        classes: what they are.
        about: what is known of their document.
        limit: characters of the largest passage.
        windows: vectors of the segment, by the places of its text; None where there are none yet.
    """
    languages = {one.unit: one.language for one in classes.languages}
    revision = 0 if about.early else 1
    version = about.decided.version if about.decided else identity.version(record.generation, record.run, revision)
    level = sensitivity(classes.scores)
    shared = about.body(classes.scores, layout.thumbnail(record.document_id, record.generation))
    shown = list(open_names(classes.entities, classes.findings))
    for unit in text.units:
        if not units.contains(record.read, unit.unit):
            continue
        language = languages.get(unit.unit, "und")
        stems = stem_field(language)
        trail, boxes = Trail(headings_of(unit)), Boxes(unit.blocks)
        own = deque(one for one in windows or () if one.unit == unit.unit)
        pieces = list(cut(unit.text, limit))
        cells = cells_of(unit.tables, [piece for _, piece in pieces], limit)
        names = names_of(shown, unit.unit)
        for number, (start, piece) in enumerate(pieces, 1):
            yield Entry(
                f"{record.document_id}-{unit.unit}-{number}",
                version,
                {
                    **shared,
                    "document_id": record.document_id,
                    "generation": record.generation,
                    "run": record.run,
                    "version": version,
                    "unit": unit.unit,
                    "unit_kind": unit.kind,
                    "label": unit.label,
                    "part": number,
                    "heading": trail.at(start + len(piece)),
                    "box": boxes.around(start, start + len(piece)),
                    "text": piece,
                    "stems": {stems: piece} if stems else None,
                    "cells": cells[number - 1].lines or None,
                    "cells_left_out": cells[number - 1].left_out or None,
                    **names_within(names, start, start + len(piece)),
                    "language": language,
                    "method": unit.method,
                    "confidence": unit.confidence,
                    "characters": len(piece),
                    "sensitivity": level,
                    "windows": _windows_until(own, start + len(piece)) or None,
                },
                edition=0 if windows is None else 1,
            )


def _windows_until(ahead: deque[Window], end: int) -> list[dict[str, Any]]:
    """Takes the windows that begin before a place."""
    found = []
    while ahead and ahead[0].start < end:
        found.append({"vector": [round(number, 4) for number in ahead.popleft().vector]})
    return found


def cut(text: str, limit: int) -> Iterator[tuple[int, str]]:
    """Cuts text into pieces of at most `limit` characters, each with its place; loses only white space."""
    start = 0
    while start < len(text):
        end = len(text) if len(text) - start <= limit else _end(text, start, limit)
        piece = text[start:end]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), piece.strip()
        start = end


def _end(text: str, start: int, limit: int) -> int:
    """Finds where a piece ends: after the last paragraph, else sentence, else word that fits, else anywhere."""
    window = text[start : start + limit]
    for pattern in (PARAGRAPH, SENTENCE):
        # A piece of less than a third of the limit is worse to read than a paragraph that is cut.
        ends = [match.end() for match in pattern.finditer(window) if match.end() > limit // 3]
        if ends:
            return start + ends[-1]
    space = window.rfind(" ", limit // 3)
    return start + space + 1 if space > 0 else start + limit
