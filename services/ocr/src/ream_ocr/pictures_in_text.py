# SPDX-License-Identifier: Apache-2.0
"""Decides what a unit says once the pictures in it are read: its own text, and below it what only the pictures say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ream_contracts.artifacts import Annotation, LayoutBlock, Picture, UnitText
from ream_contracts.whole import letters
from ream_ocr.answers import seen_unit
from ream_ocr.judging import unsaid

LACKING = 1_000
"""Letters that a unit is said to have beyond those that came, where a picture was not read: how many is unknown."""


def with_pictures(unit: UnitText, answers: Mapping[int, Mapping[str, Any]]) -> UnitText:
    """Adds what was read in the pictures of a unit to its own text.

    Each picture's text is a block of its own with the picture's number and box. A picture that could not be read is
    named in a note, and the unit counts more letters than it has: it is incomplete. One in which no word was recognised
    is named too, but it may have shown none.

    Args:
        unit: with its own text.
        answers: as `cell.read` yields them, by the number of the picture, from 0.

    Raises:
        NotWhole: an answer is less than its cell said.
    """
    unread: Counter[str] = Counter()
    wordless = 0
    for number, answer in sorted(answers.items()):
        if "cause" in answer:
            unread[str(answer["cause"])] += 1
            continue
        seen = seen_unit(answer)
        wordless += not seen.text.strip()
        unit = _added(unit, number, seen)
    if wordless:
        unit = _noted(unit, f"{_pictures(wordless)} in which no word was recognised.")
    return _lacking(unit, unread) if unread else unit


def _added(unit: UnitText, number: int, seen: UnitText) -> UnitText:
    unit = replace(unit, lacking=unit.lacking or seen.lacking)
    said = unsaid(unit.text, seen.text)
    if not said:
        return unit  # neither its tables: they are made of the same words
    own = bool(unit.text.strip())
    text = f"{unit.text}\n{said}" if own else said
    return replace(
        unit,
        text=text,
        method=unit.method if own else "ocr",
        confidence=_mean(unit, seen.confidence, said) if own else seen.confidence,
        # What was found in the unit by the first way of counting is to be found in it still.
        counted=None if unit.counted is None else unit.counted + letters(said),
        tables=(*unit.tables, *(replace(table, box=unit.pictures[number].box) for table in seen.tables)),
        blocks=(*unit.blocks, *_block(unit, number, len(text) - len(said), len(text))),
    )


def _mean(unit: UnitText, confidence: int, said: str) -> int:
    return (unit.confidence * len(unit.text) + confidence * len(said)) // (len(unit.text) + len(said))


def _block(unit: UnitText, number: int, start: int, end: int) -> tuple[LayoutBlock, ...]:
    """The block of a picture's text; none where nobody says of what the unit's own text is made."""
    if unit.text.strip() and not unit.blocks:
        return ()
    picture: Picture = unit.pictures[number]
    return (LayoutBlock("figure", start, end, None, number, picture.box),)


def _lacking(unit: UnitText, unread: Mapping[str, int]) -> UnitText:
    why = ", ".join(f"{count} {cause}" for cause, count in sorted(unread.items()))
    lacking = replace(unit, counted=max(unit.counted or 0, 2 * letters(unit.text) + LACKING))
    return _noted(lacking, f"{_pictures(sum(unread.values()))} with writing not read: {why}.")


def _noted(unit: UnitText, said: str) -> UnitText:
    return replace(unit, annotations=(*unit.annotations, Annotation("pictures", said, None)))


def _pictures(count: int) -> str:
    return f"{count} picture{'s' if count > 1 else ''}"
