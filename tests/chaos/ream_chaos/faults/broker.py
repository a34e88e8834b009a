# SPDX-License-Identifier: Apache-2.0
"""The broker is killed; its supervisor starts it again after a moment."""

from __future__ import annotations

from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=0, longest=0, aimed=False)
NEEDS = frozenset({"broker"})


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Kills it."""
    world.kill_broker()
    return []
