# SPDX-License-Identifier: Apache-2.0
"""Decides what of a document is read instead of it: the same in another format, made outside of the cells and kept."""

from dataclasses import replace
from pathlib import Path

from ream_contracts import identity, layout
from ream_contracts.messages import DocumentIngested
from ream_extract.catalogue import Known
from ream_extract.reader import Job, Reader
from ream_extract.reading import Plan
from ream_kit import Store

VERSION = "1"
_REFUSED = (
    "conversion-failed",
    "Apache Tika cannot read it: it is damaged, or encrypted. Open it in the program it comes from and save it as PDF.",
)
_CAUSES = {
    "crashed": ("conversion-failed", "Apache Tika went down twice over it, and the server gave no answer."),
    "out-of-time": ("out-of-time", "Apache Tika took longer over it than REAM_TIKA_SECONDS allows."),
    "too-large": ("too-much-output", "What Apache Tika makes of it is larger than a page may be: split it."),
}


def name(ingested: DocumentIngested, known: Known) -> str:
    """Where the converted form of a document lies, or will lie."""
    memo = identity.memo(ingested.sha256 or "", "office", VERSION)
    return layout.converted(ingested.document_id, ingested.generation, memo, known.convert_to or "")


def make(ingested: DocumentIngested, store: Store, reader: Reader, original: Path, known: Known) -> str | None:
    """Sees to it that the converted form is in the store; says the cause where it cannot be made.

    Raises:
        Retry: as `Reader.convert`.
    """
    target = name(ingested, known)
    if store.exists(target):
        return None
    return reader.convert(original, known.convert_to or "", lambda made: store.put(target, made))


def planned(ingested: DocumentIngested, store: Store, reader: Reader, job: Job, known: Known) -> Plan:
    """Plans a document of which only the converted form can be read.

    Raises:
        CellDied, CellFailed, Retry: as `Reader.plan` and `Reader.convert`.
    """
    failed = make(ingested, store, reader, job.path, known)
    if failed is not None:
        cause, reason = _CAUSES.get(failed, _REFUSED)
        return Plan((), reader.describe(replace(job, extractor=None)), 0, "failed", cause, reason)
    with store.local(name(ingested, known)) as path:
        return reader.plan(replace(job, converted=path))
