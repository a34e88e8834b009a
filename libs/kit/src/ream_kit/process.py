# SPDX-License-Identifier: Apache-2.0
"""Decides what can be set in every process, whatever it does and whichever client of Kafka it has."""

from __future__ import annotations

from dataclasses import dataclass

from ream_kit import log
from ream_kit.settings import SettingsError, require_at_least, setting

_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """Where a process answers about itself, and what its log looks like."""

    health_port: int = setting(0, "port of /livez, /readyz, /metrics and /status; 0 switches them off")
    health_host: str = setting("127.0.0.1", "address the health port listens on")
    stuck_seconds: float = setting(
        120.0, "seconds for which it may fail /livez before it ends itself, as by a death; 0 for ever"
    )
    log_level: log.Level = setting("info", "debug, info, warning or error")
    log_format: log.Format = setting("plain", "plain for people, json for machines")

    def __post_init__(self) -> None:
        """Refuses a port that no machine has, and a time that no clock keeps."""
        if not 0 <= self.health_port <= _HIGHEST_PORT:
            raise SettingsError(f"REAM_HEALTH_PORT={self.health_port}: give 0 (none) to {_HIGHEST_PORT}")
        require_at_least(0, self, "REAM_", "stuck_seconds")


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Which broker, and under which names."""

    kafka_bootstrap: str = setting("127.0.0.1:19092", "address of a Kafka broker, host:port, several with commas")
    topic_prefix: str = setting("", "put before the name of every topic, so that installations can share a broker")
    group_prefix: str = setting("ream-", "put before the name of every consumer group")

    def topic(self, name: str) -> str:
        """The name of a topic on the broker."""
        return self.topic_prefix + name

    def group(self, name: str) -> str:
        """The name of a consumer group on the broker."""
        return self.group_prefix + name
