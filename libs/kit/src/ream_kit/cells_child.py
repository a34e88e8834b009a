# SPDX-License-Identifier: Apache-2.0
"""Decides what happens inside a cell: limits first, then one request after another, results as they come."""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import itertools
import json
import os
import select
import signal
import socket
import struct
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from ream_kit import cells_confine, cells_limits, cells_wire
from ream_kit.cells_limits import Limits

Target = Callable[[dict[str, Any], Path], Iterable[dict[str, Any]]]

AT_REST, AT_WORK = "cell at rest", "cell job "
"""What a cell calls its process; at work with the number of the job, so that whoever watches sees how long it takes."""
_HEADER = struct.Struct("!cI")
_PR_SET_NAME = 15
_MESSAGE_CHARACTERS = 2000
_REST_MS = 1000
_NO_MEMORY = cells_wire.frame(cells_wire.NO_MEMORY)


def serve(channel: socket.socket, prints: int, folder: Path, target: Target, limits: Limits, nice: bool) -> NoReturn:
    """Turns this freshly forked process into a cell and answers requests until the caller hangs up.

    `channel` carries frames; what is printed goes to the file descriptor `prints`; nothing is written outside
    `folder`.
    """
    try:
        _settle(prints, folder)
        in_force = cells_limits.apply(limits, low_priority=nice)
        in_force += cells_confine.confine(folder, programs=limits.programs)
        _call_myself(AT_REST)
        channel.sendall(cells_wire.frame(cells_wire.HELLO, {"pid": os.getpid(), "confinement": in_force}))
        jobs = itertools.count(1)
        while (request := _receive(channel)) is not None:
            _call_myself(f"{AT_WORK}{next(jobs) % 1_000_000}")
            cells_limits.allow_cpu(limits)
            _answer(channel, target, request["request"], Path(request["scratch"]))
            os.chdir(folder)
            _call_myself(AT_REST)
            _rest(channel)
    except ConnectionError:
        os._exit(0)  # the caller is gone: there is nobody to answer
    os._exit(0)


def _rest(channel: socket.socket) -> None:
    """Gives memory back to the system when nobody asks for a while: parsers leave their heap full of holes."""
    asked = select.poll()
    asked.register(channel, select.POLLIN)
    if not asked.poll(_REST_MS):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's alone
        if trim is not None:
            trim(0)


def _settle(prints: int, folder: Path) -> None:
    os.setsid()
    # Ignored, so that stopping a service by its group does not cut off what it is finishing; SIGKILL ends a cell.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(prints, 1)
    os.dup2(prints, 2)
    os.close(nothing)
    os.close(prints)
    sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    faulthandler.enable(sys.stderr)
    os.chdir(folder)


def _call_myself(name: str) -> None:
    """Names the process, as `ps` and `top` show it; the kernel keeps 15 letters."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux's alone
    if prctl is not None:
        prctl(_PR_SET_NAME, name.encode("ascii"), 0, 0, 0)


def _receive(channel: socket.socket) -> dict[str, Any] | None:
    header = _exactly(channel, _HEADER.size)
    if header is None:
        return None
    _, size = _HEADER.unpack(header)
    payload = _exactly(channel, size)
    return None if payload is None else dict(json.loads(payload))


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        piece = channel.recv(min(size - len(data), 1 << 20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def _answer(channel: socket.socket, target: Target, request: dict[str, Any], scratch: Path) -> None:
    os.chdir(scratch)
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    try:
        for result in target(request, scratch):
            if not isinstance(result, dict):
                raise TypeError(f"a result must be a dict of JSON values, not {type(result).__name__}")
            channel.sendall(cells_wire.frame(cells_wire.RESULT, result))
        last = cells_wire.frame(cells_wire.DONE)
    except ConnectionError:
        raise
    except MemoryError:
        last = _NO_MEMORY
    except cells_wire.TooLarge:
        last = cells_wire.frame(cells_wire.TOO_MUCH)
    except BaseException as error:
        last = _failure(error)
    sys.stdout.flush()
    sys.stderr.flush()
    channel.sendall(last)


def _failure(error: BaseException) -> bytes:
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return cells_wire.frame(cells_wire.TOO_MUCH)
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return _NO_MEMORY
    try:
        message = str(error)[:_MESSAGE_CHARACTERS]
    except Exception:
        message = "its message cannot be written"
    return cells_wire.frame(cells_wire.FAILED, {"type": type(error).__name__, "message": message})
