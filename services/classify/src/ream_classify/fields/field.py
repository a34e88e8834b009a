# SPDX-License-Identifier: Apache-2.0
"""What all that finds fields has in common: the lines of a unit, and how a field is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ream_contracts.artifacts import KeyField

MOST_CHARACTERS = 50_000
_LINE = re.compile(r"[^\n\r\f\v]+")
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its place in the unit's text; `folded` is its text in lower case, as long as it."""

    text: str
    folded: str
    start: int

    @property
    def end(self) -> int:
        """One past its last character."""
        return self.start + len(self.text)


def lines(text: str) -> Iterator[Line]:
    """Yields the lines that say something in the first 50,000 characters, without the spaces around them."""
    for match in _LINE.finditer(text[:MOST_CHARACTERS]):
        stripped = match.group()[:_LONGEST_LINE].strip()
        if stripped:
            folded = stripped.lower()
            start = match.start() + match.group().index(stripped)
            yield Line(stripped, folded if len(folded) == len(stripped) else stripped, start)


def one_line(text: str) -> str:
    """Puts a text on one line."""
    return " ".join(text.split())


def field_of(name: str, line: Line, confidence: int, normal: str, span: tuple[int, int] | None = None) -> KeyField:
    """Makes a field of a part of a line; kind and unit are filled in by who knows them."""
    start, end = span or (0, len(line.text))
    return KeyField("", name, line.text[start:end], normal, 1, line.start + start, line.start + end, confidence)
