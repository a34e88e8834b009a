# SPDX-License-Identifier: Apache-2.0
"""Decides where cells write, how it is measured and removed: in bounded depth, following no link."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

_MOST_DEPTH = 40
_MOST_FILES = 20_000
_PREFIX = "ream-cells-"
_LOCK = "lock"
_YOUNG_SECONDS = 60
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class PoolFolder:
    """The folder of one pool, locked as long as its process lives; those of processes that are gone are removed."""

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        for left in parent.glob(f"{_PREFIX}*"):
            _remove_if_left(left)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Removes the folder and gives up the lock; once."""
        remove_tree(self.path)
        os.close(self._lock)


def _remove_if_left(folder: Path) -> None:
    """A folder is left over when it is ours and old enough to have been locked, and nobody holds the lock."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        found = os.fstat(lock)
        if found.st_uid == os.getuid() and found.st_mtime < time.time() - _YOUNG_SECONDS:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_tree(folder)
    except BlockingIOError:
        return  # its pool lives
    finally:
        os.close(lock)


def is_over(folder: Path, limit: int) -> bool:
    """Says whether the files below hold more than `limit` bytes, or are more, or deeper, than a parser can want."""
    total = files = 0
    waiting = [(str(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        for size, inner in _entries(place):
            files += 1
            total += size
            if total > limit or files > _MOST_FILES or depth > _MOST_DEPTH:
                return True
            if inner:
                waiting.append((inner, depth + 1))
    return False


def _entries(place: str) -> Iterator[tuple[int, str | None]]:
    """Gives blocks in use and, for a folder, its path; what vanishes meanwhile is not there."""
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                yield max(found.st_size, found.st_blocks * 512), entry.path if stat.S_ISDIR(found.st_mode) else None
    except OSError:
        return


def remove_tree(folder: Path, rounds: int = 1_000_000) -> bool:
    """Removes a folder and all below it, however deep it was made; True when it is gone.

    A folder inside is emptied by moving what it holds up to the top, so that no path grows and nothing recurses:
    one round for each level. False when there is more after `rounds`: somebody goes on writing.
    """
    try:
        top = os.open(folder, _DIRECTORY)
    except OSError:
        return not folder.exists()
    try:
        for _ in range(rounds):
            names = _names(top)
            if not names:
                folder.rmdir()
                return True
            for name in names:
                _remove(top, name)
    except OSError:
        return False
    finally:
        os.close(top)
    return False


def _remove(top: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=top)
        return
    except IsADirectoryError:
        inner = _open(top, name)
    try:
        for deeper in _names(inner):
            os.rename(deeper, uuid.uuid4().hex, src_dir_fd=inner, dst_dir_fd=top)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)


def _names(handle: int) -> list[str]:
    with os.scandir(handle) as entries:
        return [entry.name for entry in entries]


def _open(top: int, name: str) -> int:
    try:
        return os.open(name, _DIRECTORY, dir_fd=top)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=top)
        return os.open(name, _DIRECTORY, dir_fd=top)
