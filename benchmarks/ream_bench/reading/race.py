# SPDX-License-Identifier: Apache-2.0
"""Lets several programs read the same files in turn and keeps the best round of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ream_bench.processes import used_here

Reads = Callable[[Path], int]
"""Reads a file; returns how much came (letters, or bytes of what was made), so that nobody is fast by doing nothing."""


@dataclass(frozen=True, slots=True)
class Runner:
    """A program that reads.

    Attributes:
        own: whether it is ours, to which the others are compared.
        elsewhere: CPU seconds so far of a server that works for it, which this process does not see.
    """

    name: str
    reads: Reads
    own: bool = False
    elsewhere: Callable[[], float] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What one program needed for all files, in its best round.

    Attributes:
        seconds: on the wall.
        cpu: seconds of this process, of those that it started, and of its server.
        brought: how much came.
    """

    name: str
    own: bool
    seconds: float
    cpu: float
    brought: int


def race(runners: Sequence[Runner], files: Mapping[Path, int], rounds: int) -> list[Row]:
    """Lets all read all files, one after another; the turns change hands so that a busy moment meets everybody.

    Args:
        runners: who takes part; each reads the first file once before the clock runs.
        files: with their numbers of pages.
        rounds: of which the one with the least CPU counts.
    """
    best: dict[str, Row] = {}
    for runner in runners:
        runner.reads(next(iter(files)))
    for _ in range(rounds):
        for runner in runners:
            row = _round(runner, files)
            if runner.name not in best or row.cpu < best[runner.name].cpu:
                best[runner.name] = row
    return [best[runner.name] for runner in runners]


def _round(runner: Runner, files: Mapping[Path, int]) -> Row:
    began, used = time.monotonic(), _cpu(runner)
    brought = sum(runner.reads(path) for path in files)
    return Row(runner.name, runner.own, time.monotonic() - began, _cpu(runner) - used, brought)


def _cpu(runner: Runner) -> float:
    return used_here() + (runner.elsewhere() if runner.elsewhere else 0.0)


def table(title: str, rows: Sequence[Row], units: int, unit: str) -> str:
    """Markdown: rate and CPU of each program, and how many times our rate of CPU that is.

    Args:
        title: what was read.
        rows: as `race` gives them; the last of our own is what others are compared with.
        units: pages or documents in all files.
        unit: which of these.
    """
    ours = [row for row in rows if row.own][-1]
    lines = [
        f"**{title}**\n",
        f"| program | {unit}s a second | CPU ms a {unit} | CPU against ours | brought |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        times = row.cpu / max(ours.cpu, 0.001)
        lines.append(
            f"| {row.name} | {units / max(row.seconds, 0.001):.1f} | {1000 * row.cpu / units:.2f} | {times:.2f} "
            f"| {row.brought:,} |"
        )
    return "\n".join(lines) + "\n"
