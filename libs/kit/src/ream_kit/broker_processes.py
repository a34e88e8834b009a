# SPDX-License-Identifier: Apache-2.0
"""Decides how tests run stages on a real broker as processes of their own, which can be killed and are replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from ream_kit.broker_bus import BrokerBus, wait_until


class Services:
    """Processes of one program, in a folder of their own; all end with the `with` block."""

    def __init__(self, bus: BrokerBus, folder: Path, program: str) -> None:
        """Writes the program down.

        Args:
            bus: whose broker, topics and groups it is to use.
            folder: for the program, its store and its logs (`0.log` of the first process, and so on).
            program: Python source that runs a stage.
        """
        self._script = folder / "service.py"
        self._script.write_text(program)
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **os.environ,
            "REAM_KAFKA_BOOTSTRAP": bus.kafka_settings.kafka_bootstrap,
            "REAM_TOPIC_PREFIX": bus.prefix,
            "REAM_GROUP_PREFIX": bus.prefix,
            "REAM_STORE": str(folder / "store"),
        }

    def __enter__(self) -> Services:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        """Starts one more process."""
        log = (self._folder / f"{len(self._started)}.log").open("wb")
        with log:
            self._started.append(
                subprocess.Popen(
                    [sys.executable, str(self._script)], env={**self._environment, **environment}, stderr=log
                )
            )
        return self._started[-1]

    def keep_running(self, over: Callable[[], bool], seconds: float, **environment: str) -> int:
        """Replaces a process whenever it has died, until a condition holds; returns how many died.

        Raises:
            AssertionError: the condition did not come to hold in time.
        """
        running = self.start(**environment)
        deaths = 0

        def check() -> bool:
            nonlocal running, deaths
            if running.poll() is not None:
                deaths += 1
                running = self.start(**environment)
            return over()

        wait_until(check, seconds, "what the processes were to do")
        return deaths

    def logs(self) -> str:
        """What all of them have logged."""
        return "".join((self._folder / f"{number}.log").read_text() for number in range(len(self._started)))

    def close(self) -> None:
        """Kills those that still run."""
        for process in self._started:
            process.kill()
            process.wait()
