# SPDX-License-Identifier: Apache-2.0
"""The runner on a real broker: the suite of every bus, then what only the wire can show."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest

from ream_contracts.messages import DocumentIndexed
from ream_kit import kafka
from ream_kit.broker_bus import BrokerBus, wait_until
from ream_kit.bus_contract import IN, IN_ORDER, OUT, PARTS, TOPICS, BusContract, OpenBus, message, numbers
from ream_kit.death_contract import DeathContract
from ream_kit.errors import Retry
from ream_kit.metrics import Metrics
from ream_kit.retention_contract import Forgetful, RetentionContract
from ream_kit.runner import FAILED, OK, RunnerSettings
from ream_kit.stage import stage
from ream_kit.streak_contract import LIMIT, OpenLimited, StreakContract

pytestmark = pytest.mark.servers


class TestBroker(BusContract, DeathContract, RetentionContract, StreakContract):
    @pytest.fixture
    def open_limited(self, kafka_bootstrap: str) -> OpenLimited:
        settings = RunnerSettings(failures_in_row=LIMIT, error_pause_seconds=0.01)
        return lambda *stages: BrokerBus(kafka_bootstrap, TOPICS, *stages, settings=settings)

    @pytest.fixture
    def open_bus(self, kafka_bootstrap: str) -> OpenBus:
        def open_one(*stages: Any) -> Forgetful:
            return BrokerBus(kafka_bootstrap, TOPICS, *stages)

        return open_one


@pytest.fixture
def bus(kafka_bootstrap: str) -> BrokerBus:
    return BrokerBus(kafka_bootstrap, TOPICS)


def document(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:032d}")


def fill(bus: BrokerBus, count: int, topic: Any = IN) -> None:
    for number in range(count):
        bus.put(topic, message(number, document(number)))
    bus.flush()


def test_two_runners_share_the_partitions_and_lose_nothing(bus: BrokerBus) -> None:
    """The second joins while the first works, and leaves again: every id comes out."""

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        return given

    fill(bus, 3000)
    first = bus.start(probe, metrics=Metrics())
    wait_until(lambda: first.runner.report.status()["finished"] > 0)
    second = bus.start(probe, metrics=Metrics())
    wait_until(lambda: len(second.runner.report.status()["assigned"][IN.name]) >= 1, what="handing over a partition")
    wait_until(lambda: len(first.runner.report.status()["assigned"][IN.name]) <= 2)
    fill(bus, 6000)
    wait_until(lambda: second.runner.report.status()["finished"] > 0)
    assert second.stop() == OK
    wait_until(lambda: len(first.runner.report.status()["assigned"][IN.name]) == 3, what="taking partitions back")
    wait_until(lambda: bus.lag(probe) == 0)
    assert first.stop() == OK
    assert set(numbers(bus)) == set(range(6000))
    assert bus.dead_letters == []


def test_work_in_flight_is_handed_over_when_its_partition_goes(bus: BrokerBus) -> None:
    """A record that runs too long for the handover is run by the new owner; the old one's result does not count."""
    release, started = threading.Event(), threading.Semaphore(0)

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> Iterator[DocumentIndexed]:
        started.release()
        release.wait(20)
        yield given

    fill(bus, 30)
    first = bus.start(probe)
    for _ in range(4):
        assert started.acquire(timeout=20)
    second = bus.start(probe)
    wait_until(lambda: len(second.runner.report.status()["assigned"][IN.name]) >= 1)
    release.set()
    wait_until(lambda: bus.lag(probe) == 0)
    assert (first.stop(), second.stop()) == (OK, OK)
    assert set(numbers(bus)) == set(range(30))


@pytest.mark.timeout(90)
@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_work_that_takes_long_causes_no_rebalance(
    bus: BrokerBus, monkeypatch: pytest.MonkeyPatch, protocol: Literal["classic", "consumer"]
) -> None:
    """The loop polls beside the work: with intervals of 6 s a record of 15 s is run once, and nobody is thrown out."""
    config = kafka.consumer_config
    session = {"session.timeout.ms": 6_000} if protocol == "classic" else {}  # of the other the broker decides

    def short(*given: Any) -> dict[str, Any]:
        return {**config(*given), **session, "max.poll.interval.ms": 6_000}

    monkeypatch.setattr(kafka, "consumer_config", short)
    bus.kafka_settings = replace(bus.kafka_settings, group_protocol=protocol)
    begun = []

    @stage("probe", reads=IN_ORDER, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        begun.append(given.passages)
        if given.passages == 0:
            threading.Event().wait(15)
        return given

    fill(bus, 20, IN_ORDER)
    metrics = Metrics()
    running = bus.start(probe, metrics=metrics)
    wait_until(lambda: running.runner.report.status()["finished"] == 20, 60)
    assert running.runner.report.not_alive() is None
    assert [metrics.value("ream_rebalances_total", what) for what in ("assigned", "revoked", "lost")] == [1, 0, 0]
    assert running.stop() == OK
    assert sorted(begun) == list(range(20))


def test_who_is_away_shows_in_status_and_holds_the_record(bus: BrokerBus) -> None:
    away = threading.Event()
    away.set()

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        if given.passages == 1 and away.is_set():
            raise Retry("opensearch", "it does not answer")
        return given

    fill(bus, 3)
    running = bus.start(probe)
    wait_until(lambda: running.runner.report.status()["waiting"] != [])
    (waiting,) = running.runner.report.status()["waiting"]
    assert (waiting["for"], waiting["reason"], waiting["records"]) == ("opensearch", "it does not answer", 1)
    assert "waiting for opensearch" in (running.runner.report.not_ready() or "")
    assert running.runner.report.not_alive() is None
    wait_until(lambda: running.runner.report.status()["finished"] == 2)
    away.clear()
    wait_until(lambda: running.runner.report.status()["finished"] == 3)
    wait_until(lambda: running.runner.report.not_ready() is None)
    assert running.runner.report.status()["waiting"] == []
    assert running.stop() == OK
    assert numbers(bus) == [0, 1, 2]
    assert bus.lag(probe) == 0


def test_an_orderly_end_finishes_what_runs_and_leaves_the_rest(bus: BrokerBus) -> None:
    """What was not begun is not lost: the next process takes it up."""
    release, started = threading.Event(), threading.Event()

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> Iterator[DocumentIndexed]:
        started.set()
        release.wait(20)
        yield given

    fill(bus, 50)
    running = bus.start(probe)
    assert started.wait(20)
    running.runner.stop()
    threading.Timer(0.5, release.set).start()
    assert running.join() == OK
    assert 1 <= len(numbers(bus)) <= 4
    again = bus.start(probe)
    wait_until(lambda: bus.lag(probe) == 0)
    assert again.stop() == OK
    assert set(numbers(bus)) == set(range(50))
    assert len(numbers(bus)) <= 54


def test_an_orderly_end_is_bounded(kafka_bootstrap: str) -> None:
    """A record that does not end does not keep the process; it is run again by the next."""
    release, started = threading.Event(), threading.Event()

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        started.set()
        release.wait(60)
        return given

    bus = BrokerBus(kafka_bootstrap, TOPICS, settings=RunnerSettings(grace_seconds=4))
    fill(bus, 1)
    running = bus.start(probe)
    assert started.wait(20)
    told = time.monotonic()
    assert running.stop() == OK
    assert time.monotonic() - told < 4 + 1
    assert bus.lag(probe) == 1
    release.set()


def test_everything_failing_ends_the_process_instead_of_draining_the_topic(kafka_bootstrap: str) -> None:
    @stage("broken", reads=IN)
    def broken(given: DocumentIndexed) -> None:
        raise KeyError("a defect")

    bus = BrokerBus(kafka_bootstrap, TOPICS, settings=RunnerSettings(failures_in_row=5, error_pause_seconds=0.01))
    fill(bus, 200)
    running = bus.start(broken)
    assert running.join() == FAILED
    assert "all failed by its own fault" in (running.runner.report.not_ready() or "")
    assert len(bus.dead_letters) < 10
    assert bus.lag(broken) >= 190


def test_in_flight_is_bounded_and_reading_goes_on_when_there_is_room(kafka_bootstrap: str) -> None:
    """A stuck record pauses its partition at the bound; the others go on."""
    release = threading.Event()
    stuck = document(0)

    @stage("probe", reads=IN_ORDER, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        if given.document_id == stuck and given.passages == 0:
            release.wait(30)
        return given

    settings = RunnerSettings(in_flight_records=40, read_ahead_records=50, workers=2)
    bus = BrokerBus(kafka_bootstrap, TOPICS, settings=settings)
    fill(bus, 600, IN_ORDER)
    running = bus.start(probe)
    status = running.runner.report.status
    wait_until(lambda: 0 < status()["lag"].get(IN_ORDER.name, 0) < 400 and status()["in_flight"] <= 1, what="the bound")
    assert status()["in_flight"] == 1
    finished = status()["finished"]
    assert 200 < finished < 600
    release.set()
    wait_until(lambda: bus.lag(probe) == 0)
    assert running.stop() == OK
    assert set(numbers(bus)) == set(range(600))


def test_it_is_noticed_that_everything_unread_was_deleted(kafka_bootstrap: str) -> None:
    """Nothing comes that could show it."""

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        return given

    bus = BrokerBus(kafka_bootstrap, TOPICS, probe)
    for number in range(7):
        bus.put(IN, message(number))
        if number == 2:
            bus.run()
    bus.delete_before(IN, 7)
    running = bus.start(probe, bus.metrics)
    wait_until(lambda: bus.metrics.value("ream_records_deleted_unread_total", IN.name) == 4, what="noticing")
    (entry,) = running.runner.report.status()["deleted_unread"]
    assert (entry["topic"], entry["records"], entry["first"], entry["last"]) == (IN.name, 4, 3, 6)
    bus.put(IN, message(7))
    bus.flush()
    wait_until(lambda: 7 in numbers(bus))
    assert running.stop() == OK
    assert bus.metrics.value("ream_records_deleted_unread_total", IN.name) == 4


def test_waits_for_topics_that_are_not_there(kafka_bootstrap: str) -> None:
    @stage("probe", reads=IN, writes=(OUT, PARTS))
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        return given

    bus = BrokerBus(kafka_bootstrap, (IN, OUT))
    running = bus.start(probe)
    wait_until(lambda: "kit.parts" in (running.runner.report.not_ready() or ""))
    assert running.runner.report.not_alive() is None
    assert running.stop() == OK
