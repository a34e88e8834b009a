# SPDX-License-Identifier: Apache-2.0
"""Decides how words that an engine saw stand in lines: level, and each as high as its line rather than its letters."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ream_ocr.engine import Word

Box = tuple[float, float, float, float]

_ABOVE, _BELOW = 0.92, 0.22
"""How far a line reaches over and under the feet of its letters, in sizes of the letters."""
_SMALL, _TALL, _HANGING = 0.53, 0.73, 0.21
"""Heights of an x and of a capital, and how far a p hangs down."""
_HANGS = frozenset("gjpqyçQ,;()[]{}|ß")
_LOW = frozenset("acemnorsuvwxzgpqy")


@dataclass(frozen=True, slots=True)
class Level:
    """Turns what lies on lines that slope into what would lie on level ones, about the top left, and back."""

    slope: float

    def there(self, x: float, y: float) -> tuple[float, float]:
        """Makes a place level."""
        turn = math.hypot(1, self.slope)
        return (x + self.slope * y) / turn, (y - self.slope * x) / turn

    def back(self, box: Sequence[float]) -> Box:
        """Gives the box around a level one where the lines slope."""
        turn = math.hypot(1, self.slope)
        corners = [
            ((x - self.slope * y) / turn, (y + self.slope * x) / turn)
            for x, y in ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3]))
        ]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(down), max(across), max(down)


def level_of(words: Sequence[Word]) -> Level:
    """Measures how lines slope: the median of all, of long lines more than of short ones."""
    slopes = []
    for _, line in groupby(words, key=lambda word: word.place):
        stood = [(word.box[0], _foot(word)) for word in line if word.text.isalnum()]
        if len(stood) > 1 and (wide := stood[-1][0] - stood[0][0]) > 0:
            slopes.append(((stood[-1][1] - stood[0][1]) / wide, wide))
    reached, half = 0.0, sum(wide for _, wide in slopes) / 2
    for slope, wide in sorted(slopes):
        reached += wide
        if reached >= half:
            return Level(slope)
    return Level(0.0)


def as_high_as_lines(words: Sequence[Word]) -> list[Box]:
    """Gives the boxes of words whose engine says how far their ink reaches, as high as the lines that they stand in."""
    sizes = [_size(word) for word in words]
    common = statistics.median([size for size in sizes if size] or [0.0])
    boxes: list[Box] = []
    for _, line in groupby(zip(words, sizes, strict=True), key=lambda one: one[0].place):
        members = list(line)
        known = [size for _, size in members if size]
        size = statistics.median(known) if known else common
        boxes += [_high(word, size) if size else word.box for word, _ in members]
    return boxes


def _high(word: Word, size: float) -> Box:
    left, top, right, bottom = word.box
    middle = (top + bottom) / 2
    foot = _foot(word) if _size(word) else middle + size * (_ABOVE - _BELOW) / 2
    return left, foot - _ABOVE * size, right, foot + _BELOW * size


def _foot(word: Word) -> float:
    """Where the letters of a word stand."""
    size = _size(word)
    return word.box[3] - (_HANGING * size if _HANGS & set(word.text) else 0.0)


def _size(word: Word) -> float:
    """The size of the letters of a word, by their height; 0 where it has none to tell by."""
    if not any(map(str.isalnum, word.text)):
        return 0.0
    tall = any(letter not in _LOW and letter.isalnum() for letter in word.text)
    hangs = bool(_HANGS & set(word.text))
    return word.height / ((_TALL if tall else _SMALL) + (_HANGING if hangs else 0.0))
