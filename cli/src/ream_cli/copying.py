# SPDX-License-Identifier: Apache-2.0
"""Decides when a file counts as copied: all of its bytes as they were at one moment, however often that takes."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK = 1 << 20
TRIES = 3
_PAUSE_SECONDS = 0.5


class Changing(Exception):
    """The file changed each time while it was read."""


class Unwritable(Exception):
    """The copy cannot be written: not the file's fault."""


class NoFile(OSError):
    """Meanwhile it has become something that is no file."""


def copy_settled(source: Path, target: Path, pause: threading.Event) -> int:
    """Copies a file that may be written to at the same time; returns the number of bytes.

    Args:
        source: a link is followed.
        target: is written anew by each try. Holes stay holes: a sparse file takes no more room than it did.
        pause: waited on between tries; setting it ends the waiting.

    Raises:
        Changing: it changed during every try.
        Unwritable: there is no room for the copy.
        OSError: it cannot be read.
    """
    for number in range(TRIES):
        if number:
            pause.wait(_PAUSE_SECONDS * number)
        size = copy_once(source, target)
        if size is not None:
            return size
    raise Changing(str(source))


def copy_once(source: Path, target: Path) -> int | None:
    """Copies a file; returns its size, or None when it changed meanwhile."""
    # Without O_NONBLOCK, opening a pipe that took the file's place would wait for ever.
    reading = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        before = os.fstat(reading)
        if not stat.S_ISREG(before.st_mode):
            raise NoFile(errno.EINVAL, "it is no file any more")
        with _writing(target) as writing:
            _copy_data(reading, writing, before.st_size)
            os.ftruncate(writing, before.st_size)
        after = os.fstat(reading)
    finally:
        os.close(reading)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return before.st_size if same else None


@contextmanager
def _writing(target: Path) -> Iterator[int]:
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise Unwritable(error.strerror) from error
    try:
        yield handle
    finally:
        os.close(handle)


def _copy_data(reading: int, writing: int, size: int) -> None:
    position = 0
    while position < size:
        try:
            start = os.lseek(reading, position, os.SEEK_DATA)
            end = os.lseek(reading, start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # only a hole is left
                return
            if error.errno != errno.EINVAL:
                raise
            start, end = position, size  # a file system that does not know of holes
        if not _copy_range(reading, writing, start, min(end, size)):
            return
        position = end


def _copy_range(reading: int, writing: int, start: int, end: int) -> bool:
    """Copies a piece; False when the file became shorter."""
    while start < end:
        data = os.pread(reading, min(CHUNK, end - start), start)
        if not data:
            return False
        view = memoryview(data)
        while view:
            try:
                written = os.pwrite(writing, view, start)
            except OSError as error:
                raise Unwritable(error.strerror) from error
            view, start = view[written:], start + written
    return True
