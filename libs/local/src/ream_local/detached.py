# SPDX-License-Identifier: Apache-2.0
"""Decides how a supervisor is started in the background, found again and ended."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from ream_local.errors import LocalStackError
from ream_local.log_files import LogFile
from ream_local.processes import end, identify, is_alive
from ream_local.programs import Program
from ream_local.supervisor import SupervisorState

_START_SECONDS = 30.0
_POLL_SECONDS = 0.05


class DetachedSupervisor:
    """The supervisor of one group of programs in one run folder."""

    def __init__(self, run_dir: Path, group: str) -> None:
        """Name a supervisor.

        Args:
            run_dir: where its state, its lock and its own log lie.
            group: what it supervises, as in `servers`.
        """
        self._state_file = run_dir / f"{group}.json"
        self._log = LogFile(run_dir / f"{group}-supervisor.log")
        self._process: subprocess.Popen[bytes] | None = None

    def state(self) -> SupervisorState | None:
        """What runs now, or None when no supervisor does."""
        state = self._noted()
        return state if state and is_alive(state.supervisor) else None

    def start(self, programs: Iterable[Program], ends_with_caller: bool = False) -> None:
        """Start a supervisor in a session of its own and return when it has started all programs once.

        Args:
            programs: what to keep running.
            ends_with_caller: end everything when the calling process ends, however that happens.

        Raises:
            LocalStackError: one is running already, or it did not start.
        """
        if self.state():
            raise LocalStackError("It is running already. 'ream status' shows it, 'ream down' ends it.")
        self._reap()
        self._state_file.parent.mkdir(parents=True, exist_ok=True)
        order = {"programs": [program.to_json() for program in programs], "lifeline": ends_with_caller}
        with self._log.open() as log:
            process = self._process = subprocess.Popen(
                (sys.executable, "-m", "ream_local.supervisor", str(self._state_file)),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        assert process.stdin is not None  # noqa: S101 - it was asked for two lines above
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        if not ends_with_caller:
            process.stdin.close()
        self._wait_for_start(process)

    def stop(self) -> bool:
        """End the supervisor and all it runs, also what a supervisor that was killed has left.

        Returns:
            whether anything was running.
        """
        state = self._noted()
        if state is None:
            return self._stop_unnoted()
        supervised = is_alive(state.supervisor)
        end([state.supervisor], grace_seconds=90.0)
        state = self._noted() or state  # one that had to be killed may have started programs since the first look
        left = [process for process in state.processes() if is_alive(process)]
        end(left, grace_seconds=30.0)
        self._reap()
        self._state_file.unlink(missing_ok=True)
        return supervised or bool(left)

    def _stop_unnoted(self) -> bool:
        """End a supervisor that was started by this object and whose folder was removed since."""
        own = identify(self._process.pid) if self._process is not None else None
        end([own] if own else [], grace_seconds=90.0)
        self._reap()
        return own is not None

    def _reap(self) -> None:
        if self._process is not None:  # it was started by this object: a child, and by now an ended one
            self._process.communicate()
            self._process = None

    def _noted(self) -> SupervisorState | None:
        try:
            return SupervisorState.from_json(self._state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def _wait_for_start(self, process: subprocess.Popen[bytes]) -> None:
        deadline, pause = time.monotonic() + _START_SECONDS, threading.Event()
        while time.monotonic() < deadline:
            state = self._noted()
            if state and state.supervisor.pid == process.pid:
                return
            if process.poll() is not None:
                break
            pause.wait(_POLL_SECONDS)
        raise LocalStackError(f"The supervisor did not start; its last words are in {self._log.path}.")
