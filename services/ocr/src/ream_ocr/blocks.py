# SPDX-License-Identifier: Apache-2.0
"""Decides which blocks the text of a page makes that OCR has read: headings, paragraphs, list items and tables."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ream_contracts import words
from ream_contracts.artifacts import LayoutBlock, UnitText
from ream_contracts.words import SeenWord

Kind = Literal["heading", "paragraph", "list-item", "table"]
Box = tuple[float, float, float, float]
LEVELS = ((2.0, 1), (1.65, 2), (1.4, 3))
"""Heights of the body's words from which a line is a heading, and of which level: a word with letters that reach below
the line is a quarter higher than one without, so less says nothing."""
HEADING_LINES, HEADING_CHARS = 3, 150
SURE = 60
"""Confidence of a line below which its height is that of dust and rules."""
_LINE = re.compile(r"[^\n]+")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_ITEM = re.compile(r"(?:[•‣◦▪●○■□·*\-\u2013\u2014]|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)])\s+\S")


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str
    box: Box | None
    height: float
    """Of its higher words, in points; 0 where nobody knows."""
    after_gap: bool
    kind: Kind = "paragraph"
    level: int | None = None
    table: int | None = None


def blocks_of(unit: UnitText) -> tuple[LayoutBlock, ...]:
    """Returns the blocks of a unit, whose first words are those that were seen; what follows them has no places."""
    lines = list(_lines(unit))
    measured = [line for line in lines for _ in range(len(line.text)) if line.height]
    body = statistics.median(line.height for line in measured) if measured else 0.0
    for line in lines:
        line.kind, line.level, line.table = _kind(line, body, [table.box for table in unit.tables])
    return tuple(_block(group) for group in _groups(lines))


def _lines(unit: UnitText) -> Iterator[_Line]:
    seen = words.of_unit(unit)
    last = 0
    for found in _LINE.finditer(unit.text):
        said = found[0].strip()
        if not said:
            continue
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        own = list(islice(seen, len(said.split())))
        gap = unit.text.count("\n", last, start) > 1
        yield _Line(start, start + len(said), said, _around(own), _height(own), gap)
        last = start + len(said)


def _around(found: Iterable[SeenWord | _Line]) -> Box | None:
    boxes = [one.box for one in found if one.box is not None]
    if not boxes:
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    return round(min(left), 1), round(min(top), 1), round(max(right), 1), round(max(bottom), 1)


def _height(seen: Sequence[SeenWord]) -> float:
    """Returns how high the words of a line are; 0 where they are not sure, stand on end, or have no place."""
    long = [one for one in seen if len(one.text) > 2 and one.box is not None and one.confidence >= SURE]
    tall = [one.box[3] - one.box[1] for one in long if one.box and one.box[3] - one.box[1] < one.box[2] - one.box[0]]
    if not tall or 2 * len(tall) < len(seen):
        return 0.0
    return sorted(tall)[max(0, math.ceil(0.8 * len(tall)) - 1)]


def _kind(line: _Line, body: float, tables: Sequence[Box | None]) -> tuple[Kind, int | None, int | None]:
    if line.box is not None:
        x, y = (line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2
        for number, box in enumerate(tables):
            if box is not None and box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                return "table", None, number
    if _ITEM.match(line.text):
        return "list-item", None, None
    if body and len(line.text) <= HEADING_CHARS and _LETTERS.search(line.text):
        for times, level in LEVELS:
            if line.height >= times * body:
                return "heading", level, None
    return "paragraph", None, None


def _groups(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in lines:
        if group and _parts(group, line):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _parts(group: Sequence[_Line], line: _Line) -> bool:
    """Says whether a line begins a block of its own."""
    before = group[-1]
    if before.kind == "table" or line.kind == "table":
        return (before.kind, before.table) != (line.kind, line.table)
    if line.after_gap or line.kind == "list-item" or (before.box is None) != (line.box is None):
        return True
    if group[0].kind == "list-item":
        return line.kind == "heading"  # other lines of an item go on with it
    return (before.kind, before.level) != (line.kind, line.level)


def _block(group: Sequence[_Line]) -> LayoutBlock:
    first, kind, level = group[0], group[0].kind, group[0].level
    if kind == "heading" and len(group) > HEADING_LINES:
        kind, level = "paragraph", None
    return LayoutBlock(kind, first.start, group[-1].end, level, first.table, _around(group))
