# SPDX-License-Identifier: Apache-2.0
"""The bus in memory, by the suite that the real broker passes too, and what it alone can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ream_contracts.messages import DocumentIndexed
from ream_kit.bus_contract import IN, OUT, BusContract, OpenBus, failed_part, message, numbers
from ream_kit.death_contract import DeathContract
from ream_kit.errors import Reject, Retry
from ream_kit.execution import Rules
from ream_kit.local_bus import PATIENCE, ProcessDied
from ream_kit.retention_contract import Forgetful, RetentionContract
from ream_kit.stage import stage
from ream_kit.streak_contract import LIMIT, OpenLimited, StreakContract, document
from ream_kit.testing import FakeClock, LocalBus, StageStopped


class TestLocalBus(BusContract, DeathContract, RetentionContract, StreakContract):
    @pytest.fixture
    def open_limited(self) -> OpenLimited:
        return lambda *stages: LocalBus(*stages, rules=Rules(failures_in_row=LIMIT))

    @pytest.fixture
    def open_bus(self) -> Iterator[OpenBus]:
        opened: list[LocalBus] = []

        def open_one(*stages: Any) -> Forgetful:
            opened.append(LocalBus(*stages))
            return opened[-1]

        yield open_one
        for bus in opened:
            bus.close()


def test_a_stage_that_dies_of_every_document_stops() -> None:
    """Three deaths a document, and a dead letter: whatever starts it again would drain the topic, only slower."""

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        raise ProcessDied

    with LocalBus(probe, rules=Rules(failures_in_row=LIMIT)) as bus:
        for number in range(3 * LIMIT):
            bus.put(IN, message(number, document(number)))
        for _ in range(3):
            assert "died of it each time" in bus.run_until_stopped()
        assert len(bus.dead_letters) < LIMIT
        assert {letter.cause for letter in bus.dead_letters} == {"service-died"}


def test_leaves_what_waits_for_the_next_run() -> None:
    away = [True]

    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        if away[0] and given.passages == 1:
            raise Retry("store", "it is away")
        return given

    clock = FakeClock()
    with LocalBus(probe, clock=clock) as bus:
        bus.put(IN, message(1))
        bus.put(IN, message(2))
        bus.run()
        assert numbers(bus) == [2]
        assert [(waits.waiting_for, waits.reason, waits.stage) for waits in bus.waiting] == [
            ("store", "it is away", "probe")
        ]
        assert clock.monotonic() == pytest.approx(0.2 + 0.4 + 0.8)
        assert PATIENCE == 3
        away[0] = False
        bus.run()
        assert numbers(bus) == [1, 2]
        assert bus.waiting == []


def test_opens_what_a_stage_needs_once_and_closes_it() -> None:
    events: list[str] = []

    @contextmanager
    def engine() -> Iterator[str]:
        events.append("open")
        yield "the engine"
        events.append("close")

    @stage("probe", reads=IN, needs={"engine": engine})
    def probe(given: DocumentIndexed, engine: str) -> None:
        events.append(engine)

    with LocalBus(probe) as bus:
        bus.put(IN, message(1))
        bus.run()
        bus.put(IN, message(2))
        bus.run()
    assert events == ["open", "the engine", "the engine", "close"]

    with LocalBus(probe, needs={"engine": "another"}) as bus:
        bus.put(IN, message(1))
        bus.run()
    assert events[4:] == ["another"]


def test_stops_where_the_runner_would_end_the_process() -> None:
    @stage("broken", reads=IN)
    def broken(given: DocumentIndexed) -> None:
        raise KeyError("a defect")

    bus = LocalBus(broken, rules=Rules(failures_in_row=3))
    for number in range(5):
        bus.put(IN, message(number, document(number)))
    with pytest.raises(StageStopped, match="the last 3 documents of broken all failed by its own fault"):
        bus.run()
    assert len(bus.dead_letters) < 3


def test_a_success_in_between_starts_the_count_of_failures_anew() -> None:
    @stage("flaky", reads=IN, give_up=lambda given, cause, attempts: failed_part(given, cause, attempts))
    def flaky(given: DocumentIndexed) -> None:
        if given.passages % 3:
            raise KeyError("a defect")

    bus = LocalBus(flaky, rules=Rules(failures_in_row=3))
    for number in range(12):
        bus.put(IN, message(number))
    bus.run()
    assert len(bus.dead_letters) == 8


def test_counts_what_happened() -> None:
    @stage("probe", reads=IN, writes=OUT)
    def probe(given: DocumentIndexed) -> DocumentIndexed:
        if given.passages == 1:
            raise Reject("damaged", "it is")
        return given

    bus = LocalBus(probe)
    for number in range(3):
        bus.put(IN, message(number))
    bus.run()
    assert bus.metrics.value("ream_records_finished_total", "done") == 2
    assert bus.metrics.value("ream_records_finished_total", "rejected") == 1
    assert bus.metrics.value("ream_dead_letters_total", "damaged") == 1
    assert bus.metrics.value("ream_messages_sent_total", OUT.name) == 2
