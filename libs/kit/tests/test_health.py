# SPDX-License-Identifier: Apache-2.0
"""Probes are answered over HTTP on loopback, and a question never stops the work."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted
from ream_kit.health import Health, open_health
from ream_kit.metrics import Metrics
from ream_kit.process import ProcessSettings
from ream_kit.runner import MISCONFIGURED, run
from ream_kit.settings import SettingsError, load
from ream_kit.stage import stage


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


def test_without_a_port_nobody_listens(subject: Subject) -> None:
    with open_health(subject, ProcessSettings()) as health:
        assert health is None


def test_a_port_that_somebody_has_is_named(port: int, subject: Subject) -> None:
    with pytest.raises(SettingsError, match=f"REAM_HEALTH_PORT={port} .*in use"):
        open_health(subject, ProcessSettings(port))


@pytest.mark.parametrize("given", ["-1", "65536"])
def test_a_port_that_no_machine_has_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=f"REAM_HEALTH_PORT={given}"):
        load(ProcessSettings, {"REAM_HEALTH_PORT": given})


@stage("probe", reads=topics.DOCUMENTS_COMPLETED)
def nothing(document: DocumentCompleted) -> None:
    """Stands for any stage."""


def test_a_stage_whose_port_somebody_has_is_misconfigured(
    port: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environ = {
        "REAM_STORE": str(tmp_path), "REAM_HEALTH_PORT": str(port), "REAM_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }  # fmt: skip
    assert run(nothing, environ) == MISCONFIGURED
    assert f"REAM_HEALTH_PORT={port}" in capfd.readouterr().err


def test_who_goes_before_the_answer_comes_is_no_error(
    subject: Subject, port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    gone, answered = threading.Event(), threading.Event()

    def slow() -> dict[str, Any]:
        assert gone.wait(5)
        answered.set()
        return {"filler": "x" * 8_000_000}

    monkeypatch.setattr(subject, "status", slow)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"GET /status HTTP/1.0\r\n\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed with a reset
    gone.set()
    assert answered.wait(5)
    assert ask(port, "/livez")[0] == 200
    threads = [one for one in threading.enumerate() if "process_request" in one.name]
    for one in threads:
        one.join(5)
    assert "Traceback" not in capfd.readouterr().err
