# SPDX-License-Identifier: Apache-2.0
"""Decides which people, organisations, places, dates, amounts and products a text names, and where."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ream_classify.entities import organisations, particles, people, places, products, times_and_money
from ream_classify.entities.model import EntityModel
from ream_classify.entities.named import Named
from ream_classify.scan import Scan

VERSION = "3"
"""Raise it when the rules find other names in the same text."""

MOST_CHARACTERS = 50_000
"""Characters of a unit in which names are looked for: more text on one page is a list or a dump."""

RULES: tuple[Callable[[Scan], Iterator[Named]], ...] = (
    times_and_money.find,
    organisations.find,
    particles.find,
    people.find,
    products.find,
    places.find,
)
"""The surest first: a later one never takes what an earlier one took. Each is linear in the length of the text."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds by rules and, where a user has one, by a model, which is asked first."""

    model: EntityModel | None = None

    @property
    def version(self) -> str:
        """What it finds by: the rules, and the model's name where there is one."""
        return f"rules {VERSION}" + (f", {self.model.name}" if self.model else "")

    def by_model(self, one: Named) -> bool:
        """Says whether the user's model found it."""
        return self.model is not None and one.source == self.model.name

    def find(self, text: str, language: str) -> Iterator[Named]:
        """Yields what is named in the first 50,000 characters; no two of them overlap."""
        scan = Scan(text[:MOST_CHARACTERS], language)
        if self.model is not None:
            yield from _taking(scan, self.model.find(scan.text, language))
        for rule in RULES:
            yield from _taking(scan, rule(scan))


def _taking(scan: Scan, found: Iterator[Named]) -> Iterator[Named]:
    for one in found:
        if one.start < one.end <= len(scan.text) and scan.is_free(one.start, one.end):
            scan.take(one.start, one.end)
            yield one
