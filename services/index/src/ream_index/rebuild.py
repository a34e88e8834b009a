# SPDX-License-Identifier: Apache-2.0
"""Decides how an index is written anew from the store alone, while searches and writes go on.

First every document is written to the new pair. index writes there too by then, but what it had in hand when the pair
was made went to the old one alone: so all documents are gone through again, by names, and those whose newest record is
not there are written again. Then the aliases move, and the documents are gone through once more: what was written to
the old pair until that moment had its record in the store before, and whatever comes later goes to the new one.
"""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from opensearchpy import OpenSearch

from ream_contracts.codec import Malformed
from ream_contracts.messages import DocumentIngested
from ream_contracts.whole import NotWhole
from ream_index.documents import COMPLETE
from ream_index.next_indices import Counts, Pair, Stand
from ream_index.opensearch import Indices, WriteFailed, ask
from ream_index.passages import Entry
from ream_index.settings import IndexSettings
from ream_index.stored import Holdings, messages, taken_in
from ream_index.work import FIRST, Desk, Message, Stored, Work
from ream_index.writing import drop_overtaken, write
from ream_kit import Erased, Reject, Retry, Store
from ream_kit.store import NotFound
from ream_kit.store_walk import documents

BATCH = 50
"""Documents that are written together."""
_AHEAD = 3
"""Batches for each thread that are read before those before them are done."""
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds between tries of a batch while OpenSearch or the store is away, or OpenSearch fails at an entry."""
_ROUNDS = 5
DAMAGE = (NotFound, Malformed, NotWhole, ValueError, KeyError)
"""What is wrong with a document in the store."""
Listed = tuple[str, list[str]]
"""A document and the names of its objects."""
Tell = Callable[[Stand], None]
Job = Callable[[list[Listed], bool], Counts]
"""Works on a batch; is told whether it is the last try, when an entry at which OpenSearch fails is damage."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One pair of indices being filled.

    Attributes:
        store: where the documents lie.
        client: an administrator's, or of somebody who may write to the pair.
        pair: what is filled.
        settings: those that index itself goes by.
        until: time in ISO 8601; what came later is left out. None for everything.
        threads: batches that are worked on at the same time.
        wait: lets so many seconds pass.
    """

    store: Store
    client: OpenSearch
    pair: Pair
    settings: IndexSettings
    until: str | None = None
    threads: int = 4
    wait: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)

    def fill(self, stand: Stand, tell: Tell) -> Stand:
        """Writes every document behind `stand.until`; returns how far it came, which is to the end.

        Args:
            stand: where to begin.
            tell: is told after each batch how far everything is, in the order of ids.

        Raises:
            Retry: OpenSearch or the store stays away.
            Reject: OpenSearch refuses the request.
        """
        batches = _batches(documents(self.store, stand.until))
        for last, counts in self._in_order(batches, lambda *given: self._written(*given, changed=False)):
            stand = replace(stand, until=last, counts=stand.counts.plus(counts))
            tell(stand)
        return replace(stand, full=True)

    def catch_up(self, tell: Callable[[str], None] = lambda _: None) -> Counts:
        """Writes again what is newer in the store than in the pair; returns what was written, and what is damaged.

        Args:
            tell: is told the last id of each batch.

        Raises:
            Retry: OpenSearch or the store stays away.
            Reject: OpenSearch refuses the request.
        """
        total = Counts()
        for last, counts in self._in_order(_batches(documents(self.store)), self._caught_up):
            total = total.plus(counts)
            tell(last)
        return total

    def settle(self, tell: Callable[[str], None] = lambda _: None) -> Counts:
        """Catches up until nothing was left, or what is left changes as fast as it is written; see `catch_up`."""
        written = 0
        for _ in range(_ROUNDS):
            found = self.catch_up(tell)
            written += found.documents
            if not found.documents:
                break
        return replace(found, documents=written)

    def erased(self) -> Iterator[list[str]]:
        """Yields the ids of all erased documents, a thousand at a time."""
        names = (name.removeprefix("erased/") for name in self.store.names("erased/"))
        while found := list(itertools.islice(names, 1000)):
            yield found

    def _in_order(self, batches: Iterator[list[Listed]], work: Job) -> Iterator[tuple[str, Counts]]:
        """Works on several batches at once, and yields what came of them in their order."""
        running: deque[tuple[str, Future[Counts]]] = deque()
        with ThreadPoolExecutor(self.threads) as pool:
            try:
                for batch in batches:
                    running.append((batch[-1][0], pool.submit(self._patiently, work, batch)))
                    if len(running) >= self.threads * _AHEAD:
                        last, future = running.popleft()
                        yield last, future.result()
                while running:
                    last, future = running.popleft()
                    yield last, future.result()
            finally:
                for _, future in running:
                    future.cancel()

    def _patiently(self, work: Job, batch: list[Listed]) -> Counts:
        for pause in _PAUSES:
            try:
                return work(batch, False)
            except (Retry, WriteFailed):
                self.wait(pause)
        return work(batch, True)

    def _caught_up(self, batch: list[Listed], last: bool) -> Counts:
        there = self._versions([document_id for document_id, _ in batch])
        behind, growing = [], []
        for document_id, names in batch:
            held = Holdings.of(document_id, names)
            if held.runs and there.get(document_id, -1) < held.version:
                behind.append((document_id, names))
            elif held.unfinished:
                growing.append((document_id, names))
        # Which pages of a run are there is not in its entry; they are few, and passed over where they are.
        found = self._written(growing, last, changed=True)
        lost = Counts(damaged=found.damaged, damaged_documents=found.damaged_documents)
        return self._written(behind, last, changed=True).plus(lost)

    def _versions(self, document_ids: list[str]) -> dict[str, int]:
        """Versions of the entries that are in the pair; 0 for what is not completed there."""
        wanted = ["version", "readiness"]
        answer = ask(
            lambda: self.client.mget(body={"ids": document_ids}, index=self.pair.documents, _source_includes=wanted)
        )
        return {
            one["_id"]: one["_source"]["version"] if one["_source"].get("readiness") in COMPLETE else 0
            for one in answer["docs"]
            if one.get("found")
        }

    def _written(self, batch: list[Listed], last: bool, *, changed: bool) -> Counts:
        """Writes documents; those that have changed may have left passages of an older run there."""
        indices = Indices.named(self.client, *self.pair)
        counts, works = Counts(), []
        desks: dict[str, Desk] = {}
        for document_id, names in batch:
            try:
                asked = list(messages(self.store, Holdings.of(document_id, names), self.until))
                desks[document_id] = self._desk(asked)
            except Erased:
                counts = counts.plus(Counts(erased=1))
            except DAMAGE as error:
                counts = counts.plus(_damage(document_id, error))
            else:
                works += [Work(message) for message in asked]
        self._write(works, desks, indices, changed=changed)
        # As index does: a newer run may have been completed, and its passages written there, while this one was.
        drop_overtaken(works, indices)
        for work in works:
            if work.fault is not None and not _is_damage(work.fault, last):
                raise work.fault
        return counts.plus(_counted(works))

    def _write(self, works: list[Work], desks: Mapping[str, Desk], indices: Indices, *, changed: bool) -> None:
        """Writes the entry of a document after all else of it: what is looked for later is where the entry is not."""
        entries: dict[int, tuple[str, Entry]] = {}

        def passages_of(work: Work) -> Iterator[tuple[str, Entry]]:
            for name, entry in desks[work.message.document_id].writes(work, {}):
                if name == self.pair.documents:
                    entries[id(work)] = name, entry
                else:
                    yield name, entry

        def entry_of(work: Work) -> Iterator[tuple[str, Entry]]:
            if work.fault is None and id(work) in entries:
                yield entries[id(work)]

        write(works, indices, passages_of)
        if changed:
            for work in works:
                _drop_older(work, indices)
        write(works, indices, entry_of)
        write(works, indices, lambda work: desks[work.message.document_id].second(work))

    def _desk(self, asked: list[Message]) -> Desk:
        """What is known of a document that is not completed was known since it was taken in."""
        arrived = next((one for one in asked if isinstance(one, DocumentIngested)), None)
        now = "" if arrived is None else taken_in(self.store, arrived.document_id, arrived.generation)
        return Desk(self.store, self.pair.documents, self.pair.passages, self.settings, now)


def _batches(listed: Iterable[Listed]) -> Iterator[list[Listed]]:
    rest = iter(listed)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch


def _drop_older(work: Work, indices: Indices) -> None:
    """Takes away what an older run left of a document that is about to have its entry."""
    if not isinstance(work.message, Stored) or work.message.record is None or work.age == FIRST:
        return
    try:
        indices.drop_older_passages(work.message.document_id, *work.age)
    except WriteFailed as error:
        work.fail(error)


def _is_damage(fault: Exception, last: bool) -> bool:
    """Whether it is of one document: what the store has of it, or what OpenSearch does not take even when reduced."""
    return isinstance(fault, (*DAMAGE, Reject)) or (last and isinstance(fault, WriteFailed))


def _damage(document_id: str, error: Exception) -> Counts:
    return Counts(damaged={document_id: str(error)}, damaged_documents=1)


def _counted(works: list[Work]) -> Counts:
    found = Counts(erased=len({work.message.document_id for work in works if work.erased}))
    for work in works:
        if work.fault is not None:
            found = found.plus(_damage(work.message.document_id, work.fault))
        elif isinstance(work.message, DocumentIngested):
            found = found.plus(Counts(documents=1, outstanding=1))
        elif isinstance(work.message, Stored) and not work.erased:
            found = found.plus(Counts(documents=int(work.message.record is not None), passages=work.passages))
    return found
