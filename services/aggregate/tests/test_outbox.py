# SPDX-License-Identifier: Apache-2.0
"""How completions and dead letters look on the wire."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ream_aggregate import outbox
from ream_aggregate.decide import superseded
from ream_aggregate.fanin import Refused
from ream_aggregate.outbox import Outbox
from ream_aggregate.presence import Presence
from ream_aggregate.state import State
from ream_contracts import codec
from ream_contracts.messages import DeadLetter, DocumentCompleted
from ream_kit import dead_letters
from ream_kit.errors import Retry
from ream_kit.metrics import Metrics
from ream_kit.testing import FakeClock, memory_store

DOCUMENT = "a" * 32


class Channel:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes | None, bytes, dict[str, bytes]]] = []

    async def send(self, *, key: bytes | None, value: bytes, headers: Any) -> Any:
        self.sent.append((key, value, dict(headers)))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


def _message(key: bytes | None, value: bytes | None) -> Any:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = [("traceparent", trace.encode()), ("odd", None)]
    return SimpleNamespace(partition=3, offset=7, key=key, value=value, headers=headers, timestamp=1.5)


def _outbox(store: Any = None) -> tuple[Outbox, Channel, Channel]:
    completed, refused = Channel(), Channel()
    presence = Presence("1", 60, FakeClock(), Metrics())
    return Outbox(completed, refused, store or memory_store(), presence), completed, refused


def test_a_completion_carries_the_trace_and_an_id_that_is_the_same_again() -> None:
    sender, completed, _ = _outbox()
    message = superseded(State(DOCUMENT, 1, 1))
    for _ in range(2):
        asyncio.run(sender.complete(_message(DOCUMENT.encode(), b"{}"), message, 0))
    (key, value, headers), (_, _, again) = completed.sent
    assert key == DOCUMENT.encode()
    assert codec.loads(DocumentCompleted, value) == message
    assert headers["ce_type"] == b"ream.document-completed.v1"
    assert headers["ce_id"] == again["ce_id"] == b"aggregate:documents.parts:3:7:0"
    assert headers["traceparent"].startswith(b"00-0af7651916cd43dd8448eb211c80319c-")


@pytest.mark.parametrize("value", [None, b"{not json", b"\xff" * 600_000])
def test_a_dead_letter_holds_what_is_needed_to_send_the_record_again(value: bytes | None) -> None:
    store = memory_store()
    sender, _, refused = _outbox(store)
    asyncio.run(sender.refuse(_message(DOCUMENT.encode(), value), Refused("malformed", "it is no part")))
    ((key, data, headers),) = refused.sent
    letter = codec.loads(DeadLetter, data)
    assert len(data) < 900_000
    assert key == DOCUMENT.encode()
    assert headers["ce_type"] == b"ream.dead-letter.v1"
    assert (letter.topic, letter.partition, letter.offset) == ("documents.parts", 3, 7)
    assert (letter.stage, letter.cause, letter.document_id) == ("aggregate", "malformed", DOCUMENT)
    assert dead_letters.restore(letter, store) == (DOCUMENT.encode(), value)
    assert letter.detail is not None
    assert store.get(letter.detail) == b"it is no part"


def test_it_waits_while_the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_PAUSES", (0.0,))
    tries = []
    build = dead_letters.build

    def away_twice(*args: Any, **kwargs: Any) -> DeadLetter:
        tries.append(1)
        if len(tries) < 3:
            raise Retry("store", "its disk is not mounted")
        return build(*args, **kwargs)

    monkeypatch.setattr(dead_letters, "build", away_twice)
    sender, _, refused = _outbox()
    asyncio.run(sender.refuse(_message(b"k", b"x"), Refused("malformed", "it is no part")))
    assert (len(tries), len(refused.sent)) == (3, 1)
