# SPDX-License-Identifier: Apache-2.0
"""Probes are answered over HTTP on loopback, and a question never stops the work."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ream_kit.health import Health
from ream_kit.metrics import Metrics


class Subject:
    alive: str | None = None
    ready: str | None = None
    broken = False

    def not_alive(self) -> str | None:
        return self.alive

    def not_ready(self) -> str | None:
        return self.ready

    def status(self) -> dict[str, Any]:
        if self.broken:
            raise RuntimeError("a defect")
        return {"stage": "probe"}


@pytest.fixture
def subject() -> Subject:
    return Subject()


@pytest.fixture
def port(subject: Subject) -> Iterator[int]:
    metrics = Metrics()
    metrics.set("ream_in_flight_records", 3)
    with Health(subject, 0, metrics=metrics) as health:
        yield health.port


def ask(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_says_that_all_is_well(port: int) -> None:
    assert ask(port, "/livez") == (200, b"ok\n")
    assert ask(port, "/readyz?x=1") == (200, b"ok\n")
    assert json.loads(ask(port, "/status")[1]) == {"stage": "probe"}
    assert b"ream_in_flight_records 3.0" in ask(port, "/metrics")[1]
    assert ask(port, "/other")[0] == 404


def test_says_what_is_not_well(port: int, subject: Subject) -> None:
    subject.alive, subject.ready = "the loop has not turned for 31 s", "waiting for store"
    assert ask(port, "/livez") == (503, b"the loop has not turned for 31 s\n")
    assert ask(port, "/readyz") == (503, b"waiting for store\n")


def test_a_failing_answer_is_only_a_failing_answer(port: int, subject: Subject) -> None:
    subject.broken = True
    assert ask(port, "/status") == (500, b"failed\n")
    assert ask(port, "/livez")[0] == 200
