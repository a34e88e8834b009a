# SPDX-License-Identifier: Apache-2.0
"""Decides which document a person means by an id, the beginning of one, or a file name."""

from __future__ import annotations

from ream_cli import documents
from ream_cli.failures import CommandError
from ream_cli.surroundings import Surroundings
from ream_index.opensearch import Indices, ask
from ream_kit import Store

HELP = "its id, the beginning of it, or its file name as the index has it"


def meant(surroundings: Surroundings, store: Store, text: str) -> str:
    """Finds the id: of an id or its beginning in the store alone, of a file name in the index.

    Raises:
        CommandError: there is no such document, or there are several.
        Retry: the store is away; or the index, where it is needed.
    """
    if documents.ID.fullmatch(text) or (documents.PREFIX.fullmatch(text) and documents.with_prefix(store, text)):
        return documents.resolve(store, text)
    with surroundings.opensearch() as client:
        index = Indices(client, surroundings.index_prefix).documents
        body = {"size": 10, "_source": ["document_id"], "query": {"term": {"name.raw": text}}}
        hits = ask(lambda: client.search(index=index, body=body))["hits"]["hits"]
    ids = [str(hit["_id"]) for hit in hits]
    if not ids:
        raise CommandError(f"There is no document {text!r}, neither by its id nor by its file name.")
    if len(ids) > 1:
        raise CommandError(f"Several documents have the name {text}: name one by its id: {', '.join(ids)}.")
    return ids[0]
