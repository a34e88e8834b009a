# SPDX-License-Identifier: Apache-2.0
"""Decides which tables a page that was read holds: from its words and the lines that are ruled on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from ream_contracts.artifacts import Table
from ream_ocr.engine import PageRead
from ream_ocr.pages import TURNS
from ream_ocr.places import Place
from ream_ocr.strokes import strokes_in
from ream_ocr.table_words import Level, as_high_as_lines, level_of
from ream_tables.aligned import aligned
from ream_tables.finding import table_in, tables_in
from ream_tables.marks import Rule, Rules, Word

_PAIRS = 2
"""Neighbouring lines with a gap in common from which a page may hold a table; with rules one is enough."""
_NEARLY = 0.02
"""Slope up to which ruled lines are found as they lie."""
_BARS = "|[]¦"
"""What an engine takes a rule for that runs down beside a word."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that was read.

    Attributes:
        read: its words, level or nearly.
        tight: boxes of words end where their ink does.
    """

    picture: Image.Image
    dpi: int
    read: PageRead
    place: Place
    tight: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """Words and rules of a page in points, as they would lie if its lines were level.

    Attributes:
        level: how they were laid so.
    """

    words: tuple[Word, ...]
    rules: Rules
    level: Level


def upright(seen: Seen, turn: int) -> Seen:
    """Gives what was read on its side as it lies when it is turned clockwise by 90, 180 or 270 degrees."""
    wide, high = seen.picture.size
    words = []
    for word in seen.read.words:
        x0, y0, x1, y1 = word.box
        box = {90: (high - y1, x0, high - y0, x1), 180: (wide - x1, high - y1, wide - x0, high - y0),
               270: (y0, wide - x1, y1, wide - x0)}[turn]  # fmt: skip
        words.append(replace(word, box=box))
    picture = seen.picture.transpose(TURNS[turn])
    place = replace(seen.place, read=picture.size, turn=(seen.place.turn + turn) % 360)
    return replace(seen, picture=picture, read=PageRead(tuple(words)), place=place)


def tables_of(seen: Seen, size: tuple[float, float]) -> tuple[Table, ...]:
    """Returns the tables of a page, from top to bottom.

    Args:
        seen: as it was read, lines across.
        size: of the page in points, upright; 0 where it is not known, and boxes of tables neither.
    """
    marks = marks_of(seen)
    if marks is None:
        return ()
    return tuple(
        replace(table, box=_box(table, seen, marks.level, size)) for table in tables_in(marks.words, marks.rules)
    )


def table_at(seen: Seen, box: tuple[float, float, float, float]) -> Table | None:
    """Returns what lies in a box as a table: for who knows where it is. Reading a page never asks this.

    Args:
        seen: a page that lies upright.
        box: x0, y0, x1, y1 in points from the top left of the picture.
    """
    marks = marks_of(seen)
    if marks is None:
        return None
    x0, y0, x1, y1 = box
    return table_in(_level((x0, y0, x1, y1), marks.level, 1.0), marks.words, marks.rules)


def marks_of(seen: Seen) -> Marks | None:
    """Returns what tables are found by; None where there can be none, so that nobody looks for rules."""
    words, scale = seen.read.words, 72 / seen.dpi
    if not words:
        return None
    level = level_of(words)
    boxes = as_high_as_lines(words) if seen.tight else [word.box for word in words]
    laid = [Word(*_level(box, level, scale), word.text) for word, box in zip(words, boxes, strict=True)]
    pairs = aligned((word.x0, word.x1, word.y1 - word.y0, word.y0) for word in laid)
    if not pairs:
        return None
    rules = _rules(seen.picture, seen.dpi, level)
    if pairs < _PAIRS and not (rules.across or rules.down):
        return None
    return Marks(tuple(_without_bars(laid, rules)), rules, level)


def _level(box: Sequence[float], level: Level, scale: float) -> tuple[float, float, float, float]:
    """Lays a box level: what slopes is turned about the middle of its left side, and keeps its height."""
    x0, y0, x1, y1 = (at * scale for at in box)
    left, middle = level.there(x0, (y0 + y1) / 2)
    half = (y1 - y0) / 2
    return left, middle - half, left + (x1 - x0), middle + half


def _rules(picture: Image.Image, dpi: int, level: Level) -> Rules:
    picture, there = _straight(picture, level)
    across, down = strokes_in(picture, dpi)
    scale = 72 / dpi
    flat, walls = [], []
    for stroke in across:
        x, y = there((stroke.x0 + stroke.x1) / 2, (stroke.y0 + stroke.y1) / 2)
        half = (stroke.x1 - stroke.x0) / 2
        flat.append(Rule(y * scale, (x - half) * scale, (x + half) * scale))
    for stroke in down:
        x, y = there((stroke.x0 + stroke.x1) / 2, (stroke.y0 + stroke.y1) / 2)
        half = (stroke.y1 - stroke.y0) / 2
        walls.append(Rule(x * scale, (y - half) * scale, (y + half) * scale))
    return Rules(tuple(flat), tuple(walls))


def _straight(picture: Image.Image, level: Level) -> tuple[Image.Image, Callable[[float, float], tuple[float, float]]]:
    """Gives a picture in which rules are nearly level, and how its places become level ones."""
    if abs(level.slope) <= _NEARLY:
        return picture, level.there
    angle = math.degrees(math.atan(level.slope))
    turned = picture.rotate(angle, resample=Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    x, y = level.there(picture.width / 2, picture.height / 2)  # it was turned about its middle
    right, below = x - turned.width / 2, y - turned.height / 2
    return turned, lambda x, y: (x + right, y + below)


def _without_bars(words: Sequence[Word], rules: Rules) -> Iterator[Word]:
    """Yields words without the rules beside them that were taken for letters."""
    for word in words:
        text = word.text.strip(_BARS)
        if text == word.text or not _beside(word, rules):
            yield word
        elif text:
            letter = (word.x1 - word.x0) / len(word.text)
            before = len(word.text) - len(word.text.lstrip(_BARS))
            yield word._replace(text=text, x0=word.x0 + before * letter, x1=word.x0 + (before + len(text)) * letter)


def _beside(word: Word, rules: Rules) -> bool:
    middle, near = (word.y0 + word.y1) / 2, (word.y1 - word.y0) / 3
    return any(rule.start <= middle <= rule.end and word.x0 - near <= rule.at <= word.x1 + near for rule in rules.down)


def _box(table: Table, seen: Seen, level: Level, size: tuple[float, float]) -> tuple[float, float, float, float] | None:
    """Where on its page a table lies, in points; None where the size of the page is not known."""
    wide, high = size
    if table.box is None or not (wide > 0 and high > 0):
        return None
    scale = seen.dpi / 72
    x0, y0, x1, y1 = seen.place.share([at * scale for at in level.back(table.box)])
    return round(x0 * wide, 1), round(y0 * high, 1), round(x1 * wide, 1), round(y1 * high, 1)
