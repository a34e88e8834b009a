# SPDX-License-Identifier: Apache-2.0
"""Decides what else would say somebody's name or number: a phrase, a date or a product made of the same words.

Names of people and values of personal data are in fields of their own that only the privileged role reads. Words for
searching and counting are found by other rules, in the same text.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator

from ream_contracts.artifacts import Entity, Finding
from ream_contracts.sensitivity import NOBODYS

PERSONAL = "personal:"
OPEN = frozenset({"organisation", "place", "person"})
"""Kinds of names that may overlap what is somebody's: an address has its town; people are listed apart."""

_WORD = re.compile(r"\w+")
_LEAST = 3
"""Characters of a number's piece that would give it away: `DE89`, not `12`."""


def is_personal(finding: Finding) -> bool:
    """Whether a finding is a value that belongs to somebody."""
    return finding.kind.startswith(PERSONAL) and finding.kind.removeprefix(PERSONAL) not in NOBODYS


def open_names(entities: Iterable[Entity], findings: Iterable[Finding]) -> Iterator[Entity]:
    """Yields the names that everybody may read: not those, like a date of birth, that stand where a value does."""
    places: dict[int, list[tuple[int, int]]] = {}
    for finding in filter(is_personal, findings):
        places.setdefault(finding.unit, []).append((finding.start, finding.end))
    spans = {unit: _joined(sorted(found)) for unit, found in places.items()}
    for one in entities:
        if one.kind in OPEN or not _overlaps(spans.get(one.unit, []), one.start, one.end):
            yield one


class Revealed:
    """What must not be said, of all of a document.

    Args:
        people: their names, as written.
        values: of personal data, as written.
    """

    def __init__(self, people: Collection[str], values: Collection[str]) -> None:
        self._people = {tuple(_words(name)) for name in people if _words(name)}
        self._names = {word for name in self._people for word in name}
        self._pieces = {piece for value in values for piece in _words(value) if _tells(piece)}

    def by(self, phrase: str) -> bool:
        """Whether a phrase has a whole name of somebody in it, is part of one, or has a piece of a value."""
        words = _words(phrase)
        if any(word in self._pieces for word in words):
            return True
        if words and all(word in self._names for word in words):
            return True
        return any(
            tuple(words[start : start + length]) in self._people
            for length in range(1, len(words) + 1)
            for start in range(len(words) - length + 1)
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _tells(piece: str) -> bool:
    return len(piece) >= _LEAST and any(letter.isdigit() for letter in piece)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins spans that overlap, so that their ends rise with their beginnings."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any of the spans, which are in order and apart, has a character between two places."""
    last = bisect_left(spans, (end, 0)) - 1
    return last >= 0 and spans[last][1] > start
