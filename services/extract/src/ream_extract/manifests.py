# SPDX-License-Identifier: Apache-2.0
"""Decides the manifest of a document: written once, found again by whoever plans the same."""

from dataclasses import replace
from pathlib import Path

from ream_contracts import identity, layout
from ream_contracts.artifacts import Manifest, Source
from ream_contracts.codec import Malformed
from ream_contracts.messages import DocumentIngested
from ream_contracts.whole import NotWhole
from ream_extract import converting, unlocking
from ream_extract.parameters import Parameters
from ream_extract.planning import CHILD_BYTES, covers_all, lay_out
from ream_extract.reader import Job, Reader
from ream_extract.reading import REST, Plan
from ream_kit import Store
from ream_kit.store import NotFound

_REFUSED = "It was not accepted."


def manifest_of(
    ingested: DocumentIngested, store: Store, reader: Reader, parameters: Parameters, version: str
) -> tuple[Manifest, str]:
    """Returns the manifest and its name; plans only what nobody has planned before."""
    extractor = reader.catalogue.find(ingested.media_type)
    by = (extractor.name, extractor.version) if extractor is not None else ("none", "1")
    memo = identity.memo(
        ingested.sha256 or "", ingested.media_type, *by, version, parameters.written(), str(reader.limits.units),
        ingested.refused or "",
    )  # fmt: skip
    name = layout.manifest(ingested.document_id, ingested.generation, memo)
    try:
        return _sound(store.get_artifact(Manifest, name)), name
    except NotFound:
        plan = _plan(ingested, store, reader, parameters)
    if plan.unlocked is not None and (extractor := reader.catalogue.find(plan.unlocked)) is not None:
        by = (extractor.name, extractor.version)
    manifest = _manifest(ingested, plan, by, reader.limits.units)
    if not store.put_artifact(name, manifest):
        # Another delivery was faster: its plan is the one that stands.
        manifest = _sound(store.get_artifact(Manifest, name))
    return manifest, name


def require_size(path: Path, ingested: DocumentIngested) -> None:
    """Looks whether the original is as long as it was when it was taken in.

    Raises:
        NotWhole: it is not.
    """
    if (size := path.stat().st_size) != ingested.size:
        raise NotWhole(f"{ingested.object} has {size} bytes; {ingested.size} were taken in")


def _sound(manifest: Manifest) -> Manifest:
    if not covers_all(manifest):
        raise NotWhole(f"the manifest of {manifest.document_id} leaves out units that it counts")
    return manifest


def _plan(ingested: DocumentIngested, store: Store, reader: Reader, parameters: Parameters) -> Plan:
    if ingested.refused is not None or ingested.object is None:
        return Plan((), {}, 0, "rejected", ingested.refused or "not-kept", _reason(ingested, store))
    if ingested.size == 0:
        return Plan(())
    extractor = reader.catalogue.find(ingested.media_type)
    with store.local(ingested.object) as path:
        require_size(path, ingested)
        job = Job(path, ingested.media_type, extractor.name if extractor else None, parameters)
        if extractor is not None:
            passwords = reader.passwords(parameters) if extractor.takes_passwords else ()
            job = replace(job, programs=extractor.programs, passwords=passwords)
            if extractor.plans_converted:
                return converting.planned(ingested, store, reader, job, extractor)
            return unlocking.planned(ingested, store, reader, job, extractor)
        reason = f"Files of type {ingested.media_type} are not read; what is known of them is kept."
        return Plan((), reader.describe(job), 0, "unsupported", "unsupported-type", reason)


def _reason(ingested: DocumentIngested, store: Store) -> str:
    """Finds ingest's sentence about why it refused the file."""
    try:
        source = store.get_artifact(Source, layout.source(ingested.document_id, ingested.generation))
    except (NotFound, Malformed):
        return _REFUSED
    return source.reason or _REFUSED


def _manifest(ingested: DocumentIngested, plan: Plan, by: tuple[str, str], limit: int) -> Manifest:
    laid = lay_out(plan.units if plan.verdict is None else (), limit)
    largest = max(laid.kinds, key=lambda kind: (kind.kind != REST, kind.last - kind.first), default=None)
    metadata = dict(plan.metadata)
    if plan.child_bytes:
        metadata[CHILD_BYTES] = str(plan.child_bytes)
    if plan.unlocked is not None:
        metadata[unlocking.UNLOCKED] = plan.unlocked
    return Manifest(
        document_id=ingested.document_id,
        generation=ingested.generation,
        media_type=ingested.media_type,
        unit_kind=largest.kind if largest is not None else "body",
        kinds=laid.kinds,
        units=laid.units,
        segments=laid.segments,
        beyond=laid.beyond,
        verdict=plan.verdict,
        cause=plan.cause,
        reason=plan.reason,
        metadata=metadata,
        extractor=by[0],
        extractor_version=by[1],
    )
