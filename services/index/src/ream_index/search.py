# SPDX-License-Identifier: Apache-2.0
"""Finds documents, down to the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    Version,
    document_hit,
    passage_hit,
)
from ream_index.opensearch import Indices, ask
from ream_index.question import Query, QueryError, read
from ream_index.ranking import Listed, Way
from ream_index.versions import together
from ream_kit import Reject

__all__ = [
    "MARK",
    "Count",
    "DocumentHit",
    "Found",
    "PassageHit",
    "QueryError",
    "Version",
    "Way",
    "by_words",
    "find",
    "similar",
]

Meaning = Callable[[str], Sequence[float] | None]
"""Gives the vector of a question, of the model whose vectors are in the index; none where it has no words."""
Facets = tuple[tuple[str, tuple[Count, ...]], ...]
_DEPTH = 300
"""Passages of each list that is fused, at least."""
_SENTENCE = 6
"""Words from which a question is a sentence: most of its words say how it is asked, and lead astray."""
_WORDS_OF_A_SENTENCE = 0.5
"""How much the list by words counts then; by few words it is as good as that by meaning."""
_COMPARED = 20
"""Passages of a document that others are compared with."""
_NO_OTHER = "No other document has enough of its special words."
_BESIDE = "These are other pages of the same document."
_NONE_BESIDE = "Nor has another page of the same document."


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
    versions: bool = False,
) -> Found:
    """Finds documents by the words of a question, by what it means, or by both.

    Documents that are versions of one another are shown as one, the best of them; totals and facets count all.

    By meaning there is always something that is nearest, whether it answers the question or not. The conditions of
    the query hold in each way. Documents by name come with words alone. Facets count all that words find; by meaning,
    and by both, what is in the list of the best passages, which is as long as it is wanted and 300 at least.

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
        versions: show every version by itself.

    Raises:
        QueryError: the query cannot be read, or asked in this way; says why.
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """

    def asked(many: int) -> Found:
        if way == "words":
            return by_words(client, prefix, words, many, passages_each, fuzzy=fuzzy, facets=facets)
        return _by_rank(client, prefix, words, way, meaning, many, passages_each, facets=facets)

    return asked(size) if versions else together(client, Indices(client, prefix).documents, asked, size)


def _by_rank(
    client: OpenSearch,
    prefix: str,
    words: str,
    way: Way,
    meaning: Meaning | None,
    size: int,
    passages_each: int,
    *,
    facets: bool,
) -> Found:
    query, indices = read(words), Indices(client, prefix)
    ranked = rank(client, prefix, words, way=way, meaning=meaning, depth=max(_DEPTH, 2 * size * passages_each))
    groups = ranking.by_document(ranked, size, passages_each)
    marked = requests.passages_query(query, loose=bool(query.plain_words))
    shown = _shown(client, indices, [one.id for group in groups.values() for one in group], marked)
    entries = _entries(client, indices.documents, list(groups))
    documents = tuple(
        document_hit(
            document_id,
            entries.get(document_id, {}),
            tuple(replace(shown[one.id], score=one.score) for one in group if one.id in shown),
        )
        for document_id, group in groups.items()
    )
    notes = () if documents else _unknown_types(client, indices, query)
    divided = _divided(client, indices, ranked) if facets else ()
    return Found(len(ranked), documents, divided, without_vectors=_without_vectors(client, indices), notes=notes)


def _divided(client: OpenSearch, indices: Indices, ranked: Sequence[ranking.Ranked]) -> Facets:
    body = requests.divided_body([one.id for one in ranked])
    return _facets(ask(lambda: client.search(index=indices.passages, body=body)))


def rank(
    client: OpenSearch, prefix: str, words: str, *, way: Way, meaning: Meaning | None = None, depth: int = _DEPTH
) -> list[ranking.Ranked]:
    """The best passages for a question, in one list over all documents.

    Raises:
        QueryError: the query cannot be read, or asked in this way; says why.
        Retry: OpenSearch is away.
    """
    query, indices = read(words), Indices(client, prefix)
    weight = _WORDS_OF_A_SENTENCE if len(query.plain_words.split()) >= _SENTENCE else 1.0
    worded = ranking.by_words(client, indices, query, depth) if way != "meaning" else []
    lists = [Listed(worded, weight)]
    if way != "words":
        vector = meaning(query.said) if meaning is not None else None
        if vector is None:
            raise QueryError("The query has no words whose meaning could be looked for.")
        meant = ranking.by_meaning(client, indices, query, vector, depth)
        lists.append(Listed(ranking.stand_in(meant, worded, ranking.without_meaning(client, indices, worded))))
    documents = ranking.documents_by_words(client, indices, query) if way != "meaning" else []
    return ranking.fuse(lists, documents, weight)


def _shown(client: OpenSearch, indices: Indices, ids: Sequence[str], marked: dict[str, Any]) -> dict[str, PassageHit]:
    if not ids:
        return {}
    body = requests.shown_body(ids, marked)
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
    if not (query.words or query.phrases) and (named := _named(client, indices, query, size, (), facets)).hits:
        return Found(0, named.hits, named.facets, total=named.total)
    answer = _with_words(client, indices, query, size, passages_each, fuzzy=fuzzy, facets=facets)
    loosened = not answer["hits"]["hits"] and len(query.plain_words.split()) > 1
    if loosened:
        loose = requests.passages_query(query, loose=True)
        answer = _searched(client, indices, requests.search_body(loose, size, passages_each, facets=facets))
    by_text, total = _documents(client, indices, answer), _total(answer)
    if loosened:
        named = _named(client, indices, query, size, ())
        called = {hit.document_id for hit in named.hits}
        documents = (*named.hits, *(hit for hit in by_text if hit.document_id not in called))[:size]
        total = max(total, named.total, len(documents))
    elif len(by_text) < size or total <= size:
        known = [hit.document_id for hit in by_text]
        named = _named(client, indices, query, size - len(by_text), known)
        documents, total = by_text + named.hits, len(by_text) + named.total
    else:
        documents = by_text
    return Found(
        answer["hits"]["total"]["value"],
        documents,
        _facets(answer),
        loosened and bool(by_text),
        total,
        notes=() if documents else _unknown_types(client, indices, query),
    )


def _with_words(
    client: OpenSearch, indices: Indices, query: Query, size: int, passages_each: int, *, fuzzy: bool, facets: bool
) -> dict[str, Any]:
    """What holds all the words; only where a passage holds them but nearly, nearly the same words are marked in it."""
    asked = requests.passages_query(query, fuzzy=fuzzy)
    if fuzzy or not query.words:
        return _searched(client, indices, requests.search_body(asked, size, passages_each, facets=facets))
    marked = requests.marked_query(query)
    answer = _searched(client, indices, requests.search_body(asked, size, passages_each, marked=marked, facets=facets))
    nearly = {
        one["_id"]: one
        for hit in answer["hits"]["hits"]
        for one in hit["inner_hits"]["passages"]["hits"]["hits"]
        if one["_source"].get("method") == "ocr"
    }
    if nearly:
        # Not by named queries: a node does not name them to those who may not see everything (seen with 3.4).
        holding = _searched(client, indices, requests.holding_body(list(nearly), query))["hits"]["hits"]
        nearly = {name: nearly[name] for name in nearly.keys() - {one["_id"] for one in holding}}
    if nearly:
        body = requests.shown_body(list(nearly), asked)
        for again in _searched(client, indices, body)["hits"]["hits"]:
            nearly[again["_id"]]["highlight"] = again.get("highlight", {})
    return answer


def similar(
    client: OpenSearch,
    prefix: str,
    document_id: str,
    unit: int | None = None,
    size: int = 10,
    passages_each: int = 3,
    *,
    facets: bool = False,
    versions: bool = False,
) -> Found:
    """Finds other documents that share what is special in a document, or in one unit of it.

    Args:
        client: of somebody who may search.
        prefix: what the names of the indices begin with.
        document_id: of the document.
        unit: compare with this unit of it alone.
        size: documents.
        passages_each: places in each.
        facets: count how the found documents divide.
        versions: show every version by itself, where others are put together as `find` does.

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
        if not _entries(client, indices.documents, [document_id]):
            raise QueryError(f"There is no document {document_id} in the index.")
        where = "" if unit is None else f", unit {unit},"
        raise QueryError(f"There is no text of {document_id}{where} to compare with.")

    def asked(many: int) -> Found:
        others = requests.search_body(requests.like_query(text, document_id), many, passages_each, facets=facets)
        return _found(client, indices, _searched(client, indices, others))

    found = asked(size) if versions else together(client, indices.documents, asked, size)
    if found.documents:
        return found
    if unit is None:
        return replace(found, notes=(_NO_OTHER,))
    beside = requests.search_body(requests.like_query(text, document_id, unit), size, max(size, passages_each))
    found = _found(client, indices, _searched(client, indices, beside))
    return replace(found, notes=(_NO_OTHER, _BESIDE if found.documents else _NONE_BESIDE))


def _found(client: OpenSearch, indices: Indices, answer: dict[str, Any]) -> Found:
    documents = _documents(client, indices, answer)
    return Found(answer["hits"]["total"]["value"], documents, _facets(answer), total=_total(answer))


def _searched(client: OpenSearch, indices: Indices, body: dict[str, Any]) -> dict[str, Any]:
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


@dataclass(frozen=True, slots=True)
class _Named:
    """Documents found by their entries: the first of them, how many there are, and how all of them divide."""

    hits: tuple[DocumentHit, ...] = ()
    total: int = 0
    facets: Facets = ()


def _named(
    client: OpenSearch, indices: Indices, query: Query, size: int, known: Sequence[str], facets: bool = False
) -> _Named:
    body = requests.named_body(query, size, known, facets=facets)
    if body is None:
        return _Named()
    answer = ask(lambda: client.search(index=indices.documents, body=body))
    hits = tuple(document_hit(hit["_id"], hit["_source"], ()) for hit in answer["hits"]["hits"])
    return _Named(hits, answer["hits"]["total"]["value"], _facets(answer))


def _total(answer: dict[str, Any]) -> int:
    return int(answer["aggregations"][requests.DOCUMENTS]["value"])


def _without_vectors(client: OpenSearch, indices: Indices) -> int:
    body = requests.without_vectors_body()
    return int(ask(lambda: client.search(index=indices.documents, body=body))["hits"]["total"]["value"])


def _unknown_types(client: OpenSearch, indices: Indices, query: Query) -> tuple[str, ...]:
    """Says which types there are where a query asks for others; its users make them, so no list of ours has them."""
    if not query.types:
        return ()
    answer = ask(lambda: client.search(index=indices.documents, body=requests.types_body()))
    there = [str(bucket["key"]) for bucket in answer["aggregations"]["types"]["buckets"]]
    unknown = [one for one in query.types if one not in there]
    if not unknown:
        return ()
    types = f"there are: {', '.join(there)}" if there else "no document has a type yet"
    return (f"No document has the type {', '.join(unknown)}; {types}.",)


def _facets(answer: dict[str, Any]) -> Facets:
    found = answer.get("aggregations", {})
    return tuple(
        (name, tuple(_count(bucket) for bucket in found[name]["buckets"]))
        for name in (*requests.FACETS, requests.MONTH)
        if name in found
    )


def _count(bucket: dict[str, Any]) -> Count:
    documents = bucket[requests.DOCUMENTS]["value"] if requests.DOCUMENTS in bucket else bucket["doc_count"]
    return Count(str(bucket.get("key_as_string", bucket["key"])), documents)
