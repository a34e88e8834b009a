# SPDX-License-Identifier: Apache-2.0
"""Decides what the parts of a document say: each page has a score of its own, which tells how often it was added."""

import json
from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ream_contracts import units

OPENED, MANIFEST = 0, 1
"""Numbers of the first two parts; page 1 is answered by part 2, and so on."""


def name(number: int) -> str:
    """Names a document as identity does."""
    return b32encode(sha256(str(number).encode()).digest()).decode().lower()[:32]


def count(pages: int) -> int:
    """Returns how many parts a document of so many pages has."""
    return 2 + pages


def part(document: str, number: int, pages: int, generation: int = 1, run: int = 1) -> bytes:
    """Makes the opening (0), the manifest (1), or the answer for a page (2 and more)."""
    head = {"document_id": document, "generation": generation, "run": run}
    return json.dumps({**head, **_body(document, number, pages)}).encode()


def _body(document: str, number: int, pages: int) -> dict[str, Any]:
    about = {"root_id": document, "parent_id": None, "media_type": "application/pdf", "size": 90_000}
    if number == OPENED:
        return {"part": "opened", **about}
    if number == MANIFEST:
        plan = {"unit_kind": "page", "units": pages, "beyond": 0, "verdict": None, "cause": None}
        return {"part": "manifest", **about, "manifest": f"documents/{document}/1/manifests/abcdefghijkl.json", **plan}
    page = number - 1
    return {
        "part": "segment",
        "branch": "text",
        "segment": page,
        "read": [[page, page]],
        "not_applicable": [],
        "record": f"documents/{document}/1/segments/1/{page}.json",
        "characters": 2_000,
        "children": 0,
        "scores": {"language:en": 1_700, "type:letter": 5, "personal:email": 1, f"page:{page}": 1},
    }


def part_of(value: bytes) -> tuple[str, int]:
    """Says which part of which document a record is."""
    said = json.loads(value)
    if said["part"] == "segment":
        return said["document_id"], said["segment"] + 1
    return said["document_id"], OPENED if said["part"] == "opened" else MANIFEST


def rounds(documents: list[str], pages: int) -> Iterator[tuple[str, int]]:
    """Yields the parts of all documents, the first of each, the second of each: all are open nearly all the time."""
    for number in range(count(pages)):
        for document in documents:
            yield document, number


def added(scores: dict[str, int], pages: int) -> dict[int, int]:
    """Says for each page how often its answer was added to the sums."""
    return {page: scores.get(f"page:{page}", 0) for page in units.each(((1, pages),))}
