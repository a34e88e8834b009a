# SPDX-License-Identifier: Apache-2.0
"""What every part of the list is given: servers, seed, the calm run to compare with."""

from __future__ import annotations

from dataclasses import dataclass

from ream_chaos.papers import Paper, make
from ream_chaos.trial import Calm
from ream_chaos.world import World

SHORT_DOCUMENTS = 50


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the list."""

    world: World
    seed: int
    calm: Calm

    def papers(self, count: int = SHORT_DOCUMENTS) -> list[Paper]:
        """The documents that storms and calm runs share."""
        return [make("chaos", number) for number in range(1, count + 1)]
