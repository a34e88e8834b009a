# SPDX-License-Identifier: Apache-2.0
"""A server that is away is left alone by everybody but the probe, and everybody goes on when it is back."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_kit import log
from ream_kit.breaker import THRESHOLD
from ream_kit.broker_bus import wait_until
from ream_kit.errors import Retry
from ream_kit.guard import Guard
from ream_kit.metrics import Metrics
from ream_kit.store import Store
from ream_kit.store_blobs import NotFound
from ream_kit.store_disk import DiskBlobs
from ream_kit.store_guard import GuardedBlobs


class Server:
    """Answers, or does not; counts who asks."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0
        self.probed = 0

    def ask(self) -> str:
        self.asked += 1
        if self.away:
            raise Retry("store", "it does not answer")
        return "answer"

    def probe(self) -> None:
        self.probed += 1
        if self.away:
            raise Retry("store", f"it does not answer probe {self.probed}")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def guard(server: Server, metrics: Metrics) -> Iterator[Guard]:
    made = Guard("store", server.probe, metrics=metrics, hurry=0.02)
    yield made
    made.close()


def call(guard: Guard, server: Server) -> str:
    with guard.calling():
        return server.ask()


def fail(guard: Guard, server: Server) -> None:
    server.away = True
    for _ in range(THRESHOLD):
        with pytest.raises(Retry):
            call(guard, server)


def test_everybody_asks_while_it_answers(guard: Guard, server: Server, metrics: Metrics) -> None:
    assert [call(guard, server) for _ in range(5)] == ["answer"] * 5
    found = guard.condition()
    assert (found.breaker, found.since, found.reason) == ("closed", None, "")
    assert metrics.value("ream_breaker_state", "store") == 0


def test_nobody_but_the_probe_asks_while_it_is_away(guard: Guard, server: Server, metrics: Metrics) -> None:
    fail(guard, server)
    asked = server.asked
    for _ in range(100):
        with pytest.raises(Retry, match="it does not answer") as caught:
            call(guard, server)
        assert caught.value.waiting_for == "store"
    assert server.asked == asked
    wait_until(lambda: server.probed >= 3, what="a third probe")
    assert "it does not answer probe" in guard.condition().reason
    assert guard.condition().since is not None
    assert metrics.value("ream_breaker_state", "store") in (1, 2)
    assert metrics.value("ream_breaker_openings_total", "store") == 1


def test_all_hear_that_it_is_back(guard: Guard, server: Server, metrics: Metrics) -> None:
    back = threading.Event()
    guard.when_back(back.set)
    fail(guard, server)
    assert not back.is_set()
    server.away = False
    assert back.wait(5)
    assert call(guard, server) == "answer"
    assert (metrics.value("ream_breaker_state", "store"), guard.condition().since) == (0, None)


def test_a_probe_with_a_defect_is_a_probe_that_failed(metrics: Metrics) -> None:
    def broken() -> None:
        raise KeyError("nobody foresaw it")

    guard = Guard("store", broken, metrics=metrics, hurry=0.02)
    guard.trip("it is away")
    wait_until(lambda: "the probe of store failed (KeyError" in guard.condition().reason, what="a failed probe")
    assert guard.is_open
    guard.close()


def test_other_errors_are_answers(guard: Guard) -> None:
    for _ in range(2 * THRESHOLD):
        with pytest.raises(ValueError, match="wrong"), guard.calling():
            raise ValueError("wrong")
        with pytest.raises(Retry), guard.calling():
            raise Retry("opensearch", "another server")
    assert not guard.is_open


@pytest.mark.slow
def test_who_opened_twice_is_probed_by_one_thread(server: Server, metrics: Metrics) -> None:
    guard = Guard("opened-twice", server.probe, metrics=metrics, hurry=0.02)
    server.away = True
    for _ in range(10):
        guard.trip("it is away")
        guard.answered()
    guard.trip("it is away")
    wait_until(lambda: server.probed >= 2, what="two probes")
    probing = [thread for thread in threading.enumerate() if thread.name == "probe-opened-twice"]
    wait_until(lambda: sum(thread.is_alive() for thread in probing) == 1, what="one thread that probes")
    guard.close()


def test_the_log_hears_when_it_goes_and_when_it_is_back(guard: Guard, server: Server) -> None:
    lines = io.StringIO()
    log.configure(stream=lines)
    try:
        fail(guard, server)
        server.away = False
        wait_until(lambda: "server_back" in lines.getvalue(), what="a line")
    finally:
        log.configure()
    assert lines.getvalue().count("server_away server=store") == 1
    assert lines.getvalue().count("server_back server=store since=20") == 1


@pytest.fixture
def blobs(tmp_path: Path, metrics: Metrics) -> Iterator[GuardedBlobs]:
    made = GuardedBlobs(DiskBlobs(tmp_path / "store"), metrics=metrics, hurry=0.02)
    yield made
    made.guard.close()


def test_a_store_that_was_unmounted_is_found_again(blobs: GuardedBlobs, tmp_path: Path) -> None:
    store = Store(blobs, guard=blobs.guard)
    store.put("a/b", b"bytes")
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    for _ in range(THRESHOLD):
        with pytest.raises(Retry, match="mount it"):
            store.get("a/b")
    assert blobs.guard.is_open
    for ask in (lambda: store.get("a/b"), lambda: store.put("a/c", b""), lambda: list(store.names(""))):
        with pytest.raises(Retry, match="mount it"):
            ask()
    (tmp_path / "elsewhere").rename(tmp_path / "store")
    wait_until(lambda: not blobs.guard.is_open, what="the store's return")
    assert store.get("a/b") == b"bytes"
    assert list(store.names("")) == ["a/b"]


def test_absent_objects_are_answers(blobs: GuardedBlobs) -> None:
    for _ in range(2 * THRESHOLD):
        with pytest.raises(NotFound):
            blobs.size("nothing")
    assert not blobs.guard.is_open


class Full(DiskBlobs):
    """Takes nothing more."""

    full = False
    refused = 0

    def put(self, name: str, data: bytes | Path) -> bool:
        if self.full:
            self.refused += 1
            raise Retry("store", "No space left on device in the store's folder")
        return super().put(name, data)


def test_a_full_disk_that_still_reads_is_not_back(tmp_path: Path, metrics: Metrics) -> None:
    disk = Full(tmp_path / "store")
    blobs = GuardedBlobs(disk, metrics=metrics, hurry=0.02)
    blobs.put("a", b"")
    disk.full = True
    for number in range(THRESHOLD):
        with pytest.raises(Retry, match="No space"):
            blobs.put(f"b{number}", b"")
    wait_until(lambda: disk.refused >= THRESHOLD + 2, what="a second probe")
    assert blobs.guard.is_open
    disk.full = False
    wait_until(lambda: not blobs.guard.is_open, what="room")
    assert list(blobs.names("")) == ["a"]
    assert [path for path in (tmp_path / "store" / ".probes").rglob("*") if path.is_file()] == []
    blobs.guard.close()


def test_who_may_only_read_is_not_asked_to_write(tmp_path: Path, metrics: Metrics) -> None:
    disk = Full(tmp_path / "store")
    disk.full = True
    blobs = GuardedBlobs(disk, metrics=metrics, hurry=0.02)
    blobs.guard.trip("a read failed")
    wait_until(lambda: not blobs.guard.is_open, what="the store's return")
    blobs.guard.close()
