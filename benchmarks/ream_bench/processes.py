# SPDX-License-Identifier: Apache-2.0
"""Reads from /proc what a tree of processes uses, and decides to whom each process of it is counted."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["service", "cells", "office"]
"""The service's own process; its children that read strangers' bytes (parsers, Tesseract); LibreOffice."""

KINDS: tuple[Kind, ...] = ("service", "cells", "office")
_OFFICE = ("soffice", "oosplash", "office_worker")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """A process at one moment.

    Attributes:
        started: in clock ticks since the machine booted; with `pid`, it names one process for ever.
        own_seconds: CPU that it used.
        children_seconds: CPU of its children that have ended and were waited for, theirs included.
    """

    pid: int
    parent: int
    started: int
    own_seconds: float
    children_seconds: float
    command: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A process of a service's tree."""

    process: Process
    kind: Kind


def parse_stat(text: str, command: str = "") -> Process:
    """Reads a line of /proc/PID/stat; the name in it may hold anything, also spaces and parentheses."""
    pid = int(text.split(" ", 1)[0])
    fields = text.rpartition(")")[2].split()
    own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return Process(pid, int(fields[1]), int(fields[19]), own / _TICKS, children / _TICKS, command)


def parse_pss(text: str) -> int:
    """Reads the proportional set size out of /proc/PID/smaps_rollup, in bytes; shared pages count in shares.

    Raises:
        ValueError: it is not there.
    """
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name == "Pss":
            return int(rest.split()[0]) * 1024
    raise ValueError("no Pss: the kernel must be 4.14 or newer")


def running() -> dict[int, Process]:
    """All processes of this machine that can be seen."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
                process = parse_stat(stat, command)
                found[process.pid] = process
    return found


def tree(root: int, processes: Mapping[int, Process]) -> Iterator[Member]:
    """Yields a service's process and all below it; nothing when it is gone."""
    children: dict[int, list[Process]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process)
    if root in processes:
        yield Member(processes[root], "service")
        waiting: list[tuple[Process, Kind]] = [(child, "cells") for child in children.get(root, ())]
        while waiting:
            process, kind = waiting.pop()
            kind = "office" if any(word in process.command for word in _OFFICE) else kind
            yield Member(process, kind)
            waiting += [(child, kind) for child in children.get(process.pid, ())]


def seconds(members: Iterable[Member]) -> dict[Kind, float]:
    """CPU seconds by kind; what a service's ended children used is counted to the cells."""
    used: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
    for member in members:
        used[member.kind] += member.process.own_seconds
        used["cells" if member.kind == "service" else member.kind] += member.process.children_seconds
    return used


def memory(members: Iterable[Member]) -> dict[Kind, int]:
    """Bytes (PSS) by kind."""
    used: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    for member in members:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            used[member.kind] += pss(member.process.pid)
    return used


def pss(pid: int) -> int:
    """Proportional set size of one process in bytes; 0 when it is just ending.

    Raises:
        FileNotFoundError: it is gone.
        ProcessLookupError: it is gone.
    """
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return parse_pss(text) if text else 0


def used_here() -> float:
    """CPU seconds of this process, and of the programs that it started and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def machine_seconds() -> float:
    """CPU seconds that all cores together were busy since boot; waiting for disks is no work."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    user, nice, system, _idle, _wait, irq, soft_irq, steal = (int(field) for field in fields)
    return (user + nice + system + irq + soft_irq + steal) / _TICKS
