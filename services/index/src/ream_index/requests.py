# SPDX-License-Identifier: Apache-2.0
"""Decides what is asked of OpenSearch for a query: bodies of requests, and nothing that sends them."""

from collections.abc import Sequence
from typing import Any

from ream_index.hits import ENTRY_FIELDS, MARK, PASSAGE_FIELDS
from ream_index.languages import ANALYZERS, fields_for
from ream_index.question import EXACT, Query

FLAGS = "AND|OR|NOT|PHRASE|PREFIX|PRECEDENCE|FUZZY|ESCAPE|WHITESPACE"
FACETS = {
    "type": "type",
    "sensitivity": "document_sensitivity",
    "language": "language",
    "source": "namespace",
    "outcome": "outcome",
    "media": "media_type",
    "organisation": "organisations",
    "place": "places",
}
"""Field of passages by the name that a query gives it."""
MONTH = "date"
DOCUMENTS = "documents"
_VALUES = 20
_TYPES = 100
_EXACT_COUNT = 2_000
"""Documents up to which a facet counts exactly; beyond it is a per cent or two off."""
_DOCUMENTS = {"cardinality": {"field": "document_id", "precision_threshold": _EXACT_COUNT}}
_FUZZY_WORDS = 8
_FUZZY = {"fuzziness": "AUTO", "prefix_length": 1, "max_expansions": 20}
"""One wrong letter in words of three to five letters, two in longer ones; the first must be right, or every word of
the index would have to be compared."""
_OCR_BOOST = 0.3
CELLS = "cells^0.5"
"""Cells of tables with their heads: their words count once more than those of other text, so they count less."""
_LIKE_WORDS = 40


def passages_query(query: Query, *, loose: bool = False, fuzzy: bool = False) -> dict[str, Any]:
    """The query over passages.

    Args:
        query: what was asked.
        loose: some of the words are enough.
        fuzzy: nearly the same words count too; in what OCR has read they always do, at the end of the list.
    """
    must: list[dict[str, Any]] = [_phrase(one.words, one.slop) for one in query.phrases]
    asked = conditions(query)
    if query.words:
        must.append(_some_words(query) if loose else _words(query, fuzzy=fuzzy))
    if loose and query.excluded_words:
        asked["must_not"].append({"match": {"text": query.excluded_words}})
    return {"bool": {"must": must, **asked}}


def marked_query(query: Query) -> dict[str, Any]:
    """What is marked in passages that hold the words themselves: these, and nothing that is nearly the same.

    Its conditions are asked along: those on words of the text are marked too.
    """
    phrases = [_phrase(one.words, one.slop) for one in query.phrases]
    return {"bool": {"should": [*phrases, _exactly(query)], **conditions(query)}}


def holding_body(ids: Sequence[str], query: Query) -> dict[str, Any]:
    """The request for which of these passages hold the words themselves, and not only nearly the same."""
    asked = {"must": [_exactly(query)], "filter": [{"ids": {"values": list(ids)}}]}
    return {"size": len(ids), "_source": False, "query": {"bool": asked}}


def conditions(query: Query) -> dict[str, list[dict[str, Any]]]:
    """Its conditions on passages, as parts of a bool query."""
    return {
        "filter": [one.passages for one in query.conditions if not one.excluded],
        "must_not": [one.passages for one in query.conditions if one.excluded],
    }


def _phrase(words: str, slop: int) -> dict[str, Any]:
    return {"multi_match": {"query": words, "type": "phrase", "fields": ["text", "heading^2", CELLS], "slop": slop}}


def _exactly(query: Query) -> dict[str, Any]:
    stems = [f"stems.{name}" for name in fields_for(query.words, query.languages)]
    return {
        "simple_query_string": {
            "query": query.words,
            "fields": ["text", "heading^2", CELLS, *stems],
            "default_operator": "and",
            "flags": FLAGS,
            "lenient": True,
            "fuzzy_max_expansions": _FUZZY["max_expansions"],
            "fuzzy_prefix_length": _FUZZY["prefix_length"],
        }
    }


def _words(query: Query, *, fuzzy: bool) -> dict[str, Any]:
    exactly = _exactly(query)
    if not query.is_plain or len(query.words.split()) > _FUZZY_WORDS:
        return exactly
    nearly = {"match": {"text": {"query": query.words, "operator": "and", "boost": _OCR_BOOST, **_FUZZY}}}
    read_by_ocr = {"bool": {"must": [nearly], "filter": [] if fuzzy else [{"term": {"method": "ocr"}}]}}
    return {"bool": {"should": [exactly, read_by_ocr], "minimum_should_match": 1}}


def _some_words(query: Query) -> dict[str, Any]:
    """The name counts too: what a page belongs to is often said nowhere on it."""
    stems = [f"stems.{name}" for name in fields_for(query.words, query.languages)]
    fields = ["text", "heading^2", "name", *stems]
    asked = {"query": query.plain_words, "fields": fields, "default_operator": "or", "flags": "NONE", "lenient": True}
    return {"simple_query_string": asked}


def documents_body(query: Query, size: int) -> dict[str, Any] | None:
    """The request for documents by all of their words; None where its conditions cannot be asked of documents."""
    if not query.plain_words or any(one.documents is None for one in query.conditions):
        return None
    some = {"multi_match": {"query": query.plain_words, "fields": ["text", "title", "name"], "type": "most_fields"}}
    asked = {
        "must": [some],
        "filter": [one.documents for one in query.conditions if not one.excluded],
        "must_not": [one.documents for one in query.conditions if one.excluded],
    }
    return {"size": size, "_source": False, "query": {"bool": asked}}


def search_body(
    query: dict[str, Any],
    size: int,
    passages_each: int,
    *,
    marked: dict[str, Any] | None = None,
    facets: bool = False,
) -> dict[str, Any]:
    """The request for passages by document, best documents first, and for how many documents there are.

    Args:
        query: over passages.
        size: documents.
        passages_each: places in each.
        marked: what is marked in them, where that is not all that the query asks for.
        facets: count by value as well.
    """
    shown = _highlight() if marked is None else {**_highlight(), "highlight_query": marked}
    inner = {"name": "passages", "size": passages_each, "_source": PASSAGE_FIELDS, "highlight": shown}
    return {
        "size": size,
        "track_total_hits": True,
        "_source": ["document_id"],
        "query": query,
        "collapse": {"field": "document_id", "inner_hits": inner},
        "aggs": {DOCUMENTS: _DOCUMENTS, **(facet_bodies() if facets else {})},
    }


def _highlight() -> dict[str, Any]:
    shown = {"fragment_size": 160, "number_of_fragments": 2}
    return {
        "pre_tags": [MARK[0]],
        "post_tags": [MARK[1]],
        "type": "unified",
        "fields": {
            "text": {**shown, "no_match_size": 160},
            "cells": shown,
            **{f"stems.{name}": shown for name in ANALYZERS},
        },
    }


def meaning_query(query: Query, vector: Sequence[float], depth: int) -> dict[str, Any]:
    """The query for passages that are near a vector; a passage is as near as its nearest window."""
    near: dict[str, Any] = {"vector": list(vector), "k": depth}
    if query.conditions:
        near["filter"] = {"bool": conditions(query)}
    return {"nested": {"path": "windows", "score_mode": "max", "query": {"knn": {"windows.vector": near}}}}


def without_meaning_body(ids: Sequence[str]) -> dict[str, Any]:
    """The request for those of these passages that have no vector (yet)."""
    windows = {"nested": {"path": "windows", "query": {"match_all": {}}}}
    asked = {"bool": {"filter": {"ids": {"values": list(ids)}}, "must_not": windows}}
    return {"size": len(ids), "_source": False, "query": asked}


def shown_body(ids: Sequence[str], words: dict[str, Any]) -> dict[str, Any]:
    """The request for what is shown of passages that were found, with the words of a query marked."""
    marked = {**_highlight(), "highlight_query": words}
    return {"size": len(ids), "_source": PASSAGE_FIELDS, "query": {"ids": {"values": list(ids)}}, "highlight": marked}


def facet_bodies(*, of_documents: bool = False) -> dict[str, Any]:
    """Counts documents, not passages, by each facet; over passages, or over the documents' own entries."""
    counted = {} if of_documents else {"aggs": {DOCUMENTS: _DOCUMENTS}}
    by_value = {}
    for name, field in FACETS.items():
        of_entry = EXACT[name].documents
        by_value[name] = {"terms": {"field": of_entry if of_documents else field, "size": _VALUES}, **counted}
    month = {"field": "submitted", "calendar_interval": "month", "format": "yyyy-MM", "min_doc_count": 1}
    return {**by_value, MONTH: {"date_histogram": month, **counted}}


def divided_body(ids: Sequence[str]) -> dict[str, Any]:
    """The request for how the documents of these passages divide."""
    return {"size": 0, "query": {"ids": {"values": list(ids)}}, "aggs": facet_bodies()}


def types_body() -> dict[str, Any]:
    """The request for the types that documents have."""
    return {"size": 0, "aggs": {"types": {"terms": {"field": "type", "size": _TYPES, "order": {"_key": "asc"}}}}}


def without_vectors_body() -> dict[str, Any]:
    """The request for how many documents have text and are complete, and have no vectors yet."""
    asked = [{"term": {"readiness": "complete"}}, {"range": {"characters": {"gt": 0}}}]
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": asked}}}


def named_body(query: Query, size: int, known: Sequence[str], *, facets: bool = False) -> dict[str, Any] | None:
    """The request for documents by what they are called, or by conditions alone; None where it cannot be asked."""
    if any(one.documents is None for one in query.conditions):
        return None
    words = query.plain_words if query.is_plain else ""
    if not words and (query.words or not query.conditions):
        return None
    called = [{"match": {field: {"query": words, "operator": "and"}}} for field in ("name", "title")] if words else []
    asked = {
        "should": called,
        "minimum_should_match": min(1, len(called)),
        "filter": [one.documents for one in query.conditions if not one.excluded],
        "must_not": [
            {"terms": {"document_id": list(known)}},
            *(one.documents for one in query.conditions if one.excluded),
        ],
    }
    order: list[Any] = ["_score", {"submitted": {"order": "desc", "missing": "_last"}}]
    return {
        "size": size,
        "_source": ENTRY_FIELDS,
        "query": {"bool": asked},
        "sort": order,
        "track_scores": True,
        "track_total_hits": True,
        **({"aggs": facet_bodies(of_documents=True)} if facets else {}),
    }


def text_body(document_id: str, unit: int | None, size: int) -> dict[str, Any]:
    """The request for the text of a document's first passages, or of one of its units."""
    terms: list[dict[str, Any]] = [{"term": {"document_id": document_id}}]
    if unit is not None:
        terms.append({"term": {"unit": unit}})
    query = {"bool": {"filter": terms}}
    return {"size": size, "_source": ["text"], "query": query, "sort": [{"unit": "asc"}, {"part": "asc"}]}


def like_query(text: str, document_id: str, beside: int | None = None) -> dict[str, Any]:
    """The query for passages of other documents that share what is special in a text.

    Args:
        text: to compare with.
        document_id: whose it is.
        beside: look in this document instead, in all but this unit of it.
    """
    like = {
        "more_like_this": {
            "fields": ["text"],
            "like": text,
            "min_term_freq": 1,
            "min_doc_freq": 2,
            "min_word_length": 3,
            "max_query_terms": _LIKE_WORDS,
            "minimum_should_match": "20%",
        }
    }
    own = {"term": {"document_id": document_id}}
    if beside is None:
        return {"bool": {"must": [like], "must_not": [own]}}
    return {"bool": {"must": [like], "filter": [own], "must_not": [{"term": {"unit": beside}}]}}
