# SPDX-License-Identifier: Apache-2.0
"""Decides how the local Kafka broker is configured, started and known to be ready."""

from __future__ import annotations

import base64
import socket
import struct
import subprocess
import uuid
from pathlib import Path

from ream_local import catalogue, java
from ream_local.artifacts import locked
from ream_local.errors import LocalStackError
from ream_local.installation import Progress, installed
from ream_local.ownership import give
from ream_local.ports import LOOPBACK
from ream_local.programs import Program
from ream_local.settings import Settings

_ONE_YEAR_MINUTES = 365 * 24 * 60
_API_VERSIONS = 18
_CORRELATION = 7


class Kafka:
    """One broker that is its own controller (KRaft)."""

    name = "kafka"

    def __init__(self, settings: Settings) -> None:
        """Describe a broker; nothing happens yet."""
        self._settings = settings
        self._folder = settings.data_dir / "kafka"

    @property
    def bootstrap_servers(self) -> str:
        """Address for clients."""
        return f"{LOOPBACK}:{self._settings.kafka_port}"

    def ports(self) -> dict[int, str]:
        """Port -> name of the setting that changes it."""
        return {
            self._settings.kafka_port: "REAM_KAFKA_PORT",
            self._settings.kafka_controller_port: "REAM_KAFKA_CONTROLLER_PORT",
        }

    def install(self, progress: Progress) -> Path:
        """Folder of jars in the cache."""
        return installed(self._settings.cache_dir, f"kafka-{catalogue.KAFKA_VERSION}", locked("kafka"), progress)

    def prepare(self, progress: Progress) -> Program:
        """Write the configuration, format the log folder at its first use, and say how to start the broker."""
        jars, java_program = self.install(progress), java.runtime(self._settings.cache_dir, progress)
        (self._folder / "tmp").mkdir(parents=True, exist_ok=True)
        properties = self._folder / "server.properties"
        properties.write_text(server_properties(self._settings, self._folder / "data"), encoding="utf-8")
        base = (str(java_program), *java.QUICK_START, "-XX:+UseSerialGC", f"-Djava.io.tmpdir={self._folder / 'tmp'}")
        classes = ("-cp", f"{jars}/*")
        if not (self._folder / "data" / "meta.properties").exists():
            progress("kafka: preparing its log folder")
            _format((*base, *classes), properties)
        give(self._folder, self._settings.drops_to())
        heap = f"-Xmx{self._settings.kafka_heap_mb}m"
        return Program(
            name=self.name,
            argv=(*base, heap, *_logging(), *classes, "kafka.Kafka", str(properties)),
            log_file=self._settings.data_dir / "logs" / "kafka.log",
            directory=self._folder,
            uid=self._settings.drops_to(),
            stop_seconds=30.0,
        )

    def ready(self) -> bool:
        """Whether the broker answers requests."""
        try:
            with socket.create_connection((LOOPBACK, self._settings.kafka_port), timeout=2.0) as connection:
                return _answers_api_versions(connection)
        except (OSError, struct.error):
            return False


def server_properties(settings: Settings, data: Path) -> str:
    """The broker's configuration: everything on the loopback address, nothing replicated, small buffers."""
    broker = f"PLAINTEXT://{LOOPBACK}:{settings.kafka_port}"
    controller = f"{LOOPBACK}:{settings.kafka_controller_port}"
    values = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"{broker},CONTROLLER://{controller}",
        "advertised.listeners": broker,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "num.partitions": 12,
        "default.replication.factor": 1,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # One node gains nothing from the fifty partitions that these have by default.
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.num.partitions": 4,
        # A stack that was down for a month must find its place again, or Faust never commits.
        "offsets.retention.minutes": _ONE_YEAR_MINUTES,
        "group.initial.rebalance.delay.ms": 0,
        # With the new group protocol these are the broker's to say, and its defaults keep the partitions of a process
        # that was killed for 45 s, and hand partitions over in 10.
        "group.consumer.min.session.timeout.ms": 6_000,
        "group.consumer.session.timeout.ms": 10_000,
        "group.consumer.min.heartbeat.interval.ms": 500,
        "group.consumer.heartbeat.interval.ms": 1_000,
        "log.retention.check.interval.ms": 60_000,
        # The default takes half of this heap at once.
        "log.cleaner.dedupe.buffer.size": 16 * 2**20,
        "num.io.threads": 4,
        "background.threads": 4,
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def _logging() -> tuple[str, ...]:
    prefix = "-Dorg.slf4j.simpleLogger."
    return (
        f"{prefix}defaultLogLevel=info",
        f"{prefix}showDateTime=true",
        f"{prefix}dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
        f"{prefix}levelInBrackets=true",
        # Two lines for every segment rolled and every snapshot would fill the log of an idle broker.
        f"{prefix}log.org.apache.kafka.storage.internals=warn",
    )


def _format(java_command: tuple[str, ...], properties: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
    # A leading dash would be read as an option.
    arguments = ("kafka.tools.StorageTool", "format", f"--cluster-id=k{cluster[1:]}", "--config", str(properties))
    done = subprocess.run((*java_command, *arguments), capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise LocalStackError(f"Kafka could not prepare its log folder:\n{(done.stdout + done.stderr)[-2000:]}")


def _answers_api_versions(connection: socket.socket) -> bool:
    """Ask what the broker can do: the one request that needs no client library and that any client asks first."""
    request = struct.pack(">hhih", _API_VERSIONS, 0, _CORRELATION, -1)
    connection.sendall(struct.pack(">i", len(request)) + request)
    answer = b""
    while len(answer) < 10 and (more := connection.recv(64)):
        answer += more
    _, correlation, error = struct.unpack(">iih", answer[:10])
    return bool(correlation == _CORRELATION and error == 0)
