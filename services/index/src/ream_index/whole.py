# SPDX-License-Identifier: Apache-2.0
"""Decides whether what is about to become searchable is all that was said to be there."""

from collections.abc import Iterable, Iterator

from ream_contracts import units
from ream_contracts.artifacts import SegmentClasses, SegmentRecord, SegmentText
from ream_contracts.messages import PartSegment
from ream_contracts.whole import NotWhole, characters, differences


def require(lost: Iterable[str], where: str) -> None:
    """Goes on only when nothing is lost.

    Raises:
        NotWhole: something is; says where, and how much is there of how much.
    """
    if found := list(lost):
        raise NotWhole(f"{where}: {'; '.join(found)}")


def require_record(part: PartSegment, record: SegmentRecord) -> None:
    """Compares the record of a segment with the part that names it.

    Raises:
        NotWhole: they do not say the same.
    """
    said = (part.read, part.not_applicable, part.incomplete, part.characters, part.children)
    there = (record.read, record.not_applicable, record.incomplete, record.characters, len(record.children))
    require([f"{there} of {said}"] if there != said else [], f"the record of segment {part.segment}")


def lost(record: SegmentRecord, text: SegmentText) -> Iterator[str]:
    """Says what of a segment is not in the store: how much is there, and how much its record counts."""
    answered = units.union(record.read, record.not_applicable)
    if missing := units.minus(answered, units.of(unit.unit for unit in text.units)):
        yield f"units without text: {missing}"
    there = {"characters": characters(text.units), "children": len(text.children)}
    yield from differences(there, {"characters": record.characters, "children": len(record.children)})


def unclassified(text: SegmentText, classes: SegmentClasses) -> Iterator[str]:
    """Says which units with text have no language, which classify gives to each of them."""
    with_text = units.of(unit.unit for unit in text.units if unit.text.strip())
    if missing := units.minus(with_text, units.of(one.unit for one in classes.languages)):
        yield f"units without a language: {missing}"


def cut_off(record: SegmentRecord, text: SegmentText, written: int) -> Iterator[str]:
    """Says whether the passages hold fewer visible characters (`written`) than the text that was read."""
    counted = sum(visible(unit.text) for unit in text.units if units.contains(record.read, unit.unit))
    if written != counted:
        yield f"visible characters: {written} of {counted}"


def visible(text: str) -> int:
    """Counts characters that are no white space: what passages must not lose."""
    return len("".join(text.split()))
