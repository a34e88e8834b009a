# SPDX-License-Identifier: Apache-2.0
"""Decides how the receipt of a document is written: a line for each unit, a few bytes long, however many there are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ream_contracts.artifacts import DocumentRecord, Receipt, Way


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one unit.

    Attributes:
        characters: of its text.
        confidence: 0 to 100.
    """

    unit: int
    way: Way
    characters: int = 0
    confidence: int = 0


def pack(lines: Iterable[Line], beyond: int = 0) -> Receipt:
    """Writes lines down; equal ways are written once.

    Args:
        lines: of all units that were planned, in order, from unit 1 without a gap.
        beyond: units beyond the limit, which have no line.

    Raises:
        ValueError: a unit is left out, stands twice, or is out of order.
    """
    ways: dict[Way, int] = {}
    units: list[tuple[int, int, int]] = []
    for line in lines:
        if line.unit != len(units) + 1:
            raise ValueError(f"the line of unit {len(units) + 1} is missing: unit {line.unit} stands in its place")
        units.append((ways.setdefault(line.way, len(ways)), line.characters, line.confidence))
    return Receipt(tuple(ways), tuple(units), beyond)


def lost(record: DocumentRecord) -> Iterator[str]:
    """Says what a record names less of than it counts: how much, and how much is counted."""
    document, receipt = record.document, record.receipt
    counts = {
        "units": (len(receipt.units) + receipt.beyond, document.get("units")),
        "characters": (sum(characters for _, characters, _ in receipt.units), document.get("characters")),
        "children": (len(record.children), document.get("children")),
    }
    yield from (f"{what}: {named} of {said}" for what, (named, said) in counts.items() if named < (said or 0))
    if any(way >= len(receipt.ways) for way, _, _ in receipt.units):
        yield "ways in which units were answered"


def lines(receipt: Receipt) -> Iterator[Line]:
    """Yields the line of each unit, in order."""
    for unit, (way, characters, confidence) in enumerate(receipt.units, 1):
        yield Line(unit, receipt.ways[way], characters, confidence)
