# SPDX-License-Identifier: Apache-2.0
"""Decides how what messages ask for gets into the indices: in few requests, each message with its own faults."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from ream_index.opensearch import Indices
from ream_index.passages import Entry
from ream_index.work import Age, Work


def write(works: Sequence[Work], indices: Indices, writes: Callable[[Work], Iterator[tuple[str, Entry]]]) -> None:
    """Writes what the messages ask for, one after another: nothing is read before there is room for it."""
    waiting: deque[tuple[Work, Entry]] = deque()

    def asked() -> Iterator[tuple[str, Entry]]:
        for work in works:
            for index_name, entry in writes(work):
                waiting.append((work, entry))
                yield index_name, entry

    for fault in indices.write(asked()):
        work, entry = waiting.popleft()
        work.take(entry, fault)


def drop_overtaken(works: Sequence[Work], indices: Indices) -> None:
    """Takes away what was written beside a newer generation or run that was completed at the same time.

    Also for those that wrote nothing: an earlier try of the same message may have written and ended before this.
    """
    written: dict[str, Age] = {}
    for work in works:
        if work.has_passages:
            document_id = work.message.document_id
            written[document_id] = min(work.age, written.get(document_id, work.age))
    for document_id, age in indices.newest(list(written)).items():
        if age > written[document_id]:
            indices.drop_older_passages(document_id, *age)
