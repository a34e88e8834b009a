# SPDX-License-Identifier: Apache-2.0
"""Decides which files of the given paths are brought, and names everything that is passed over, with the reason."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """A file to bring.

    Attributes:
        path: absolute; a link keeps its own name. Bytes that are not UTF-8 are kept as Python keeps them.
    """

    path: Path


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that is not brought.

    Attributes:
        cause: a code: unreadable, gone, link-loop, link-outside, no-file, changing, store-away, kafka-away.
        reason: a sentence for people.
        lost: whether a document may be missing because of it.
    """

    path: Path
    cause: str
    reason: str
    lost: bool = True


def files(paths: Iterable[Path]) -> Iterator[File | PassedOver]:
    """Yields every file of the paths and of the folders below them once, in the order of their names' bytes.

    Links to files are followed. Links to folders are not: what lies inside the paths comes anyway, and what lies
    outside was not asked for, so it is named.
    """
    roots = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - resolve() would follow links
    walk = _Walk([os.path.realpath(root) for root in roots])
    for root in roots:
        yield from walk.path(root)


class _Walk:
    """One walk over all paths; it remembers what it has given, so that a path given twice counts once."""

    def __init__(self, real_roots: list[str]) -> None:
        self._real_roots = real_roots
        self._given: set[Path] = set()
        self._entered: set[tuple[int, int]] = set()

    def path(self, root: Path) -> Iterator[File | PassedOver]:
        """Walks a path that a person has named: there even a link to a folder is followed."""
        waiting = [root]
        while waiting:
            path = waiting.pop()
            try:
                found = path.stat()
            except OSError as error:
                yield failed(path, error)
                continue
            if not stat.S_ISDIR(found.st_mode):
                yield from self._file(path, found)
            elif path != root and path.is_symlink():
                yield self._folder_link(path)
            elif (found.st_dev, found.st_ino) not in self._entered:
                self._entered.add((found.st_dev, found.st_ino))
                try:
                    waiting += sorted(path.iterdir(), key=os.fsencode, reverse=True)
                except OSError as error:
                    yield failed(path, error)

    def _file(self, path: Path, found: os.stat_result) -> Iterator[File | PassedOver]:
        if path in self._given:
            return
        self._given.add(path)
        if stat.S_ISREG(found.st_mode):
            yield File(path)
        else:
            yield PassedOver(path, "no-file", "it is a pipe, a socket or a device, which holds no document", lost=False)

    def _folder_link(self, path: Path) -> PassedOver:
        target = os.path.realpath(path)
        if any(_inside(target, root) or _inside(root, target) for root in self._real_roots):
            return PassedOver(path, "link-loop", "it is a link to a folder that is taken, or above it", lost=False)
        return PassedOver(path, "link-outside", f"it is a link to a folder elsewhere: name {target} to take it as well")


def _inside(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


_REASONS = {
    errno.ENOENT: ("gone", "it is not there, or was taken away while its folder was read", True),
    errno.ELOOP: ("link-loop", "it is a link that leads back to itself", False),
    errno.EACCES: ("unreadable", "this user may not read it", True),
    errno.EPERM: ("unreadable", "this user may not read it", True),
    errno.ENAMETOOLONG: ("unreadable", "its path is longer than the system takes", True),
}


def failed(path: Path, error: OSError) -> PassedOver:
    """Names a path that the system gives no bytes of."""
    if error.errno == errno.ENOENT and path.is_symlink():
        return PassedOver(path, "gone", "it is a link to something that is not there")
    otherwise = ("unreadable", f"the system says: {os.strerror(error.errno or 0)}", True)
    cause, reason, lost = _REASONS.get(error.errno or 0, otherwise)
    return PassedOver(path, cause, reason, lost)
