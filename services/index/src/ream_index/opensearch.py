# SPDX-License-Identifier: Apache-2.0
"""Speaks to OpenSearch: the only file that knows its client and its errors."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NotReached
from opensearchpy.exceptions import TransportError

from ream_contracts import identity
from ream_index.passages import Entry
from ream_index.settings import OpenSearchSettings
from ream_kit import Reject, Retry

AWAY = "opensearch"
BUSY = {408, 429, 500, 502, 503, 504}
READ_ONLY = "cluster_block_exception"
REQUEST_BYTES = 5_000_000
REQUEST_ENTRIES = 1_000
"""A request is sent when it has reached one of these; what it answers is about a tenth as long as a thousand pages."""
T = TypeVar("T")


def connect(settings: OpenSearchSettings, connections: int = 8) -> OpenSearch:
    """Returns a client with up to so many connections; it never tries again by itself, which is kit's to decide."""
    return OpenSearch(
        [settings.url],
        http_auth=(settings.user, settings.password) if settings.password else None,
        ca_certs=settings.ca or None,
        timeout=60,
        max_retries=0,
        pool_maxsize=connections,
    )


def ask(call: Callable[[], T]) -> T:
    """Makes a request and says whose fault it is when it fails.

    Raises:
        Retry: OpenSearch is away, busy, or read-only.
        Reject: it refuses what we ask; fatal where no request can succeed (a wrong password, a missing index).
    """
    try:
        return call()
    except NotReached as error:
        raise Retry(AWAY, f"OpenSearch can't be reached ({type(error).__name__})") from None
    except TransportError as error:
        raise judged(int(error.status_code), str(error.error)) from None


def judged(status: int, kind: str) -> Exception:
    """Turns an answer that is no success into whose fault it is."""
    if status in (401, 403) and kind != READ_ONLY:
        reason = "OpenSearch refuses us: check REAM_OPENSEARCH_USER and its password, and that the migration was run"
        return Reject("not-allowed", reason, fatal=True)
    if status == 404:
        return Reject("no-index", "an index is missing: run the migration (python -m ream_index.migrate)", fatal=True)
    if status in BUSY or kind == READ_ONLY:
        return Retry(AWAY, f"OpenSearch answered {status} {kind}")
    return Reject("not-indexable", f"OpenSearch answered {status} {kind}")


class Indices:
    """The two indices, written in whole documents with external versions."""

    def __init__(self, client: OpenSearch, prefix: str) -> None:
        self._client = client
        self.documents = f"{prefix}documents"
        self.passages = f"{prefix}passages"

    def write(self, writes: Iterable[tuple[str, Entry]]) -> Iterator[Exception | None]:
        """Writes entries in requests of bounded size; yields for each None, or whose fault it is that it was refused.

        Entries are taken as requests are filled, so that any number of them can be written in the same memory. An
        entry that is older than what is there counts as written: something newer is there. So does a passage that is
        there in its very version: it says the same.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses us.
        """
        lines: list[str] = []
        size = 0
        for index, entry in writes:
            kind = "external" if index == self.passages else "external_gte"
            action = {"_index": index, "_id": entry.id, "version": entry.version, "version_type": kind}
            body = {key: value for key, value in entry.body.items() if value is not None}
            lines += [json.dumps({"index": action}), json.dumps(body)]
            size += len(lines[-1])
            if size >= REQUEST_BYTES or len(lines) >= 2 * REQUEST_ENTRIES:
                yield from self._written(lines)
                lines, size = [], 0
        if lines:
            yield from self._written(lines)

    def _written(self, lines: list[str]) -> list[Exception | None]:
        return [self._fault(item["index"]) for item in self._bulk(lines)]

    @staticmethod
    def _fault(item: dict[str, Any]) -> Exception | None:
        if item["status"] < 300 or item["status"] == 409:
            return None
        return judged(item["status"], str(item.get("error", {}).get("type", "")))

    def newest(self, document_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Returns (generation, run) of the documents whose entry is complete, refreshed or not.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses us.
        """
        if not document_ids:
            return {}
        wanted = sorted(set(document_ids))
        answer = ask(
            lambda: self._client.mget(
                body={"ids": wanted}, index=self.documents, _source_includes=["generation", "run", "readiness"]
            )
        )
        found = [one for one in answer["docs"] if one.get("found")]
        complete = [
            one["_source"] | {"id": one["_id"]} for one in found if one["_source"].get("readiness") == "complete"
        ]
        return {one["id"]: (one["generation"], one["run"]) for one in complete}

    def drop_older_passages(self, document_id: str, generation: int, run: int) -> None:
        """Takes away the passages that belong to an earlier generation or run of a document.

        What is deleted leaves a version behind that holds for an hour: it stands above everything of earlier runs and
        below everything of this one, whose passages have the same ids and may be written later.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses us.
        """
        older: list[dict[str, Any]] = [
            {"range": {"generation": {"lt": generation}}},
            {"bool": {"filter": [{"term": {"generation": generation}}, {"range": {"run": {"lt": run}}}]}},
        ]
        query = {
            "bool": {"filter": [{"term": {"document_id": document_id}}], "should": older, "minimum_should_match": 1}
        }
        action = {"version": identity.version(generation, run, 0), "version_type": "external_gte"}
        while ids := self._refreshed_ids(query):
            lines = [json.dumps({"delete": {"_index": self.passages, "_id": one, **action}}) for one in ids]
            for item in self._bulk(lines):
                # 404: somebody else was first. 409: a passage of this run took its place since the search.
                if item["delete"]["status"] != 404 and (fault := self._fault(item["delete"])):
                    raise fault

    def _refreshed_ids(self, query: dict[str, Any]) -> list[str]:
        """Searches see only what was refreshed; what was written in the last second counts too."""
        ask(lambda: self._client.indices.refresh(index=self.passages))
        body = {"query": query, "_source": False, "size": 1000}
        answer = ask(lambda: self._client.search(index=self.passages, body=body))
        return [hit["_id"] for hit in answer["hits"]["hits"]]

    def _bulk(self, lines: list[str]) -> list[dict[str, Any]]:
        answer = ask(lambda: self._client.bulk(body="\n".join(lines) + "\n"))
        items: list[dict[str, Any]] = answer["items"]
        return items
