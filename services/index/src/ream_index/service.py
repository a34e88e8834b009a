# SPDX-License-Identifier: Apache-2.0
"""Wires index: what is said on the topics becomes what people find."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted, DocumentIndexed
from ream_index.opensearch import Indices, connect
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.work import FIRST, Desk, Message, Work
from ream_index.writing import drop_overtaken, write
from ream_kit import Reject, Retry, Store, settings, stage
from ream_kit.clock import Clock, timestamp
from ream_kit.guard import Guard
from ream_kit.log import logger
from ream_kit.stage import Origin

Result = tuple[DocumentIndexed, ...] | Exception
_LOG = logger("index")


@dataclass(frozen=True, slots=True)
class Search:
    """The indices and the settings for filling them."""

    indices: Indices
    settings: IndexSettings

    @property
    def guard(self) -> Guard:
        """The breaker of OpenSearch."""
        return self.indices.guard


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
    reads=(
        topics.DOCUMENTS_INGESTED,
        topics.DOCUMENTS_PARTS,
        topics.DOCUMENTS_COMPLETED,
        topics.DOCUMENTS_EMBEDDED,
    ),
    writes=topics.DOCUMENTS_INDEXED,
    needs={"search": open_search},
    batch=200,
)
def index(
    batch: Sequence[Message], store: Store, clock: Clock, search: Search, origin: Sequence[Origin]
) -> list[Result]:
    """Writes what a batch of messages makes findable, in few requests; each message has its own result."""
    works = [Work(message, one.timestamp_ms) for message, one in zip(batch, origin, strict=True)]
    search.indices.look()
    newest = search.indices.newest([work.message.document_id for work in works if work.has_passages])
    desk = Desk(store, search.indices.documents, search.indices.passages, search.settings, timestamp(clock.now()))
    write(works, search.indices, lambda work: desk.writes(work, newest))
    write(works, search.indices, desk.second)
    drop_overtaken(works, search.indices)
    return [_result(work, search) for work in works]


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
