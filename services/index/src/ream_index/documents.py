# SPDX-License-Identifier: Apache-2.0
"""Decides what people find of a document: what is known at its arrival, and everything when it is complete."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ream_contracts import identity, layout
from ream_contracts.artifacts import DocumentRecord, Manifest, Source
from ream_contracts.messages import DocumentCompleted, DocumentIngested
from ream_contracts.sensitivity import reasons
from ream_index.contents import Contents
from ream_index.passages import Entry

NOT_INDEXABLE = "not-indexable"
COMPLETE = ("complete", "vectors")
"""Readiness of a document that is complete: found by its words, and then also by what it means."""
READ = ("complete", "empty", "partial")
"""Outcomes of documents that could be opened."""
PICTURED = ("page", "image", "slide", "sheet")
"""Units that can be seen though there is nothing to read in them."""
METHOD = "method:"
"""Prefix of the scores that count units by how their text was got."""
SURE = frozenset(
    (
        "document_id", "generation", "run", "revision", "version", "root_id", "parent_id", "depth", "media_type",
        "size", "sha256", "duplicate_of", "outcome", "readiness", "ingested", "completed", "thumbnail",
    )
)  # fmt: skip
"""Fields that hold only what was made here: names, times and numbers, no word of a document."""


def arrived(ingested: DocumentIngested, source: Source, at: str) -> Entry:
    """Makes the entry of a document that was just taken in: findable by what is known of it.

    Its version is below that of every entry that was completed: whatever generation or run comes in, a document that
    was readable stays so, with its text as it was, until the new one is complete.
    """
    body = {
        **_origin(source),
        "document_id": ingested.document_id,
        "generation": ingested.generation,
        "run": ingested.run,
        "revision": 0,
        "version": identity.version(ingested.generation, ingested.run, 0),
        "root_id": ingested.root_id,
        "parent_id": ingested.parent_id,
        "depth": ingested.depth,
        "media_type": ingested.media_type,
        "size": ingested.size,
        "sha256": ingested.sha256,
        "duplicate_of": ingested.duplicate_of,
        "outcome": "outstanding",
        "readiness": "arrived",
        "ingested": at,
    }
    return Entry(ingested.document_id, identity.version(0, ingested.generation, ingested.run), body)


def completed(
    done: DocumentCompleted,
    source: Source,
    manifest: Manifest | None,
    contents: Contents,
    said: Mapping[str, Any],
    at: str,
    decided: str | None = None,
) -> Entry:
    """Makes the entry of a document whose required answers are all in.

    Args:
        done: the decisions.
        source: where it came from.
        manifest: what was planned; None when it was given up before.
        contents: what its segments say.
        said: fields that say what they are about, and what they are like.
        at: the time, ISO 8601.
        decided: when all answers were in, where that is known.
    """
    metadata = dict(manifest.metadata) if manifest else {}
    body = {
        **_origin(source),
        **_facts(done),
        **said,
        # As they were counted here: a late answer is in the text before the completion that counts it.
        "characters": contents.characters,
        "children": len(contents.children),
        "thumbnail": _thumbnail(done, contents.characters),
        "metadata": metadata,
        "title": metadata.get("title"),
        "reason": source.reason or (manifest.reason if manifest else None),
        "text": contents.text,
        "text_truncated": contents.truncated,
        "sha256": source.sha256,
        "readiness": "complete",
        "completed": at,
        "seconds_to_complete": _seconds(source.submitted, at),
        "seconds_to_read": _seconds(source.submitted, decided) if decided else None,
        "seconds_to_index": _seconds(decided, at) if decided else None,
    }
    return Entry(done.document_id, done.version, body)


def _thumbnail(done: DocumentCompleted, characters: int) -> str | None:
    """Names the small picture of a document that has a page to show: drawn after its text, of some when asked for."""
    shown = done.outcome in READ and (characters > 0 or done.unit_kind in PICTURED)
    return layout.thumbnail(done.document_id, done.generation) if shown else None


def _seconds(since: str, until: str) -> float | None:
    """Of a document that is completed again, those since it was submitted first; None where a time is none."""
    try:
        return round((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds(), 3)
    except (ValueError, TypeError):  # with a zone on one side only
        return None


def _origin(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        # What was brought by way of the store comes from where its key says.
        "address": source.key if source.key and (source.address or "store:").startswith("store:") else source.address,
        "namespace": source.namespace,
        "path": source.path,
        "tags": list(source.tags),
        "submitted": source.submitted,
    }


def _facts(done: DocumentCompleted) -> dict[str, Any]:
    return {
        "document_id": done.document_id,
        "generation": done.generation,
        "run": done.run,
        "revision": done.revision,
        "version": done.version,
        "root_id": done.root_id,
        "parent_id": done.parent_id,
        "media_type": done.media_type,
        "size": done.size,
        "outcome": done.outcome,
        "cause": done.cause,
        "unit_kind": done.unit_kind,
        "units": done.units,
        "units_read": done.read,
        "units_not_applicable": done.not_applicable,
        "units_failed": done.failed,
        "units_expired": done.expired,
        "units_incomplete": done.incomplete,
        "missing": "; ".join(missing_in_words(done)) or None,
        "confidence": done.confidence,
        "confidence_lowest": done.confidence_lowest,
        "methods": methods(done),
        "type": done.type,
        "type_confidence": done.type_confidence,
        "topics": list(done.topics),
        "topic_confidence": done.topic_confidence,
        "languages": list(done.languages),
        "sentiment": done.sentiment,
        "sentiment_score": done.sentiment_score,
        "sensitivity": done.sensitivity,
        "sensitivity_reasons": list(reasons(done.scores)),
        "personal_data": sorted(done.personal_data),
        "personal_data_hits": sum(done.personal_data.values()),
        "scores": dict(done.scores),
    }


def with_vectors(record: DocumentRecord) -> Entry:
    """Makes the entry of a document whose passages have their vectors."""
    return Entry(record.document_id, record.version, {**record.document, "readiness": "vectors"}, edition=1)


def reduced(entry: Entry, reason: str) -> Entry:
    """Makes the entry of a document that OpenSearch does not take as it is: what cannot be wrong in it, and why."""
    body = {name: value for name, value in entry.body.items() if name in SURE}
    return Entry(entry.id, entry.version, {**body, **refused(reason)}, entry.edition)


def refused(reason: str) -> dict[str, Any]:
    """Says that a document or some of its pages are not as searchable as they should be."""
    return {"cause": NOT_INDEXABLE, "reason": reason}


def missing_in_words(done: DocumentCompleted) -> list[str]:
    """Says for people which units are missing and why, e.g. `page 4 to 6 failed (out-of-time)`."""
    return [
        f"{done.unit_kind} {first if first == last else f'{first} to {last}'} {missing.rank}"
        + (f" ({missing.cause})" if missing.cause else "")
        for missing in done.missing
        for first, last in missing.units
    ]


def methods(done: DocumentCompleted) -> list[str]:
    """Names how the text of a document was got, the way of most units first."""
    counts = {name.removeprefix(METHOD): n for name, n in done.scores.items() if name.startswith(METHOD) and n}
    return sorted(counts, key=lambda method: (-counts[method], method))


def record(done: DocumentCompleted, entry: Entry, manifest: Manifest | None, contents: Contents) -> DocumentRecord:
    """Makes the record of this version: the entry as written, and the receipt."""
    return DocumentRecord(
        done.document_id,
        done.generation,
        done.run,
        done.version,
        done.outcome,
        entry.body,
        contents.receipt(done, manifest),
        tuple(sorted(contents.children, key=lambda child: child.ordinal)),
        (*contents.artifacts, *((done.manifest,) if done.manifest else ())),
    )
