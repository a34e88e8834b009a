# SPDX-License-Identifier: Apache-2.0
"""Decides what is known of one line of a PDF page."""

from typing import NamedTuple

Edges = tuple[float, float, float, float]
"""Left, bottom, right and top in the file's coordinates."""


class LineOnPage(NamedTuple):  # dozens are made for each page: a frozen dataclass takes five times as long
    """A line of text, or its part in one column, in the order of reading; two lines where a word is divided."""

    offset: int
    """Of its first character in the text of the page."""
    text: str
    edges: Edges | None
    """None where nothing is seen of it, or the page has too many lines."""
    size: float
    """How high a letter of it is; 0 where it is not measured."""
    bold: bool
    """By the name of its font; of lines that are too long for a heading nobody looks."""
