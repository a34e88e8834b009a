# SPDX-License-Identifier: Apache-2.0
"""A process of ours is frozen beyond its session while another takes over, and woken: a zombie may have no effect."""

from __future__ import annotations

import signal

from ream_chaos.faults import Later, NotNow
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

SESSION_SECONDS = 10.0
"""How long a member of a group may say nothing: the broker's setting, and aggregate's own."""
BESIDE_SECONDS = 8.0
"""How long the woken one works beside the one that took its place."""

KIND = Kind(weight=1, shortest=SESSION_SECONDS + 3, longest=SESSION_SECONDS + 6, aimed=True)
NEEDS: frozenset[str] = frozenset()


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Starts a second process of its kind and freezes the first.

    Raises:
        NotNow: the one that took over when it was frozen last still works.
    """
    frozen, second = flow.processes[strike.target], f"{strike.target}-2"
    if second in flow.processes:
        raise NotNow(f"{second} has not ended yet")
    flow.start(second)
    frozen.send_signal(signal.SIGSTOP)
    return [
        (strike.seconds, lambda: frozen.send_signal(signal.SIGCONT)),
        (strike.seconds + BESIDE_SECONDS, lambda: flow.stop(second)),
    ]
