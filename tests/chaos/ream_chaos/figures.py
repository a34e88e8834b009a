# SPDX-License-Identifier: Apache-2.0
"""Reads figures out of what was seen: waiting times, and what processes use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from ream_bench.figures import percentile
from ream_bench.processes import memory, running, tree

_PACE_SECONDS = 0.2


def waits(due: Mapping[str, float], ended: Mapping[str, float]) -> list[float]:
    """Seconds from the moment a document was due to its first outcome; those without one are left out."""
    return [ended[document] - moment for document, moment in due.items() if document in ended]


def p50(values: Sequence[float]) -> float:
    """The median; 0 where there is nothing."""
    return percentile(values, 0.5) or 0.0


def p95(values: Sequence[float]) -> float:
    """95 % are not above it; 0 where there is nothing."""
    return percentile(values, 0.95) or 0.0


@dataclass
class Seen:
    """One process under a watched one.

    Attributes:
        called: names that it gave itself, with the first and the last moment at which it was called so.
        peak: most address space that it had, in bytes.
        limit: most address space that it may have; None where it has no limit.
        under: the watched process that it is below.
    """

    under: int
    called: dict[str, tuple[float, float]] = field(default_factory=dict)
    peak: int = 0
    limit: int | None = None


class Watch:
    """Looks at processes and all below them several times a second, in a thread of its own, while its context is open.

    Leaving the context raises RuntimeError when the thread could not look until then.

    Attributes:
        seen: by pid and moment of start.
        memory: PSS of all together in bytes, with the moment.
    """

    def __init__(self, roots: Callable[[], Iterable[int]], *, details: bool) -> None:
        """Chooses what to watch.

        Args:
            roots: process ids.
            details: look at names and limits of each process rather than at the memory of all.
        """
        self._roots, self._details = roots, details
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.seen: dict[tuple[int, int], Seen] = {}
        self.memory: list[tuple[float, int]] = []
        self._failed: Exception | None = None

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        if self._failed is not None and error is None:
            raise RuntimeError("the watch ended before its time: what it saw proves nothing") from self._failed

    def most(self, since: float, until: float) -> int:
        """Most memory between two moments.

        Raises:
            LookupError: nobody looked between them.
        """
        seen = [size for moment, size in self.memory if since <= moment <= until]
        if not seen:
            raise LookupError(f"nobody looked at the memory within these {until - since:.1f} s")
        return max(seen)

    def _run(self) -> None:
        try:
            self._look_on()
        except Exception as error:
            self._failed = error

    def _look_on(self) -> None:
        while not self._over.wait(_PACE_SECONDS if self._details else 5 * _PACE_SECONDS):
            known = running()
            members = [(root, member) for root in self._roots() for member in tree(root, known)]
            if not self._details:
                self.memory.append((time.monotonic(), sum(memory([member for _, member in members]).values())))
                continue
            for root, member in members:
                one = self.seen.setdefault((member.process.pid, member.process.started), Seen(root))
                _look(member.process.pid, one)


def _look(pid: int, one: Seen) -> None:
    try:
        folder = Path(f"/proc/{pid}")
        name, now = (folder / "comm").read_text(errors="replace").strip(), time.monotonic()
        status = (folder / "status").read_text(errors="replace")
        limits = (folder / "limits").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return
    one.called[name] = (one.called.get(name, (now, now))[0], now)
    for line in status.splitlines():
        if line.startswith("VmPeak:"):
            one.peak = max(one.peak, int(line.split()[1]) * 1024)
    for line in limits.splitlines():
        if line.startswith("Max address space"):
            soft = line.split()[3]
            one.limit = None if soft == "unlimited" else int(soft)
