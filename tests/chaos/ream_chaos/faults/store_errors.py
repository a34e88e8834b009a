# SPDX-License-Identifier: Apache-2.0
"""The store answers every request with an error of its own."""

from __future__ import annotations

from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=10, longest=20, aimed=False)
NEEDS = frozenset({"store"})
ANSWER = b"<Error><Code>InternalError</Code><Message>We are broken.</Message></Error>"


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Breaks it."""
    proxy = world.require_store()
    proxy.answer(500, ANSWER, {"Content-Type": "application/xml"})
    return [(strike.seconds, proxy.heal)]
