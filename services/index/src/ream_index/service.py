# SPDX-License-Identifier: Apache-2.0
"""Wires index: what is said on the topics becomes what people find."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ream_contracts import codec, layout, topics, units
from ream_contracts.artifacts import Manifest, SegmentClasses, SegmentRecord, SegmentText, Source
from ream_contracts.messages import DocumentCompleted, DocumentIndexed, DocumentIngested, DocumentPart, PartSegment
from ream_index import documents
from ream_index.opensearch import Indices, connect
from ream_index.passages import Entry, passages
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_kit import Erased, Store, settings, stage
from ream_kit.clock import Clock, timestamp

Message = DocumentIngested | DocumentPart | DocumentCompleted
Result = tuple[DocumentIndexed, ...] | Exception


@dataclass(frozen=True, slots=True)
class Search:
    """The indices and the settings for filling them."""

    indices: Indices
    settings: IndexSettings


@dataclass(slots=True)
class Work:
    """What one message asks for: entries to write, and what to say and tidy when they are written."""

    writes: list[tuple[str, Entry]] = field(default_factory=list)
    done: DocumentCompleted | None = None
    passages: int = 0


@contextmanager
def open_search() -> Iterator[Search]:
    """Gives the indices of this installation."""
    own = settings.load(IndexSettings, os.environ, "REAM_INDEX_")
    client = connect(settings.load(OpenSearchSettings, os.environ, "REAM_OPENSEARCH_"))
    try:
        yield Search(Indices(client, own.prefix), own)
    finally:
        client.close()


@stage(
    "index",
    version="1",
    reads=(topics.DOCUMENTS_INGESTED, topics.DOCUMENTS_PARTS, topics.DOCUMENTS_COMPLETED),
    writes=topics.DOCUMENTS_INDEXED,
    needs={"search": open_search},
    batch=200,
)
def index(batch: Sequence[Message], store: Store, clock: Clock, search: Search) -> list[Result]:
    """Writes what a batch of messages makes findable, in one request; each message has its own result."""
    parts = [message.document_id for message in batch if isinstance(message, PartSegment)]
    newest = search.indices.newest(parts)
    works = [_work(message, store, search, timestamp(clock.now()), newest) for message in batch]
    writes = [write for work in works if isinstance(work, Work) for write in work.writes]
    faults = iter(search.indices.write(writes))
    return [work if isinstance(work, Exception) else _result(work, faults, search) for work in works]


def _work(
    message: Message, store: Store, search: Search, now: str, newest: dict[str, tuple[int, int]]
) -> Work | Exception:
    """Prepares one message; its failure is its own and not its neighbours'."""
    try:
        if isinstance(message, DocumentCompleted):
            return _completed(message, store, search, now)
        if isinstance(message, DocumentIngested):
            source = store.get_artifact(Source, layout.source(message.document_id, message.generation))
            return Work([(search.indices.documents, documents.arrived(message, source, now))])
        if isinstance(message, PartSegment) and newest.get(message.document_id, (0, 0)) <= (
            message.generation,
            message.run,
        ):
            return _passages(message, store, search)
        return Work()
    except Erased:
        return Work()
    except Exception as error:  # handed to kit, which decides by its kind
        return error


def _passages(part: PartSegment, store: Store, search: Search) -> Work:
    if not part.read:
        return Work()
    record = store.get_artifact(SegmentRecord, part.record)
    text = store.get_artifact(SegmentText, record.text)
    classes = store.get_artifact(SegmentClasses, record.classes)
    entries = passages(part, record, text, classes, search.settings.passage_characters)
    return Work([(search.indices.passages, entry) for entry in entries])


def _completed(done: DocumentCompleted, store: Store, search: Search, now: str) -> Work:
    source = store.get_artifact(Source, layout.source(done.document_id, done.generation))
    manifest = store.get_artifact(Manifest, done.manifest) if done.manifest else None
    segments = sorted(_segments(done, store), key=lambda one: one[0].segment)
    texts = [text for _, text in segments]
    limit = search.settings.whole_text_characters
    entry = documents.completed(done, source, manifest, texts, limit, now)
    # The record comes first: what is in the index can always be made again from the store.
    store.put(
        layout.document_record(done.document_id, done.version),
        codec.dumps(documents.record(done, entry, manifest, segments)),
    )
    return Work([(search.indices.documents, entry)], done, sum(units.count(record.read) for record, _ in segments))


def _segments(done: DocumentCompleted, store: Store) -> Iterator[tuple[SegmentRecord, SegmentText]]:
    for name in store.names(layout.segment_records(done.document_id, done.generation, done.run)):
        record = store.get_artifact(SegmentRecord, name)
        yield record, store.get_artifact(SegmentText, record.text)


def _result(work: Work, faults: Iterator[Exception | None], search: Search) -> Result:
    own = [next(faults) for _ in work.writes]
    worst = next((fault for fault in own if fault is not None), None)
    if worst is not None:
        return worst
    done = work.done
    if done is None:
        return ()
    if done.generation > 1 or done.run > 1:
        search.indices.drop_older_passages(done.document_id, done.generation, done.run)
    return (
        DocumentIndexed(
            done.document_id, done.generation, done.run, done.version, done.root_id, done.parent_id, done.outcome,
            done.cause, work.passages,
        ),
    )  # fmt: skip
