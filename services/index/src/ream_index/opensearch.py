# SPDX-License-Identifier: Apache-2.0
"""Speaks to OpenSearch: the only file that knows its client and its errors."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NotReached
from opensearchpy.exceptions import ConnectionTimeout, SerializationError, SSLError, TransportError

from ream_contracts import identity
from ream_index.documents import COMPLETE
from ream_index.passages import Entry, external_version
from ream_index.settings import OpenSearchSettings
from ream_kit import Reject, Retry
from ream_kit.guard import Guard
from ream_kit.log import logger

AWAY = "opensearch"
READ_ONLY = "cluster_block_exception"
TOO_LARGE = 413
PROBE = "probe"
"""Id of an entry that never exists: deleting it is refused when writing is, and changes nothing."""
PROBE_SECONDS = 10
REQUEST_BYTES = 5_000_000
REQUEST_ENTRIES = 1_000
"""A request is sent when it has reached one of these; what it answers is about a tenth as long as a thousand pages."""
NEXT = "-next"
"""What the alias ends with that names an index being built to take another's place."""
Item = tuple[str, dict[str, Any], str | None]
"""One write of a bulk request: what it does, to which entry, and the body."""
T = TypeVar("T")
_LOG = logger("index.opensearch")


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


class NoIndex(Retry):
    """An index is missing: the migration has not been run."""

    def __init__(self) -> None:
        super().__init__(AWAY, "an index is missing: run the migration (python -m ream_index.migrate)")


class WriteFailed(Exception):
    """OpenSearch failed at one entry and not at its neighbours: tried again, then given up, as a defect is."""

    cause = "index-failed"


def ask(call: Callable[[], T]) -> T:
    """Makes a request and says whose fault it is when it fails.

    Raises:
        Retry: OpenSearch is away, busy or read-only, refuses our password, or has no index of this name: somebody
            has to put it right, and nothing is lost until then.
        Reject: it refuses what we ask.
    """
    try:
        return call()
    except SSLError:
        raise Retry(AWAY, "its certificate is not trusted: check REAM_OPENSEARCH_CA") from None
    except ConnectionTimeout:
        raise Retry(AWAY, "it does not answer in time") from None
    except NotReached as error:
        raise Retry(AWAY, f"it can't be reached ({type(error).__name__})") from None
    except TransportError as error:
        raise judged(int(error.status_code), str(error.error)) from None
    except SerializationError:
        raise Retry(AWAY, "what answers at REAM_OPENSEARCH_URL is no OpenSearch") from None


def judged(status: int, kind: str) -> Retry | Reject:
    """Turns an answer that is no success into whose fault it is."""
    if kind == READ_ONLY:
        reason = "it takes no writes at present: its disk is nearly full (free some), or an index is being split"
        return Retry(AWAY, f"{reason} ({status} {kind})")
    if status in (401, 403):
        reason = "it refuses us: check REAM_OPENSEARCH_USER and its password, and that the migration was run"
        return Retry(AWAY, f"{reason} ({status} {kind})")
    if status == 404:
        return NoIndex()
    if status in (400, TOO_LARGE):
        return Reject("not-indexable", f"OpenSearch answered {status} {kind}")
    return Retry(AWAY, f"it answered {status} {kind}")


def next_alias(alias: str) -> str:
    """Names the alias of what is being built to take the place of the index behind another."""
    return f"{alias}{NEXT}"


class Indices:
    """The two indices, written in whole documents with external versions.

    While they are built anew, everything is written to those that will take their place as well: see `look`.

    Attributes:
        guard: the breaker of OpenSearch; while it is open, every method raises Retry without asking.
    """

    def __init__(self, client: OpenSearch, prefix: str) -> None:
        self.guard = Guard(AWAY, self._probe)
        self._client = client
        self.documents = f"{prefix}documents"
        self.passages = f"{prefix}passages"
        self._next: dict[str, str] = {}

    @classmethod
    def named(cls, client: OpenSearch, documents: str, passages: str) -> "Indices":
        """Two indices by their own names, whatever aliases point at."""
        made = cls(client, "")
        made.documents, made.passages = documents, passages
        return made

    def look(self) -> None:
        """Finds the indices that are being built to take the place of these, if any: writes go there too from now on.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses the request.
        """
        ours = {next_alias(name): name for name in (self.documents, self.passages)}
        pattern = ",".join(f"{name}-*" for name in ours.values())
        answer = self._asked(lambda: self._client.indices.get_alias(index=pattern, name=f"*{NEXT}"))
        found = {alias: index for index, one in answer.items() for alias in one["aliases"]}
        self._next = {ours[alias]: index for alias, index in found.items() if alias in ours}

    def write(self, writes: Iterable[tuple[str, Entry]]) -> Iterator[Exception | None]:
        """Writes entries in requests of bounded size; yields for each None, or whose fault it is that it was refused.

        Entries are taken as requests are filled, so that any number of them can be written in the same memory. An
        entry that is older than what is there counts as written: something newer is there. So does a passage that is
        there in its very version: it says the same.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses the request.
        """
        items: list[Item] = []
        size = 0
        for index, entry in writes:
            kind = "external" if index == self.passages else "external_gte"
            action = {"_index": index, "_id": entry.id, "version": entry.external_version, "version_type": kind}
            body = json.dumps({key: value for key, value in entry.body.items() if value is not None})
            items.append(("index", action, body))
            size += len(body)
            if size >= REQUEST_BYTES or len(items) >= REQUEST_ENTRIES:
                yield from self._written(items)
                items, size = [], 0
        if items:
            yield from self._written(items)

    def _written(self, items: list[Item]) -> list[Exception | None]:
        try:
            return [_fault(answer["index"]) for answer in self._bulk(items)]
        except Reject as refused:
            if len(items) == 1:
                return [refused]
            # Something in it, or its size, makes the whole request impossible: halves tell which.
            middle = len(items) // 2
            return self._written(items[:middle]) + self._written(items[middle:])

    def newest(self, document_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Returns (generation, run) of the documents whose entry is complete, refreshed or not.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses the request.
        """
        if not document_ids:
            return {}
        wanted = sorted(set(document_ids))
        answer = self._asked(
            lambda: self._client.mget(
                body={"ids": wanted}, index=self.documents, _source_includes=["generation", "run", "readiness"]
            )
        )
        found = [one for one in answer["docs"] if one.get("found")]
        complete = [one["_source"] | {"id": one["_id"]} for one in found if one["_source"].get("readiness") in COMPLETE]
        return {one["id"]: (one["generation"], one["run"]) for one in complete}

    def refresh(self) -> None:
        """Shows searches all that was written so far; by itself that happens within a second.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses us.
        """
        ask(lambda: self._client.indices.refresh(index=f"{self.documents},{self.passages}"))

    def drop_older_passages(self, document_id: str, generation: int, run: int) -> None:
        """Takes away the passages that belong to an earlier generation or run of a document.

        What is deleted leaves a version behind that holds for an hour: it stands above everything of earlier runs and
        below everything of this one, whose passages have the same ids and may be written later.

        Raises:
            Retry: OpenSearch is away or busy.
            Reject: it refuses the request.
        """
        older: list[dict[str, Any]] = [
            {"range": {"generation": {"lt": generation}}},
            {"bool": {"filter": [{"term": {"generation": generation}}, {"range": {"run": {"lt": run}}}]}},
        ]
        query = {
            "bool": {"filter": [{"term": {"document_id": document_id}}], "should": older, "minimum_should_match": 1}
        }
        version = {"version": external_version(identity.version(generation, run, 0)), "version_type": "external_gte"}
        self._drop(self.passages, query, version)
        if (following := self._next.get(self.passages)) is not None:
            try:
                self._drop(following, query, version)
            except NoIndex as error:
                self._given_up(error)

    def _drop(self, index: str, query: dict[str, Any], version: dict[str, Any]) -> None:
        while ids := self._refreshed_ids(index, query):
            for item in self._ask_bulk([("delete", {"_index": index, "_id": one, **version}, None) for one in ids]):
                # 404: somebody else was first. 409: a passage of this run took its place since the search.
                if item["delete"]["status"] != 404 and (fault := _fault(item["delete"])):
                    raise fault

    def _refreshed_ids(self, index: str, query: dict[str, Any]) -> list[str]:
        """Searches see only what was refreshed; what was written in the last second counts too."""
        self._asked(lambda: self._client.indices.refresh(index=index))
        body = {"query": query, "_source": False, "size": 1000}
        answer = self._asked(lambda: self._client.search(index=index, body=body))
        return [hit["_id"] for hit in answer["hits"]["hits"]]

    def _bulk(self, items: list[Item]) -> list[dict[str, Any]]:
        """Writes to both; what only the next indices do not take is that entry's answer, or it would miss there."""
        following = self._next  # another thread may look, or give up, meanwhile
        answers = self._ask_bulk(items)
        also = [
            (number, (kind, {**action, "_index": following[action["_index"]]}, body))
            for number, (kind, action, body) in enumerate(items)
            if action["_index"] in following
        ]
        there = self._ask_bulk([item for _, item in also]) if also else []
        for (number, _), answer in zip(also, there, strict=True):
            fault = _fault(next(iter(answer.values())))
            if isinstance(fault, NoIndex):
                self._given_up(fault)
                break
            if isinstance(fault, Retry):
                raise fault
            if fault is not None and _fault(next(iter(answers[number].values()))) is None:
                answers[number] = answer
        return answers

    def _given_up(self, error: NoIndex) -> None:
        """The building of the next indices was given up since we looked: what is there counts alone."""
        _LOG.warning("next_index_is_gone", reason=error.reason)
        self._next = {}

    def _asked(self, call: Callable[[], T]) -> T:
        with self.guard.calling():
            return ask(call)

    def _ask_bulk(self, items: list[Item]) -> list[dict[str, Any]]:
        """Sends a request; entries that the server could not take at present count as its failure."""
        self.guard.require_closed()
        try:
            answers = self._sent(items)
        except Retry as away:
            self.guard.failed(away.reason)
            raise
        faults = (_fault(next(iter(answer.values()))) for answer in answers)
        waits = next((fault for fault in faults if isinstance(fault, Retry)), None)
        if waits is None:
            self.guard.succeeded()
        else:
            self.guard.failed(waits.reason)
        return answers

    def _sent(self, items: list[Item], **parameters: Any) -> list[dict[str, Any]]:
        lines = []
        for kind, action, body in items:
            lines += [json.dumps({kind: action}), *([body] if body is not None else [])]
        answer = ask(lambda: self._client.bulk(body="\n".join(lines) + "\n", **parameters))
        answers: list[dict[str, Any]] = answer["items"]
        if len(answers) != len(items):
            raise Retry(AWAY, f"OpenSearch answered {len(answers)} of {len(items)} writes")
        return answers

    def _probe(self) -> None:
        """Asks for the least that needs everything that a write needs: user, rights, both indices, room."""
        deletes: list[Item] = [
            ("delete", {"_index": name, "_id": PROBE}, None) for name in (self.documents, self.passages)
        ]
        for answer in self._sent(deletes, request_timeout=PROBE_SECONDS):
            if "error" in answer["delete"] and (fault := _fault(answer["delete"])):
                raise fault


def _fault(item: dict[str, Any]) -> Exception | None:
    """Says whose fault it is that an entry was not written; None when it was, or something newer is there."""
    status, kind = item["status"], str(item.get("error", {}).get("type", ""))
    if status < 300 or status == 409:
        return None
    return WriteFailed(f"OpenSearch answered {status} {kind}") if status == 500 else judged(status, kind)
