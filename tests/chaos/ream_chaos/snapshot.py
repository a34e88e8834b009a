# SPDX-License-Identifier: Apache-2.0
"""What a run left behind, reduced to what must be the same after every run of the same documents."""

from __future__ import annotations

from collections.abc import Mapping
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
    """

    ingested: Mapping[Key, int]
    outcomes: Mapping[Key, str]
    entries: Mapping[str, Line]
    contradicted: frozenset[str] = field(default_factory=frozenset)

    @property
    def fingerprint(self) -> str:
        """One hash over everything that people find."""
        return digest(self.entries.values())
