# SPDX-License-Identifier: Apache-2.0
"""Decides how what was found is said: the messages of a plan, a run, a scanned page and a child."""

from collections.abc import Iterator
from itertools import groupby

from ream_contracts import units
from ream_contracts.artifacts import ChildFound, Manifest
from ream_contracts.messages import (
    Allowance,
    DocumentIngested,
    DocumentSubmitted,
    Parent,
    PartFailed,
    PartManifest,
    SegmentRead,
    SegmentScanned,
)
from ream_extract.parameters import STAGE
from ream_extract.segments import RunNote, Scanned


def planned(ingested: DocumentIngested, manifest: Manifest, name: str) -> PartManifest:
    """Says what is to come."""
    return PartManifest(
        document_id=ingested.document_id,
        generation=ingested.generation,
        run=ingested.run,
        root_id=ingested.root_id,
        parent_id=ingested.parent_id,
        media_type=ingested.media_type,
        size=ingested.size,
        manifest=name,
        unit_kind=manifest.unit_kind,
        units=manifest.units,
        beyond=manifest.beyond,
        verdict=manifest.verdict,
        cause=manifest.cause,
    )


def of_run(ingested: DocumentIngested, note: RunNote) -> Iterator[SegmentRead | PartFailed]:
    """Says what was read of a run, and what was given up, by cause."""
    if note.text is not None:
        yield SegmentRead(
            document_id=ingested.document_id,
            generation=ingested.generation,
            run=ingested.run,
            segment=note.units[0],
            units=units.of(note.units),
            text=note.text,
            method="text-layer" if note.method == "none" else note.method,
            confidence=note.confidence,
            characters=note.characters,
            redo=ingested.redo,
            holds=note.holds,
            media_type=ingested.media_type,
        )
    by_cause = sorted(note.failed, key=lambda one: (one.cause, one.unit))
    for cause, given_up in groupby(by_cause, key=lambda one: one.cause):
        yield failed(ingested, cause, units.of(one.unit for one in given_up), 1)


def scanned(ingested: DocumentIngested, page: Scanned) -> SegmentScanned:
    """Asks ocr for one page."""
    return SegmentScanned(
        document_id=ingested.document_id,
        generation=ingested.generation,
        run=ingested.run,
        segment=page.unit,
        units=((page.unit, page.unit),),
        object=ingested.object or "",
        media_type=ingested.media_type,
        sha256=ingested.sha256 or "",
        reason=page.reason,
        kept=page.kept,
        redo=ingested.redo,
        kept_holds=page.kept_holds,
        size=ingested.size,
    )


def early(ingested: DocumentIngested, page: Scanned) -> Iterator[SegmentRead]:
    """Says that the good text of a unit is there, so that nobody waits for its pictures to find it.

    Of a later run nothing: what the one before it read is found meanwhile, pictures too.
    """
    if page.reason == "written-pictures" and page.kept is not None and page.method != "none" and ingested.run == 1:
        kept_holds = page.kept_holds or {}
        yield SegmentRead(
            document_id=ingested.document_id,
            generation=ingested.generation,
            run=ingested.run,
            segment=page.unit,
            units=((page.unit, page.unit),),
            text=page.kept,
            method=page.method,
            confidence=page.confidence,
            characters=kept_holds.get("characters", 0),
            redo=ingested.redo,
            early=True,
            holds=kept_holds,
        )


def child(
    ingested: DocumentIngested, found: ChildFound, share: Allowance, password_ref: tuple[str, ...]
) -> DocumentSubmitted:
    """Submits a document found inside; it may be opened with the same passwords."""
    return DocumentSubmitted(
        source=f"store:{found.object}",
        name=found.name,
        password_ref=password_ref or None,
        parent=Parent(
            document_id=ingested.document_id,
            generation=ingested.generation,
            root_id=ingested.root_id,
            path=found.path,
            ordinal=found.ordinal,
            depth=ingested.depth + 1,
            allowance=share,
            size=found.size,
        ),
    )


def failed(ingested: DocumentIngested, cause: str, ranges: units.Ranges, attempts: int) -> PartFailed:
    """Gives units up; no ranges mean every unit that has no answer."""
    return PartFailed(
        document_id=ingested.document_id,
        generation=ingested.generation,
        run=ingested.run,
        branch="text",
        stage=STAGE,
        cause=cause,
        units=ranges,
        attempts=attempts,
    )
