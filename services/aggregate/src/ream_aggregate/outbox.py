# SPDX-License-Identifier: Apache-2.0
"""Decides how aggregate's messages look on the wire: headers, keys, and dead letters."""

import asyncio
from itertools import chain, repeat
from typing import Any, Protocol

from ream_aggregate.fanin import Refused
from ream_aggregate.presence import Presence
from ream_contracts import codec, topics
from ream_contracts.messages import DocumentCompleted
from ream_kit import dead_letters, envelope, log
from ream_kit.errors import Retry
from ream_kit.records import Origin, Record
from ream_kit.store import Store

STAGE = "aggregate"
VERSION = "1"

_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Short, because a store that is away is asked by its probe alone: this only looks whether it is back."""
_LOG = log.logger("ream.aggregate")

Future = asyncio.Future[Any]


class Channel(Protocol):
    """Takes messages for one topic; Faust's topics are such."""

    async def send(self, *, key: bytes | None, value: bytes, headers: Any) -> Any:
        """Hands a message over; the future is done when the broker has it."""


class Outbox:
    """Sends completions and dead letters."""

    def __init__(self, completed: Channel, refused: Channel, store: Store, presence: Presence) -> None:
        self._completed, self._refused = completed, refused
        self._store, self._presence = store, presence

    async def complete(self, message: Any, completed: DocumentCompleted, ordinal: int) -> Future:
        """Sends a completion that a record led to; `ordinal` tells apart what one record leads to."""
        headers = self._headers(_origin(message), topics.DOCUMENTS_COMPLETED.schema, str(ordinal))
        return await _future(self._completed, message.key, codec.encode(completed), headers)

    async def refuse(self, message: Any, refused: Refused) -> Future:
        """Sends a record to the dead letters; waits as long as the store is away."""
        record = Record(topics.DOCUMENTS_PARTS, _origin(message), message.value)
        given_up = dead_letters.GivenUp(refused.cause, refused.detail, attempts=1)
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            try:
                letter = await asyncio.to_thread(dead_letters.build, record, given_up, STAGE, VERSION, self._store)
                break
            except Retry as error:
                _LOG.warning("waiting", waiting_for=error.waiting_for, seconds=pause)
                with self._presence.waiting(error.waiting_for, error.reason):
                    await asyncio.sleep(pause)
        headers = self._headers(record.origin, "dead-letter", "dead")
        return await _future(self._refused, dead_letters.record_key(letter), dead_letters.encode(letter), headers)

    def _headers(self, origin: Origin, schema: str, ordinal: str) -> list[tuple[str, bytes]]:
        return list(
            envelope.headers(
                event_id=f"{STAGE}:{origin.topic}:{origin.partition}:{origin.offset}:{ordinal}",
                schema=schema,
                source=STAGE,
                moment=self._presence.clock.now(),
                parent=origin.headers,
            )
        )


async def _future(channel: Channel, key: bytes | None, value: bytes, headers: list[tuple[str, bytes]]) -> Future:
    future: Future = asyncio.ensure_future(await channel.send(key=key, value=value, headers=headers))
    return future


def _origin(message: Any) -> Origin:
    return Origin(
        topics.DOCUMENTS_PARTS.name,
        message.partition,
        message.offset,
        message.key,
        {_text(name): _text(value) for name, value in _pairs(message.headers)},
        int((message.timestamp or 0) * 1000),
    )


def _pairs(headers: Any) -> Any:
    return headers.items() if hasattr(headers, "items") else headers or ()


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
