# SPDX-License-Identifier: Apache-2.0
"""What a worker answers when it is asked how it is."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection

import pytest

from ream_aggregate.presence import Presence
from ream_aggregate.watch import Partition, Sight
from ream_kit.guard import Guard
from ream_kit.health import Health
from ream_kit.metrics import Metrics
from ream_kit.testing import FakeClock


@dataclass
class Overseer:
    """Sees what a test says."""

    still: float = 0.0
    sight: Sight = field(default_factory=lambda: Sight({3: Partition(5, 9, False)}, False, 0, in_flight=7))
    looked_at: float = field(default_factory=time.monotonic)

    def still_for(self, now: float) -> float:
        return self.still


def presence(overseer: Overseer | None = None) -> Presence:
    return Presence("1", 60.0, FakeClock(), Metrics(), overseer)


def test_a_worker_that_starts_is_alive_and_not_ready() -> None:
    starting = presence()
    assert starting.not_alive() is None
    assert starting.not_ready() == "it is starting"


def test_a_worker_that_hangs_before_it_runs_is_not_alive_unless_it_waits_for_somebody() -> None:
    starting = presence()
    clock = starting.clock
    assert isinstance(clock, FakeClock)
    clock.advance(119)
    assert starting.not_alive() is None
    clock.advance(2)
    assert starting.not_alive() == "it has been starting for 121 s"
    with starting.waiting("kafka", "no broker answers"):
        assert starting.not_alive() is None


def test_whom_it_waits_for_is_said_with_the_time_of_the_first_try() -> None:
    waiting = presence()
    clock = waiting.clock
    assert isinstance(clock, FakeClock)
    first = clock.now()
    for _ in range(2):
        with waiting.waiting("kafka", "no broker answers"):
            assert waiting.not_ready() == "waiting for kafka: no broker answers"
            (entry,) = waiting.status()["waiting"]
            assert entry["for"] == "kafka"
    assert waiting.status()["waiting"] == []
    with pytest.raises(OSError, match="away"), waiting.waiting("store", "its disk is away"):
        raise OSError("away")
    (entry,) = waiting.status()["waiting"]
    assert entry["since"].startswith(first.isoformat(timespec="seconds")[:19])


def test_a_lag_that_nothing_is_committed_of_is_not_alive() -> None:
    assert presence(Overseer()).not_alive() is None
    assert presence(Overseer(still=59)).not_alive() is None
    assert presence(Overseer(still=61)).not_alive() == "nothing was committed for 61 s"


def test_a_loop_that_does_not_turn_is_not_alive() -> None:
    stuck = presence(Overseer(looked_at=time.monotonic() - 31))
    assert stuck.not_alive() == "the loop has not turned for 31 s"


def test_a_worker_that_reads_its_table_is_not_ready() -> None:
    assert presence(Overseer()).not_ready() is None
    assert presence(Overseer(sight=Sight({}, True, 9))).not_ready() == "it reads its table"


def test_status_speaks_as_the_other_stages_do() -> None:
    seen = presence(Overseer())
    seen.metrics.count("ream_records_finished_total", "done", 7)
    seen.metrics.count("ream_records_finished_total", "rejected", 2)
    seen.metrics.count("ream_dead_letters_total", "no-entry", 2)
    status = seen.status()
    assert (status["stage"], status["finished"], status["dead_letters"]) == ("aggregate", 9, 2)
    assert status["assigned"] == {"documents.parts": [3]}
    assert status["lag"] == {"documents.parts": 4}
    assert status["in_flight"] == 7


def test_breakers_say_who_is_away_though_no_record_waits() -> None:
    seen = presence(Overseer())
    guards = [Guard(name, lambda: threading.Event().wait(60), clock=seen.clock) for name in ("kafka", "store")]
    seen.guards = tuple(guards)
    assert (seen.not_ready(), seen.status()["waiting"]) == (None, [])
    guards[0].trip("no broker answers at here:1")
    assert seen.not_ready() == "waiting for kafka: no broker answers at here:1"
    (entry,) = seen.status()["waiting"]
    assert (entry["for"], entry["since"], entry["breaker"]) == ("kafka", "2026-01-01T00:00:00.000Z", "open")
    guards[1].trip("its disk is away")
    with seen.waiting("store", "its disk is away"):
        held = {entry["for"]: (entry["records"], entry["breaker"]) for entry in seen.status()["waiting"]}
    assert held == {"kafka": (0, "open"), "store": (1, "open")}


def test_the_health_port_answers() -> None:
    with Health(presence(Overseer(still=100)), 0) as health:
        asked = HTTPConnection("127.0.0.1", health.port, timeout=5)
        asked.request("GET", "/status")
        assert json.load(asked.getresponse())["stage"] == "aggregate"
        asked.request("GET", "/livez")
        assert asked.getresponse().status == 503
        asked.close()
