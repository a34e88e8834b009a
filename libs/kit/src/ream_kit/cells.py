# SPDX-License-Identifier: Apache-2.0
"""Decides how parsers of strangers' bytes are run: in warm child processes with limits, each death costing one call."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ream_kit import cells_folder, cells_limits, cells_wire
from ream_kit.cells_call import Call, CellDied, CellFailed, NotStarted
from ream_kit.cells_limits import Limits
from ream_kit.cells_process import Cell, ForkServer, Hurt
from ream_kit.metrics import METRICS, Metrics

__all__ = ["Call", "CellDied", "CellFailed", "Cells", "CellsState", "Limits", "NotStarted"]

_MEMORY_WORDS = re.compile(rb"bad_alloc|MemoryError|[Oo]ut of memory|Cannot allocate memory|memory allocation of")


@dataclass(frozen=True, slots=True)
class CellsState:
    """How a pool does: living cells, those at work, deaths by cause and replaced ones since it was made."""

    alive: int
    busy: int
    deaths: Mapping[str, int]
    recycled: int


class Cells:
    """A pool of warm child processes that run `module:function`, a generator `(request, scratch) -> dicts`.

    The module is imported once, in a process that does nothing but fork, so a new child is there in milliseconds.
    Children have `limits`, no network, and write nowhere but in their scratch folder; what they print is kept for
    error messages. Requests and results are JSON objects of at most 64 MB; larger or binary results are files in the
    scratch folder. Thread-safe; with more threads than `size` some wait.

    A child is replaced after `recycle_after` calls, when it has more than `recycle_bytes` (half of the limit) in use,
    or when it holds half of the files it may open. `low_priority` runs children at nice 10. With `release_after` a
    child that had nothing to do for so many seconds is ended, and what it held is free; the next call starts one.
    """

    def __init__(
        self,
        target: str,
        size: int,
        limits: Limits | None = None,
        *,
        low_priority: bool = False,
        recycle_after: int = 500,
        recycle_bytes: int | None = None,
        release_after: float | None = None,
        start_seconds: float = 60.0,
        metrics: Metrics = METRICS,
    ) -> None:
        if size < 1 or ":" not in target:
            raise ValueError(f"cells need a target module:function and a size above 0, not {target!r} and {size}")
        self._target = target
        self._size = size
        self._limits = limits or Limits()
        self._low_priority = low_priority
        self._recycle_after = recycle_after
        self._recycle_bytes = recycle_bytes or self._limits.memory_bytes // 2
        self._release_after = release_after
        self._start_seconds = start_seconds
        self._metrics = metrics
        self._state = threading.Condition()
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._server: ForkServer | None = None
        self._idle: list[Cell] = []
        self._busy: set[int] = set()
        self._calls = 0
        self._closed = False
        self._deaths: Counter[str] = Counter()
        self._recycled = 0
        self._releaser: threading.Thread | None = None
        self._oom_kills = 0
        self._in_force: tuple[str, ...] = ()

    def __enter__(self) -> Cells:
        """Starts the fork server and all children, or leaves nothing behind.

        Raises:
            ImportError: the target cannot be imported.
            CellDied: a child cannot live within the limits.
        """
        started: list[Cell] = []
        try:
            for _ in range(self._size):
                started.append(self._take())
        except BaseException:
            self.close()
            raise
        finally:
            for cell in started:
                self._give_back(cell, True)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, request: Mapping[str, Any]) -> Call:
        """Starts the target on a request in a free child, waiting for one; results come by iterating.

        Iterating raises CellDied or CellFailed. The call ends with its last result, or when it is closed: the scratch
        folder is removed then. In a `with` block it stays until the end of the block.

        Raises:
            ValueError, TypeError: the request is not JSON.
            NotStarted: no child could be started: a CellDied, and nobody's fault.
            CellDied: the pool is closed.
        """
        cell = self._take()
        try:
            with self._state:
                self._calls += 1
                scratch = cell.folder / f"call-{self._calls}"
            scratch.mkdir(mode=0o700)
            data = cells_wire.frame(cells_wire.REQUEST, {"request": request, "scratch": str(scratch)})
        except BaseException:
            self._give_back(cell, True)
            raise
        cell.calls += 1
        cell.printed = b""
        call = Call(cell, scratch, self._limits, self._died, self._give_back, self._ended)
        try:
            cell.send(data, self._limits.idle_seconds)
        except Hurt as hurt:
            raise call.bury(hurt) from None
        return call

    def confinement(self) -> tuple[str, ...]:
        """Names what holds the children on this machine: `rlimits`, `no-new-privileges`, `landlock-<n>`, `seccomp`.

        It is what the child said that was started last; nothing before the first one.
        """
        return self._in_force

    def state(self) -> CellsState:
        """Says how the pool does."""
        with self._state:
            return CellsState(len(self._idle) + len(self._busy), len(self._busy), dict(self._deaths), self._recycled)

    def close(self) -> None:
        """Ends all children, those at work too; calls under way raise CellDied with cause `closed`."""
        with self._state:
            self._closed = True
            self._stop.set()
            idle, self._idle = self._idle, []
            self._state.notify_all()
        with self._starting:
            server, self._server = self._server, None
            if server is not None:
                server.close()
        for cell in idle:
            cell.close()

    def _take(self) -> Cell:
        """Gives an idle living child, or a new one when there are fewer than `size`; waits when all are busy."""
        with self._state:
            self._state.wait_for(lambda: self._closed or len(self._busy) < self._size)
            if self._closed:
                raise CellDied("closed")
            while self._idle:
                cell = self._idle.pop()
                if not cell.ended.is_set():
                    self._busy.add(id(cell))
                    return cell
                cell.close()
            slot = object()
            self._busy.add(id(slot))
        try:
            cell = self._start()
        except BaseException:
            with self._state:
                self._busy.discard(id(slot))
                self._state.notify()
            raise
        with self._state:
            self._busy.discard(id(slot))
            self._busy.add(id(cell))
        return cell

    def _start(self) -> Cell:
        try:
            server = self._living_server()
            cell = server.spawn()
        except OSError as error:
            raise NotStarted(str(error)) from error
        try:
            until = time.monotonic() + self._start_seconds
            while (message := cell.receive(until)) is None:
                pass
            tag, hello, _ = message
            if tag != cells_wire.HELLO:
                raise Hurt("bad-answer")
        except Hurt as hurt:
            died = self._died(cell, Hurt(hurt.cause or "not-started"))
            raise NotStarted(died.printed) if died.cause == "not-started" else died from None
        cell.pid = int(hello["pid"])
        self._in_force = tuple(map(str, hello["confinement"]))
        return cell

    def _living_server(self) -> ForkServer:
        with self._starting:
            if self._closed:
                raise CellDied("closed")
            if self._server is None or not self._server.alive:
                if self._server is not None:
                    self._server.close()
                self._server = None
                self._oom_kills = _oom_kills()
                self._server = ForkServer(
                    self._target, self._limits, low_priority=self._low_priority, seconds=self._start_seconds
                )
            return self._server

    def _give_back(self, cell: Cell, keep: bool) -> None:
        """Ends a call's hold on a child; one that is not kept is killed."""
        worn = self._worn(cell) if keep else None
        recycled = worn is not None
        if worn is not None:
            self._metrics.count("ream_cells_recycled_total", worn)
        if not keep or recycled:
            self._end(cell)
        with self._state:
            self._recycled += recycled
            self._busy.discard(id(cell))
            if keep and not recycled and not self._closed:
                cell.idle_since = time.monotonic()
                self._idle.append(cell)
                self._watch_idle()
            else:
                cell.close()
            self._state.notify()

    def _watch_idle(self) -> None:
        """Starts the thread that ends children without work, unless it runs; it lasts while there are any."""
        if self._release_after is not None and self._releaser is None:
            self._releaser = threading.Thread(target=self._release, name="ream-cells-idle", daemon=True)
            self._releaser.start()

    def _release(self) -> None:
        while True:
            with self._state:
                if self._closed or not self._idle:
                    self._releaser = None
                    return
                # The last to come back is the first to go out again: the one at the begin has rested longest.
                left = self._idle[0].idle_since + (self._release_after or 0.0) - time.monotonic()
                cell = self._idle.pop(0) if left <= 0 else None
            if cell is None:
                self._stop.wait(left)
                continue
            self._metrics.count("ream_cells_recycled_total", "idle")
            self._end(cell)
            cell.close()

    def _worn(self, cell: Cell) -> str | None:
        """Says why a child is to be replaced, if it is."""
        if cell.calls >= self._recycle_after:
            return "calls"
        if cells_limits.resident_bytes(cell.pid) > self._recycle_bytes:
            return "memory"
        if cells_limits.open_files(cell.pid) > self._limits.open_files // 2:
            return "files"
        return "programs" if self._limits.programs and cells_limits.children(cell.pid) else None

    def _ended(self, result: str) -> None:
        self._metrics.count("ream_cell_calls_total", result)

    def _end(self, cell: Cell) -> None:
        cell.server.kill(cell)
        cells_folder.remove_tree(cell.folder)

    def _died(self, cell: Cell, hurt: Hurt) -> CellDied:
        """Waits for a child's death, gives its place free and says what it died of."""
        cell.ended.wait(0 if hurt.cause else 2.0)  # without a cause it is dying by itself
        if not cell.ended.is_set():
            self._end(cell)
        cell.drain_prints()
        cause = "closed" if self._closed else hurt.cause or self._cause(cell)
        died = CellDied(cause, cell.printed.decode("utf-8", "replace"))
        with self._state:
            self._deaths[cause] += 1
        self._metrics.count("ream_cell_deaths_total", cause)
        self._give_back(cell, False)
        return died

    def _cause(self, cell: Cell) -> str:
        if cell.status is None:
            return "not-started"
        number = os.waitstatus_to_exitcode(cell.status)
        if number >= 0:
            return f"exit-{number}"
        if -number == signal.SIGXCPU:
            return "out-of-time"
        if -number == signal.SIGXFSZ:
            return "too-much-output"
        killed_by_kernel = -number == signal.SIGKILL and _oom_kills() > self._oom_kills
        if killed_by_kernel or (-number != signal.SIGKILL and _MEMORY_WORDS.search(cell.printed)):
            self._oom_kills = _oom_kills()
            return "out-of-memory"
        return f"crashed-signal-{-number}"


def _oom_kills() -> int:
    """How many processes the kernel killed for want of memory since it started; 0 where it does not say."""
    try:
        text = Path("/proc/vmstat").read_text("ascii")
    except OSError:
        return 0
    found = re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)
    return int(found[1]) if found else 0
