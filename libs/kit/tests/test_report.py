# SPDX-License-Identifier: Apache-2.0
"""What a running stage says of itself."""

from __future__ import annotations

import io
import threading
import typing
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ream_contracts.topic import Topic
from ream_kit import log
from ream_kit.attempts import Again
from ream_kit.bus_contract import IN
from ream_kit.flight import Flight, Partition, Task
from ream_kit.guard import Guard
from ream_kit.intake import Intake
from ream_kit.metrics import Metrics
from ream_kit.records import Origin, Record
from ream_kit.report import Report
from ream_kit.stage import stage
from ream_kit.testing import FakeClock
from ream_kit.unread import DeletedUnread


class FakeIntake:
    """Two partitions, one record behind."""

    joined = False

    def __init__(self, clock: FakeClock, metrics: Metrics) -> None:
        self.deleted = DeletedUnread(clock, metrics)

    def assigned(self) -> dict[str, list[int]]:
        return {IN.name: [0, 1]}

    def lag(self) -> dict[str, int]:
        return {IN.name: 1}


class Cell:
    """Something that a stage needs, and that is confined."""

    def confinement(self) -> tuple[str, ...]:
        return ("landlock-7", "seccomp")

    def complaints(self) -> tuple[str, ...]:
        return ("line 4 of the file cannot be used",)


class Bench:
    """A report with everything around it."""

    def __init__(self) -> None:
        self.clock, self.metrics = FakeClock(), Metrics()
        self.intake = FakeIntake(self.clock, self.metrics)
        self.flight = Flight(2, self.clock, self.metrics)
        self.guard = Guard("store", probe=lambda: threading.Event().wait(60), clock=self.clock, metrics=self.metrics)
        self.flight.guard(self.guard)
        probe: Any = stage("probe", reads=IN, version="7")(lambda given: None)
        intake = typing.cast(Intake, self.intake)
        needs = (object(), Cell())
        guards = (self.guard,)
        self.report = Report(probe, self.flight, intake, guards, self.clock, 2, self.metrics, needs, grace_seconds=25)

    def hold(self, waiting_for: str, written_ms: int = 0, topic: Topic[Any] = IN) -> None:
        origin = Origin(topic.name, 0, self.flight.finished + len(self.flight), None, {}, written_ms)
        partition = Partition(topic, 0)
        self.flight.admit([Task(record=Record(topic, origin, b"x"), partition=partition)])
        for commit in self.flight.prepare([partition]):
            self.flight.committed(commit)
        self.flight.settle(self.flight.take(1), [Again(60, waiting_for, "it is away")])


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure(stream=stream)
    yield stream
    log.configure()


def test_it_lives_while_its_loop_turns(bench: Bench) -> None:
    assert bench.report.not_alive() is None
    bench.clock.advance(31)
    assert bench.report.not_alive() == "the loop has not turned for 31 s"
    bench.report.turned()
    assert bench.report.not_alive() is None


def test_an_orderly_end_lives_as_long_as_it_may_take(bench: Bench) -> None:
    """Its loop does not turn any more, and what runs may finish."""
    bench.clock.advance(20)
    bench.report.ending()
    bench.clock.advance(25 + 29)
    assert bench.report.not_alive() is None
    bench.clock.advance(2)
    assert bench.report.not_alive() == "its orderly end has lasted for 56 s"


def test_it_is_ready_when_it_has_joined_and_waits_for_nobody(bench: Bench) -> None:
    assert bench.report.not_ready() == "it has not joined its group yet"
    bench.intake.joined = True
    assert bench.report.not_ready() is None
    bench.report.missing_topics = ["kit.out"]
    assert bench.report.not_ready() == "topics are missing: kit.out"
    bench.report.missing_topics = []
    bench.hold("store")
    assert bench.report.not_ready() == "waiting for store: it is away"
    bench.flight.fail("everything fails")
    assert bench.report.not_ready() == "everything fails"


def test_says_for_whom_it_waits_since_when(bench: Bench, lines: io.StringIO) -> None:
    bench.hold("store")
    bench.clock.advance(5)
    bench.hold("store")
    bench.hold("opensearch")
    waiting = bench.report.waiting()
    assert [(one["for"], one["since"], one["records"]) for one in waiting] == [
        ("opensearch", "2026-01-01T00:00:05.000Z", 1),
        ("store", "2026-01-01T00:00:00.000Z", 2),
    ]
    assert lines.getvalue().count("waiting_for=store") == 1, "the log hears of it once"
    assert bench.report.status()["waiting"] == waiting


def test_says_how_the_breaker_stands(bench: Bench) -> None:
    bench.guard.trip("the folder /data is not there")
    bench.clock.advance(3)
    assert bench.report.waiting() == [
        {
            "for": "store",
            "since": "2026-01-01T00:00:00.000Z",
            "reason": "the folder /data is not there",
            "records": 0,
            "breaker": "open",
        }
    ]
    bench.hold("store")
    bench.hold("cells")
    entries = {one["for"]: (one["since"], one["records"], one["breaker"]) for one in bench.report.waiting()}
    assert entries == {
        "store": ("2026-01-01T00:00:00.000Z", 1, "open"),
        "cells": ("2026-01-01T00:00:03.000Z", 1, None),
    }
    bench.intake.joined = True
    assert bench.report.not_ready() == "waiting for cells: it is away"


def test_measures(bench: Bench) -> None:
    bench.hold("store")
    bench.report.measure()
    status = bench.report.status()
    assert (status["stage"], status["version"], status["lag"], status["in_flight"]) == ("probe", "7", {IN.name: 1}, 1)
    assert bench.metrics.value("ream_in_flight_records") == 1
    assert bench.metrics.value("ream_waiting_records", "store") == 1
    assert bench.metrics.value("ream_lag_records", IN.name) == 1
    assert bench.metrics.value("ream_assigned_partitions", IN.name) == 2


def test_raises_the_alarm_before_unread_records_are_deleted(bench: Bench, lines: io.StringIO) -> None:
    """At half of the retention, and once an hour from then on."""
    bench.hold("store", written_ms=int(bench.clock.now().timestamp() * 1000))
    assert IN.retention_days == 1
    bench.clock.advance(11 * 3600)
    bench.report.measure()
    assert "records_near_their_retention" not in lines.getvalue()
    bench.clock.advance(2 * 3600)
    bench.report.measure()
    bench.report.measure()
    assert lines.getvalue().count("records_near_their_retention topic=kit.in age_hours=13.0") == 1
    assert bench.metrics.value("ream_oldest_record_seconds") == 13 * 3600
    assert bench.metrics.value("ream_retention_share") == pytest.approx(13 / 24)
    bench.clock.advance(3600)
    bench.report.measure()
    assert lines.getvalue().count("records_near_their_retention") == 2


def test_what_is_kept_for_ever_is_no_alarm_and_hides_none(bench: Bench, lines: io.StringIO) -> None:
    """A new group reads a compacted topic from its beginning: its records may be years old."""
    now_ms = int(bench.clock.now().timestamp() * 1000)
    bench.hold("store", now_ms - 999 * 86_400_000, replace(IN, name="kit.kept", retention_days=None))
    bench.report.measure()
    assert bench.metrics.value("ream_oldest_record_seconds") == 999 * 86_400
    assert bench.metrics.value("ream_retention_share") == 0
    assert "records_near_their_retention" not in lines.getvalue()
    bench.hold("store", now_ms - 18 * 3_600_000)
    bench.report.measure()
    assert bench.metrics.value("ream_retention_share") == pytest.approx(0.75)
    assert "records_near_their_retention topic=kit.in age_hours=18.0" in lines.getvalue()


def test_says_what_was_deleted_unread(bench: Bench, lines: io.StringIO) -> None:
    """The log hears of it when it begins, and once an hour while it goes on."""
    bench.intake.deleted.add(IN.name, 1, [range(5, 7), range(9, 10)])
    bench.clock.advance(60)
    bench.intake.deleted.add(IN.name, 1, [range(20, 30)])
    bench.intake.deleted.add(IN.name, 1, [range(30, 30)])
    assert bench.report.status()["deleted_unread"] == [
        {"topic": IN.name, "partition": 1, "records": 13, "first": 5, "last": 29, "since": "2026-01-01T00:00:00.000Z"}
    ]
    assert bench.metrics.value("ream_records_deleted_unread_total", IN.name) == 13
    assert lines.getvalue().count("records_deleted_unread topic=kit.in partition=1 records=3 first=5 last=9") == 1
    assert lines.getvalue().count("records_deleted_unread") == 1
    bench.clock.advance(3600)
    bench.intake.deleted.add(IN.name, 1, [range(30, 31)])
    assert "records=14 first=5 last=30" in lines.getvalue()


def test_what_confines_the_cells_is_said(bench: Bench) -> None:
    assert bench.report.status()["confinement"] == ["landlock-7", "seccomp"]


def test_what_a_person_should_mend_is_said_while_it_works(bench: Bench) -> None:
    assert bench.report.status()["complaints"] == ["line 4 of the file cannot be used"]
