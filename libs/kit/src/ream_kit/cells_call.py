# SPDX-License-Identifier: Apache-2.0
"""Decides how one call into a cell goes: results one by one, limits looked at between them, and how it may end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from ream_kit import cells_folder, cells_wire
from ream_kit.cells_limits import Limits
from ream_kit.cells_process import Cell, Hurt
from ream_kit.errors import Contained, Retry

_LOOK_SECONDS = 0.25
_ROUNDS = 100
"""Deeper folders than a living cell may leave: one that does, or that goes on writing, is killed."""


class CellDied(Contained):
    """The child process is gone, and with it this call; the next call has another child.

    `cause` is one of `out-of-memory`, `out-of-time`, `too-much-output`, `crashed-signal-<n>`, `exit-<n>`, `bad-answer`
    (it sent what no cell sends), `not-started` (the machine had no room for it) and `closed` (the pool was closed).
    `printed` is the end of what it printed, for people: it may hold content of the document.
    """

    def __init__(self, cause: str, printed: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.printed = printed


class NotStarted(CellDied, Retry):
    """No cell could be started: the machine has no room for one, which is nobody's fault and passes."""

    def __init__(self, printed: str = "") -> None:
        Exception.__init__(self, "not-started")
        self.cause = "not-started"
        self.printed = printed
        self.waiting_for = "cells"
        self.reason = "no process could be started to read a document in: the machine has no room for one"


class CellFailed(Contained):
    """The target raised an exception; the child lives on.

    `type` is the name of its class; `message` may hold content of the document, `printed` too.
    """

    def __init__(self, type: str, message: str, printed: str = "") -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.message = message
        self.printed = printed


class Call(Iterator[dict[str, Any]]):
    """One request at work: iterate for its results while the child goes on; it waits when they are not taken.

    Ends with its last result or exception, or when it is closed; then its scratch folder is removed. In a `with`
    block the folder stays to the end of the block. Closing it early kills the child. For one thread at a time.
    """

    def __init__(
        self,
        cell: Cell,
        scratch: Path,
        limits: Limits,
        died: Callable[[Cell, Hurt], CellDied],
        give_back: Callable[[Cell, bool], None],
        ended: Callable[[str], None],
    ) -> None:
        self.scratch = scratch
        self._cell: Cell | None = cell
        self._limits = limits
        self._died = died
        self._give_back = give_back
        self._ended = ended
        self._left = limits.total_seconds
        self._bytes = 0
        self._looked = time.monotonic()
        self._held = self._over = False

    def __enter__(self) -> Call:
        self._held = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_over"):
            self.close()

    def __next__(self) -> dict[str, Any]:
        """Gives the next result.

        Raises:
            CellDied: the child is gone.
            CellFailed: the target raised an exception.
        """
        if self._cell is None or self._over:
            raise StopIteration
        try:
            tag, value = self._receive(self._cell)
        except Hurt as hurt:
            raise self.bury(hurt) from None
        except BaseException:
            self.close()  # interrupted: what it says next belongs to nobody
            raise
        if tag == cells_wire.RESULT:
            return dict(value)
        printed = self._cell.printed.decode("utf-8", "replace")
        self._over = True
        self._ended("failed" if tag == cells_wire.FAILED else "done")
        if not self._held:
            self.close()
        if tag == cells_wire.FAILED:
            raise CellFailed(str(value.get("type"))[:200], str(value.get("message"))[:2000], printed)
        raise StopIteration

    def file(self, name: str) -> Path:
        """Gives the path of a file that a result names: a regular file directly in the scratch folder.

        Raises:
            CellDied: it is none; the child is killed, for no sound target says so.
        """
        path = self.scratch / name
        if path.parent != self.scratch or not path.is_file() or path.is_symlink():
            raise self.bury(Hurt("bad-answer"))
        return path

    def close(self) -> None:
        """Ends the call and removes its scratch folder; a child that is still at work is killed."""
        cell, self._cell = self._cell, None
        if cell is not None:
            if not self._over:
                self._ended("left")
            self._give_back(cell, self._over and cells_folder.remove_tree(self.scratch, _ROUNDS))

    def bury(self, hurt: Hurt) -> CellDied:
        """Gives the child up, and says what it died of."""
        cell, self._cell = self._cell, None
        if cell is None:
            return CellDied(hurt.cause or "closed")
        if not self._over:
            self._ended("died")
        return self._died(cell, hurt)

    def _receive(self, cell: Cell) -> tuple[bytes, Any]:
        started = time.monotonic()
        until = started + min(self._limits.idle_seconds, self._left)
        while True:
            message = cell.receive(until)
            self._look(last=message is not None and message[0] != cells_wire.RESULT)
            if message is not None:
                break
        tag, value, size = message
        self._left = max(0.0, self._left - (time.monotonic() - started))
        self._bytes += size
        if self._bytes > self._limits.output_bytes or tag == cells_wire.TOO_MUCH:
            raise Hurt("too-much-output")
        if tag == cells_wire.NO_MEMORY:
            raise Hurt("out-of-memory")
        if tag == cells_wire.HELLO:
            raise Hurt("bad-answer")
        return tag, value

    def _look(self, *, last: bool) -> None:
        now = time.monotonic()
        if last or now - self._looked > _LOOK_SECONDS:
            self._looked = now
            if cells_folder.is_over(self.scratch, self._limits.output_bytes):
                raise Hurt("too-much-output")
