# SPDX-License-Identifier: Apache-2.0
"""Changes OpenSearch as its administrator, where it is there to be changed."""

from __future__ import annotations

from collections.abc import Callable

from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError

from ream_chaos.faults import NotNow
from ream_chaos.world import World
from ream_tests.flow import administrator


def change(world: World, how: Callable[[OpenSearch], object]) -> None:
    """Makes one change.

    Raises:
        NotNow: the node does not answer, or not yet.
    """
    client = administrator(world.opensearch)
    try:
        how(client)
    except TransportError as error:
        raise NotNow(f"OpenSearch cannot be changed: {type(error).__name__}") from error
    finally:
        client.close()
