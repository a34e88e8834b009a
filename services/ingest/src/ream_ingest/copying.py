# SPDX-License-Identifier: Apache-2.0
"""Decides what was really received: copies bytes with a hash and a limit, and notices files that change meanwhile."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ream_ingest.sources import BadSource

CHUNK = 1 << 20


PASSING = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN,
    errno.ESTALE, errno.ENODEV, errno.EHOSTDOWN, errno.ETIMEDOUT,
})  # fmt: skip
"""What the machine is short of, or a mounted disk that is away: no fault of the file's, and none of ours."""


class TooLarge(Exception):
    """There are more bytes than may be taken.

    Attributes:
        size: as many bytes as are known of: the whole where the source says so, else what was read.
    """

    def __init__(self, size: int) -> None:
        super().__init__(f"at least {size} bytes")
        self.size = size


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes on the local disk and what they are."""

    path: Path
    size: int
    sha256: str


def hash_file(path: Path, limit: int) -> Received:
    """Hashes a file that nobody changes, in bounded memory.

    Raises:
        TooLarge: it is larger than `limit` bytes; it is not read then.
    """
    size = path.stat().st_size
    if size > limit:
        raise TooLarge(size)
    with path.open("rb") as file:
        return Received(path, size, hashlib.file_digest(file, "sha256").hexdigest())


def copy(chunks: Iterable[bytes], target: Path, limit: int) -> Received:
    """Writes chunks to a file and hashes them on the way.

    Raises:
        TooLarge: more than `limit` bytes came.
        OSError: the disk is full, or away.
    """
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge(size)
            digest.update(chunk)
            file.write(chunk)
    return Received(target, size, digest.hexdigest())


def copy_file(path: Path, target: Path, limit: int, allowed: Callable[[Path], Path], tries: int = 3) -> Received:
    """Copies a file that others may be writing, so that what is kept is what it was at one moment.

    Args:
        path: the file, links resolved.
        target: where the copy goes; overwritten.
        limit: bytes.
        allowed: checks the path that was really opened (it may have been swapped for a link meanwhile).
        tries: how often it is read when it changes.

    Raises:
        BadSource: it is not there, not readable, no plain file, or changes each time it is read.
        TooLarge: it is larger than `limit`.
        OSError: a disk is full, or away.
    """
    for _ in range(tries):
        with os.fdopen(_open(path), "rb") as file:
            allowed(Path(f"/proc/self/fd/{file.fileno()}"))
            before = os.fstat(file.fileno())
            if before.st_size > limit:
                raise TooLarge(before.st_size)
            received = copy(iter(lambda: file.read(CHUNK), b""), target, limit)
            after = os.fstat(file.fileno())
        unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if unchanged and received.size == after.st_size:
            return received
    raise BadSource("changing", "the file changed each time it was read; submit it when it is written to its end")


def _open(path: Path) -> int:
    try:
        # O_NONBLOCK: a named pipe must not hold the service.
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise BadSource("no-such-object", "there is no file at this place") from None
    except OSError as error:
        if error.errno in PASSING:
            raise
        raise BadSource("not-readable", f"the file can't be opened: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise BadSource("not-a-file", "the source is a folder or a device, not a file; submit its files one by one")
    return opened
