# SPDX-License-Identifier: Apache-2.0
"""The loop of sweep: what it shows, for whom it waits, and when it is dead."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ream_kit import Retry
from ream_kit.guard import Guard
from ream_kit.kafka import KafkaSettings
from ream_kit.metrics import Metrics
from ream_kit.runner import MISCONFIGURED
from ream_kit.settings import SettingsError, load
from ream_kit.testing import FakeClock, memory_store
from ream_sweep import running
from ream_sweep.running import Connecting, Loop
from ream_sweep.service import FOLLOWED, Sweep, ToldToEnd
from ream_sweep.settings import SweepSettings


class Turns:
    """A sweep that ends the loop after some turns, and finds somebody away in some of them."""

    resent, expired = 2, 1

    def __init__(self, *away: Retry | None) -> None:
        self.away = list(away)
        self.loop: Loop | None = None
        self.seen: list[tuple[str | None, float]] = []
        self.looked_at: list[float] = []
        self.tail = SimpleNamespace(positions=lambda: {FOLLOWED[0]: {0: 7, 1: 5}})
        self.observer = SimpleNamespace(ends=lambda names: {FOLLOWED[0]: {0: 10, 1: 5}})
        self.clock = FakeClock()
        waiting_since = self.clock.now().timestamp() - 90
        self.ledger = SimpleNamespace(
            totals=lambda: {"complete": 3, "outstanding": 4}, oldest_owed=lambda: waiting_since
        )

    def look(self, seconds: float) -> None:
        assert self.loop is not None
        self.looked_at.append(self.loop.clock.monotonic())
        self.seen.append((self.loop.not_ready(), self.loop.metrics.value("ream_waiting_records", "store")))
        if not self.away:
            self.loop.over.set()

    def to_read(self) -> int:
        return 0

    def status(self) -> dict[str, Any]:
        return {}

    def act(self) -> None:
        if self.away and (away := self.away.pop(0)) is not None:
            raise away


class Pauses:
    """Lets the loop's pauses pass, and the servers that a test names come back at some second."""

    def __init__(self, **back_at: float) -> None:
        self.clock, self.metrics = FakeClock(), Metrics()
        self.back_at = back_at
        self.guards = {server: self._silent(server) for server in ("kafka", "store")}
        self.said: list[dict[str, Any]] = []
        self.loop: Loop | None = None

    def _silent(self, server: str) -> Guard:
        never = threading.Event()
        return Guard(server, lambda: never.wait(60), clock=self.clock, metrics=self.metrics)

    def __call__(self, seconds: float) -> None:
        assert self.loop is not None
        self.said += self.loop.status()["waiting"]
        self.clock.advance(seconds)
        assert self.loop.not_alive() is None
        for server, second in self.back_at.items():
            if self.clock.monotonic() >= second:
                self.guards[server].answered()


def looped(turns: Turns, pauses: Pauses | None = None) -> Loop:
    pauses = pauses or Pauses(kafka=0)
    guards = tuple(pauses.guards.values())
    loop = Loop(lambda: cast(Sweep, turns), 0.0, pauses.clock, guards, pauses.metrics)
    turns.loop = pauses.loop = loop
    setattr(loop.over, "wait", pauses)  # noqa: B010 (no pause in a test)
    loop.run()
    return loop


def test_shows_documents_by_outcome_and_how_far_it_has_read() -> None:
    value = looped(Turns(None, None)).metrics.value
    assert (value("ream_documents", "complete"), value("ream_documents", "outstanding")) == (3, 4)
    assert value("ream_lag_records", FOLLOWED[0]) == 3
    assert value("ream_in_flight_records") == 4
    assert value("ream_oldest_record_seconds") == pytest.approx(90)
    assert (value("ream_documents_sent_again_total"), value("ream_documents_expired_total")) == (2, 1)


def test_says_for_whom_it_waits_and_that_it_no_longer_does() -> None:
    turns = Turns(Retry("store", "it is away"), Retry("kafka", "no broker answers"), None)
    loop = looped(turns)
    assert turns.seen == [
        (None, 0),
        ("waiting for store: it is away", 1),
        ("waiting for kafka: no broker answers", 0),
        (None, 0),
    ]
    assert loop.metrics.value("ream_waiting_records", "kafka") == 0
    assert loop.waiting is None


def test_who_is_told_to_end_in_the_middle_of_a_turn_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(None, None)

    def act() -> None:
        assert turns.loop is not None
        turns.loop.over.set()
        assert cast(Sweep, turns).told_to_end()
        raise ToldToEnd

    monkeypatch.setattr(turns, "act", act)
    looped(turns)
    assert len(turns.seen) == 1


def test_who_is_away_is_tried_after_pauses_that_grow_and_begin_anew() -> None:
    away = Retry("store", "it is away")
    turns, pauses = Turns(*[away] * 6, None, away, None), Pauses()
    looped(turns, pauses)
    looks = [turns.looked_at[n + 1] - turns.looked_at[n] for n in range(8)]
    assert looks == [2, 4, 8, 16, 30, 30, 0, 2]
    assert pauses.guards["store"].is_open is False, "the breaker is the store's own to open"


def test_a_server_that_its_breaker_finds_back_is_not_kept_waiting() -> None:
    away = Retry("store", "it is away")
    turns, pauses = Turns(*[away] * 4, None), Pauses(store=20)
    pauses.guards["store"].trip("it is away")
    looped(turns, pauses)
    assert turns.looked_at == [0, 2, 6, 14, 20, 20]


def test_a_broker_that_is_away_is_left_to_its_breaker() -> None:
    turns, pauses = Turns(Retry("kafka", "no broker answers"), None), Pauses(kafka=100)
    loop = looped(turns, pauses)
    assert turns.looked_at == [0, 100, 100], "nothing was asked while the breaker was open"
    assert {(entry["for"], entry["breaker"], entry["since"], entry["records"]) for entry in pauses.said} == {
        ("kafka", "open", "2026-01-01T00:00:00.000Z", 1)
    }
    assert loop.status()["waiting"] == []


def test_it_lives_while_it_turns() -> None:
    clock: Any = FakeClock()
    guards = tuple(Pauses().guards.values())
    loop = Loop(lambda: cast(Sweep, Turns()), 5.0, clock, guards, Metrics())
    clock.advance(31)
    assert loop.not_alive() is None, "a busy broker may take its time to connect"
    loop.sweep = cast(Sweep, Turns())
    assert loop.not_alive() == "the loop has not turned for 31 s"
    loop.turned()
    clock.advance(29)
    assert loop.not_alive() is None


def test_a_try_to_connect_that_fails_leaves_no_client_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker answers where the topics begin, and then no more: each try would keep a consumer and its threads."""
    made: list[str] = []
    open_now: list[object] = []
    answers: list[Retry | None] = [Retry("kafka", "no answer"), Retry("kafka", "no answer"), None]

    class Following(ExitStack):
        def __init__(self, *_: object) -> None:
            super().__init__()
            open_now.append(self)
            self.callback(open_now.remove, self)

    class Half:
        def __init__(self, *_: object) -> None:
            made.append("observer")

        def passed(self, group: str, names: list[str]) -> dict[str, dict[int, int]]:
            return {name: {} for name in names}

        def ends(self, names: list[str]) -> dict[str, dict[int, int]]:
            if (away := answers.pop(0)) is not None:
                raise away
            return {}

    monkeypatch.setattr(running, "Tail", Following)
    monkeypatch.setattr(running, "Observer", Half)
    monkeypatch.setattr(running, "Announcer", lambda *_: made.append("announcer"))
    with ExitStack() as opened:
        broker = KafkaSettings("localhost:1")
        connect = Connecting(SweepSettings(), memory_store(), broker, FakeClock(), opened)
        for _ in range(2):
            with pytest.raises(Retry):
                connect()
            assert not open_now
        assert connect().tail is open_now[0]
        assert made == ["observer", "announcer"]
    assert not open_now


@pytest.fixture
def signals() -> Iterator[None]:
    """What a process does at a signal is put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_a_health_port_that_somebody_has_ends_it_with_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert running.main({"REAM_STORE": str(tmp_path), "REAM_HEALTH_PORT": str(port)}) == MISCONFIGURED
    assert f"REAM_HEALTH_PORT={port}" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INCOMING_DAYS", "-1"), ("INCOMING_DAYS", "0"), ("INCOMING_DAYS", "1e12"), ("FORGET_DAYS", "-1"),
        ("INTERVAL_SECONDS", "-0.1"), ("SUBMITTED_HOURS", "-1"), ("SUBMITTED_HOURS", "1e12"),
    ],
)  # fmt: skip
def test_a_time_with_which_things_would_go_too_soon_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"REAM_SWEEP_{name}="):
        load(SweepSettings, {f"REAM_SWEEP_{name}": value}, "REAM_SWEEP_")
