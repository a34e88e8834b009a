# SPDX-License-Identifier: Apache-2.0
"""A process of ours is killed and started again at once."""

from __future__ import annotations

from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=7, shortest=0, longest=0, aimed=True)
NEEDS: frozenset[str] = frozenset()


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Kills it, and starts it again as whoever supervises does."""
    flow.kill(strike.target)
    flow.start(strike.target)
    return []
