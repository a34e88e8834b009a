# SPDX-License-Identifier: Apache-2.0
"""Decides which local files may be put into the store: regular ones, for whoever wrote them may be hostile."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ream_kit.store_blobs import CHUNK, Unreadable

# Without O_NONBLOCK, opening a pipe that somebody planted would wait for ever.
READ_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_source(path: Path) -> io.FileIO:
    """Opens a regular file for reading, never a link, a pipe or a device.

    Raises:
        Unreadable: it is something else, or cannot be opened.
    """
    try:
        handle = os.open(path, READ_FILE)
        regular = stat.S_ISREG(os.fstat(handle).st_mode)
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened to be stored: {error.strerror}") from None
    if not regular:
        os.close(handle)
        raise Unreadable(f"{path} is no regular file: a folder, pipe or device is not stored")
    return io.FileIO(handle, "rb")


def pieces(data: bytes | Path) -> Iterator[bytes]:
    """Gives what is to be stored piece by piece.

    Raises:
        Unreadable: the file is no regular file or cannot be read.
    """
    if isinstance(data, Path):
        with open_source(data) as file:
            yield from file_pieces(file, data)
    elif data:
        yield data


def file_pieces(file: io.FileIO, path: Path) -> Iterator[bytes]:
    """Gives the rest of an open file; a failing disk below it is named as the file's, not the store's.

    Raises:
        Unreadable: it cannot be read to its end.
    """
    try:
        while piece := file.read(CHUNK):
            yield piece
    except OSError as error:
        raise Unreadable(f"{path} cannot be read to its end: {error.strerror}") from None
