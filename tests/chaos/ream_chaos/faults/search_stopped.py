# SPDX-License-Identifier: Apache-2.0
"""OpenSearch is stopped for a while."""

from __future__ import annotations

from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=10, longest=30, aimed=False)
NEEDS = frozenset({"search"})


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Stops it."""
    world.stop_search()
    return [(strike.seconds, world.start_search)]
