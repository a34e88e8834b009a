# SPDX-License-Identifier: Apache-2.0
"""Decides where in a document's text each laid-out page begins, by runs of words that page and text have in common."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ream_contracts.artifacts import PageBegin

RUN = 4
"""Words in a row that are compared: fewer stand in many places."""
_SHARE = 8
"""Words by which runs of one page may be shifted against its text: by what a header or a number puts between."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text of a document."""

    unit: int
    offset: int


def begins(pages: Sequence[str], units: Sequence[tuple[int, str]]) -> Iterator[Place | None]:
    """Yields for each page where its text begins; None where nothing of it is in the text.

    Args:
        pages: the words of each page.
        units: number and text of each unit, in order.
    """
    words, places = _flat(units)
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(words) - RUN + 1):
        where[tuple(words[at : at + RUN])].append(at)
    cursor = 0
    for page in pages:
        own = [word.lower() for word in _WORD.findall(page)]
        found = _start(own, where, cursor)
        if found is None:
            yield None
        else:
            cursor = found + 1
            yield places[found]


def of_slides(pages: Sequence[str]) -> Iterator[Place]:
    """Yields for each page of a presentation where its text begins: page 3 is slide 3, and slide 3 is unit 3."""
    for number in range(1, len(pages) + 1):
        yield Place(number, 0)


def between(pages: Sequence[PageBegin], number: int, units: Sequence[tuple[int, str]]) -> str:
    """Gives the text of one page: from where it begins to where the next page with a place of its own does."""
    here = pages[number - 1]
    if here.unit is None:
        return ""
    after = next(((one.unit, one.offset) for one in pages[number:] if one.unit is not None), None)
    parts = []
    for unit, text in units:
        if unit < here.unit or (after is not None and unit > after[0]):
            continue
        first = here.offset if unit == here.unit else 0
        end = after[1] if after is not None and unit == after[0] else len(text)
        parts.append(text[first:end].strip())
    return "\n\n".join(part for part in parts if part)


def _flat(units: Sequence[tuple[int, str]]) -> tuple[list[str], list[Place]]:
    words, places = [], []
    for unit, text in units:
        for match in _WORD.finditer(text):
            words.append(match.group().lower())
            places.append(Place(unit, match.start()))
    return words, places


def _start(own: Sequence[str], where: dict[tuple[str, ...], list[int]], cursor: int) -> int | None:
    """Finds the word with which a page begins: the earliest place of the stretch that most of its runs agree on."""
    votes: Counter[int] = Counter()
    first: dict[int, int] = {}
    for at in range(len(own) - RUN + 1):
        place = next((one for one in where.get(tuple(own[at : at + RUN]), ()) if one >= cursor), None)
        if place is not None:
            stretch = (place - at) // _SHARE
            votes[stretch] += 1
            first[stretch] = min(first.get(stretch, place), place)
    if not votes:
        return None
    most = max(votes.values())
    return min(first[stretch] for stretch, count in votes.items() if count == most)
