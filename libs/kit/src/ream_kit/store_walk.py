# SPDX-License-Identifier: Apache-2.0
"""Decides how all documents of a store are gone through, so that a million need little more memory than few."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ream_kit.store import Store

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
"""What ids are made of, ascending as names are."""
_ROOT = "documents/"


def documents(store: Store, after: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yields each document's id with the names of all its objects, ascending by id.

    Ids are spread evenly, so that `share` says how far one is. Erased documents come too while something of them is
    still there. A folder of documents is listed in as many pieces as an id has possible first characters.

    Args:
        store: where they lie.
        after: begin behind this id.

    Raises:
        Retry: the store is away.
    """
    for first in _ALPHABET:
        if first < after[:1]:
            continue
        for document_id, names in groupby(store.names(_ROOT + first), key=lambda name: name.split("/", 2)[1]):
            if document_id > after:
                yield document_id, list(names)


def share(document_id: str) -> float:
    """Says how much of all documents comes before this one: 0 to 1, as ids are made by hashing."""
    value = 0.0
    for place, character in enumerate(document_id[:6], 1):
        value += max(0, _ALPHABET.find(character)) / len(_ALPHABET) ** place
    return value
