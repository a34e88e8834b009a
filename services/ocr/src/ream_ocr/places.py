# SPDX-License-Identifier: Apache-2.0
"""Decides where on a page lies what was found in a picture of it that was turned and straightened to be read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image

from ream_contracts import words
from ream_ocr.engine import Word
from ream_ocr.pages import Look

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """How a picture that was read lies on its page.

    Attributes:
        page: width and height in pixels of the page as it lies in the file, at the resolution it was read with.
        read: the same of the picture that was read: the page, turned and straightened.
    """

    page: tuple[int, int]
    read: tuple[int, int]
    turn: int
    skew: float

    def share(self, box: Sequence[float]) -> Box:
        """Gives the box around what lies in a box of the picture, as shares of the page's width and height.

        Nothing lies beyond the page.
        """
        left, top, right, bottom = box
        corners = [self._on_page(x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return _within(min(across)), _within(min(down)), _within(max(across)), _within(max(down))

    def packed(self, found: Iterable[Word]) -> str:
        """Writes the places of words as they are kept."""
        return words.packed((self.share(word.box), word.confidence) for word in found)

    def _on_page(self, x: float, y: float) -> tuple[float, float]:
        wide, high = reversed(self.page) if self.turn in (90, 270) else self.page
        if self.skew:
            # The picture was turned about its middle, and made larger around it.
            angle = math.radians(self.skew)
            x, y = x - self.read[0] / 2, y - self.read[1] / 2
            x, y = math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y
            x, y = x + wide / 2, y + high / 2
        across, down = x / wide, y / high
        return {0: (across, down), 90: (down, 1 - across), 180: (1 - across, 1 - down), 270: (1 - down, across)}[
            self.turn
        ]


def place(page: Image.Image, read: Image.Image, look: Look) -> Place:
    """Says how the picture of a page lies on it once it was laid as the look says (`pages.laid`)."""
    return Place(page.size, read.size, look.turn, look.skew)


def _within(share: float) -> float:
    return max(0.0, min(1.0, share))
