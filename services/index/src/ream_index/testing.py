# SPDX-License-Identifier: Apache-2.0
"""What tests of the index need: documents as the other services leave them in the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from opensearchpy import OpenSearch

from ream_contracts import identity, layout
from ream_contracts.artifacts import (
    Manifest,
    SegmentClasses,
    SegmentRecord,
    SegmentText,
    Source,
    UnitKind,
    UnitLanguage,
    UnitText,
)
from ream_contracts.messages import Allowance, DocumentCompleted, DocumentIngested, PartSegment
from ream_index.migrate import templates
from ream_index.opensearch import Indices
from ream_kit import Store

SUBMITTED = "2026-01-05T10:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Node:
    """New, empty indices on a real node.

    Attributes:
        indices: as the application role writes them.
        reader: a client of the role that searches.
        privileged: a client of the role that sees personal data as well.
        prefix: of their names.
    """

    indices: Indices
    reader: OpenSearch
    privileged: OpenSearch
    prefix: str


def ingested(
    store: Store, document_id: str, generation: int = 1, run: int = 1, submitted: str = SUBMITTED
) -> DocumentIngested:
    """Puts what ingest leaves, and returns what it says of this run."""
    source = Source(
        f"{document_id[:4]}.pdf", "store:incoming/q", "default", None, (), None, submitted, 5, None, "application/pdf",
        None,
    )  # fmt: skip
    store.put_artifact(layout.source(document_id, generation), source)
    for number in range(1, run + 1):
        message = DocumentIngested(
            document_id, generation, number, document_id, None, 0, layout.original(document_id, generation), 5,
            "f" * 64, "application/pdf", None, None, Allowance(1, 1), (),
        )  # fmt: skip
        name = layout.ingested(document_id, generation) if number == 1 else layout.run(document_id, generation, number)
        store.put_artifact(name, message)
    return message


def part(store: Store, document_id: str, page: int, text: str, generation: int = 1, run: int = 1) -> PartSegment:
    """Puts what is left of a page that was read, and returns the answer for it."""
    whole = ((page, page),)
    names = (
        layout.text(document_id, generation, page, "extract", f"run{run}"),
        layout.classes(document_id, generation, page, f"run{run}"),
    )
    unit = UnitText(page, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    store.put_artifact(names[0], SegmentText(document_id, generation, page, "extract", "1", (unit,), ()))
    languages = (UnitLanguage(page, "en", 90),)
    store.put_artifact(names[1], SegmentClasses(document_id, generation, page, "1", languages, (), False, {}, {}))
    record = SegmentRecord(document_id, generation, run, page, whole, (), *names, "text-layer", 100, len(text), ())
    name = layout.segment_record(document_id, generation, run, page)
    store.put_artifact(name, record)
    return PartSegment(document_id, generation, run, "text", page, whole, (), name, len(text), 0, {})


def completed(
    store: Store, document_id: str, pages: Sequence[str], generation: int = 1, run: int = 1, title: str = "Figures"
) -> DocumentCompleted:
    """Puts all that a document with these pages has in the store at its end, and returns the last word on it."""
    ingested(store, document_id, generation, run)
    for page, text in enumerate(pages, 1):
        part(store, document_id, page, text, generation, run)
    name, count = layout.manifest(document_id, generation, f"run{run}"), len(pages)
    manifest = Manifest(
        document_id, generation, "application/pdf", "page", (UnitKind("page", 1, count),), count,
        tuple((page, page) for page in range(1, count + 1)), 0, None, None, None, {"title": title}, "pdf", "1",
    )  # fmt: skip
    store.put_artifact(name, manifest)
    return DocumentCompleted(
        document_id, generation, run, 4 * count, identity.version(generation, run, 4 * count), document_id, None,
        "complete", None, "application/pdf", 5, name, "page", count, count, 0, 0, 0, (), sum(map(len, pages)), 0,
        "report", 80, ("en",), "internal", {}, {},
    )  # fmt: skip


def unmake(admin: OpenSearch, prefix: str) -> None:
    """Takes away all indices and templates whose names begin so."""
    for name in list(admin.indices.get(index=f"{prefix}*")):
        admin.indices.delete(index=name)
    for kind, version, _ in templates():
        admin.indices.delete_index_template(name=f"{prefix}{kind}-{version}")
