# SPDX-License-Identifier: Apache-2.0
"""The store is away: it refuses connections, and those that live are cut."""

from __future__ import annotations

from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=10, longest=20, aimed=False)
NEEDS = frozenset({"store"})


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Takes it away."""
    proxy = world.require_store()
    proxy.refuse()
    return [(strike.seconds, proxy.heal)]
