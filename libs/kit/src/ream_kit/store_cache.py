# SPDX-License-Identifier: Apache-2.0
"""Decides which objects of a far store are kept in a folder near by: the last used ones, up to a number of bytes.

Safe between threads and processes: a copy is loaded once, under a lock of its own; whoever uses it has a hard link of
his own, so that making room takes nothing away from him. The bound holds for what is kept; what is in use comes on top.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ream_kit.errors import Retry

_STRIPES = 256
_LEFT_OVER_SECONDS = 48 * 3600
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Cache:
    """Copies of objects in a folder, at most `limit` bytes kept; the least lately used go first.

    Copies that were not used for two days go too, so that what was erased from the store does not stay here.

    Raises (when made):
        ValueError: the folder belongs to somebody else, who could put other bytes into it.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._kept = folder / "kept"
        self._used = folder / "used"
        self._locks = folder / "locks"
        self._limit = limit
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.lstat().st_uid != os.getuid() or not stat.S_ISDIR(folder.lstat().st_mode):
            raise ValueError(f"the cache folder {folder} is a link or belongs to another user: name one of your own")
        for made in (self._kept, self._used, self._locks):
            made.mkdir(mode=0o700, exist_ok=True)
        self._remove_old(self._used)
        self._make_room(0)

    @contextmanager
    def file(self, key: str, size: int, load: Callable[[], Iterator[bytes]]) -> Iterator[Path]:
        """Gives a file with the bytes of the object that `key` names for ever; loads it if there is no copy.

        Raises:
            Retry: the disk of the cache is full, or the store ended too early.
        """
        mine = self._used / f"{os.getpid()}-{uuid.uuid4().hex}"
        kept = self._kept / hashlib.sha256(key.encode()).hexdigest()
        try:
            if not _link(kept, mine):
                self._load(kept, mine, size, load)
            yield mine
        finally:
            mine.unlink(missing_ok=True)

    def _load(self, kept: Path, mine: Path, size: int, load: Callable[[], Iterator[bytes]]) -> None:
        with self._lock(f"{int(kept.name[:8], 16) % _STRIPES}"):
            if _link(kept, mine):
                return  # somebody loaded it while we waited
            self._make_room(size)
            _write(mine, size, load())
            if size <= self._limit:
                os.link(mine, kept)

    def _make_room(self, wanted: int) -> None:
        with self._lock("room"):
            self._remove_old(self._kept)
            files = sorted(_files(self._kept), key=lambda file: file[1].st_mtime)
            total = wanted + sum(found.st_size for _, found in files)
            for path, found in files:
                if total <= self._limit:
                    return
                path.unlink(missing_ok=True)
                total -= found.st_size

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self._locks / name).open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _remove_old(self, folder: Path) -> None:
        for path, found in _files(folder):
            if found.st_mtime < time.time() - _LEFT_OVER_SECONDS:
                path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield path, path.stat()


def _link(kept: Path, mine: Path) -> bool:
    try:
        os.link(kept, mine)
        os.utime(mine)  # the same file: this is when it was last used
    except FileNotFoundError:
        return False
    return True


def _write(target: Path, size: int, pieces: Iterator[bytes]) -> None:
    written = 0
    try:
        with target.open("xb") as file:
            for piece in pieces:
                written += file.write(piece)
    except OSError as error:
        if error.errno in _FULL:
            raise Retry("cache disk", "the disk of the store's local cache is full: free some") from error
        raise
    if written != size:
        raise Retry("store", f"the object store gave {written} of {size} bytes")
