# SPDX-License-Identifier: Apache-2.0
"""Decides which process is meant by a noted pid, so that a recycled pid is never taken for ours or signalled."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from later ones with the same pid.

    Attributes:
        pid: Process id.
        started: When it started, in clock ticks since the machine booted.
    """

    pid: int
    started: int


def identify(pid: int) -> ProcessIdentity | None:
    """The process that has this pid now, or None when there is none or it has ended and only waits to be reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold anything, parentheses too; the fields after the last one are numbers.
    state, *rest = stat.rpartition(")")[2].split()
    return None if state in "ZX" else ProcessIdentity(pid, int(rest[18]))


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether this very process still runs."""
    return identify(identity.pid) == identity


def resident_bytes(pid: int) -> int:
    """Memory of a process in bytes; 0 when it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def end(identities: Iterable[ProcessIdentity], grace_seconds: float) -> None:
    """Ask processes to end, wait for all of them, and kill those that are left after the grace.

    Returns when none of them runs any more. A pid that now belongs to another process is left alone.
    """
    with contextlib.ExitStack() as held:
        handles = [handle for each in identities for handle in held.enter_context(_opened(each))]
        for number, patience in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, 10.0)):
            for handle in handles:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, number)
            handles = _still_running(handles, patience)


@contextlib.contextmanager
def _opened(identity: ProcessIdentity) -> Iterator[list[int]]:
    """A handle that stays with the process, so that nothing can take its pid between the look and the signal."""
    try:
        handle = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        yield []
        return
    try:
        yield [handle] if is_alive(identity) else []
    finally:
        os.close(handle)


def _still_running(handles: list[int], patience: float) -> list[int]:
    deadline = time.monotonic() + patience
    waiting = select.poll()
    for handle in handles:
        waiting.register(handle, select.POLLIN)
    left = set(handles)
    while left and (remaining := deadline - time.monotonic()) > 0:
        for handle, _ in waiting.poll(remaining * 1000):
            waiting.unregister(handle)
            left.discard(handle)
    return sorted(left)
