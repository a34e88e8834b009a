# SPDX-License-Identifier: Apache-2.0
"""OpenSearch makes its indices read-only, as it does by itself when its disk is full."""

from __future__ import annotations

from ream_chaos.administration import change
from ream_chaos.faults import Later
from ream_chaos.plan import Kind, Strike
from ream_chaos.world import World
from ream_tests.flow import Flow

KIND = Kind(weight=1, shortest=5, longest=15, aimed=False)
NEEDS: frozenset[str] = frozenset()


def begin(world: World, flow: Flow, strike: Strike) -> Later:
    """Sets the block that a node sets at its flood stage, on this installation's indices alone."""
    _block(world, flow, True)
    return [(strike.seconds, lambda: _block(world, flow, None))]


def _block(world: World, flow: Flow, value: bool | None) -> None:
    settings = {"index.blocks.read_only_allow_delete": value}
    indices = f"{flow.environment['REAM_INDEX_PREFIX']}*"
    change(world, lambda client: client.indices.put_settings(index=indices, body=settings))
