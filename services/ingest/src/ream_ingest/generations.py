# SPDX-License-Identifier: Apache-2.0
"""Decides which generation of its document some bytes are: the same bytes again are the same generation."""

import json
from dataclasses import dataclass
from typing import Protocol

from ream_contracts import layout


class Claims(Protocol):
    """What is needed of the store: exclusive creation and reading."""

    def put(self, name: str, data: bytes) -> bool:
        """Creates an object; False when there was one already."""

    def get(self, name: str) -> bytes:
        """Returns an object's bytes."""

    def exists(self, name: str) -> bool:
        """Says whether there is such an object."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who took a generation, and for which bytes."""

    sha256: str
    origin: str

    def encode(self) -> bytes:
        """Returns the claim as it lies in the store."""
        return json.dumps({"sha256": self.sha256, "origin": self.origin}).encode()


def take(claims: Claims, document_id: str, ours: Claim) -> int:
    """Finds or takes the generation of these bytes.

    A claim of the same record (`origin`) for the same bytes is a repeated delivery and finds its own generation, also
    when newer ones came since. The newest generation is found again by its bytes. Older bytes that come back in a new
    submission are what the source holds now: a new generation.
    """
    number = _newest(claims, document_id)
    if number and _read(claims, document_id, number).sha256 == ours.sha256:
        return number
    for older in range(number - 1, 0, -1):
        if _read(claims, document_id, older) == ours:
            return older
    while not claims.put(layout.claim(document_id, number + 1), ours.encode()):
        # Somebody else took it between our look and our claim: it may be for the very same bytes.
        number += 1
        if _read(claims, document_id, number).sha256 == ours.sha256:
            return number
    return number + 1


def _read(claims: Claims, document_id: str, number: int) -> Claim:
    value = json.loads(claims.get(layout.claim(document_id, number)))
    return Claim(value["sha256"], value["origin"])


def _newest(claims: Claims, document_id: str) -> int:
    """Numbers have no gaps, so the newest is found by doubling and halving."""
    high = 1
    while claims.exists(layout.claim(document_id, high)):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if claims.exists(layout.claim(document_id, middle)) else (low, middle)
    return low
