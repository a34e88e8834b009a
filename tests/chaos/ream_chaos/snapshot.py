# SPDX-License-Identifier: Apache-2.0
"""What a run left behind, reduced to what must be the same after every run of the same documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ream_index.fingerprint import Line, digest

Key = tuple[str, int]
"""Document and generation."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The end of a run.

    Attributes:
        ingested: what was taken in, with the number of its highest run.
        outcomes: how each ended.
        entries: those of the index by id, in the order in which a fingerprint is made of them.
        contradicted: documents of which one version was decided in two ways.
        roots: by document the one that was submitted with it inside, or itself.
        said: by document how many passages the index was last said to have of it.
    """

    ingested: Mapping[Key, int]
    outcomes: Mapping[Key, str]
    entries: Mapping[str, Line]
    contradicted: frozenset[str] = field(default_factory=frozenset)
    roots: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, int] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """One hash over everything that people find."""
        return digest(self.entries.values())

    def of(self, submitted: Collection[str]) -> Snapshot:
        """The same, of these documents and all that was found inside them alone."""
        wanted = {document for document, root in self.roots.items() if root in submitted} | set(submitted)
        return Snapshot(
            {key: run for key, run in self.ingested.items() if key[0] in wanted},
            {key: outcome for key, outcome in self.outcomes.items() if key[0] in wanted},
            {name: line for name, line in self.entries.items() if line.place[1] in wanted},
            self.contradicted & wanted,
            {document: root for document, root in self.roots.items() if document in wanted},
            {document: said for document, said in self.said.items() if document in wanted},
        )

    def untold(self) -> frozenset[str]:
        """Documents of which the index has other passages than it was said to have."""
        found = Counter(line.place[1] for line in self.entries.values() if line.place[0] == "passages")
        return frozenset(document for document, said in self.said.items() if found[document] != said)
