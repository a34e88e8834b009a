# SPDX-License-Identifier: Apache-2.0
"""Decides how tests look into an installation's indices."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ream_tests.flow import Flow


def entries(flow: Flow) -> list[dict[str, Any]]:
    """Index entries of all documents, children too."""
    index, client = f"{flow.environment['REAM_INDEX_PREFIX']}documents", flow.opensearch
    client.indices.refresh(index=index)
    hits = client.search(index=index, body={"size": 5000, "query": {"match_all": {}}})["hits"]["hits"]
    client.close()
    return [hit["_source"] for hit in hits]


def by_name(found: list[dict[str, Any]], names: Collection[str]) -> dict[str, dict[str, Any]]:
    """Entries of the documents with these names, by name, and of their children, by their path inside.

    Others may have been ingested with the same children in them.
    """
    named = {entry["name"]: entry for entry in found if entry["name"] in names and not entry.get("parent_id")}
    parents = {entry["document_id"] for entry in named.values()}
    return named | {entry["path"]: entry for entry in found if entry.get("parent_id") in parents}


def units_with(flow: Flow, document_id: str, phrase: str) -> set[int]:
    """The units of a document at which a phrase is found."""
    index, client = f"{flow.environment['REAM_INDEX_PREFIX']}passages", flow.opensearch
    client.indices.refresh(index=index)
    query = {"bool": {"filter": [{"term": {"document_id": document_id}}], "must": [{"match_phrase": {"text": phrase}}]}}
    hits = client.search(index=index, body={"query": query, "size": 100})["hits"]["hits"]
    client.close()
    return {hit["_source"]["unit"] for hit in hits}
