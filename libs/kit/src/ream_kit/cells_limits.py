# SPDX-License-Identifier: Apache-2.0
"""Decides how much a cell may take of the machine, and takes from it what the kernel lets any process give up."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

from ream_kit.priority import give_way

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION = 0x20080522
_NICE = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one cell may take; all are for one call, but memory and files, which are for the process.

    Time in which the caller does not ask for the next result does not count, but for CPU time.
    """

    memory_bytes: int = 2 << 30
    """Address space, the interpreter and what it imported included; shared libraries count in full."""
    cpu_seconds: int = 300
    idle_seconds: float = 60.0
    """Longest wait for the next result."""
    total_seconds: float = 900.0
    open_files: int = 256
    output_bytes: int = 1 << 30
    """Largest file, sum of the files in the scratch folder, and sum of the results."""
    programs: bool = False
    """May start other programs: each has the same limits for itself, and ends with the call at the latest."""

    def __post_init__(self) -> None:
        for name in ("memory_bytes", "cpu_seconds", "idle_seconds", "total_seconds", "open_files", "output_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"the limit {name} is {getattr(self, name)}: it must be above 0")


def die_with_parent(parent: int) -> None:
    """Lets the kernel kill this process when its parent ends; ends it now if the parent has ended already."""
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def apply(limits: Limits, *, low_priority: bool) -> tuple[str, ...]:
    """Sets every limit on this process and gives up its privileges, for good; says what is in force.

    Raises:
        ValueError: the process is larger than the memory limit before it has done anything.
    """
    size = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    if size > limits.memory_bytes:
        raise ValueError(
            f"the memory limit of {limits.memory_bytes >> 20} MB is below what a cell has at rest: {size >> 20} MB"
        )
    if low_priority:
        give_way(_NICE)
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        # Not 0: only 1 also keeps memory, which holds documents, from a program that collects cores by a pipe.
        (resource.RLIMIT_CORE, 1),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    _prefer_for_oom_killer()
    _drop_capabilities()
    if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ("rlimits",)
    return ("rlimits", "no-new-privileges")


def allow_cpu(limits: Limits) -> None:
    """Gives this process CPU time for one more call: it is killed with SIGXCPU when that is used up."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + limits.cpu_seconds + 1, hard))


def resident_bytes(pid: int) -> int:
    """Memory in use by a process; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def open_files(pid: int) -> int:
    """Files that a process holds open; 0 if it is gone."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0


def children(pid: int) -> list[int]:
    """The processes that a process started and that are still there."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    except OSError:
        return []  # it ended meanwhile, or this kernel does not say
    return found


def _prefer_for_oom_killer() -> None:
    """When the machine is out of memory, a cell goes first and not the service or a server."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        return  # no /proc here: the kernel chooses by size, as always


def _drop_capabilities() -> None:
    """Root in a cell is root no more; for everyone else there is nothing to drop."""
    libc = _libc()
    capability = 0
    while libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)())


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
