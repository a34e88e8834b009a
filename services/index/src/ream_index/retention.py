# SPDX-License-Identifier: Apache-2.0
"""Decides which families of documents are too old to be kept, and removes them: from the indices, or the store too.

A family is as old as the newest generation of its root. Whatever ends the removal half-way, the next run goes on: what
is looked for are entries, and the entry of a document goes after everything else of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from opensearchpy import OpenSearch

from ream_contracts import layout
from ream_contracts.artifacts import Source
from ream_contracts.codec import Malformed
from ream_index.documents import COMPLETE
from ream_index.next_indices import Builder
from ream_index.opensearch import ask
from ream_index.policy import Policy
from ream_kit import Erased, Store
from ream_kit.retiring import delete_before, retire, standing
from ream_kit.store import NotFound

_FAMILIES = 200
"""So many roots are looked at together."""
_DOCUMENTS = 200
"""Of so many documents the passages are deleted together."""
_PER_SECOND = 5_000
"""Entries that are deleted in a second, so that searches and writes have room."""
_DELETE_SECONDS = 3600


@dataclass(slots=True)
class Counts:
    """What is too old, or was removed.

    Attributes:
        families: roots, with all that was found inside.
        documents: entries.
        passages: pages, or parts of them.
        bytes: of the originals.
        objects: that were deleted from the store.
        waiting: families that are too old, and wait: something of them is not completed, or is being taken in anew.
    """

    families: int = 0
    documents: int = 0
    passages: int = 0
    bytes: int = 0
    objects: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """One look at what is too old in an installation, for an administrator: counted, or removed.

    Every method raises Retry when OpenSearch or the store is away, and Reject when OpenSearch refuses us.

    Attributes:
        policy: one that says how many days are kept.
        now: the time.
        counts: what was found so far.
    """

    store: Store
    admin: OpenSearch
    prefix: str
    policy: Policy
    now: datetime
    counts: Counts = field(default_factory=Counts)

    @property
    def until(self) -> str:
        """What was taken in before is too old, ISO 8601."""
        return (self.now - timedelta(days=self.policy.retention_days or 0)).isoformat()

    def count(self) -> Counts:
        """Says what `remove` would remove, and removes nothing."""
        self._indices()
        for root_id in self._old_families():
            members = list(self._members(root_id))
            self.counts.families += 1
            self.counts.documents += len(members)
            self.counts.bytes += sum(size for _, size in members)
            ids = [document_id for document_id, _ in members]
            for at in range(0, len(ids), _DOCUMENTS):
                body = {"query": {"terms": {"document_id": ids[at : at + _DOCUMENTS]}}}
                answer = ask(lambda body=body: self.admin.count(index=f"{self.prefix}passages", body=body))  # type: ignore[misc]
                self.counts.passages += answer["count"]
        return self.counts

    def remove(self) -> Counts:
        """Removes what is too old; returns what that was."""
        indices = self._indices()
        families = chain.from_iterable(map(self._retired, self._old_families()))
        batch: list[str] = []
        for document_id in families:
            batch.append(document_id)
            if len(batch) == _DOCUMENTS:
                self._take_out(indices, batch)
                batch = []
        self._take_out(indices, batch)
        return self.counts

    def _retired(self, root_id: str) -> Iterator[str]:
        """Retires what belongs to a family, and yields it."""
        number = self._generation_after(root_id)
        if number is None:
            self.counts.waiting += 1
            return
        self.counts.families += 1
        for document_id, size in self._members(root_id):
            own = number if document_id == root_id else self._generation_after(document_id)
            if own is not None:
                self.counts.bytes += size
                self._empty(document_id, own)
                yield document_id

    def _empty(self, document_id: str, number: int) -> None:
        if number and self.policy.retention_from == "store":
            names = list(self.store.names(layout.document(document_id)))
            self.counts.objects += delete_before(self.store, document_id, number, names)

    def _generation_after(self, document_id: str) -> int | None:
        """The generation that holds nothing; 0 where there is none of it, None where a newer one comes in."""
        names = set(self.store.names(layout.document(document_id)))
        try:
            newest = standing(self.store, document_id, names).newest
            return retire(self.store, document_id, newest, self.now.isoformat()) if newest else 0
        except Erased:
            return 0

    def _take_out(self, indices: dict[str, list[str]], document_ids: Sequence[str]) -> None:
        """Passages first: an entry without its passages is found again, passages without their entry are not."""
        if document_ids:
            self.counts.passages += self._delete(indices["passages"], document_ids)
            self.counts.documents += self._delete(indices["documents"], document_ids)

    def _delete(self, indices: list[str], document_ids: Sequence[str]) -> int:
        """Returns how many the first of the indices, which is searched, had."""
        body = {"query": {"terms": {"document_id": list(document_ids)}}}
        params = {"conflicts": "proceed", "refresh": "true", "requests_per_second": str(_PER_SECOND)}
        gone = [
            ask(
                lambda name=name: self.admin.delete_by_query(  # type: ignore[misc]
                    index=name, body=body, params=params, request_timeout=_DELETE_SECONDS
                )
            )["deleted"]
            for name in indices
        ]
        return int(gone[0])

    def _indices(self) -> dict[str, list[str]]:
        """Those that are searched, and those that are built to take their place."""
        names = {kind: [f"{self.prefix}{kind}"] for kind in ("documents", "passages")}
        if (begun := Builder(self.admin, self.prefix).begun()) is not None:
            names["documents"].append(begun.documents)
            names["passages"].append(begun.passages)
        ask(lambda: self.admin.indices.refresh(index=",".join(chain.from_iterable(names.values()))))
        return names

    def _old_families(self) -> Iterator[str]:
        """Yields the roots of families that are too old, and of which all is completed."""
        after: dict[str, Any] = {}
        while roots := self._roots(after):
            waiting = self._waiting(roots)
            for root_id in roots:
                if root_id in waiting:
                    self.counts.waiting += 1
                elif self._is_old(root_id):
                    yield root_id

    def _roots(self, after: dict[str, Any]) -> list[str]:
        composite: dict[str, Any] = {"size": _FAMILIES, "sources": [{"root": {"terms": {"field": "root_id"}}}], **after}
        body = {"size": 0, "query": self._too_old(), "aggs": {"roots": {"composite": composite}}}
        answer = ask(lambda: self.admin.search(index=f"{self.prefix}documents", body=body))["aggregations"]["roots"]
        if "after_key" in answer:
            after["after"] = answer["after_key"]
        return [bucket["key"]["root"] for bucket in answer["buckets"]]

    def _too_old(self) -> dict[str, Any]:
        """What could not be indexed as it is has no time of submission; it was completed later than that."""
        older: dict[str, Any] = {"lt": self.until}
        without = {"must_not": [{"exists": {"field": "submitted"}}], "filter": [{"range": {"completed": older}}]}
        should = [{"range": {"submitted": older}}, {"bool": without}]
        return {"bool": {"should": should, "minimum_should_match": 1}}

    def _waiting(self, roots: list[str]) -> set[str]:
        unfinished = {
            "filter": [{"terms": {"root_id": roots}}],
            "must_not": [{"terms": {"readiness": list(COMPLETE)}}],
        }
        body = {
            "size": 0,
            "query": {"bool": unfinished},
            "aggs": {"roots": {"terms": {"field": "root_id", "size": len(roots)}}},
        }
        answer = ask(lambda: self.admin.search(index=f"{self.prefix}documents", body=body))
        return {bucket["key"] for bucket in answer["aggregations"]["roots"]["buckets"]}

    def _is_old(self, root_id: str) -> bool:
        """As the store has it: it knows of a generation before the index does."""
        names = set(self.store.names(layout.document(root_id)))
        try:
            found = standing(self.store, root_id, names)
            if found.retired or not found.newest:
                return True
            source = self.store.get_artifact(Source, layout.source(root_id, found.newest))
            return datetime.fromisoformat(source.submitted) < datetime.fromisoformat(self.until)
        except Erased:
            return True
        except (NotFound, Malformed, ValueError):
            # It is being taken in, or damaged: what cannot be told old is kept.
            self.counts.waiting += 1
            return False

    def _members(self, root_id: str) -> Iterator[tuple[str, int]]:
        """Yields the documents of a family that are in the index, with the size of their files."""
        after: dict[str, Any] = {}
        while True:
            body = {
                "size": 1000,
                "query": {"term": {"root_id": root_id}},
                "sort": [{"document_id": "asc"}],
                "_source": ["size"],
                **after,
            }
            answer = ask(lambda body=body: self.admin.search(index=f"{self.prefix}documents", body=body))  # type: ignore[misc]
            hits = answer["hits"]["hits"]
            yield from ((hit["_id"], hit["_source"].get("size") or 0) for hit in hits)
            if len(hits) < 1000:
                return
            after = {"search_after": hits[-1]["sort"]}
