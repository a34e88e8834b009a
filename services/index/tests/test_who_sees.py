# SPDX-License-Identifier: Apache-2.0
"""Who may search sees no values of personal data and nothing that is restricted; who is privileged sees both."""

from typing import Any

import pytest
from opensearchpy import OpenSearch

from ream_index.passages import Entry
from ream_index.roles import PERSONAL_FIELDS
from ream_index.search import find
from ream_index.testing import Node

pytestmark = pytest.mark.servers

IBAN = "DE89370400440532013000"
PERSONAL: dict[str, Any] = {
    "people": ["Ann Lee"],
    "key_fields": {"party": ["Ann Lee"]},
    "personal_values": {"iban": [IBAN]},
}


@pytest.fixture(scope="module")
def filled(node: Node) -> Node:
    entries = []
    for name, level in (("plain", "internal"), ("secret", "restricted")):
        body = {"document_id": name, "name": f"{name}.pdf", "outcome": "complete", "characters": 9}
        entries.append((node.indices.documents, Entry(name, 1, {**body, "sensitivity": level, **PERSONAL})))
    # As it is written while its document is under way, and as it is rewritten when that is decided on.
    levels = [("restricted", "restricted"), ("internal", "restricted"), ("internal", "internal")]
    for page, (own, document) in enumerate(levels, 1):
        said = {"document_id": f"of{page}", "unit": page, "unit_kind": "page", "part": 1, "text": "a lease of a barge"}
        said |= {"sensitivity": own, "document_sensitivity": document}
        entries.append((node.indices.passages, Entry(f"of{page}-1", 1, said)))
    assert set(node.indices.write(entries)) == {None}
    node.indices.refresh()
    return node


def names(client: OpenSearch, index: str, query: dict[str, Any]) -> list[str]:
    found = client.search(index=index, body={"query": query, "sort": "document_id"})["hits"]["hits"]
    return [hit["_source"]["document_id"] for hit in found]


def test_values_are_in_no_answer_to_a_reader(filled: Node) -> None:
    index = filled.indices.documents
    assert not PERSONAL.keys() & filled.reader.get(index=index, id="plain")["_source"].keys()
    seen = filled.privileged.get(index=index, id="plain")["_source"]
    assert {name: seen[name] for name in PERSONAL_FIELDS} == PERSONAL


@pytest.mark.parametrize(
    ("field", "value"),
    [("people", "Ann Lee"), ("key_fields.party", "Ann Lee"), ("personal_values.iban", IBAN), ("personal_values", IBAN)],
)
def test_a_reader_cannot_find_by_them_either(filled: Node, field: str, value: str) -> None:
    asked = {"term": {field: value}}
    assert names(filled.reader, filled.indices.documents, asked) == []
    assert names(filled.privileged, filled.indices.documents, asked) == ["plain", "secret"]


def test_a_reader_cannot_count_them(filled: Node) -> None:
    body = {"size": 0, "aggs": {"found": {"terms": {"field": "people"}}}}
    by_reader = filled.reader.search(index=filled.indices.documents, body=body)["aggregations"]["found"]["buckets"]
    assert by_reader == []
    found = filled.privileged.search(index=filled.indices.documents, body=body)["aggregations"]["found"]["buckets"]
    assert [bucket["key"] for bucket in found] == ["Ann Lee"]


def test_what_is_restricted_is_not_there_for_a_reader(filled: Node) -> None:
    everything: dict[str, Any] = {"match_all": {}}
    assert names(filled.reader, filled.indices.documents, everything) == ["plain"]
    assert names(filled.privileged, filled.indices.documents, everything) == ["plain", "secret"]
    seen = {client: find(client, filled.prefix, "barge").documents for client in (filled.reader, filled.privileged)}
    assert [hit.document_id for hit in seen[filled.reader]] == ["of3"]
    assert {hit.document_id for hit in seen[filled.privileged]} == {"of1", "of2", "of3"}
    assert filled.reader.mget(index=filled.indices.documents, body={"ids": ["secret"]})["docs"][0]["found"] is False
