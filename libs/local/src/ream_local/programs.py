# SPDX-License-Identifier: Apache-2.0
"""Decides what a supervisor must know of a program in order to start it, and how that is handed over as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Program:
    """A long-running command.

    Attributes:
        name: Short and unique, as `ream status` shows it.
        argv: The command; its first word is looked up on PATH.
        log_file: Takes standard output and standard error.
        environment: Added to the environment of the supervisor.
        directory: Working directory, or None for that of the supervisor.
        uid: User and group id to run as, or None for those of the supervisor.
        stop_seconds: How long it may take to end by itself when asked to.
    """

    name: str
    argv: tuple[str, ...]
    log_file: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    directory: Path | None = None
    uid: int | None = None
    stop_seconds: float = 20.0

    def to_json(self) -> dict[str, Any]:
        """Plain values for `json.dumps`."""
        return {**asdict(self), "log_file": str(self.log_file), "directory": self.directory and str(self.directory)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Program:
        """The opposite of `to_json`."""
        directory = value["directory"]
        return cls(
            **{
                **value,
                "argv": tuple(value["argv"]),
                "log_file": Path(value["log_file"]),
                "directory": Path(directory) if directory else None,
            }
        )
