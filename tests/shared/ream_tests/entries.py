# SPDX-License-Identifier: Apache-2.0
"""Decides how tests look into an installation's indices."""

from __future__ import annotations

from typing import Any

from ream_tests.flow import Flow


def entries(flow: Flow) -> list[dict[str, Any]]:
    """Index entries of all documents, children too."""
    index, client = f"{flow.environment['REAM_INDEX_PREFIX']}documents", flow.opensearch
    client.indices.refresh(index=index)
    hits = client.search(index=index, body={"size": 5000, "query": {"match_all": {}}})["hits"]["hits"]
    client.close()
    return [hit["_source"] for hit in hits]


def by_name(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Entries by name; children by their path inside."""
    return {entry.get("path") or entry["name"]: entry for entry in found}


def units_with(flow: Flow, document_id: str, phrase: str) -> set[int]:
    """The units of a document at which a phrase is found."""
    index, client = f"{flow.environment['REAM_INDEX_PREFIX']}passages", flow.opensearch
    client.indices.refresh(index=index)
    query = {"bool": {"filter": [{"term": {"document_id": document_id}}], "must": [{"match_phrase": {"text": phrase}}]}}
    hits = client.search(index=index, body={"query": query, "size": 100})["hits"]["hits"]
    client.close()
    return {hit["_source"]["unit"] for hit in hits}
