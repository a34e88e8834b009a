# SPDX-License-Identifier: Apache-2.0
"""Decides from a seed alone what is submitted and what is broken, in which order: the same seed, the same plan."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

VICTIMS = ("ingest", "extract", "ocr", "classify", "aggregate", "index", "sweep", "vectors")
READERS = tuple(name for name in VICTIMS if name != "sweep")
"""Groups whose commits say how far they are; sweep commits nothing."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Documents `first` to `last` (counted from 1, both included) are submitted."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Strike:
    """Something is broken, as soon as enough of what was submitted has ended.

    Attributes:
        fault: name of a module of `faults`.
        target: the service it hits; empty for what hits a server.
        seconds: how long it lasts.
        after: share of the documents submitted so far that must have ended; progress, so that a slow machine gets the
            same run as a fast one.
    """

    fault: str
    target: str
    seconds: float
    after: float


Step = Submit | Strike


@dataclass(frozen=True, slots=True)
class Kind:
    """How a fault is dealt out.

    Attributes:
        weight: how often, compared with others.
        shortest, longest: seconds that it lasts.
        aimed: whether it hits a service, each in turn.
    """

    weight: int
    shortest: float
    longest: float
    aimed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run does."""

    seed: int
    documents: int
    times: int
    steps: tuple[Step, ...]

    @property
    def strikes(self) -> tuple[Strike, ...]:
        """What is broken."""
        return tuple(step for step in self.steps if isinstance(step, Strike))

    def lines(self) -> Iterator[str]:
        """Says for people what is going to happen."""
        for step in self.steps:
            match step:
                case Submit(first, last):
                    yield f"submit documents {first} to {last}"
                case Strike(fault, target, seconds, after):
                    lasting = f" for {seconds:.0f} s" if seconds else ""
                    yield f"when {after:.0%} have ended: {fault} {target}".rstrip() + lasting


def make(seed: int, documents: int, strikes: int, kinds: Mapping[str, Kind], times: int = 1) -> Plan:
    """Makes the plan of a run.

    Args:
        seed: decides everything else.
        documents: how many there are.
        strikes: how many faults; each kind gets its share, and every service its turn.
        kinds: the faults by name.
        times: how often each document is submitted.

    Raises:
        ValueError: nothing would be submitted, or nothing could be broken.
    """
    if documents < 1 or times < 1 or strikes < 0 or (strikes and not kinds):
        raise ValueError(f"no plan of {documents} documents {times} times with {strikes} of {len(kinds)} kinds")
    chance = random.Random(f"ream-chaos/{seed}/{documents}/{strikes}/{times}")
    faults = _dealt(chance, strikes, kinds)
    targets = _targets(chance, sum(kinds[name].aimed for name in faults))
    struck = [_strike(chance, name, kinds[name], targets) for name in faults]
    return Plan(seed, documents, times, tuple(_mixed(chance, documents, times, struck)))


def _dealt(chance: random.Random, count: int, kinds: Mapping[str, Kind]) -> list[str]:
    """Deals faults like cards, so that none is left out by bad luck as long as there are enough."""
    dealt: list[str] = []
    while len(dealt) < count:
        cards = [name for name, kind in sorted(kinds.items()) for _ in range(kind.weight)]
        chance.shuffle(cards)
        dealt += cards
    return dealt[:count]


def _targets(chance: random.Random, count: int) -> Iterator[str]:
    dealt: list[str] = []
    while len(dealt) < count:
        cards = list(VICTIMS)
        chance.shuffle(cards)
        dealt += cards
    return iter(dealt)


def _strike(chance: random.Random, name: str, kind: Kind, targets: Iterator[str]) -> Strike:
    seconds = round(chance.uniform(kind.shortest, kind.longest), 1)
    return Strike(name, next(targets) if kind.aimed else "", seconds, round(chance.uniform(0.0, 0.8), 2))


def _mixed(chance: random.Random, documents: int, times: int, struck: Sequence[Strike]) -> Iterator[Step]:
    """Deals submissions out between the faults: the first before any, some before each of the others."""
    for time in range(times):
        faults = struck[time * len(struck) // times : (time + 1) * len(struck) // times]
        portions = min(documents, len(faults) + 1)
        cuts = sorted(chance.sample(range(1, documents), portions - 1))
        submits = [Submit(first + 1, last) for first, last in pairwise((0, *cuts, documents))]
        for number in range(max(len(submits), len(faults))):
            yield from submits[number : number + 1]
            yield from faults[number : number + 1]
