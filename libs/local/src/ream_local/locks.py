# SPDX-License-Identifier: Apache-2.0
"""Decides who may change a folder when several commands want to at the same time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ream_local.errors import LocalStackError


@contextlib.contextmanager
def held(path: Path, busy: str | None = None) -> Iterator[None]:
    """Hold a lock file as long as the block runs; it ends with the process, whatever ends that.

    Args:
        path: the lock file; it is made and stays.
        busy: what to tell when another process holds it; None waits instead.

    Raises:
        LocalStackError: another process holds it, and `busy` was given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError as error:
            raise LocalStackError(busy or "") from error
        yield
    finally:
        os.close(handle)
