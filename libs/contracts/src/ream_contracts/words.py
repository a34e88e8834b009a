# SPDX-License-Identifier: Apache-2.0
"""Decides how the places of words on a page are kept: 12 characters a word, beside the text that has the words."""

import base64
import binascii
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ream_contracts.artifacts import UnitText

Box = tuple[float, float, float, float]

_WHOLE = 65535
_WORD = struct.Struct(">4HB")
"""Nine bytes become twelve characters: no word shares one with the next."""


@dataclass(frozen=True, slots=True)
class SeenWord:
    """A word that OCR saw.

    Attributes:
        box: x0, y0, x1, y1 in points from the top left of the unit; None where the unit's size is not known.
        share: the same as shares of the unit's width and height, 0 to 1.
        confidence: 0 to 100.
    """

    text: str
    box: Box | None
    share: Box
    confidence: int


def packed(places: Iterable[tuple[Box, int]]) -> str:
    """Writes the places of words, in the order of the text, each with the confidence of its word.

    Args:
        places: x0, y0, x1, y1 as shares of the unit's width and height; what lies beyond the unit is cut off.
    """
    return base64.b64encode(b"".join(_WORD.pack(*map(_of_whole, box), _sure(sure)) for box, sure in places)).decode()


def count(written: str) -> int:
    """How many words have a place."""
    return len(written) // 12


def of_unit(unit: UnitText) -> Iterator[SeenWord]:
    """Yields the words of a unit that OCR saw, in the order of its text; words from elsewhere follow them there.

    Raises:
        ValueError: the places are not written as `packed` writes them, or are more than the text has words.
    """
    if unit.words is None:
        return
    try:
        places = _WORD.iter_unpack(base64.b64decode(unit.words, validate=True))
    except (binascii.Error, struct.error) as error:
        raise ValueError(f"the places of words of unit {unit.unit} cannot be read") from error
    texts = unit.text.split()
    if len(texts) < count(unit.words):
        raise ValueError(f"unit {unit.unit} has {len(texts)} words, and places of {count(unit.words)}")
    sized = unit.width > 0 and unit.height > 0
    for text, (*box, sure) in zip(texts, places, strict=False):
        x0, y0, x1, y1 = (at / _WHOLE for at in box)
        points = (x0 * unit.width, y0 * unit.height, x1 * unit.width, y1 * unit.height)
        yield SeenWord(text, points if sized else None, (x0, y0, x1, y1), sure)


def _of_whole(share: float) -> int:
    return max(0, min(_WHOLE, round(share * _WHOLE)))


def _sure(confidence: int) -> int:
    return max(0, min(100, confidence))
