# SPDX-License-Identifier: Apache-2.0
"""Wires ingest: a submission becomes a document in the store."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ream_contracts import layout, topics
from ream_contracts.artifacts import Source
from ream_contracts.messages import Allowance, DocumentIngested, DocumentSubmitted, PartOpened
from ream_contracts.whole import NotWhole
from ream_ingest.buckets import S3Buckets
from ream_ingest.copying import Received, TooLarge
from ream_ingest.detecting import Detector, open_detector
from ream_ingest.generations import Claim, take
from ream_ingest.identity import Family, family
from ream_ingest.receiving import Receiver, body_sha256
from ream_ingest.settings import IngestSettings
from ream_ingest.sources import BadSource
from ream_kit import Origin, Reject, Store, settings, stage
from ream_kit.clock import Clock
from ream_kit.rerun import newest_run, next_run, run_message

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file becomes a document without being kept."""

    cause: str
    reason: str
    size: int


@contextmanager
def open_settings() -> Iterator[IngestSettings]:
    """Gives the settings of this process."""
    yield settings.load(IngestSettings, os.environ, "REAM_INGEST_")


@stage(
    "ingest",
    version="1",
    reads=(topics.DOCUMENTS_SUBMITTED,),
    writes=(topics.DOCUMENTS_PARTS, topics.DOCUMENTS_INGESTED),
    needs={"limits": open_settings, "detector": open_detector},
)
def ingest(
    submitted: DocumentSubmitted,
    store: Store,
    origin: Origin,
    clock: Clock,
    limits: IngestSettings,
    detector: Detector,
) -> Iterator[PartOpened | DocumentIngested]:
    """Keeps the bytes, names the document, opens it and says that it may be read."""
    try:
        who = family(submitted, body_sha256(submitted), Allowance(limits.family_documents, limits.family_bytes))
        receiver = Receiver(limits, store, S3Buckets(os.environ))
        ingested = _taken(submitted, who, store, origin, clock, limits, receiver, detector)
    except BadSource as bad:
        raise Reject(bad.cause, bad.reason) from None
    # What running again starts from, when Kafka has long forgotten.
    store.put_artifact(layout.ingested(ingested.document_id, ingested.generation), ingested)
    # A run that was replayed since is what everybody has: they would pass over the first.
    ingested = _newest(submitted, ingested, store)
    yield PartOpened(
        ingested.document_id,
        ingested.generation,
        ingested.run,
        who.root_id,
        who.parent_id,
        ingested.media_type,
        ingested.size,
    )
    yield ingested


def _names(submitted: DocumentSubmitted) -> tuple[str, ...]:
    """Returns the names of passwords, each once, in their order."""
    given = submitted.password_ref or ()
    return tuple(dict.fromkeys((given,) if isinstance(given, str) else given))


def _newest(submitted: DocumentSubmitted, ingested: DocumentIngested, store: Store) -> DocumentIngested:
    """Returns the message of the newest run; starts one where the submission names other passwords than it has."""
    known = newest_run(store, ingested.document_id, ingested.generation)
    names = _names(submitted)
    if known is None and names:
        # Of an earlier delivery, where there was one: its names, not these.
        known = run_message(store, ingested.document_id, ingested.generation, 1)
    if known is None or not names or known.password_ref == names:
        return known or ingested
    return next_run(store, ingested.document_id, ingested.generation, password_ref=names)


def _require_size(submitted: DocumentSubmitted, received: Received) -> None:
    taken_out = submitted.parent.size if submitted.parent is not None else None
    if taken_out is not None and received.size != taken_out:
        raise NotWhole(f"the document inside has {received.size} bytes; {taken_out} were taken out")


def _taken(
    submitted: DocumentSubmitted,
    who: Family,
    store: Store,
    origin: Origin,
    clock: Clock,
    limits: IngestSettings,
    receiver: Receiver,
    detector: Detector,
) -> DocumentIngested:
    where = f"{origin.topic}/{origin.partition}/{origin.offset}"
    now = clock.now().isoformat()
    try:
        with receiver.receive(submitted) as received:
            _require_size(submitted, received)
            media_type = detector.media_type(received.path, submitted.name)
            if media_type in limits.refused_types:
                refusal = Refusal("type-not-allowed", f"files of type {media_type} are not taken here", received.size)
                return _refused(submitted, who, store, where, now, media_type, refusal)
            return _kept(submitted, who, store, where, now, media_type, received)
    except TooLarge as error:
        reason = (
            f"the file has at least {error.size} bytes; at most {limits.max_bytes} are taken (REAM_INGEST_MAX_BYTES)"
        )
        return _refused(submitted, who, store, where, now, UNKNOWN, Refusal("too-large", reason, error.size))


def _kept(
    submitted: DocumentSubmitted, who: Family, store: Store, where: str, now: str, media_type: str, received: Received
) -> DocumentIngested:
    generation = take(store, who.document_id, Claim(received.sha256, where))
    name = layout.original(who.document_id, generation)
    store.put(name, received.path)
    first = _first_with(store, received.sha256, who.document_id)
    source = _source(submitted, now, received.size, received.sha256, media_type, None)
    store.put_artifact(layout.source(who.document_id, generation), source)
    duplicate_of = first if first != who.document_id else None
    return DocumentIngested(
        who.document_id, generation, 1, who.root_id, who.parent_id, who.depth, name, received.size, received.sha256,
        media_type, duplicate_of, None, who.allowance, (), _names(submitted),
    )  # fmt: skip


def _refused(
    submitted: DocumentSubmitted, who: Family, store: Store, where: str, now: str, media_type: str, refusal: Refusal
) -> DocumentIngested:
    # Not read to the end, so it is known by what is known of it: the same refusal again is the same generation.
    generation = take(store, who.document_id, Claim(f"{refusal.cause}:{refusal.size}", where))
    source = _source(submitted, now, refusal.size, None, media_type, refusal.reason)
    store.put_artifact(layout.source(who.document_id, generation), source)
    return DocumentIngested(
        who.document_id, generation, 1, who.root_id, who.parent_id, who.depth, None, refusal.size, None,
        media_type, None, refusal.cause, who.allowance, (),
    )  # fmt: skip


def _first_with(store: Store, sha256: str, document_id: str) -> str:
    """Says which document had these bytes first: this one, when nobody had them before."""
    name = layout.contents(sha256)
    if store.put(name, json.dumps({"document_id": document_id}).encode()):
        return document_id
    return str(json.loads(store.get(name))["document_id"])


def _source(
    submitted: DocumentSubmitted, now: str, size: int, sha256: str | None, media_type: str, reason: str | None
) -> Source:
    path = submitted.parent.path if submitted.parent else None
    return Source(
        submitted.name, submitted.source, submitted.namespace, submitted.key, submitted.tags, path, now, size, sha256,
        media_type, reason,
    )  # fmt: skip
