# SPDX-License-Identifier: Apache-2.0
"""Decides which findings and names a segment's artifact lists: the first so many of each kind; all are counted."""

from collections import Counter

from ream_classify.entities.named import Named
from ream_classify.scan import Hit
from ream_contracts.artifacts import Entity, Finding

_LONGEST_VALUE = 500


class ListedFindings:
    """The findings to list: the first so many of each score."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self.truncated = False

    def add(self, hit: Hit, unit: int, value: str) -> None:
        """Lists a hit, or notes that the list is not whole."""
        self._counts[hit.score] += 1
        if self._counts[hit.score] > self._most:
            self.truncated = True
            return
        self._findings.append(Finding(hit.kind, unit, hit.start, hit.end, value[:_LONGEST_VALUE], hit.confidence))

    def in_order(self) -> tuple[Finding, ...]:
        """Returns the findings by place."""
        return tuple(sorted(self._findings, key=lambda finding: (finding.unit, finding.start, finding.kind)))


class ListedEntities:
    """What is named, to list: the first so many of each kind."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._entities: list[Entity] = []
        self.cut = False

    def add(self, one: Named, unit: int, value: str) -> None:
        """Lists a name, or notes that the list is not whole."""
        self._counts[one.kind] += 1
        if self._counts[one.kind] > self._most:
            self.cut = True
            return
        text = " ".join(value[:_LONGEST_VALUE].split())
        self._entities.append(Entity(one.kind, text, one.normal, unit, one.start, one.end, one.confidence, one.source))

    def in_order(self) -> tuple[Entity, ...]:
        """Returns the names by place."""
        return tuple(sorted(self._entities, key=lambda one: (one.unit, one.start, one.kind)))
