# SPDX-License-Identifier: Apache-2.0
"""Where no server can be had, tests are skipped with the reason, or fail when servers are required."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ream_local.testing import SessionServers


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SessionServers:
    """Those of a test session on a machine without Maven and with an empty cache."""
    monkeypatch.delenv("REQUIRE_SERVERS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = {"REAM_CACHE": str(tmp_path / "cache"), "REAM_SERVER_UID": str(os.geteuid())}
    return SessionServers(environment, lambda _: None)


def test_skipped_with_the_reason(servers: SessionServers) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"Maven \(mvn\) is not installed"):
        servers.kafka_bootstrap.value()
    servers.end()


def test_failed_when_required(servers: SessionServers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match=r"Maven \(mvn\) is not installed"):
        servers.opensearch.value()
    servers.end()


def test_a_server_is_looked_for_once(servers: SessionServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers.look("kafka_bootstrap")
    monkeypatch.setenv("PATH", os.defpath)
    with pytest.raises(pytest.skip.Exception, match="Maven"):
        servers.kafka_bootstrap.value()
    servers.end()
    assert {path.suffix for path in (tmp_path / "cache").iterdir()} <= {".lock", ".part", ".maven"}


def test_a_server_that_the_environment_names_is_taken() -> None:
    servers = SessionServers({"KAFKA_BOOTSTRAP_SERVERS": "somewhere:9092"}, pytest.fail)
    servers.look("kafka_bootstrap")
    servers.look("a fixture of somebody else")
    assert servers.kafka_bootstrap.value() == "somewhere:9092"


def test_folders_go_with_the_session(servers: SessionServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    servers.look("kafka_bootstrap")
    assert list(tmp_path.glob("ream-test-kafka-*"))
    servers.end()
    assert not list(tmp_path.glob("ream-test-kafka-*"))
