# SPDX-License-Identifier: Apache-2.0
"""What can be set in aggregate, and the names that follow from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ream_contracts import topics
from ream_kit.process import BrokerSettings
from ream_kit.settings import SettingsError, require_at_least, setting

_DATA_DIR = Path("~/.cache/ream/aggregate")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is aggregate's own; variables begin with REAM_AGGREGATE_."""

    data_dir: Path = setting(
        _DATA_DIR,
        "folder of the local tables; losing it costs only the time of reading them again",
    )
    store: Literal["rocksdb", "memory"] = setting("rocksdb", "where a worker keeps its part of the table")
    standby: int = setting(0, "copies of its part of the table that other workers keep up to date: 0 or 1")
    max_units: int = setting(100_000, "units of a document that are counted one by one; the rest makes it partial")
    commit_seconds: float = setting(1.0, "seconds between commits")
    linger_ms: int = setting(20, "milliseconds that messages wait for others to be sent with")
    session_seconds: float = setting(10.0, "seconds without a sign of life after which a worker's partitions go on")
    head_seconds: float = setting(10.0, "seconds for which a record may be left out before the worker ends itself")
    stall_seconds: float = setting(120.0, "seconds without a commit, with a lag, before the worker ends itself")
    recovery_seconds: float = setting(120.0, "seconds in which a recovery must read something")

    def __post_init__(self) -> None:
        if self.max_units < 1:
            raise SettingsError("REAM_AGGREGATE_MAX_UNITS is below 1: give a number of units")
        if self.standby not in (0, 1):
            raise SettingsError("REAM_AGGREGATE_STANDBY is neither 0 nor 1: more copies were never tried")
        if self.session_seconds < 6:
            raise SettingsError("REAM_AGGREGATE_SESSION_SECONDS is below 6, which brokers refuse: give more")
        require_at_least(0, self, "REAM_AGGREGATE_", "linger_ms")
        for name in ("commit_seconds", "head_seconds", "stall_seconds", "recovery_seconds"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"REAM_AGGREGATE_{name.upper()} is not above 0: give a number of seconds")


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called on the broker."""

    group: str
    parts: str
    dead_letters: str
    completed: str
    changelog: str


def names(broker: BrokerSettings) -> Names:
    """Names the group and the topics of an installation."""
    prefix, group = broker.topic_prefix, broker.group("aggregate")
    return Names(
        group=group,
        parts=prefix + topics.DOCUMENTS_PARTS.name,
        dead_letters=prefix + topics.DOCUMENTS_PARTS.dead_letters,
        completed=prefix + topics.DOCUMENTS_COMPLETED.name,
        changelog=f"{prefix}{group}-documents-changelog",
    )
