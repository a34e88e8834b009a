# SPDX-License-Identifier: Apache-2.0
"""What lay in the buffer of a worker that stood still is not sent when it wakes."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ream_aggregate import fenced
from ream_aggregate.app import Place, make_app
from ream_aggregate.begun import Begun
from ream_aggregate.fenced import FencedProducer, fence
from ream_aggregate.settings import Settings, names
from ream_kit.process import BrokerSettings


class Client:
    """Sends to nobody; whoever asks whether it is ready may be stopped meanwhile."""

    def __init__(self, on_ready: Any = lambda: None) -> None:
        self.sent: list[tuple[int, str]] = []
        self._on_ready = on_ready

    async def ready(self, node_id: int, *, group: Any) -> bool:
        await asyncio.sleep(0)
        self._on_ready()
        return True

    async def send(self, node_id: int, request: str, *, group: Any) -> str:
        self.sent.append((node_id, request))
        return "answer"


class Ended(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def ends(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []

    def end(reason: str, **about: Any) -> None:
        told.append({"reason": reason, **about})
        raise Ended

    monkeypatch.setattr(fenced, "end_process", end)
    return told


def test_a_worker_that_runs_sends_and_gets_its_answer() -> None:
    client = Client()
    fence(client, lambda: False)
    assert asyncio.run(client.send(7, "request")) == "answer"  # type: ignore[call-arg]
    assert client.sent == [(7, "request")]


def test_a_worker_that_stood_still_ends_and_sends_nothing(ends: list[dict[str, Any]]) -> None:
    client = Client()
    fence(client, lambda: True)
    with pytest.raises(Ended):
        asyncio.run(client.send(7, "request"))  # type: ignore[call-arg]
    assert client.sent == []
    assert ends == [{"reason": "frozen", "request": "str"}]


def test_one_that_is_stopped_while_it_waits_for_the_connection_sends_nothing() -> None:
    still: list[bool] = []
    client = Client(on_ready=lambda: still.append(True))
    fence(client, lambda: bool(still))
    with pytest.raises(Ended):
        asyncio.run(client.send(7, "request"))  # type: ignore[call-arg]
    assert client.sent == []


def test_the_app_sends_through_the_fence(
    tmp_path: Path, ends: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The producer of the app is the fenced one, and asks the app."""
    client = Client()
    monkeypatch.setattr(fenced.Producer, "_new_producer", lambda *_: SimpleNamespace(client=client))
    app = make_app(Place("127.0.0.1:1", names(BrokerSettings()), 12, tmp_path, tmp_path), Settings(store="memory"))
    app.frozen = lambda: True
    app.begun = Begun()
    app.begun.begin(3, 7)

    async def send() -> None:
        producer = app.transport.create_producer()
        assert isinstance(producer, FencedProducer)
        await producer._new_producer().client.send(7, "request")

    with pytest.raises(Ended):
        asyncio.run(send())
    assert (client.sent, ends) == ([], [{"reason": "frozen", "request": "str"}])
    assert app.begun.left() is None, "the record that was worked on is not suspected of it"
