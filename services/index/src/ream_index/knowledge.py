# SPDX-License-Identifier: Apache-2.0
"""Decides what a document's segments say together of its content: keyphrases and names, the most telling of each."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ream_contracts.artifacts import SegmentClasses

MOST_PHRASES = 20
MOST_NAMES = 100
"""Names kept of each kind: more would make an entry larger than it is useful."""
LONGEST = 300
FIELDS: Mapping[str, str] = {
    "person": "people",
    "organisation": "organisations",
    "place": "places",
    "product": "products",
    "date": "dates",
    "amount": "amounts",
}
"""By kind of name, the field of the entry that lists it."""
NORMAL = frozenset({"date", "amount"})
"""Kinds of which the one form is listed, and nothing that has none."""


class Knowledge:
    """Takes what classify said of one segment after another; holds one small count for each name and phrase."""

    def __init__(self) -> None:
        self._phrases: Counter[str] = Counter()
        self._names: dict[str, Counter[str]] = {kind: Counter() for kind in FIELDS}
        self._written: dict[str, str] = {}
        self._versions: dict[str, set[str]] = {}
        self.cut = False

    def add(self, classes: SegmentClasses) -> None:
        """Takes one segment."""
        for phrase in classes.keyphrases:
            self._phrases[self._key(phrase.text)] += phrase.score
        for entity in classes.entities:
            name = entity.normal if entity.kind in NORMAL else entity.text
            if name and entity.kind in self._names:
                self._names[entity.kind][self._key(name)] += 1
        for name, version in (classes.versions or {}).items():
            self._versions.setdefault(name, set()).add(version)
        self.cut = self.cut or bool(classes.cut)

    def _key(self, text: str) -> str:
        """Folds case; the first way of writing is the one that is shown."""
        folded = text[:LONGEST].casefold()
        self._written.setdefault(folded, text[:LONGEST])
        return folded

    def fields(self) -> dict[str, Any]:
        """Returns the fields of the entry, most telling first; equal segments give equal fields."""
        named = {FIELDS[kind]: self._best(counts, MOST_NAMES) for kind, counts in self._names.items()}
        return {
            "keyphrases": self._best(self._phrases, MOST_PHRASES),
            **named,
            "names_truncated": self.cut or any(len(counts) > MOST_NAMES for counts in self._names.values()),
            "classified_by": sorted(f"{name} {one}" for name, all_ in self._versions.items() for one in all_),
        }

    def _best(self, counts: Counter[str], most: int) -> list[str]:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [self._written[key] for key, _ in ordered[:most]]
