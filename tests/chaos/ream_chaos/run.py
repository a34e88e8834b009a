# SPDX-License-Identifier: Apache-2.0
"""What every part of the list is given: servers, seed, documents, and what they leave behind in a calm run."""

from __future__ import annotations

from dataclasses import dataclass

from ream_chaos.papers import Paper, make
from ream_chaos.snapshot import Snapshot
from ream_chaos.trial import Calm
from ream_chaos.world import World

SHORT_DOCUMENTS = 50
MARKED = 10
"""Documents of theirs that parts with thousands of others submit too, to be compared with the calm run."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the list.

    Attributes:
        documents: how many storms and calm runs share, where a part does not say otherwise.
    """

    world: World
    seed: int
    calm: Calm
    documents: int = SHORT_DOCUMENTS

    def papers(self, count: int | None = None) -> list[Paper]:
        """The documents that storms and calm runs share."""
        return [make("chaos", number) for number in range(1, (count or self.documents) + 1)]

    def marked(self) -> list[Paper]:
        """The first of them, of every kind, for a part whose other documents have no calm run."""
        return self.papers()[:MARKED]

    def calm_of_marked(self) -> Snapshot:
        """What these, and what is inside, leave behind in a calm run.

        Raises:
            AssertionError: even then not every document had an outcome.
        """
        return self.calm.of(self.papers()).of({paper.document_id for paper in self.marked()})
