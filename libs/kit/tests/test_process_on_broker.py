# SPDX-License-Identifier: Apache-2.0
"""A stage as a process of its own: killed it loses nothing, told to end it ends, asked it answers."""

from __future__ import annotations

import json
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_contracts.messages import DocumentIndexed
from ream_kit.broker_bus import BrokerBus, wait_until
from ream_kit.broker_processes import Services
from ream_kit.bus_contract import IN, OUT, TOPICS, message, numbers
from ream_kit.runner import MISCONFIGURED, OK
from ream_kit.stage import stage

pytestmark = pytest.mark.servers

SERVICE = """
from contextlib import contextmanager
import multiprocessing
import threading
from ream_contracts.messages import DocumentIndexed
from ream_kit import stage
from ream_kit.broker_processes import Services
from ream_kit.bus_contract import IN, OUT
from ream_kit.runner import run

@contextmanager
def forked():
    process = multiprocessing.get_context("fork").Process(target=threading.Event().wait, args=(0.01,))
    process.start()
    process.join()
    yield process.exitcode

@stage("probe", reads=IN, writes=OUT, needs={"forked": forked})
def probe(given: DocumentIndexed, forked):
    threading.Event().wait(0.002)
    yield given

raise SystemExit(run(probe))
"""


@pytest.fixture
def bus(kafka_bootstrap: str) -> BrokerBus:
    return BrokerBus(kafka_bootstrap, TOPICS)


@pytest.fixture
def services(bus: BrokerBus, tmp_path: Path) -> Iterator[Services]:
    with Services(bus, tmp_path, SERVICE) as opened:
        yield opened


def fill(bus: BrokerBus, first: int, count: int) -> None:
    for number in range(first, first + count):
        bus.put(IN, message(number, "".join("abcdefghij"[int(digit)] for digit in f"{number:032d}")))
    bus.flush()


@stage("probe", reads=IN, writes=OUT)
def probe(given: DocumentIndexed) -> None:
    """Stands for the stage of the processes where its lag is asked for."""


@pytest.mark.timeout(120)
def test_killed_in_the_middle_it_loses_nothing(bus: BrokerBus, services: Services) -> None:
    """Every id comes out, some twice; nothing is committed that was not sent."""
    fill(bus, 0, 4000)
    first = services.start()
    wait_until(lambda: bus.lag(probe) < 3500, what="the first commits")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert bus.lag(probe) > 0, "it was killed in the middle"
    second = services.start()
    wait_until(lambda: bus.lag(probe) == 0, 90, "the end of the topic")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == OK
    assert set(numbers(bus)) == set(range(4000))
    assert bus.dead_letters == []


def test_told_to_end_it_commits_and_leaves_at_once(bus: BrokerBus, services: Services) -> None:
    """The partitions are free for the next: no waiting for a session to run out, nothing run twice."""
    fill(bus, 0, 300)
    first = services.start()
    wait_until(lambda: bus.lag(probe) == 0)
    began = time.monotonic()
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == OK
    assert time.monotonic() - began < 5
    fill(bus, 300, 10)
    second = services.start()
    wait_until(lambda: bus.lag(probe) == 0, 8, "taking over")
    second.send_signal(signal.SIGINT)
    assert second.wait(10) == OK
    assert numbers(bus) == list(range(310))


def test_answers_about_itself(bus: BrokerBus, services: Services, free_port: int) -> None:
    fill(bus, 0, 5)
    services.start(REAM_HEALTH_PORT=str(free_port))

    def page(name: str) -> bytes:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/{name}", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return b""

    wait_until(lambda: page("readyz") == b"ok\n")
    wait_until(lambda: json.loads(page("status"))["finished"] == 5)
    assert page("livez") == b"ok\n"
    assert b'ream_records_finished_total{outcome="done"} 5.0' in page("metrics")
    status = json.loads(page("status"))
    assert (status["stage"], status["assigned"], status["workers"]) == ("probe", {IN.name: [0, 1, 2]}, 4)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def test_says_which_setting_is_wrong(services: Services, tmp_path: Path) -> None:
    process = services.start(REAM_WORKERS="many")
    assert process.wait(20) == MISCONFIGURED
    assert "REAM_WORKERS='many' is not a whole number" in (tmp_path / "0.log").read_text()
