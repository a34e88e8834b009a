# SPDX-License-Identifier: Apache-2.0
"""Finds documents, down to the page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from opensearchpy import OpenSearch

from ream_index import ranking, requests
from ream_index.hits import (
    ENTRY_FIELDS,
    MARK,
    Count,
    DocumentHit,
    Found,
    PassageHit,
    document_hit,
    passage_hit,
)
from ream_index.opensearch import Indices, ask
from ream_index.question import Query, QueryError, read
from ream_index.ranking import Way
from ream_kit import Reject

__all__ = ["MARK", "Count", "DocumentHit", "Found", "PassageHit", "QueryError", "Way", "by_words", "find", "similar"]

Meaning = Callable[[str], Sequence[float] | None]
"""Gives the vector of a question, of the model whose vectors are in the index; none where it has no words."""
_DEPTH = 100
"""Passages of each list that is fused, at least."""
_COMPARED = 20
"""Passages of a document that others are compared with."""


def find(
    client: OpenSearch,
    prefix: str,
    words: str,
    *,
    way: Way = "words",
    meaning: Meaning | None = None,
    size: int = 10,
    passages_each: int = 3,
    fuzzy: bool = False,
    facets: bool = False,
) -> Found:
    """Finds documents by the words of a question, by what it means, or by both.

    By meaning there is always something that is nearest, whether it answers the question or not. The conditions of
    the query hold in each way. Documents by name, and facets, come with words alone.

    Args:
        client: of somebody who may search.
        prefix: what the names of the indices begin with.
        words: the query; see `ream_index.question.read`.
        way: how it is found.
        meaning: gives the vector of the question; needed for every way but words.
        size: documents.
        passages_each: places in each.
        fuzzy: see `by_words`.
        facets: see `by_words`.

    Raises:
        QueryError: the query cannot be read, or asked in this way; says why.
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    if way == "words":
        return by_words(client, prefix, words, size, passages_each, fuzzy=fuzzy, facets=facets)
    query, indices = read(words), Indices(client, prefix)
    ranked = rank(client, prefix, words, way=way, meaning=meaning, depth=max(_DEPTH, 2 * size * passages_each))
    groups = ranking.by_document(ranked, size, passages_each)
    shown = _shown(client, indices, [one.id for group in groups.values() for one in group], query)
    entries = _entries(client, indices.documents, list(groups))
    documents = tuple(
        document_hit(
            document_id,
            entries.get(document_id, {}),
            tuple(replace(shown[one.id], score=one.score) for one in group if one.id in shown),
        )
        for document_id, group in groups.items()
    )
    return Found(len(ranked), documents)


def rank(
    client: OpenSearch, prefix: str, words: str, *, way: Way, meaning: Meaning | None = None, depth: int = _DEPTH
) -> list[ranking.Ranked]:
    """The best passages for a question, in one list over all documents.

    Raises:
        QueryError: the query cannot be read, or asked in this way; says why.
        Retry: OpenSearch is away.
    """
    query, indices = read(words), Indices(client, prefix)
    lists = [ranking.by_words(client, indices, query, depth)] if way != "meaning" else []
    if way != "words":
        vector = meaning(query.said) if meaning is not None else None
        if vector is None:
            raise QueryError("The query has no words whose meaning could be looked for.")
        lists.append(ranking.by_meaning(client, indices, query, vector, depth))
    documents = ranking.documents_by_words(client, indices, query) if way != "meaning" else []
    return ranking.fuse(lists, documents)


def _shown(client: OpenSearch, indices: Indices, ids: Sequence[str], query: Query) -> dict[str, PassageHit]:
    if not ids:
        return {}
    body = requests.shown_body(ids, query)
    hits = ask(lambda: client.search(index=indices.passages, body=body))["hits"]["hits"]
    return {hit["_id"]: passage_hit(hit) for hit in hits}


def by_words(
    client: OpenSearch,
    prefix: str,
    words: str,
    size: int = 10,
    passages_each: int = 3,
    *,
    fuzzy: bool = False,
    facets: bool = False,
) -> Found:
    """Finds documents that hold all the words, in this or another form, and meet the conditions of the query.

    After them come those that have the words in their name or title, also when nothing of them could be read. Where
    nothing holds all the words, what holds some of them is found.

    Args:
        client: of somebody who may search.
        prefix: what the names of the indices begin with.
        words: the query; see `ream_index.question.read`.
        size: documents.
        passages_each: places in each.
        fuzzy: find nearly the same words too, also where nothing was read by OCR.
        facets: count how the found documents divide.

    Raises:
        QueryError: the query cannot be read; says why.
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    query, indices = read(words), Indices(client, prefix)
    if not (query.words or query.phrases) and (named := _named(client, indices, query, size, ())):
        return Found(0, named)
    answer = _searched(client, indices, requests.passages_query(query, fuzzy=fuzzy), size, passages_each, facets)
    loosened = not answer["hits"]["hits"] and len(query.plain_words.split()) > 1
    if loosened:
        loose = requests.passages_query(query, loose=True)
        answer = _searched(client, indices, loose, size, passages_each, facets)
    by_text = _documents(client, indices, answer)
    if loosened:
        by_name = _named(client, indices, query, size, ())
        called = {hit.document_id for hit in by_name}
        documents = (*by_name, *(hit for hit in by_text if hit.document_id not in called))[:size]
    else:
        documents = by_text + _named(client, indices, query, size - len(by_text), [hit.document_id for hit in by_text])
    return Found(answer["hits"]["total"]["value"], documents, _facets(answer), loosened and bool(by_text))


def similar(
    client: OpenSearch, prefix: str, document_id: str, unit: int | None = None, size: int = 10, passages_each: int = 3
) -> Found:
    """Finds other documents that share what is special in a document, or in one unit of it.

    Raises:
        QueryError: nothing of it can be compared.
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    indices = Indices(client, prefix)
    body = requests.text_body(document_id, unit, _COMPARED)
    hits = ask(lambda: client.search(index=indices.passages, body=body))["hits"]["hits"]
    text = "\n".join(hit["_source"]["text"] for hit in hits)
    if not text:
        where = "" if unit is None else f", unit {unit},"
        raise QueryError(f"There is no text of {document_id}{where} to compare with.")
    answer = _searched(client, indices, requests.like_query(text, document_id), size, passages_each)
    return Found(answer["hits"]["total"]["value"], _documents(client, indices, answer))


def _searched(
    client: OpenSearch, indices: Indices, query: dict[str, Any], size: int, passages_each: int, facets: bool = False
) -> dict[str, Any]:
    body = requests.search_body(query, size, passages_each, facets=facets)
    try:
        answer: dict[str, Any] = ask(lambda: client.search(index=indices.passages, body=body))
    except Reject as refused:
        raise QueryError(f"OpenSearch does not take this query; make it simpler ({refused.reason}).") from None
    return answer


def _documents(client: OpenSearch, indices: Indices, answer: dict[str, Any]) -> tuple[DocumentHit, ...]:
    hits = answer["hits"]["hits"]
    entries = _entries(client, indices.documents, [hit["_source"]["document_id"] for hit in hits])
    return tuple(_document(hit, entries) for hit in hits)


def _document(hit: dict[str, Any], entries: dict[str, dict[str, Any]]) -> DocumentHit:
    document_id = hit["_source"]["document_id"]
    inner = hit["inner_hits"]["passages"]["hits"]["hits"]
    return document_hit(document_id, entries.get(document_id, {}), tuple(passage_hit(one) for one in inner))


def _entries(client: OpenSearch, index: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    answer = ask(lambda: client.mget(body={"ids": list(ids)}, index=index, _source_includes=ENTRY_FIELDS))
    return {one["_id"]: one["_source"] for one in answer["docs"] if one.get("found")}


def _named(
    client: OpenSearch, indices: Indices, query: Query, size: int, known: Sequence[str]
) -> tuple[DocumentHit, ...]:
    body = requests.named_body(query, size, known) if size > 0 else None
    if body is None:
        return ()
    hits = ask(lambda: client.search(index=indices.documents, body=body))["hits"]["hits"]
    return tuple(document_hit(hit["_id"], hit["_source"], ()) for hit in hits)


def _facets(answer: dict[str, Any]) -> tuple[tuple[str, tuple[Count, ...]], ...]:
    found = answer.get("aggregations", {})
    return tuple(
        (name, tuple(_count(bucket) for bucket in found[name]["buckets"]))
        for name in (*requests.FACETS, requests.MONTH)
        if name in found
    )


def _count(bucket: dict[str, Any]) -> Count:
    return Count(str(bucket.get("key_as_string", bucket["key"])), bucket["documents"]["value"])
