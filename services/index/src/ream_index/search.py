# SPDX-License-Identifier: Apache-2.0
"""Finds documents by words, down to the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from ream_index.opensearch import Indices, ask

MARK = ("\ufdd0", "\ufdd1")
"""What stands around a found word in a highlight: characters that are none and so stand in no text. OpenSearch trims
control characters off the ends of a highlight."""
ENTRY_FIELDS = ["name", "outcome", "type", "media_type", "sensitivity"]
FLAGS = "AND|OR|NOT|PHRASE|PREFIX|PRECEDENCE|FUZZY|ESCAPE|WHITESPACE"


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A place where the words were found.

    Attributes:
        unit: number of the page, sheet, … counted from 1.
        label: its name for people, where it has one.
        heading: path of headings above it, where there are any.
        highlights: pieces of text with MARK around the found words.
    """

    unit: int
    unit_kind: str
    label: str | None
    heading: str | None
    highlights: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document in which the words were found, best passages first; without any where only its name holds them."""

    document_id: str
    name: str | None
    outcome: str
    type: str | None
    media_type: str
    sensitivity: str | None
    passages: tuple[PassageHit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search: how many passages match, and the best documents."""

    passages: int
    documents: tuple[DocumentHit, ...]


def by_words(client: OpenSearch, prefix: str, words: str, size: int = 10, passages_each: int = 3) -> Found:
    """Finds documents that hold all the words (or what the query asks: "a phrase", a | b, -not, start*, fuzzy~1).

    After them come those that have the words in their name or title, also when nothing of them could be read.
    A query that doesn't parse is read as plain words: there is no wrong query.

    Raises:
        Retry: OpenSearch is away.
        Reject: it refuses the request.
    """
    indices = Indices(client, prefix)
    body = {
        "size": size,
        "track_total_hits": True,
        "_source": ["document_id"],
        "query": {
            "simple_query_string": {
                "query": words,
                "fields": ["text", "heading^2"],
                "default_operator": "and",
                "flags": FLAGS,
                "lenient": True,
            }
        },
        "collapse": {"field": "document_id", "inner_hits": _inner(passages_each)},
    }
    answer = ask(lambda: client.search(index=indices.passages, body=body))
    hits = answer["hits"]["hits"]
    entries = _entries(client, indices.documents, [hit["_source"]["document_id"] for hit in hits])
    by_text = tuple(_document(hit, entries) for hit in hits)
    by_name = _named(client, indices.documents, words, size - len(by_text), [hit.document_id for hit in by_text])
    return Found(answer["hits"]["total"]["value"], by_text + by_name)


def _named(client: OpenSearch, index: str, words: str, size: int, known: Sequence[str]) -> tuple[DocumentHit, ...]:
    """Finds documents by what they are called: also those that could not be read."""
    if size < 1 or not words.strip():
        return ()
    fields = [{"match": {field: {"query": words, "operator": "and"}}} for field in ("name", "title")]
    query = {
        "bool": {"should": fields, "minimum_should_match": 1, "must_not": [{"terms": {"document_id": list(known)}}]}
    }
    body = {"size": size, "_source": ENTRY_FIELDS, "query": query}
    hits = ask(lambda: client.search(index=index, body=body))["hits"]["hits"]
    return tuple(_entry(hit["_id"], hit["_source"], ()) for hit in hits)


def _inner(size: int) -> dict[str, Any]:
    return {
        "name": "passages",
        "size": size,
        "_source": ["unit", "unit_kind", "label", "heading"],
        "highlight": {
            "pre_tags": [MARK[0]],
            "post_tags": [MARK[1]],
            "type": "unified",
            "fields": {"text": {"fragment_size": 160, "number_of_fragments": 2}},
        },
    }


def _entries(client: OpenSearch, index: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    answer = ask(lambda: client.mget(body={"ids": list(ids)}, index=index, _source_includes=ENTRY_FIELDS))
    return {one["_id"]: one["_source"] for one in answer["docs"] if one.get("found")}


def _document(hit: dict[str, Any], entries: dict[str, dict[str, Any]]) -> DocumentHit:
    document_id = hit["_source"]["document_id"]
    inner = hit["inner_hits"]["passages"]["hits"]["hits"]
    return _entry(document_id, entries.get(document_id, {}), tuple(_passage(one) for one in inner))


def _entry(document_id: str, entry: dict[str, Any], passages: tuple[PassageHit, ...]) -> DocumentHit:
    return DocumentHit(
        document_id,
        entry.get("name"),
        entry.get("outcome", "outstanding"),
        entry.get("type"),
        entry.get("media_type", ""),
        entry.get("sensitivity"),
        passages,
    )


def _passage(hit: dict[str, Any]) -> PassageHit:
    source = hit["_source"]
    return PassageHit(
        source["unit"],
        source["unit_kind"],
        source.get("label"),
        source.get("heading"),
        tuple(hit.get("highlight", {}).get("text", ())),
        float(hit["_score"] or 0),
    )
