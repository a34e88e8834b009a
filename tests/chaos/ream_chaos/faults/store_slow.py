# SPDX-License-Identifier: Apache-2.0
"""The store is slow: every piece of a request is held back for a while."""

from __future__ import annotations

from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=10, longest=20, aimed=False)
NEEDS = frozenset({"store"})
SECONDS = 0.5


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Slows it."""
    proxy = world.require_store()
    proxy.delay(SECONDS)
    return [(strike.seconds, proxy.heal)]
