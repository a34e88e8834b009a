# SPDX-License-Identifier: Apache-2.0
"""A record that ends its process is given up after the third death, and nothing else is: real processes die here."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ream_contracts.messages import DocumentIndexed
from ream_contracts.topic import Topic
from ream_kit.broker_bus import BrokerBus, wait_until
from ream_kit.broker_processes import Services
from ream_kit.bus_contract import IN, IN_ORDER, PARTS, TOPICS, message, numbers
from ream_kit.commit_check import check_folder
from ream_kit.runner import OK
from ream_kit.stage import AnyStage, stage

pytestmark = pytest.mark.servers

POISON = 17
SERVICE = """
import os
import signal
import threading
from pathlib import Path
from ream_kit import stage
from ream_kit.bus_contract import {topic}, OUT, PARTS, failed_part
from ream_kit.runner import run

done = Path(os.environ["PROBE_FOLDER"])

def one(given):
    if given.passages == {poison}:
        {death}
    with (done / str(os.getpid())).open("a") as log:
        log.write(f"{{given.document_id}} {{given.passages}}\\n")
    return given

@stage("probe", reads={topic}, writes=(OUT, PARTS), give_up=failed_part, batch={batch})
def probe(given):
    if {batch} is None:
        return one(given)
    return [(one(item),) for item in given]

raise SystemExit(run(probe))
"""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture
def bus(kafka_bootstrap: str) -> BrokerBus:
    return BrokerBus(kafka_bootstrap, TOPICS)


def reader(topic: Topic[Any]) -> AnyStage:
    """Stands for the stage of the processes where its lag is asked for."""

    @stage("probe", reads=topic)
    def probe(given: DocumentIndexed) -> None: ...

    return probe


def documents() -> Sequence[str]:
    return [letter * 32 for letter in "abcdefg"]


def fill(bus: BrokerBus, topic: Topic[Any], count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        bus.put(topic, message(number, documents()[number % 7]))
    bus.flush()


def program(topic: str, death: str, poison: int = POISON, batch: int | None = None) -> str:
    return SERVICE.format(topic=topic, death=death, poison=poison, batch=batch)


DYING: dict[str, tuple[Topic[Any], int | None, str]] = {
    "unordered": (IN, None, KILL),
    "ordered": (IN_ORDER, None, "os._exit(7)"),
    "batch": (IN_ORDER, 5, KILL),
}


@dataclass
class Ended:
    """What processes left that one record ended."""

    bus: BrokerBus
    folder: Path
    deaths: int
    logs: str


@pytest.fixture(scope="module")
def ended(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Ended]]]:
    """All of them at once, on topics of their own: after each death the broker waits ten seconds for the dead."""
    with ThreadPoolExecutor(len(DYING)) as pool:
        yield {
            case: pool.submit(died, BrokerBus(kafka_bootstrap, TOPICS), tmp_path_factory.mktemp(case), *DYING[case])
            for case in DYING
        }


def died(bus: BrokerBus, folder: Path, topic: Topic[Any], batch: int | None, death: str) -> Ended:
    fill(bus, topic, 60)
    source = program({IN.name: "IN", IN_ORDER.name: "IN_ORDER"}[topic.name], death, batch=batch)
    probe = reader(topic)
    with Services(bus, folder, source) as services:
        environment = {"PROBE_FOLDER": str(folder / "done"), "REAM_COMMIT_LOG": str(folder / "commits")}
        (folder / "done").mkdir()
        deaths = services.keep_running(lambda: bus.lag(probe) == 0, 200, **environment)
        fill(bus, topic, 20, first=60)
        wait_until(lambda: bus.lag(probe) == 0, 30, "going on as before")
    return Ended(bus, folder, deaths, services.logs())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", DYING)
def test_what_ends_its_process_is_given_up_after_the_third_death(case: str, ended: dict[str, Future[Ended]]) -> None:
    """Its neighbours are all done, in order where that is asked for; none of them is given up."""
    left = ended[case].result()
    assert left.deaths == 3
    assert set(numbers(left.bus)) == set(range(80)) - {POISON}
    assert [(part.cause, part.attempts) for part in left.bus.sent(PARTS)] == [("service-died", 3)]
    assert [(letter.cause, letter.attempts) for letter in left.bus.dead_letters] == [("service-died", 3)]
    proof = check_folder(left.folder / "commits", from_beginning=True)
    assert (proof.findings, proof.finished, proof.processes) == ([], 80, 4)
    assert "one at a time" in left.logs
    if DYING[case][0] is IN_ORDER:
        for log in (left.folder / "done").iterdir():
            done: dict[str, list[int]] = {}
            for line in log.read_text().splitlines():
                document, number = line.split()
                done.setdefault(document, []).append(int(number))
            assert all(numbers == sorted(set(numbers)) for numbers in done.values())


@pytest.mark.timeout(120)
def test_a_kill_from_outside_loses_nothing_and_repeats_only_what_was_not_finished(
    bus: BrokerBus, tmp_path: Path
) -> None:
    """One record hangs, so nothing behind it can be committed but in the metadata: the rest is not run again."""
    fill(bus, IN_ORDER, 200)
    probe, done = reader(IN_ORDER), tmp_path / "done"
    done.mkdir()
    source = program("IN_ORDER", "threading.Event().wait(600 if os.environ['PROBE_HANGS'] else 0)", poison=0)
    with Services(bus, tmp_path, source) as services:
        environment = {"PROBE_FOLDER": str(done), "REAM_COMMIT_LOG": str(tmp_path / "commits")}
        first = services.start(PROBE_HANGS="yes", **environment)
        waiting = len(range(0, 200, 7))  # all of the document whose first record hangs
        wait_until(lambda: len(lines(done)) == 200 - waiting, what="everything but that document")
        wait_until(lambda: bus.finished(probe) == 200 - waiting, what="a commit that says so")
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = services.start(PROBE_HANGS="", **environment)
        wait_until(lambda: bus.lag(probe) == 0, 60)
        second.send_signal(signal.SIGTERM)
        assert second.wait(30) == OK
    times = Counter(lines(done))
    assert len(times) == 200
    assert set(times.values()) == {1}, "nothing that was finished ran again"
    assert set(numbers(bus)) == set(range(200))
    assert bus.dead_letters == []
    proof = check_folder(tmp_path / "commits", from_beginning=True)
    assert (proof.findings, proof.finished, proof.repeated) == ([], 200, 0)


def lines(folder: Path) -> list[str]:
    return [line for log in folder.iterdir() for line in log.read_text().splitlines()]
