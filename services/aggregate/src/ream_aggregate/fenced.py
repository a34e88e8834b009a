# SPDX-License-Identifier: Apache-2.0
"""Decides that a worker which stood still longer than its place in the group lasts sends nothing any more.

What lay in the library's buffer when the process was stopped would go out as soon as it is woken. Another worker owns
the partitions by then, and has written newer entries: older ones behind them in the changelog take answers away.
"""

from collections.abc import Callable
from typing import Any, cast

from aiokafka.client import ConnectionGroup  # type: ignore[import-untyped]
from faust.transport.drivers.aiokafka import Producer

from ream_aggregate.ending import end_process


class FencedProducer(Producer):
    """Faust's producer over aiokafka, which ends the process instead of sending what is too late."""

    def _new_producer(self, transactional_id: str | None = None) -> Any:
        made = super()._new_producer(transactional_id)
        app = cast(Any, self.app)

        def frozen() -> bool:
            if stood_still := bool(app.frozen()):
                app.begun.done()  # what is worked on has no part in the end that follows
            return stood_still

        fence(made.client, frozen)
        return made


def fence(client: Any, frozen: Callable[[], bool]) -> None:
    """Has a client of aiokafka look, each time before it sends, whether the process stood still.

    Args:
        client: its method `send` is replaced.
        frozen: says whether it did.
    """
    send = client.send

    async def fenced(node_id: int, request: Any, *, group: Any = ConnectionGroup.DEFAULT) -> Any:
        # Waited for before the look: from here to the bytes in the socket nothing is waited for.
        await client.ready(node_id, group=group)
        if frozen():
            end_process("frozen", request=type(request).__name__)
        return await send(node_id, request, group=group)

    client.send = fenced
