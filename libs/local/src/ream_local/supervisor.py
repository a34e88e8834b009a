# SPDX-License-Identifier: Apache-2.0
"""Decides when a program that died is started again, and keeps a file that says what runs."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ream_local import locks
from ream_local.log_files import LogFile
from ream_local.processes import ProcessIdentity, end, identify, is_alive
from ream_local.programs import Program

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_HEALTHY_AFTER = 30.0
_LOG_CHECK = 30.0


@dataclass(frozen=True, slots=True)
class ProgramState:
    """What is known of one supervised program.

    Attributes:
        name: The program.
        process: The running process; None while it waits to be started again.
        since: Unix time of its last start, or None before the first.
        restarts: How often it was started again.
        last_exit: How it ended last: exit code, negative for a signal; None as long as it never did.
    """

    name: str
    process: ProcessIdentity | None
    since: float | None
    restarts: int
    last_exit: int | None


@dataclass(frozen=True, slots=True)
class SupervisorState:
    """What is known of a supervisor and its programs."""

    supervisor: ProcessIdentity
    programs: tuple[ProgramState, ...]

    def processes(self) -> tuple[ProcessIdentity, ...]:
        """All of its programs' processes."""
        return tuple(program.process for program in self.programs if program.process)

    def to_json(self) -> str:
        """Text of the state file."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SupervisorState:
        """The opposite of `to_json`."""
        value = json.loads(text)
        programs = tuple(
            ProgramState(**{**each, "process": each["process"] and ProcessIdentity(**each["process"])})
            for each in value["programs"]
        )
        return cls(ProcessIdentity(**value["supervisor"]), programs)


def next_pause(previous: float, ran: float) -> float:
    """How long to wait before a program is started again, in seconds.

    Args:
        previous: the pause before its last start; 0 for none.
        ran: how long it ran since.
    """
    if previous == 0.0 or ran >= _HEALTHY_AFTER:
        return _FIRST_PAUSE
    return min(previous * 2, _LONGEST_PAUSE)


class _Supervised:
    """One program and its present process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.log = LogFile(program.log_file)
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: ProcessIdentity | None = None
        self._since: float | None = None
        self._started_at = 0.0
        self._restarts = -1
        self._last_exit: int | None = None
        self._pause = 0.0
        self.due: float | None = 0.0

    def start(self) -> None:
        """Start it; a program that cannot be started counts as one that ended at once with code 127."""
        program = self.program
        self._restarts += 1
        self._since, self._started_at, self.due = time.time(), time.monotonic(), None
        with self.log.open() as log:
            try:
                self._process = subprocess.Popen(
                    program.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **program.environment},
                    cwd=program.directory,
                    start_new_session=True,
                    user=program.uid,
                    group=program.uid,
                    extra_groups=None if program.uid is None else [],
                )
            except OSError as error:
                log.write(f"{program.name} could not be started: {error}\n".encode())
                self._ended(127)
                return
        self._identity = identify(self._process.pid)

    def reap(self) -> bool:
        """Notice that it ended. What it started in its session ends with it, before anything is started anew."""
        if self._process is None:
            return False
        pid = self._process.pid
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        # Before it is reaped, because until then nobody else can get this number.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        self._ended(self._process.wait())
        return True

    def _ended(self, code: int) -> None:
        self._process, self._identity, self._last_exit = None, None, code
        self._pause = next_pause(self._pause, time.monotonic() - self._started_at)
        self.due = time.monotonic() + self._pause

    def state(self) -> ProgramState:
        return ProgramState(self.program.name, self._identity, self._since, max(self._restarts, 0), self._last_exit)


class Supervisor:
    """Keeps programs running until it is told to end (SIGTERM, SIGINT) or its lifeline breaks."""

    def __init__(self, programs: Iterable[Program], state_file: Path, lifeline: int | None = None) -> None:
        """Describe what is to run.

        Args:
            programs: what to keep running.
            state_file: rewritten whenever something changes; removed at the end.
            lifeline: a file descriptor; when its other end is closed, everything ends.
        """
        self._supervised = [_Supervised(program) for program in programs]
        self._state_file = state_file
        self._lifeline = lifeline
        self._told_to_end = False

    def run(self) -> None:
        """Run until told to end, or until its folder is gone; afterwards no program is left."""
        with self._wakeups() as events:
            try:
                while not self._told_to_end:
                    self._look_after()
                    self._wait(events)
            finally:  # without a supervisor nobody would find what still runs
                self._end()

    def _look_after(self) -> None:
        changed = [each.reap() for each in self._supervised]
        due = [each for each in self._supervised if each.due is not None and each.due <= time.monotonic()]
        for each in due:
            each.start()
        if due or any(changed):
            self._write_state()
        for each in self._supervised:
            each.log.limit()

    def _end(self) -> None:
        running = [each for each in self._supervised if each.state().process]
        processes = [process for each in running if (process := each.state().process)]
        end(processes, max((each.program.stop_seconds for each in running), default=0.0))
        for each in running:
            each.reap()
        self._state_file.unlink(missing_ok=True)

    def _wait(self, events: selectors.BaseSelector) -> None:
        due = [each.due - time.monotonic() for each in self._supervised if each.due is not None]
        for key, _ in events.select(max(0.0, min([_LOG_CHECK, *due]))):
            received = os.read(key.fd, 4096)
            if key.data == "lifeline":
                self._told_to_end |= not received
            else:
                self._told_to_end |= any(number in (signal.SIGTERM, signal.SIGINT) for number in received)

    @contextlib.contextmanager
    def _wakeups(self) -> Iterator[selectors.BaseSelector]:
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        with reader, writer, selectors.DefaultSelector() as events:
            events.register(reader, selectors.EVENT_READ, "signal")
            if self._lifeline is not None:
                events.register(self._lifeline, selectors.EVENT_READ, "lifeline")
            before = signal.set_wakeup_fd(writer.fileno())
            # A handler rather than SIG_IGN, which programs would inherit.
            numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
            handlers = {number: signal.signal(number, lambda *_: None) for number in numbers}
            try:
                yield events
            finally:
                signal.set_wakeup_fd(before)
                for number, handler in handlers.items():
                    signal.signal(number, handler)

    def _write_state(self) -> None:
        me = identify(os.getpid()) or ProcessIdentity(os.getpid(), 0)
        state = SupervisorState(me, tuple(each.state() for each in self._supervised))
        temporary = self._state_file.with_suffix(".new")
        temporary.write_text(state.to_json(), encoding="utf-8")
        temporary.replace(self._state_file)


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> None:
    """Run as a process: the first line of standard input says what, its end may be the lifeline."""
    state_file = Path(arguments[0])
    order: dict[str, Any] = json.loads(_first_line(0))
    programs = [Program.from_json(each) for each in order["programs"]]
    with locks.held(state_file.with_suffix(".lock"), busy=f"Another supervisor already works for {state_file}."):
        _end_leftovers(state_file)
        Supervisor(programs, state_file, 0 if order["lifeline"] else None).run()


def _first_line(descriptor: int) -> bytes:
    """Byte by byte: a buffered reader would swallow what the lifeline is watched for."""
    line = b""
    while (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
        line += byte
    return line


def _end_leftovers(state_file: Path) -> None:
    """End what a supervisor that was killed has left running: two servers on one data folder would damage it."""
    if state_file.exists():
        state = SupervisorState.from_json(state_file.read_text(encoding="utf-8"))
        end([process for process in state.processes() if is_alive(process)], grace_seconds=20.0)


if __name__ == "__main__":
    main()
