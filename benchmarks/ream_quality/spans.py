# SPDX-License-Identifier: Apache-2.0
"""Decides how many spans of a text were found, and sums that up as precision, recall and F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ALIKE = 0.5
"""Share of the characters of both spans together that they must have in common to be one."""


class Span(NamedTuple):
    """A place in a text, and what is there."""

    kind: str
    start: int
    end: int


@dataclass
class Tally:
    """Counts of what was found and wanted, found and not wanted, wanted and not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @classmethod
    def between(cls, found: Counter[Any], wanted: Counter[Any]) -> Tally:
        """Counts what two multisets have in common, and what each has alone."""
        right = (found & wanted).total()
        return cls(right, found.total() - right, wanted.total() - right)

    def add(self, other: Tally) -> None:
        """Adds the counts of another."""
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where nothing was right."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


@dataclass
class Tallies:
    """Counts by kind."""

    kinds: dict[str, Tally] = field(default_factory=dict)

    def add(self, found: Iterable[Span], wanted: Iterable[Span]) -> None:
        """Counts one text: each wanted span is found once at most, by the first that is alike."""
        left = list(wanted)
        for span in found:
            partner = next((one for one in left if alike(span, one)), None)
            tally = self.kinds.setdefault(span.kind, Tally())
            if partner is None:
                tally.wrong += 1
            else:
                tally.right += 1
                left.remove(partner)
        for span in left:
            self.kinds.setdefault(span.kind, Tally()).missed += 1

    def over(self, kinds: Iterable[str] | None = None) -> Tally:
        """Sums the counts of these kinds, or of all."""
        total = Tally()
        for kind in self.kinds if kinds is None else kinds:
            total.add(self.kinds.get(kind, Tally()))
        return total


def alike(one: Span, other: Span) -> bool:
    """Says whether two spans are the same thing, give or take what stands around it."""
    if one.kind != other.kind:
        return False
    common = min(one.end, other.end) - max(one.start, other.start)
    together = max(one.end, other.end) - min(one.start, other.start)
    return common > 0 and common >= ALIKE * together
