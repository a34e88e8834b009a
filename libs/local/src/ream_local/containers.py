# SPDX-License-Identifier: Apache-2.0
"""Decides how a broker runs in a container, for tests on machines where the local stack can't be put together."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ream_local.errors import LocalStackError
from ream_local.kafka import server_properties
from ream_local.ports import LOOPBACK
from ream_local.settings import Settings

IMAGE = "apache/kafka:4.2.0"
_DATA = Path("/tmp/kafka-logs")  # noqa: S108 - inside the container, which goes with its data
_UP = "Kafka Server started"

Make = Callable[[str], Any]


def start_kafka(settings: Settings, make: Make | None = None) -> tuple[str, Callable[[], object]]:
    """Starts a broker with the same configuration as the local one, reachable on the loopback address only.

    Args:
        settings: whose Kafka ports are used.
        make: makes a container from the name of an image; testcontainers' own by default.

    Returns:
        its address, and what ends it.

    Raises:
        LocalStackError: no container engine answers, or the broker does not come up.
    """
    try:
        container = (make or _docker)(IMAGE)
        for name, value in environment(settings).items():
            container.with_env(name, value)
        port = settings.kafka_port
        container.with_kwargs(ports={f"{port}/tcp": (LOOPBACK, port)})
        container.start()
    except Exception as error:  # an engine that is not there shows in many ways, none of them ours
        raise LocalStackError(f"No container engine could start {IMAGE} ({type(error).__name__}: {error}).") from error
    return f"{LOOPBACK}:{port}", container.stop


def environment(settings: Settings) -> dict[str, str]:
    """The broker's configuration as the image takes it: a.b.c becomes KAFKA_A_B_C."""
    lines = server_properties(settings, _DATA).splitlines()
    values = dict(line.split("=", 1) for line in lines)
    # Inside the container the broker listens to all that comes; what can come is what the published port lets in.
    values["listeners"] = values["listeners"].replace(f"PLAINTEXT://{LOOPBACK}", "PLAINTEXT://0.0.0.0")
    return {"KAFKA_" + name.replace(".", "_").upper(): value for name, value in values.items()}


def engine_answers(host: str) -> bool:
    """Says whether somebody listens at a container engine's address (`unix:///path` or `tcp://host:port`).

    Asked first, because the engine's client leaves its connections open when nobody does.
    """
    place = urlsplit(host)
    with socket.socket(socket.AF_UNIX if place.scheme == "unix" else socket.AF_INET) as probe:
        probe.settimeout(2)
        try:
            probe.connect(place.path if place.scheme == "unix" else (place.hostname, place.port or 2375))
        except OSError:
            return False
    return True


def _docker(image: str) -> Any:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not engine_answers(host):
        raise LocalStackError(f"no container engine answers at {host}; DOCKER_HOST names another")
    # Who only runs the stack need not install testcontainers.
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    return DockerContainer(image).waiting_for(LogMessageWaitStrategy(_UP))
