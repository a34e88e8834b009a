# SPDX-License-Identifier: Apache-2.0
"""Decides what tables of a page are found by: words with boxes, and the rules that are drawn."""

from dataclasses import dataclass
from typing import NamedTuple

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points from the top left of the page."""


class Word(NamedTuple):
    """A word of a page, in points from its top left."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str


class Rule(NamedTuple):
    """A line that is drawn: `at` is its y where it runs across, its x where it runs down."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines of a page."""

    across: tuple[Rule, ...]
    down: tuple[Rule, ...]
