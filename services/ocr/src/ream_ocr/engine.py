# SPDX-License-Identifier: Apache-2.0
"""Decides what an OCR engine is: who reads a picture, and what a reading of it holds."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from PIL import Image

SURE = 50
"""Confidence from which a word counts as recognised rather than guessed."""
SURE_SCRIPT = 1.5
"""What Tesseract gives a script from which it is believed: print has 2 and more, and what is none below 1.1."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a page.

    Attributes:
        box: left, top, right, bottom in pixels from the top left of the picture that was read.
        confidence: 0 to 100.
        place: block, paragraph and line it belongs to, counted from 1 in reading order.
    """

    text: str
    box: tuple[int, int, int, int]
    confidence: int
    place: tuple[int, int, int]

    @property
    def width(self) -> int:
        """Pixels."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Pixels."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class PageRead:
    """What an engine read from one picture: its words in reading order."""

    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words as text: a line of the picture is a line, an empty line parts paragraphs."""
        paragraphs = []
        for _, paragraph in groupby(self.words, key=lambda word: word.place[:2]):
            lines = [
                " ".join(word.text for word in line) for _, line in groupby(paragraph, key=lambda word: word.place)
            ]
            paragraphs.append("\n".join(lines))
        return "\n\n".join(paragraphs)

    @property
    def confidence(self) -> int:
        """Mean over the characters read, 0 to 100; 0 when there are none."""
        characters = sum(len(word.text) for word in self.words)
        return round(sum(word.confidence * len(word.text) for word in self.words) / characters) if characters else 0

    @property
    def worth(self) -> float:
        """Characters that were recognised rather than guessed: of two readings, the one with more of them is better."""
        return sum(len(word.text) * max(0, word.confidence - SURE) / (100 - SURE) for word in self.words)

    @property
    def letter_height(self) -> float:
        """Median height in pixels of the words that were recognised; 0 when there are none."""
        heights = [word.height for word in self.words if word.confidence >= SURE and len(word.text) >= 3]
        return statistics.median(heights) if heights else 0.0

    @property
    def sideways(self) -> bool:
        """Whether most words stand on end: their page lies on its side."""
        long = [word for word in self.words if len(word.text) >= 3]
        return sum(word.height > word.width for word in long) * 2 > len(long)


class Engine(Protocol):
    """What every engine says of itself; one object serves one thread.

    Attributes:
        name: how a setting names it.
        version: of the recogniser, for the record.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 (said above)

    @property
    def version(self) -> str: ...  # noqa: D102 (said above)


class SecondEngine(Engine, Protocol):
    """Reads pictures in any language and needs nobody to say which."""

    def read(self, picture: Image.Image) -> PageRead:
        """Reads a grey picture (mode L) as it stands, without turning it."""


class OcrEngine(Engine, Protocol):
    """Reads pictures in languages that it is told."""

    def read(self, picture: Image.Image, languages: tuple[str, ...], dpi: int) -> PageRead:
        """Reads a grey picture as it stands, without turning it.

        Args:
            picture: mode L, within the caller's budget of pixels.
            languages: names of installed language packs, the likeliest first.
            dpi: resolution the picture is thought to have.

        Raises:
            EngineError: the engine cannot work here; nothing is wrong with the picture.
        """

    def turn(self, picture: Image.Image) -> int | None:
        """Says by how many degrees clockwise (0, 90, 180, 270) to turn a picture to bring it upright.

        None when there is too little to tell by, or no data to tell with.
        """

    def script(self, picture: Image.Image) -> str | None:
        """Says which script the letters of an upright picture are of, by Tesseract's name for it, as `Cyrillic`.

        None when there is too little to be sure, or no data to tell with.
        """


class EngineError(RuntimeError):
    """An engine cannot work on this machine: the text says what is missing and how to get it."""


class DiskFull(RuntimeError):
    """An engine could not write its temporary files: nothing is wrong with the picture, nor with the engine."""
