# SPDX-License-Identifier: Apache-2.0
"""Decides which passages are best for a question: by words, by meaning, or by both, whose ranks are fused."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from opensearchpy import OpenSearch

from ream_index import requests
from ream_index.opensearch import Indices, ask
from ream_index.question import Query, QueryError
from ream_kit import Reject

Way = Literal["words", "meaning", "both"]
_DOCUMENTS = 50
_SMOOTH = 30
"""How little the first ranks weigh more than those behind them: the method was published with 60 for ten and more
lists; of two, the first of one shall not fall behind what stands in the middle of both."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage in a list, best first."""

    id: str
    document_id: str
    unit: int
    score: float


def by_words(client: OpenSearch, indices: Indices, query: Query, depth: int) -> list[Ranked]:
    """The passages that share most with the words of a question; those that it puts in quotation marks they must hold.

    Raises:
        QueryError: OpenSearch does not take the query.
        Retry: it is away.
    """
    loose = bool(query.plain_words)
    return _listed(client, indices, requests.passages_query(query, loose=loose), depth, "make it simpler")


def documents_by_words(client: OpenSearch, indices: Indices, query: Query) -> list[str]:
    """The documents that share most with the words of a question, all their pages together.

    Raises:
        Retry: OpenSearch is away.
        Reject: it does not take the query.
    """
    body = requests.documents_body(query, _DOCUMENTS)
    if body is None:
        return []
    return [hit["_id"] for hit in ask(lambda: client.search(index=indices.documents, body=body))["hits"]["hits"]]


def by_meaning(client: OpenSearch, indices: Indices, query: Query, vector: Sequence[float], depth: int) -> list[Ranked]:
    """The passages whose nearest window is nearest to a vector, and which meet the conditions of the query.

    Raises:
        QueryError: the index was not made for vectors.
        Retry: OpenSearch is away.
    """
    advice = "the index may be of an older version, without vectors: run 'ream rebuild-index'"
    return _listed(client, indices, requests.meaning_query(query, vector, depth), depth, advice)


def without_meaning(client: OpenSearch, indices: Indices, passages: Sequence[Ranked]) -> set[str]:
    """The ids of those passages that cannot be found by meaning, because they have no vector (yet).

    Raises:
        Retry: OpenSearch is away.
        Reject: it does not take the query.
    """
    if not passages:
        return set()
    body = requests.without_meaning_body([one.id for one in passages])
    return {hit["_id"] for hit in ask(lambda: client.search(index=indices.passages, body=body))["hits"]["hits"]}


def stand_in(meant: Sequence[Ranked], worded: Sequence[Ranked], unmeant: Container[str]) -> list[Ranked]:
    """Gives passages that cannot be found by meaning the place among those that can which their words give them.

    Else what has just arrived, whose vectors come last, would stand behind everything that is in both lists, however
    well its words answer.
    """
    places = [(rank, 1, one) for rank, one in enumerate(meant)]
    places += [(rank, 0, one) for rank, one in enumerate(worded) if one.id in unmeant]
    return [one for _, _, one in sorted(places, key=lambda place: place[:2])]


@dataclass(frozen=True, slots=True)
class Listed:
    """Passages, best first, and how much their list counts."""

    passages: Sequence[Ranked]
    weight: float = 1.0


def fuse(lists: Iterable[Listed], documents: Sequence[str] = (), weight: float = 1.0) -> list[Ranked]:
    """Fuses lists by rank alone: their scores cannot be compared. What stands high in several stands highest.

    Pages are what is ranked: one list may know a page by another passage of it than the other list. Of the passages of
    a page, that which stands higher itself comes first. The method is reciprocal rank fusion (Cormack, Clarke and
    Buettcher, 2009).

    Args:
        lists: of passages.
        documents: a list of documents, which counts for each of their pages: a page of a long report says little of
            what the report is about.
        weight: how much that list counts.
    """
    pages: dict[tuple[str, int], float] = {}
    own: dict[str, float] = {}
    known: dict[str, Ranked] = {}
    for listed in lists:
        for rank, page in enumerate(dict.fromkeys((one.document_id, one.unit) for one in listed.passages), 1):
            pages[page] = pages.get(page, 0.0) + listed.weight / (_SMOOTH + rank)
        for rank, one in enumerate(listed.passages, 1):
            own[one.id] = own.get(one.id, 0.0) + listed.weight / (_SMOOTH + rank)
            known.setdefault(one.id, one)
    standing = {document_id: weight / (_SMOOTH + rank) for rank, document_id in enumerate(documents, 1)}
    scores = {page: score + standing.get(page[0], 0.0) for page, score in pages.items()}

    def place(one: Ranked) -> tuple[float, float, str]:
        return -scores[one.document_id, one.unit], -own[one.id], one.id

    return [replace(one, score=scores[one.document_id, one.unit]) for one in sorted(known.values(), key=place)]


def by_document(ranked: Iterable[Ranked], size: int, passages_each: int) -> dict[str, list[Ranked]]:
    """Groups passages by document, in the order of the best of each."""
    groups: dict[str, list[Ranked]] = {}
    for one in ranked:
        if one.document_id not in groups and len(groups) >= size:
            continue
        group = groups.setdefault(one.document_id, [])
        if len(group) < passages_each:
            group.append(one)
    return groups


def _listed(client: OpenSearch, indices: Indices, query: Mapping[str, Any], depth: int, advice: str) -> list[Ranked]:
    body = {"size": depth, "_source": ["document_id", "unit"], "query": query}
    try:
        hits = ask(lambda: client.search(index=indices.passages, body=body))["hits"]["hits"]
    except Reject as refused:
        raise QueryError(f"OpenSearch does not take this query ({refused.reason}); {advice}.") from None
    return [
        Ranked(hit["_id"], hit["_source"]["document_id"], hit["_source"]["unit"], float(hit["_score"])) for hit in hits
    ]
