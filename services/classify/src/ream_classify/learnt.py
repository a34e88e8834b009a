# SPDX-License-Identifier: Apache-2.0
"""Decides what words say that were learnt from examples: points for and against each label, as integers alone."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from math import isqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["type", "topic"]
Integers = NDArray[np.int64]

BUCKETS = 1 << 20
"""Words are kept as one of so many numbers: a model holds no word of anybody's document."""
REST = "\u2026"
"""Stands in the evidence for all words that are not listed."""
_MOST_CHARACTERS = 50_000
_MOST_COUNTED = 15
_MOST_SHOWN = 12
_WORD = re.compile(r"[^\W\d_]{2,40}|\d[\d.,:/-]{0,11}")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class LearntWord:
    """What a word of a unit says of a label: how often it stands there, and points, below 0 when it speaks against."""

    name: str
    count: int
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The different words of a unit, in order; equal to nothing but itself.

    Attributes:
        numbers: of each word.
        often: how much it weighs that a word comes several times: more, but not much.
        names: the words themselves; none where they are only learnt from.
        times: how often each stands there.
    """

    numbers: NDArray[np.int32]
    often: Integers
    names: tuple[str, ...] = ()
    times: tuple[int, ...] = ()

    def nameless(self) -> "Words":
        """The same for learning: less to hold, and nobody's words."""
        return replace(self, names=(), times=())


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights of words by label; equal to nothing but itself.

    Attributes:
        kind: of which labels: document types, or topics.
        labels: those that had examples; `unknown` may be one, which gets no points and takes them from the others here.
        version: hash of all that follows.
        buckets: numbers of the words that are known, ascending.
        rarity: how seldom each of them is, and `rarest` that of a word that is not known.
        weights: of each known word, for each label.
        scale: what the weights are multiplied with, so that they are whole numbers.
        examples: how many documents each label was learnt from.
    """

    kind: Kind
    labels: tuple[str, ...]
    version: str
    buckets: NDArray[np.int32]
    rarity: NDArray[np.int16]
    rarest: int
    weights: NDArray[np.int16]
    scale: int
    examples: Mapping[str, int]

    def points(self, words: Words, factor: int = 1) -> dict[str, int]:
        """Returns the points of each label for the words of a unit, below 0 where they speak against it."""
        weighed = self._weighed(words)
        return {} if weighed is None else _rounded(self.labels, weighed[1].sum(axis=0), weighed[2], factor)

    def evidence(self, words: Words, factor: int = 1) -> dict[str, list[LearntWord]]:
        """Returns the same points with the words that weighed most; those of a label add up to its points."""
        weighed = self._weighed(words)
        if weighed is None:
            return {}
        rows, each, divisor = weighed
        named = [LearntWord(words.names[row], words.times[row], 0) for row in rows.tolist()]
        found: dict[str, list[LearntWord]] = {}
        for label, points in _rounded(self.labels, each.sum(axis=0), divisor, factor).items():
            if points:
                of_label = (each[:, self.labels.index(label)] * factor).tolist()
                found[label] = list(_shown(named, of_label, divisor, points))
        return found

    def _weighed(self, words: Words) -> tuple[Integers, Integers, int] | None:
        """Which words are known, what each gives each label, and what that is divided by; None where none is known."""
        rows, known = found_in(self.buckets, words.numbers)
        if not known.any():
            return None
        strength = words.often * np.where(known, self.rarity[rows], self.rarest)
        each = strength[known, None] * self.weights[rows[known]].astype(np.int64)
        return np.flatnonzero(known), each, length(strength) * self.scale


def words_of(text: str) -> Words:
    """Takes the words of a unit's first 50,000 characters; of numbers the form counts, not the value."""
    found = Counter(_WORD.findall(text[:_MOST_CHARACTERS].lower()))
    counts: Counter[str] = Counter()
    for word, count in found.items():
        counts[_DIGIT.sub("0", word) if word[0].isdigit() else word] += count
    names = tuple(sorted(counts))
    times = tuple(counts[name] for name in names)
    hashed = (zlib.crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS for name in names)
    often = (min(count, _MOST_COUNTED).bit_length() for count in times)
    return Words(np.fromiter(hashed, np.int32, len(names)), np.fromiter(often, np.int64, len(names)), names, times)


def found_in(known: NDArray[np.int32], asked: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Says where each number stands among the known ones, and whether it does."""
    if not len(known):
        return np.zeros(len(asked), np.intp), np.zeros(len(asked), np.bool_)
    rows = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return rows, known[rows] == asked


def length(strength: Integers) -> int:
    """What the strengths of a unit are divided by, so that long and short texts weigh alike."""
    return max(1, isqrt(int((strength * strength).sum())))


def _rounded(labels: tuple[str, ...], sums: Integers, divisor: int, factor: int) -> dict[str, int]:
    return {label: _round(int(one) * factor, divisor) for label, one in zip(labels, sums, strict=True)}


def _round(number: int, divisor: int) -> int:
    return (2 * number + divisor) // (2 * divisor)


def _shown(named: list[LearntWord], of_label: list[int], divisor: int, points: int) -> Iterator[LearntWord]:
    rest = points
    # The words are in order: where two weigh alike, the first of them is listed.
    for at in nsmallest(_MOST_SHOWN, range(len(named)), key=lambda at: -abs(of_label[at])):
        if share := _round(of_label[at], divisor):
            rest -= share
            yield replace(named[at], points=share)
    if rest:
        yield LearntWord(REST, 1, rest)
