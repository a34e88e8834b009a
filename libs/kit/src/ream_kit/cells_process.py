# SPDX-License-Identifier: Apache-2.0
"""Decides how the service holds its end of the fork server and of each cell: with deadlines, believing nothing."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ream_kit import cells_folder, cells_wire
from ream_kit.cells_limits import Limits

_MESSAGE = 1 << 17
_READ = 1 << 18
_KEPT_PRINTS = 4096
_TICK_SECONDS = 0.25
_BURIAL_SECONDS = 2.0
_LOG = "fork-server.log"
# What a parser may need to find its libraries and data; addresses, keys and passwords of the service stay out.
_ENVIRONMENT = {"PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "VIRTUAL_ENV"}
_ENVIRONMENT |= {"LD_LIBRARY_PATH", "TESSDATA_PREFIX", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"}


class Hurt(Exception):
    """The cell cannot go on; `cause` is known before it is dead, or empty when its death will tell."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Cell:
    """One cell as the service sees it; used by one thread at a time."""

    def __init__(self, server: ForkServer, number: int, channel: socket.socket, prints: int, folder: Path) -> None:
        self.server = server
        self.number = number
        self.folder = folder
        self.calls = 0
        self.idle_since = 0.0
        self.pid = 0
        self.ended = threading.Event()
        self.status: int | None = None
        self.printed = b""
        self._channel = channel
        self._channel.setblocking(False)
        self._prints = prints
        self._frames = cells_wire.Frames()
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._poll.register(prints, select.POLLIN)
        self._prints_open = True

    def send(self, data: bytes, seconds: float) -> None:
        """Sends a request; a cell that does not take it in time is hurt."""
        view, until = memoryview(data), time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._channel, select.POLLOUT)
        while view:
            try:
                view = view[self._channel.send(view) :]
            except BlockingIOError:
                if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                    raise Hurt("out-of-time") from None
            except OSError:
                raise Hurt("") from None

    def receive(self, until: float) -> tuple[bytes, Any, int] | None:
        """Gives the next message, or None after a moment without one, so that the caller can look at the limits."""
        try:
            if (message := self._frames.next()) is not None:
                return message
            if time.monotonic() >= until:
                raise Hurt("out-of-time")
            wait = min(_TICK_SECONDS, max(0.0, until - time.monotonic()))
            for handle, _ in self._poll.poll(wait * 1000):
                if handle == self._prints:
                    self._read_prints()
                else:
                    self._read_channel()
            return self._frames.next()
        except cells_wire.BadFrame:
            raise Hurt("bad-answer") from None

    def _read_channel(self) -> None:
        try:
            data = self._channel.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            raise Hurt("")
        self._frames.feed(data)

    def _read_prints(self) -> None:
        data = os.read(self._prints, 1 << 16)
        self.printed = (self.printed + data)[-_KEPT_PRINTS:]
        if not data:
            self._poll.unregister(self._prints)
            self._prints_open = False

    def drain_prints(self) -> None:
        """Reads what a dead cell still had printed."""
        poll = select.poll()
        poll.register(self._prints, select.POLLIN)
        while self._prints_open and poll.poll(0):
            self._read_prints()

    def close(self) -> None:
        """Lets go of both ends; a living cell sees it and ends."""
        self._channel.close()
        os.close(self._prints)


class ForkServer:
    """The process that forks cells for one pool.

    Raises (when made):
        ImportError: the target cannot be imported; the text says why.
        TimeoutError: it was not ready in time.
    """

    def __init__(self, target: str, limits: Limits, *, low_priority: bool, seconds: float) -> None:
        self._folder = cells_folder.PoolFolder()
        self._lock = threading.Lock()
        self._cells: dict[int, Cell] = {}
        self._number = 0
        self._reader: threading.Thread | None = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = _start_server(theirs.fileno(), self._folder.path / _LOG)
        except BaseException:
            self._control.close()
            self._folder.remove()
            raise
        try:
            order = {"target": target, "folder": str(self._folder.path), "low_priority": low_priority}
            self._say({**order, "limits": asdict(limits), "sys_path": sys.path})
            self._await_ready(target, seconds)
        except BaseException:
            self.close()
            raise
        self._reader = threading.Thread(target=self._read_reports, name="ream-cells", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether it can fork."""
        return self._process.poll() is None

    def spawn(self) -> Cell:
        """Asks for a new cell; whether it lives is seen when it says hello.

        Raises:
            OSError: the fork server is gone, or this process has too many files open.
        """
        with self._lock:
            self._number += 1
            number = self._number
        folder = self._folder.path / f"cell-{number}"
        folder.mkdir(mode=0o700)
        mine, theirs = socket.socketpair()
        prints, printing = os.pipe()
        cell = Cell(self, number, mine, prints, folder)
        with self._lock:
            self._cells[number] = cell
        try:
            order = json.dumps({"spawn": number, "folder": str(folder)}).encode()
            socket.send_fds(self._control, [order], [theirs.fileno(), printing])
        except OSError:
            self._report({"ended": number, "status": None})
            cell.close()
            raise
        finally:
            theirs.close()
            os.close(printing)
        return cell

    def kill(self, cell: Cell) -> None:
        """Kills a cell and waits until it is dead, at most 4 s."""
        with contextlib.suppress(OSError):
            self._say({"kill": cell.number})
        if not cell.ended.wait(_BURIAL_SECONDS) and cell.pid:
            # The fork server does not answer, so it has not let go of this process id either.
            with contextlib.suppress(ProcessLookupError):
                os.kill(cell.pid, signal.SIGKILL)
            cell.ended.wait(_BURIAL_SECONDS)

    def close(self) -> None:
        """Ends the fork server and every cell."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(_BURIAL_SECONDS * 2)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its cells are killed by the kernel with it
            self._process.wait()
        if self._reader is not None:
            self._reader.join()
        self._control.close()
        self._folder.remove()

    def _say(self, message: dict[str, Any]) -> None:
        self._control.send(json.dumps(message).encode())

    def _await_ready(self, target: str, seconds: float) -> None:
        self._control.settimeout(seconds)
        try:
            data = self._control.recv(_MESSAGE)
        except ConnectionError:
            data = b""
        except TimeoutError:
            raise TimeoutError(f"importing {target} for cells took more than {seconds:.0f} s") from None
        self._control.settimeout(None)
        if not data:
            said = (self._folder.path / _LOG).read_text("utf-8", "replace")[-_KEPT_PRINTS:].strip()
            raise ImportError(f"importing {target} for cells ended with code {self._process.wait()}: {said}")
        answer = json.loads(data)
        if "failed" in answer:
            raise ImportError(f"{target} cannot be imported for cells: {answer['failed']}: {answer['message']}")

    def _read_reports(self) -> None:
        while True:
            try:
                data = self._control.recv(_MESSAGE)
            except OSError:
                data = b""
            if not data:
                break
            self._report(json.loads(data))
        with self._lock:
            left = list(self._cells)
        for number in left:  # they died with the fork server
            self._report({"ended": number, "status": signal.SIGKILL})

    def _report(self, message: dict[str, Any]) -> None:
        with self._lock:
            cell = self._cells.pop(message["ended"], None)
        if cell is not None:
            cell.status = message["status"]
            cell.ended.set()


def _start_server(handle: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("xb") as file:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "ream_kit.cells_server", str(handle)],
            pass_fds=[handle],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
            env={name: value for name, value in os.environ.items() if _is_passed(name)},
            start_new_session=True,
        )


def _is_passed(name: str) -> bool:
    return name in _ENVIRONMENT or name.startswith("PYTHON")
