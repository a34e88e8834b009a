# SPDX-License-Identifier: Apache-2.0
"""Decides what a name in the store may look like, and what a place that keeps bytes must be able to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

MAX_CHARACTERS = 400
MAX_BYTES = 900
"""S3 takes keys of 1,024 bytes; the rest is room for the prefix of the store."""
MAX_PART_BYTES = 240
"""File systems take 255 bytes a folder or file name."""
CHUNK = 1 << 20


class NotFound(Exception):
    """Nothing lies under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the store has no object {name!r}")
        self.name = name


class BadName(ValueError):
    """A name that the store refuses, whoever asks: it could leave the store or not be kept by every kind of store."""


class Unreadable(ValueError):
    """A file that was to be put into the store cannot be read, or is no regular file."""


class Blobs(Protocol):
    """A place that keeps bytes under names, each written once; names were checked before.

    Every method raises `Retry("store", ...)` when the place is away, and `NotFound` where a name must exist and
    does not.
    """

    def put(self, name: str, data: bytes | Path) -> bool:
        """Keeps the bytes, whole or not at all; False, and no change, if the name is taken.

        Raises:
            Unreadable: the file to be kept cannot be read, or is no regular file.
        """

    def read(self, name: str, chunk: int) -> Iterator[bytes]:
        """Gives the bytes in pieces of at most `chunk` bytes; NotFound comes in place of the first."""

    def size(self, name: str) -> int:
        """Gives the number of bytes."""

    def names(self, prefix: str) -> Iterator[str]:
        """Gives every name that starts with `prefix`, ascending by its UTF-8 bytes."""

    def delete(self, name: str) -> None:
        """Takes a name away; nothing happens when it is not there."""

    def local(self, name: str) -> AbstractContextManager[Path]:
        """Gives a file with the bytes, to be read only, that stays at least as long as the context."""

    def scratch(self) -> AbstractContextManager[Path]:
        """Gives an empty folder; a file written there can be kept by `put` without copying it."""


def check_name(name: str) -> str:
    """Gives the name back if it is fit for every kind of store.

    Raises:
        BadName: it is empty, too long, absolute, climbs with `..`, has an empty part, begins with a dot (kept for
            the store itself), or holds control characters, a backslash or what UTF-8 cannot say.
    """
    if not name or len(name) > MAX_CHARACTERS:
        raise BadName(f"a name in the store has 1 to {MAX_CHARACTERS} characters, this one {len(name)}")
    _check_text(name)
    for part in name.split("/"):
        if part in ("", ".", "..") or len(part.encode()) > MAX_PART_BYTES:
            raise BadName(f"a part of the name {name!r} is empty, '.', '..' or longer than {MAX_PART_BYTES} bytes")
    if name.startswith("."):
        raise BadName(f"the name {name!r} begins with a dot: those are the store's own")
    return name


def check_prefix(prefix: str) -> str:
    """Gives the start of a name back if some name could begin so; the empty prefix means everything.

    Raises:
        BadName: no name can begin so.
    """
    if prefix:
        check_name(prefix + "x" if prefix.endswith("/") else prefix)
    return prefix


def is_name(text: str) -> bool:
    """Says whether `check_name` accepts it: a folder may hold files that are no objects."""
    try:
        check_name(text)
    except BadName:
        return False
    return True


def _check_text(name: str) -> None:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise BadName(f"the name {name!r} cannot be written in UTF-8") from None
    if size > MAX_BYTES:
        raise BadName(f"a name in the store has at most {MAX_BYTES} bytes, this one {size}")
    if "\\" in name or any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name):
        raise BadName(f"the name {name!r} holds a control character or a backslash")
