# SPDX-License-Identifier: Apache-2.0
"""Decides the key fields of receipts, invoices and contracts: what they are, as written and in one form, and where."""

from collections.abc import Iterator, Mapping

from ream_classify.fields import contracts, sales
from ream_contracts.artifacts import KeyField, UnitText

VERSION = "4"
"""Raise it when the rules find other fields in the same text."""

LEAST_POINTS = 12
"""Points for a type that a segment must have for its fields to be looked for."""

_SALES = ("receipt", "invoice")


def find(units: tuple[UnitText, ...], scores: Mapping[str, int]) -> Iterator[KeyField]:
    """Yields the fields of a segment that speaks for one of the types, by type and place."""
    for kind in _SALES:
        if scores.get(f"type:{kind}", 0) >= LEAST_POINTS:
            for unit in units:
                yield from sales.find(unit, kind)
    if scores.get("type:contract", 0) >= LEAST_POINTS:
        for unit in units:
            yield from contracts.find(unit)
