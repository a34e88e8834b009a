# SPDX-License-Identifier: Apache-2.0
"""OpenSearch answers 429: its breaker of requests in flight is set so low that it takes none with a body."""

from __future__ import annotations

from ream_chaos.administration import change
from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=5, longest=15, aimed=False)
NEEDS = frozenset({"search"})

_LIMIT = "network.breaker.inflight_requests.limit"


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Lowers the limit; a change of settings is the one request that the breaker lets through."""
    _limit(world, "1b")
    return [(strike.seconds, lambda: _limit(world, None))]


def _limit(world: World, value: str | None) -> None:
    change(world, lambda client: client.cluster.put_settings(body={"persistent": {_LIMIT: value}}))
