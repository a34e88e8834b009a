# SPDX-License-Identifier: Apache-2.0
"""Wires index: what is said on the topics becomes what people find."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted, DocumentIndexed
from ream_index.opensearch import Indices, connect
from ream_index.passages import Entry
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.work import FIRST, Age, Desk, Message, Work
from ream_kit import Reject, Retry, Store, settings, stage
from ream_kit.clock import Clock, timestamp
from ream_kit.log import logger

Result = tuple[DocumentIndexed, ...] | Exception
_LOG = logger("index")


@dataclass(frozen=True, slots=True)
class Search:
    """The indices and the settings for filling them."""

    indices: Indices
    settings: IndexSettings


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
    """Writes what a batch of messages makes findable, in few requests; each message has its own result."""
    works = [Work(message) for message in batch]
    newest = search.indices.newest([work.message.document_id for work in works if work.has_passages])
    desk = Desk(store, search.indices.documents, search.indices.passages, search.settings, timestamp(clock.now()))
    _write(works, search, lambda work: desk.writes(work, newest))
    _write(works, search, desk.second)
    _drop_overtaken(works, search)
    return [_result(work, search) for work in works]


def _write(works: Sequence[Work], search: Search, writes: Callable[[Work], Iterator[tuple[str, Entry]]]) -> None:
    """Writes what the messages ask for, one after another: nothing is read before there is room for it."""
    waiting: deque[tuple[Work, Entry]] = deque()

    def asked() -> Iterator[tuple[str, Entry]]:
        for work in works:
            for index_name, entry in writes(work):
                waiting.append((work, entry))
                yield index_name, entry

    for fault in search.indices.write(asked()):
        work, entry = waiting.popleft()
        work.take(entry, fault)


def _drop_overtaken(works: Sequence[Work], search: Search) -> None:
    """Takes away what was written beside a newer generation or run that was completed at the same time."""
    written: dict[str, Age] = {}
    for work in works:
        if work.passages:
            document_id = work.message.document_id
            written[document_id] = min(work.age, written.get(document_id, work.age))
    for document_id, age in search.indices.newest(list(written)).items():
        if age > written[document_id]:
            search.indices.drop_older_passages(document_id, *age)


def _result(work: Work, search: Search) -> Result:
    if work.fault is not None:
        return work.fault
    done = work.message
    if work.cause is not None:
        _LOG.warning("not_indexable", document_id=done.document_id, units=len(work.refused), entry=bool(work.instead))
    if work.erased or not isinstance(done, DocumentCompleted):
        return ()
    if work.age > FIRST:
        try:
            search.indices.drop_older_passages(done.document_id, *work.age)
        except (Retry, Reject) as error:
            return error
    return (
        DocumentIndexed(
            done.document_id, done.generation, done.run, done.version, done.root_id, done.parent_id, done.outcome,
            work.cause or done.cause, work.passages,
        ),
    )  # fmt: skip
