# SPDX-License-Identifier: Apache-2.0
"""What a search answers: documents with the places in them, and how the answers divide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MARK = ("\ufdd0", "\ufdd1")
"""What stands around a found word in a highlight: characters that are none and so stand in no text. OpenSearch trims
control characters off the ends of a highlight."""
PASSAGE_FIELDS = ["document_id", "unit", "unit_kind", "label", "heading", "box", "language", "method", "confidence"]
ENTRY_FIELDS = ["name", "outcome", "type", "media_type", "sensitivity", "namespace", "languages", "submitted"]


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A place where something was found.

    Attributes:
        unit: number of the page, sheet, … counted from 1.
        label: its name for people, where it has one.
        heading: path of headings above it, where there are any.
        highlights: pieces of text with MARK around the found words.
        method: how its text was got.
        confidence: how sure that is, 0 to 100.
        box: where it stands on the page: x0, y0, x1, y1 in points from its top left; None where nobody knows.
    """

    unit: int
    unit_kind: str
    label: str | None
    heading: str | None
    highlights: tuple[str, ...]
    score: float
    language: str | None = None
    method: str | None = None
    confidence: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """Another version of a document that was found.

    Attributes:
        same: whether it has the same bytes.
        words: per cent of the words of both, three by three, that are in both, as a sketch of them says; None where
            one has no words.
        units_more: pages (or what else is counted) that it has more; less where it is below 0.
    """

    document_id: str
    name: str | None
    same: bool
    words: int | None
    units_more: int | None


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document in which something was found, best passages first; without any where only its name holds the words.

    Attributes:
        family: the version of it that was submitted first, itself where there is no other; None where nobody looked.
        versions: others of its family, the first submitted ones.
        other_versions: how many of them there are that the asking user may see.
        all_versions_counted: False where there are more than were counted.
    """

    document_id: str
    name: str | None
    outcome: str
    type: str | None
    media_type: str
    sensitivity: str | None
    passages: tuple[PassageHit, ...]
    source: str | None = None
    languages: tuple[str, ...] = ()
    submitted: str | None = None
    family: str | None = None
    versions: tuple[Version, ...] = ()
    other_versions: int = 0
    all_versions_counted: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents with something found in them have a value."""

    value: str
    documents: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search.

    Attributes:
        passages: how many match.
        documents: the best.
        facets: how the documents in which something was found divide, by the name that a query gives the field.
        loosened: whether nothing holds all the words, and these hold some of them.
        total: how many documents there are; at least, where more are found by their words than are asked for. None by
            meaning, where there is always a next one.
        without_vectors: documents that cannot be found by meaning yet; counted only where it is looked for.
        behind: found documents that are not shown because another version of them is; the total counts them.
        notes: sentences for people on why there is nothing, or nothing else.
    """

    passages: int
    documents: tuple[DocumentHit, ...]
    facets: tuple[tuple[str, tuple[Count, ...]], ...] = ()
    loosened: bool = False
    total: int | None = None
    without_vectors: int | None = None
    notes: tuple[str, ...] = ()
    behind: int = 0


def document_hit(document_id: str, entry: Mapping[str, Any], passages: tuple[PassageHit, ...]) -> DocumentHit:
    """Makes a hit of a document's entry; of one that is not there yet only its passages are known."""
    return DocumentHit(
        document_id,
        entry.get("name"),
        entry.get("outcome", "outstanding"),
        entry.get("type"),
        entry.get("media_type", ""),
        entry.get("sensitivity"),
        passages,
        entry.get("namespace"),
        tuple(entry.get("languages") or ()),
        entry.get("submitted"),
    )


def _marks(pieces: Sequence[str]) -> int:
    return sum(piece.count(MARK[0]) for piece in pieces)


def _box(value: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    if value is None or len(value) != 4:
        return None
    x0, y0, x1, y1 = map(float, value)
    return x0, y0, x1, y1


def passage_hit(hit: Mapping[str, Any]) -> PassageHit:
    """Makes a hit of a passage; of its highlights those are shown in which most words were found."""
    source, found = hit["_source"], hit.get("highlight", {})
    # A cell with its heads is shown only where the text itself has fewer of the words.
    fields = sorted(found, key=lambda name: name == "cells")
    best = max((found[name] for name in fields), key=_marks, default=())
    return PassageHit(
        source["unit"],
        source["unit_kind"],
        source.get("label"),
        source.get("heading"),
        tuple(best),
        float(hit["_score"] or 0),
        source.get("language"),
        source.get("method"),
        source.get("confidence"),
        _box(source.get("box")),
    )
