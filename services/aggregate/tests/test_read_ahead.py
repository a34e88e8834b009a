# SPDX-License-Identifier: Apache-2.0
"""What is read ahead of the library never comes beside what the library reads."""

import asyncio
import threading
from typing import Any

import pytest
from faust.tables.recovery import Recovery
from faust.types import TP

from ream_aggregate.read_ahead import AheadRecovery
from ream_kit import ranges

ONE = TP("changelog", 1)


class Bare(AheadRecovery):
    """Without an app: only what this class adds."""

    def __init__(self) -> None:
        self._job = None


def test_nobody_seeks_before_the_thread_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a rebalance it may still write one batch: what the library reads then must come after it."""
    order: list[str] = []

    async def seek(*_: Any) -> None:
        order.append("sought")

    async def both() -> None:
        recovery = Bare()

        async def job() -> int:
            await asyncio.sleep(0.05)
            order.append("ended")
            return 0

        recovery._job = asyncio.ensure_future(job())
        await recovery._seek_offsets(None, set(), {}, "active")

    monkeypatch.setattr(Recovery, "_seek_offsets", seek)
    asyncio.run(both())
    assert order == ["ended", "sought"]


def test_an_overtaken_reader_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[threading.Event] = []

    def endless(client: Any, wanted: Any, take: Any, stop: threading.Event, seconds: float) -> int:
        client.close()
        seen.append(stop)
        assert stop.wait(10)
        return 0

    class App:
        bootstrap = "127.0.0.1:9"

        class conf:
            id = "group"

    async def cancelled() -> None:
        recovery = Bare()
        recovery.app, recovery.active_highwaters = App(), {ONE: 10_000}  # type: ignore[assignment]
        ahead = asyncio.ensure_future(recovery._ahead({ONE}, {ONE: -1}))
        while not seen:
            await asyncio.sleep(0.01)
        ahead.cancel()
        await asyncio.wait([ahead])
        await recovery._done()

    monkeypatch.setattr(ranges, "read", endless)
    asyncio.run(cancelled())
    assert seen[0].is_set()
