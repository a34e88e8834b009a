# SPDX-License-Identifier: Apache-2.0
"""Decides how cells are born and buried: a small process that has imported the target, and forks it on demand.

Started by `exec` and free of threads, sockets and clients of the service, so that a fork is safe whatever the service
has open. It is told by one socket what to do, and ends, with all its cells, when that socket closes: also when the
service was killed.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from ream_kit import cells_child, cells_limits
from ream_kit.cells_folder import remove_tree
from ream_kit.cells_limits import Limits

_PR_SET_CHILD_SUBREAPER = 36
_MESSAGE = 1 << 17


class Server:
    """The loop of the fork server."""

    def __init__(self, control: socket.socket, order: dict[str, Any]) -> None:
        self._control = control
        self._folder = Path(order["folder"])
        self._limits = Limits(**order["limits"])
        self._nice = bool(order["low_priority"])
        self._target = load(order["target"])
        self._cells: dict[int, int] = {}
        self._wakeup, self._signals = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Serves until the service closes the socket."""
        self._signals.setblocking(False)
        signal.set_wakeup_fd(self._signals.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # What cells of a program leave behind becomes our child, so that it can be found and ended.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        gc.collect()
        gc.freeze()  # pages of what is imported stay shared with the cells
        self._say({"ready": True})
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._wakeup:
                    self._wakeup.recv(4096)
                    self._bury()
                elif not self._obey():
                    return

    def end(self) -> None:
        """Kills every cell and removes what they wrote."""
        for pid in self._cells:
            _kill(pid)
        for pid in self._cells:
            os.waitpid(pid, 0)
        self._kill_orphans()
        remove_tree(self._folder)

    def _obey(self) -> bool:
        data, handles, _, _ = socket.recv_fds(self._control, _MESSAGE, 2, socket.MSG_CMSG_CLOEXEC)
        if not data:
            return False
        order = json.loads(data)
        if "spawn" in order:
            self._spawn(order["spawn"], Path(order["folder"]), handles)
        elif order["kill"] in self._cells.values():
            _kill(next(pid for pid, number in self._cells.items() if number == order["kill"]))
        return True

    def _spawn(self, number: int, folder: Path, handles: list[int]) -> None:
        try:
            server = os.getpid()
            pid = os.fork()
        except OSError as error:
            self._say({"ended": number, "status": None, "reason": str(error)})
        else:
            if pid == 0:
                self._become_cell(server, folder, handles)
            self._cells[pid] = number
        finally:
            for handle in handles:
                os.close(handle)

    def _become_cell(self, server: int, folder: Path, handles: list[int]) -> None:
        try:
            cells_limits.die_with_parent(server)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for ours in (self._control, self._wakeup, self._signals, self._selector):
                ours.close()
            channel = socket.socket(fileno=handles[0])
            cells_child.serve(channel, handles[1], folder, self._target, self._limits, self._nice)
        except BaseException:
            traceback.print_exc()  # to whoever reads what the cell printed
            sys.stderr.flush()
        finally:
            os._exit(70)  # never back into the server's loop, whatever happened

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = self._cells.pop(pid, None)
            if number is not None:
                self._kill_orphans()
                self._say({"ended": number, "status": status})

    def _kill_orphans(self) -> None:
        for pid in cells_limits.children(os.getpid()):
            if pid not in self._cells:
                _kill(pid)

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._control.send(json.dumps(message).encode())
        except ConnectionError:
            return  # the service is gone: the loop sees it next


def load(target: str) -> cells_child.Target:
    """Imports `module:function`.

    Raises:
        ImportError, AttributeError: there is no such thing, or its module fails.
    """
    module, _, function = target.partition(":")
    found: cells_child.Target = getattr(importlib.import_module(module), function)
    return found


def _kill(pid: int) -> None:
    # A cell leads a session of its own, but is a child that can be killed before it has made one.
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def main(handle: int) -> None:
    """Runs the fork server on the socket that the service handed over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=handle)
    order = json.loads(control.recv(_MESSAGE))
    sys.path[:] = order["sys_path"]
    try:
        server = Server(control, order)
    except BaseException as error:
        control.send(json.dumps({"failed": type(error).__name__, "message": str(error)[:2000]}).encode())
        return
    try:
        server.run()
    finally:
        server.end()


if __name__ == "__main__":
    main(int(sys.argv[1]))
