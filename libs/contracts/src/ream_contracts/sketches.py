# SPDX-License-Identifier: Apache-2.0
"""A sketch of the words of a text: small, the same for equal texts, and as alike as the texts are.

It is a MinHash by one permutation: each run of three words falls into one of 252 bins by its hash, and a bin keeps the
smallest. The sketch of a whole is made of those of its parts by taking the smaller of each bin, in any order and
however often, so segments can be sketched apart. Runs of two words with a figure in them have a sketch of their own:
two years' reports of one company share most of their words, and few of their figures.
"""

import hashlib
import re
import struct
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

VERSION = "1"
BINS = 252
"""An estimate of how much two texts share is off by three in a hundred, or less, two times of three."""
ROWS = 3
BANDS = 42
"""Of so many bins each, from the first on. Two texts that share half of their runs have a band in common in 996 of
1,000 cases, two that share a tenth in 41."""
NONE = 0xFFFFFFFF
"""What stands in a bin that nothing fell into."""
RUN = 3
FIGURE_RUN = 2
MOST_WORDS = 200_000
"""Words of a unit that are looked at: whatever stands in a file, time is bounded."""
_LONGEST_WORD = 64
_EAST_ASIAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts without blanks between words: each letter counts as one."""
_WORD = re.compile(f"[{_EAST_ASIAN}]|[^\\W_{_EAST_ASIAN}]+")
_DIGIT = re.compile(r"\d")
_FORMAT = struct.Struct(f"<{BINS}I")
Bins = tuple[int, ...]
EMPTY: Bins = (NONE,) * BINS


@dataclass(frozen=True, slots=True)
class Part:
    """A sketch of runs of words.

    Attributes:
        runs: how many went into it, equal ones each time.
        bins: the smallest hash of each bin.
    """

    runs: int = 0
    bins: Bins = EMPTY

    def with_(self, other: "Part") -> "Part":
        """The sketch of both together."""
        return Part(self.runs + other.runs, tuple(map(min, self.bins, other.bins)))

    def resemblance(self, other: "Part") -> float:
        """Estimates how many of all different runs both have, 0 to 1; 0 where there are none."""
        there = sum(one != NONE or two != NONE for one, two in zip(self.bins, other.bins, strict=True))
        same = sum(one == two != NONE for one, two in zip(self.bins, other.bins, strict=True))
        return same / there if there else 0.0

    def containment(self, other: "Part") -> float:
        """Estimates how much of the smaller one is in the larger, 0 to 1."""
        small, large = sorted((self.runs, other.runs))
        alike = self.resemblance(other)
        return min(1.0, alike * (small + large) / ((1 + alike) * small)) if small else 0.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of the words of a text, and of its figures."""

    words: Part = field(default_factory=Part)
    figures: Part = field(default_factory=Part)

    def with_(self, other: "Sketch") -> "Sketch":
        """The sketch of both texts together."""
        return replace(self, words=self.words.with_(other.words), figures=self.figures.with_(other.figures))

    def dumps(self) -> str:
        """Returns it as a line of letters."""
        packed = (b64encode(_FORMAT.pack(*part.bins)).decode() for part in (self.words, self.figures))
        return ".".join((VERSION, str(self.words.runs), str(self.figures.runs), *packed))

    @classmethod
    def loads(cls, text: str) -> "Sketch | None":
        """Reads such a line; None where another version of this program made it.

        Raises:
            ValueError: it is damaged.
        """
        version, *rest = text.split(".")
        if version != VERSION:
            return None
        words, figures, *bins = rest
        try:
            packed = [_FORMAT.unpack(b64decode(one, validate=True)) for one in bins]
        except struct.error as error:
            raise ValueError(f"a sketch is damaged: {error}") from error
        return cls(Part(int(words), packed[0]), Part(int(figures), packed[1]))


def words(text: str) -> list[str]:
    """The words as they are compared: in small letters of one form, letters of East Asian scripts one by one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = (match[0][:_LONGEST_WORD] for match in _WORD.finditer(folded))
    return [word for word, _ in zip(found, range(MOST_WORDS), strict=False)]


def sketch(texts: Iterable[str]) -> Sketch:
    """Sketches the texts of some units; no run goes over the end of one."""
    each, figures = _Filling(), _Filling()
    for text in texts:
        found = words(text)
        for run in runs(found, RUN):
            each.add(run)
        for run in runs(found, FIGURE_RUN):
            if _DIGIT.search(run):
                figures.add(run)
    return Sketch(each.part, figures.part)


def runs(found: Sequence[str], length: int) -> Iterator[str]:
    """Yields all runs of so many words."""
    return map(" ".join, zip(*(found[start:] for start in range(length)), strict=False))


class _Filling:
    def __init__(self) -> None:
        self._runs = 0
        self._bins = list(EMPTY)

    def add(self, run: str) -> None:
        value, number = divmod(_hash(run), BINS)
        value &= 0x7FFFFFFF
        self._runs += 1
        if value < self._bins[number]:
            self._bins[number] = value

    @property
    def part(self) -> Part:
        return Part(self._runs, tuple(self._bins))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def bands(part: Part) -> list[str]:
    """Names three bins at a time: texts that are much alike have some of the names in common; none of an empty one."""
    if part.bins == EMPTY:
        return []
    full = _densified(part.bins)
    groups = (full[start : start + ROWS] for start in range(0, ROWS * BANDS, ROWS))
    return [f"{number:02x}{_hash(repr(group)) & NONE:08x}" for number, group in enumerate(groups)]


def _densified(bins: Bins) -> Bins:
    """Gives an empty bin what another one has, the same other one in every sketch (Shrivastava 2017)."""
    full = list(bins)
    for number, value in enumerate(bins):
        other, step = value, 0
        while other == NONE:
            other = bins[_hash(f"{number} {step}") % BINS]
            step += 1
        full[number] = other
    return tuple(full)
