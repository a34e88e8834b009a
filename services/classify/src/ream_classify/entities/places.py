# SPDX-License-Identifier: Apache-2.0
"""Recognises countries, states and cities by name."""

from collections.abc import Iterator

from ream_classify.entities.gazetteers import Gazetteers, gazetteers
from ream_classify.entities.named import Named, runs
from ream_classify.scan import Scan
from ream_classify.word_lists import word_lists

_LONGEST = 4
_BEFORE = word_lists("names.yaml")["before_places"]


def find(scan: Scan) -> Iterator[Named]:
    """Yields places: the longest name that is known from each word on; doubtful ones only after a word such as `in`."""
    known = gazetteers()
    for run in runs(scan.text):
        words = run.group().split(" ")
        starts = [0]
        for word in words:
            starts.append(starts[-1] + len(word) + 1)
        place = 0
        while place < len(words):
            size = _size(words[place : place + _LONGEST], known.places)
            name = " ".join(words[place : place + size])
            start = run.start() + starts[place]
            if size and (_is_sure(name, known) or _after_word(scan, start)):
                confidence = 85 if name not in known.family else 65
                yield Named("place", start, start + len(name), confidence, "gazetteer")
            place += max(1, size)


def _is_sure(name: str, known: Gazetteers) -> bool:
    return name not in known.doubtful and name not in known.given


def _size(words: list[str], places: frozenset[str]) -> int:
    return next((size for size in range(len(words), 0, -1) if " ".join(words[:size]) in places), 0)


def _after_word(scan: Scan, start: int) -> bool:
    before = scan.folded[max(0, start - 12) : start].split()
    return bool(before) and before[-1] in _BEFORE
