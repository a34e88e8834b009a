# SPDX-License-Identifier: Apache-2.0
"""Decides how a document is retired: its next generation is taken, and holds nothing.

Taken exclusively, as ingest takes one, so that retiring and a submission at the same moment cannot both have it. What
is submitted later becomes the generation after, and is read anew: nothing of it stands below what was retired.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ream_contracts import identity, layout
from ream_kit.store import Store

_ORIGIN = "retention"
_PLACE = re.compile(r"documents/[^/]+/(?P<generation>[0-9]+)/(?P<name>.+)")
_VERSIONED = re.compile(r"documents/[^/]+/(?:records|embedded)/(?P<version>[0-9]+)\.json")
_KEPT = ("claim.json", "retired.json")
"""What says which generations there were: without it the numbers would begin anew."""


def retired(names: Iterable[str]) -> int:
    """Says which generation of a document was the last to be retired; 0 where none was.

    Args:
        names: of everything of the document in the store.
    """
    found = (match for match in map(_PLACE.fullmatch, names) if match and match["name"] == "retired.json")
    return max((int(match["generation"]) for match in found), default=0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the generations of a document go.

    Attributes:
        newest: the last that holds something; 0 where none does.
        retired: whether that one was retired, or begun to be.
    """

    newest: int
    retired: bool


def standing(store: Store, document_id: str, names: Collection[str]) -> Standing:
    """Looks at what is stored of a document.

    Args:
        store: where it lies.
        document_id: the document.
        names: of everything of it.

    Raises:
        Erased: it was erased.
    """
    found = (match for match in map(_PLACE.fullmatch, names) if match)
    highest = max((int(match["generation"]) for match in found), default=0)
    claim = layout.claim(document_id, highest)
    if claim in names and layout.source(document_id, highest) not in names and _is_ours(store, claim):
        return Standing(highest - 1, retired=True)
    return Standing(highest, retired=False)


def retire(store: Store, document_id: str, newest: int, at: str) -> int | None:
    """Retires all generations of a document; returns the number of the one that was taken and holds nothing.

    Done again, it finds what it had done. None where something newer is being taken in: the document stays.

    Args:
        store: where it lies.
        document_id: the document.
        newest: the generation that it was decided on.
        at: the time, ISO 8601.

    Raises:
        Erased: it was erased.
    """
    number = newest + 1
    claim = layout.claim(document_id, number)
    taken = store.put(claim, json.dumps({"sha256": "", "origin": _ORIGIN}).encode())
    if not taken and (not _is_ours(store, claim) or store.exists(layout.claim(document_id, number + 1))):
        return None
    store.put(layout.retired(document_id, number), json.dumps({"at": at}).encode())
    return number


def _is_ours(store: Store, claim: str) -> bool:
    return bool(json.loads(store.get(claim)).get("origin") == _ORIGIN)


def retired_at(store: Store, document_id: str, number: int) -> str:
    """Says when a generation was taken to retire those before it, ISO 8601.

    Raises:
        NotFound: it was not.
    """
    return str(json.loads(store.get(layout.retired(document_id, number)))["at"])


def delete_before(store: Store, document_id: str, number: int, names: Iterable[str]) -> int:
    """Deletes what is stored of the generations before one; returns how many objects that were.

    What stays of each is its number with the hash of its bytes. Sources go last: they tell what else is to be done.

    Args:
        store: where it lies.
        document_id: the document.
        number: the generation that was retired.
        names: of everything of the document in the store.
    """
    gone = [name for name in names if _goes(name, number)]
    for name in gone:
        if name.endswith("/source.json"):
            _forget_contents(store, document_id, name)
    for name in sorted(gone, key=lambda name: name.endswith("/source.json")):
        store.delete(name)
    return len(gone)


def _goes(name: str, number: int) -> bool:
    if found := _VERSIONED.fullmatch(name):
        return int(found["version"]) < identity.version(number, 0, 0)
    if found := _PLACE.fullmatch(name):
        return int(found["generation"]) < number and found["name"] not in _KEPT
    return "/corrections/" in name


def _forget_contents(store: Store, document_id: str, source: str) -> None:
    """The next document with these bytes does not look for them here."""
    sha256 = json.loads(store.get(source)).get("sha256")
    for name in list(store.names(layout.contents(sha256))) if sha256 else ():
        if json.loads(store.get(name))["document_id"] == document_id:
            store.delete(name)
