# SPDX-License-Identifier: Apache-2.0
"""Decides what a document's entry says of what it is like, so that those that are much alike can be looked up."""

from itertools import accumulate, pairwise
from typing import Any

from ream_contracts.artifacts import SegmentClasses, SegmentText
from ream_contracts.sketches import Sketch, bands

LEAST_RUNS = 8
"""Runs of words from which on a document is known by its words."""
FEW_RUNS = 30
"""Runs of words below which it is known by its pictures as well."""
MOST_PICTURES = 64
"""Pages whose look is kept of a document without words."""
_CUTS = (11, 11, 11, 11, 10, 10)
"""Bits of each band of a picture's hash: two that differ in five of 64 have one in common in any case."""


class Likeness:
    """Takes the segments of a document one after another; what it says is the same in any order of them."""

    def __init__(self) -> None:
        self._sketch = Sketch()
        self._whole = True
        self._looks: dict[int, str] = {}

    def add(self, text: SegmentText, classes: SegmentClasses) -> None:
        """Takes one segment.

        Raises:
            ValueError: what it says of itself is damaged.
        """
        sketch = Sketch.loads(classes.sketch) if classes.sketch is not None else None
        if sketch is not None:
            self._sketch = self._sketch.with_(sketch)
        elif any(unit.text.strip() for unit in text.units):
            self._whole = False  # classified before there were sketches: half of a text is like nothing
        for unit in text.units:
            if unit.picture_hash is not None:
                self._looks[unit.unit] = unit.picture_hash
        if len(self._looks) > MOST_PICTURES:
            self._looks = {number: self._looks[number] for number in sorted(self._looks)[:MOST_PICTURES]}

    def fields(self) -> dict[str, Any]:
        """Returns the fields of the entry; none of words where there are few, and none of pictures where many."""
        words = self._sketch.words
        found: dict[str, Any] = {}
        if not self._whole:
            return found
        if words.runs:
            found["sketch"] = self._sketch.dumps()
        if words.runs >= LEAST_RUNS:
            found["word_bands"] = bands(words)
        if words.runs < FEW_RUNS and self._looks:
            looks = [self._looks[number] for number in sorted(self._looks)]
            found |= {"picture_hashes": looks, "picture_bands": sorted({band for one in looks for band in cut(one)})}
        return found


def cut(picture_hash: str) -> list[str]:
    """Names pieces of a picture's hash: pictures that look alike have some in common."""
    bits = int(picture_hash, 16)
    places = list(accumulate(_CUTS, initial=0))
    return [
        f"{number}{bits >> start & (1 << end - start) - 1:03x}" for number, (start, end) in enumerate(pairwise(places))
    ]


def distance(one: str, other: str) -> int:
    """Bits in which the hashes of two pictures differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
