# SPDX-License-Identifier: Apache-2.0
"""Looks up which documents of the index are versions of one another, and puts those of a search together.

Nothing of it is kept: a family is what the entries say at the moment, of those that the asking user may see. So there
is no order of arrival that it could depend on, nothing to put right when a version is erased or changes, and nothing
to write anew when an index is built anew (ADR 0016).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from opensearchpy import OpenSearch

from ream_index import families
from ream_index.families import MEMBER_FIELDS, Family, Member
from ream_index.hits import DocumentHit, Found, Version
from ream_index.opensearch import ask, judged

CANDIDATES = 50
"""Documents that are compared with one; those that share most bands with it."""
MOST_MEMBERS = 200
_ROUNDS = 4
_SHOWN = 10
_ASKED_TOGETHER = 50
_MOST = 1000
_TRIES = 3


def around(client: OpenSearch, documents: str, ids: Sequence[str]) -> dict[str, Family]:
    """Finds the family of each of these documents; one that is not in the index has none.

    Versions of versions belong to it too: it is the same whichever member is asked for.

    Args:
        client: of somebody who may search.
        documents: name of the index of documents.
        ids: of documents.

    Raises:
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    known = _members(client, documents, ids)
    pairs: set[tuple[str, str]] = set()
    cut: set[str] = set()
    waiting = list(known.values())
    for _ in range(_ROUNDS):
        found: dict[str, Member] = {}
        for member, (candidates, more) in zip(waiting, _candidates(client, documents, waiting), strict=True):
            alike = [other for other in candidates if families.are_versions(member, other)]
            pairs.update((member.document_id, other.document_id) for other in alike)
            found.update((other.document_id, other) for other in alike if other.document_id not in known)
            if more and len(alike) == len(candidates):
                cut.add(member.document_id)
        known.update(found)
        waiting = list(found.values())
        if not waiting or len(known) > MOST_MEMBERS + len(ids):
            break
    cut.update(member.document_id for member in waiting)
    made: dict[str, Family] = {}
    for group in families.grouped(known.values(), pairs):
        family = Family(group, whole=not any(member.document_id in cut for member in group))
        made.update((member.document_id, family) for member in group)
    return {one: made[one] for one in ids if one in made}


def _members(client: OpenSearch, documents: str, ids: Sequence[str]) -> dict[str, Member]:
    if not ids:
        return {}
    body = {"ids": list(ids)}
    answer = ask(lambda: client.mget(body=body, index=documents, _source_includes=MEMBER_FIELDS))
    return {one["_id"]: Member.of(one["_id"], one["_source"]) for one in answer["docs"] if one.get("found")}


def _candidates(client: OpenSearch, documents: str, members: Sequence[Member]) -> Iterable[tuple[list[Member], bool]]:
    """Yields for each member those that share a band with it, the nearest first, and whether there are more."""
    for start in range(0, len(members), _ASKED_TOGETHER):
        asked = members[start : start + _ASKED_TOGETHER]
        lines: list[dict[str, Any]] = []
        for member in asked:
            lines += [{"index": documents}, _body(member)]
        answers = ask(lambda lines=lines: client.msearch(body=lines))["responses"]  # type: ignore[misc]
        for answer in answers:
            if "error" in answer:
                raise judged(int(answer["status"]), str(answer["error"].get("type")))
            hits = answer["hits"]
            there = [Member.of(hit["_id"], hit["_source"]) for hit in hits["hits"]]
            yield there, hits["total"]["value"] > len(there)


def _body(member: Member) -> dict[str, Any]:
    shared = [{"constant_score": {"filter": term}} for term in families.keys(member)]
    own = [{"term": {"document_id": member.document_id}}]
    query = {"bool": {"should": shared, "minimum_should_match": 1, "must_not": own}} if shared else {"match_none": {}}
    order: list[Any] = ["_score", {"document_id": "asc"}]
    return {
        "size": CANDIDATES,
        "_source": MEMBER_FIELDS,
        "query": query,
        "sort": order,
        "track_total_hits": CANDIDATES + 1,
    }


def together(client: OpenSearch, documents: str, asked: Callable[[int], Found], size: int) -> Found:
    """Shows of each family the hit that was found first, and names its other versions; totals count all of them.

    Args:
        client: of somebody who may search.
        documents: name of the index of documents.
        asked: searches for so many documents.
        size: documents wanted when versions are put together: more are asked for where these were too many.

    Raises:
        Retry: OpenSearch is away.
        Reject: it refuses us.
    """
    wanted = size
    for _ in range(_TRIES):
        found = asked(wanted)
        folded, behind = _folded(client, documents, found.documents, size)
        if len(folded) >= size or len(found.documents) < wanted or wanted >= _MOST:
            break
        wanted = min(_MOST, wanted * 3)
    return replace(found, documents=folded, behind=behind)


def _folded(
    client: OpenSearch, documents: str, hits: Sequence[DocumentHit], size: int
) -> tuple[tuple[DocumentHit, ...], int]:
    own = around(client, documents, [hit.document_id for hit in hits])
    shown: dict[str, DocumentHit] = {}
    behind = 0
    for hit in hits:
        family = own.get(hit.document_id)
        key = family.id if family is not None else hit.document_id
        if key in shown:
            behind += 1
        elif len(shown) < size:
            shown[key] = hit if family is None else _with_versions(hit, family)
    return tuple(shown.values()), behind


def _with_versions(hit: DocumentHit, family: Family) -> DocumentHit:
    own = next(member for member in family.members if member.document_id == hit.document_id)
    others = [member for member in family.members if member.document_id != hit.document_id]
    named = tuple(version(own, other) for other in others[:_SHOWN])
    return replace(hit, family=family.id, versions=named, other_versions=len(others), all_versions_counted=family.whole)


def version(of: Member, other: Member) -> Version:
    """Says what is told apart of a version of a document, as far as its entry knows."""
    more = None if of.units is None or other.units is None else other.units - of.units
    same = families.is_same(of, other)
    return Version(other.document_id, other.name, same, 100 if same else families.words_in_common(of, other), more)
