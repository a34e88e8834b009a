# SPDX-License-Identifier: Apache-2.0
"""Decides whether a segment arrived as it was said, and which of its units lack text that a second reading counted."""

from collections.abc import Iterator

from ream_contracts import units
from ream_contracts.artifacts import SegmentText, UnitText
from ream_contracts.messages import SegmentRead
from ream_contracts.whole import characters, differences, holds, letters

COMPARABLE = 100
"""Letters from which two counts of them are compared: of few, a page number more or less is a large share."""
WHOLE = 0.95
"""Share of the counted letters below which text is missing."""


def faults(read: SegmentRead, text: SegmentText) -> Iterator[str]:
    """Says what of a segment was lost between its reader and here: how much is there, and how much was said."""
    if (there := units.of(unit.unit for unit in text.units)) != read.units:
        yield f"units: {there} of {read.units}"
    if (count := characters(text.units)) != read.characters:
        yield f"characters: {count} of {read.characters}"
    yield from differences(holds(text.units, text.children), read.holds or {})
    found = {child.unit for child in text.children}
    if lost := units.of(one.unit for one in text.units if one.method == "container" and one.unit not in found):
        yield f"units without the document that they stand for: {lost}"


def incomplete(text: SegmentText) -> units.Ranges:
    """Returns the units that their reader calls not whole, or in which a second reading counted more letters."""
    return units.of(unit.unit for unit in text.units if lacks(unit))


def lacks(unit: UnitText) -> bool:
    """Says whether letters of a unit were left out on the way: its reader says so, or many more were counted in it."""
    if unit.lacking is not None:
        return True
    if unit.counted is None or unit.counted < COMPARABLE:
        return False
    return letters(unit.text) < WHOLE * unit.counted
