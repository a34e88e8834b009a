# SPDX-License-Identifier: Apache-2.0
"""Decides where the local stack keeps its files, which ports it takes and how much memory it may use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ream_local.errors import LocalStackError


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one local stack; each can be set by the environment variable named in its line.

    Attributes:
        data_dir: REAM_HOME. What must survive a restart: the servers' data, the store, logs, passwords.
        cache_dir: REAM_CACHE. What can be downloaded again, shared by all checkouts of one user.
        kafka_port: REAM_KAFKA_PORT. Kafka's clients.
        kafka_controller_port: REAM_KAFKA_CONTROLLER_PORT. Kafka's own quorum.
        opensearch_port: REAM_OPENSEARCH_PORT. OpenSearch over HTTPS.
        opensearch_transport_port: REAM_OPENSEARCH_TRANSPORT_PORT. OpenSearch between nodes.
        kafka_heap_mb: REAM_KAFKA_HEAP_MB. Largest Java heap in MiB.
        opensearch_heap_mb: REAM_OPENSEARCH_HEAP_MB. Largest Java heap in MiB.
        tika: REAM_TIKA. 1 where a server of Apache Tika belongs to the stack.
        tika_port: REAM_TIKA_PORT. Tika over HTTP.
        tika_heap_mb: REAM_TIKA_HEAP_MB. Largest Java heap in MiB.
        server_uid: REAM_SERVER_UID. The user that servers run as when root starts them; OpenSearch refuses root.
    """

    data_dir: Path
    cache_dir: Path
    kafka_port: int = 19092
    kafka_controller_port: int = 19093
    opensearch_port: int = 19200
    opensearch_transport_port: int = 19300
    kafka_heap_mb: int = 256
    opensearch_heap_mb: int = 512
    server_uid: int = 9200
    tika: int = 0
    tika_port: int = 19998
    tika_heap_mb: int = 512

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers of the stack by their names."""
        return ("kafka", "opensearch", *(("tika",) if self.tika else ()))

    def drops_to(self) -> int | None:
        """The user id that servers get, or None where they keep that of the caller."""
        return self.server_uid if os.geteuid() == 0 else None


def variable(field: str) -> str:
    """The environment variable of a field of `Settings`."""
    return {"data_dir": "REAM_HOME", "cache_dir": "REAM_CACHE"}.get(field, f"REAM_{field.upper()}")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings as the environment has them, defaults for the rest.

    Raises:
        LocalStackError: a number is none.
    """
    numbers: dict[str, Any] = {}
    for field in fields(Settings):
        name = variable(field.name)
        if field.name.endswith("_dir") or name not in environment:
            continue
        if not environment[name].isdigit():
            raise LocalStackError(f"{name} is {environment[name]!r}, but must be a whole number. Unset or correct it.")
        numbers[field.name] = int(environment[name])
    return Settings(_home(environment), cache_home(environment), **numbers)


def cache_home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder for what can be downloaded again.

    Root's home is closed to the user that its servers run as, so root's files lie where a system's services keep them.
    """
    if "REAM_CACHE" in environment:
        return Path(environment["REAM_CACHE"]).absolute()
    if "XDG_CACHE_HOME" in environment:
        return Path(environment["XDG_CACHE_HOME"]).absolute() / "ream"
    return Path("/var/cache/ream") if os.geteuid() == 0 else Path.home() / ".cache" / "ream"


def _home(environment: Mapping[str, str]) -> Path:
    if "REAM_HOME" in environment:
        return Path(environment["REAM_HOME"]).absolute()
    if "XDG_DATA_HOME" in environment:
        return Path(environment["XDG_DATA_HOME"]).absolute() / "ream"
    return Path("/var/lib/ream") if os.geteuid() == 0 else Path.home() / ".local" / "share" / "ream"
