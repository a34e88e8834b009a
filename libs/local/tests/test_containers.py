# SPDX-License-Identifier: Apache-2.0
"""A broker in a container has the configuration of the local one; without an engine a sentence says so."""

import os
from typing import Any

import pytest

from ream_local import containers, settings
from ream_local.errors import LocalStackError
from ream_local.testing import SessionServers


class Container:
    """Notes what is asked of it."""

    def __init__(self, image: str) -> None:
        self.image, self.env, self.kwargs, self.state = image, {}, {}, "made"

    def with_env(self, name: str, value: str) -> None:
        self.env[name] = value

    def with_kwargs(self, **kwargs: Any) -> None:
        self.kwargs = kwargs

    def start(self) -> None:
        self.state = "started"

    def stop(self) -> None:
        self.state = "stopped"


def test_a_container_is_published_on_loopback_alone_and_ended() -> None:
    made: list[Container] = []
    chosen = settings.from_environment({})
    address, end = containers.start_kafka(chosen, lambda image: made.append(Container(image)) or made[0])
    port = chosen.kafka_port
    assert address == f"127.0.0.1:{port}"
    assert made[0].kwargs == {"ports": {f"{port}/tcp": ("127.0.0.1", port)}}
    assert made[0].env["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert made[0].env["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://127.0.0.1:{port}"
    assert made[0].env["KAFKA_LISTENERS"].startswith(f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://127.0.0.1:")
    end()
    assert made[0].state == "stopped"


def test_without_an_engine_both_reasons_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_stack(*_: object) -> None:
        raise LocalStackError("Maven is missing.")

    monkeypatch.setattr(SessionServers, "_stack", no_stack)
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    servers = SessionServers({}, print)
    found = servers.kafka_bootstrap.look()
    assert isinstance(found, LocalStackError)
    assert "Maven is missing." in str(found)
    assert "No container engine" in str(found)


@pytest.mark.servers
@pytest.mark.skipif(
    "REAM_TEST_CONTAINERS" not in os.environ, reason="REAM_TEST_CONTAINERS=1 tries a real container engine"
)
def test_a_broker_in_a_container_takes_messages() -> None:
    from dataclasses import replace

    from confluent_kafka.admin import AdminClient

    from ream_local.ports import free_ports

    kafka_port, controller_port = free_ports(2)
    chosen = replace(settings.from_environment({}), kafka_port=kafka_port, kafka_controller_port=controller_port)
    address, end = containers.start_kafka(chosen)
    try:
        assert AdminClient({"bootstrap.servers": address}).list_topics(timeout=20).brokers
    finally:
        end()
