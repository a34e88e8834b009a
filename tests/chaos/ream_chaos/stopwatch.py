# SPDX-License-Identifier: Apache-2.0
"""Decides whether tests took longer than they may, or the machine was too busy with other things to say so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from ream_bench import processes

LOADED = 0.25
"""Share of all cores that others use, from which on seconds say nothing about us."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What something took.

    Attributes:
        seconds: from beginning to end.
        others: share of all cores that was used by processes that are not ours, 0 to 1.
    """

    seconds: float
    others: float

    def too_long(self, most: float) -> bool:
        """Whether it took longer than it may, on a machine that had time for it."""
        return self.seconds > most and self.others < LOADED

    def line(self, what: str, most: float) -> str:
        """Says for people how it was."""
        said = (
            f"{what} took {self.seconds:.0f} of {most:.0f} s; others used {self.others:.0%} of this machine meanwhile"
        )
        return f"{said}: too busy to judge by" if self.seconds > most and not self.too_long(most) else said


def ours() -> float:
    """CPU seconds of this process and all below it, those that have ended and were waited for included."""
    return sum(processes.seconds(processes.tree(os.getpid(), processes.running())).values())


class Stopwatch:
    """Runs from when it is made.

    Args:
        own: CPU seconds used by us so far.
        machine: those of the whole machine.
        now: seconds of a clock that never goes back.
        cores: of the machine.
    """

    def __init__(
        self,
        own: Callable[[], float] = ours,
        machine: Callable[[], float] = processes.machine_seconds,
        now: Callable[[], float] = time.monotonic,
        cores: int | None = None,
    ) -> None:
        self._readers, self._cores = (own, machine, now), cores or os.cpu_count() or 1
        self._began = self._read()

    def taken(self) -> Taken:
        """What it took until now."""
        own, machine, seconds = (now - before for now, before in zip(self._read(), self._began, strict=True))
        return Taken(seconds, min(1.0, max(0.0, machine - own) / max(seconds * self._cores, 0.001)))

    def _read(self) -> tuple[float, ...]:
        return tuple(read() for read in self._readers)
