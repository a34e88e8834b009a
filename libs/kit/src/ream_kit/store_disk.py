# SPDX-License-Identifier: Apache-2.0
"""Decides how objects lie in a folder on disk: written once and whole, by many processes at once, no link followed.

An object is written to `.scratch/`, made durable, and only then gets its name by a hard link, which fails when the
name is taken: so no reader sees half an object, and of many writers one wins. With `fsync` (the default) the bytes
and the folder entry are on disk before `put` returns, because an event that names the object may be in Kafka the
next moment. Without it a power cut (not a kill) can lose or empty the newest objects: for tests and trial runs.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ream_kit.errors import Retry
from ream_kit.store_blobs import BadName, NotFound, is_name
from ream_kit.store_source import READ_FILE, pieces

_SCRATCH = ".scratch"
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LEFT_OVER_SECONDS = 48 * 3600
_AWAY = {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ESTALE, errno.EACCES, errno.EPERM}
_AWAY |= {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENODEV, errno.ENXIO, errno.EHOSTDOWN, errno.ETIMEDOUT}


class DiskBlobs:
    """Keeps objects as files below one folder, which is made if it is missing.

    The folder must lie on one file system that has hard links. Files that are no objects (links, pipes, names that
    the store refuses) are not listed and not read.
    """

    def __init__(self, root: Path, *, fsync: bool = True) -> None:
        self._root = root.absolute()
        self._fsync = fsync
        with _errors(str(root)):
            (self._root / _SCRATCH).mkdir(mode=0o750, parents=True, exist_ok=True)
            self._remove_left_overs()

    def put(self, name: str, data: bytes | Path) -> bool:
        """See `Blobs.put`."""
        with _errors(name):
            try:
                self.size(name)
            except NotFound:
                return self._put(name, data)
            return False

    def read(self, name: str, chunk: int) -> Iterator[bytes]:
        """See `Blobs.read`."""
        with _errors(name):
            yield from _pieces(self._open(name), chunk)

    def size(self, name: str) -> int:
        """See `Blobs.size`."""
        with _errors(name):
            handle = self._open(name)
            try:
                return os.fstat(handle).st_size
            finally:
                os.close(handle)

    def names(self, prefix: str) -> Iterator[str]:
        """See `Blobs.names`."""
        folder = prefix.rpartition("/")[0]
        with _errors(prefix):
            self._check_mounted()
            yield from self._walk(folder + "/" if folder else "", prefix)

    def delete(self, name: str) -> None:
        """See `Blobs.delete`."""
        with _errors(name):
            folders, last = name.split("/")[:-1], name.split("/")[-1]
            try:
                with self._folder(folders, create=False) as folder:
                    os.unlink(last, dir_fd=folder)
                    self._sync(folder)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                self._check_mounted()
                return
            while folders and self._remove_folder(folders):
                folders.pop()

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """See `Blobs.local`: the object itself, so nothing is copied."""
        self.size(name)  # walks the name: no part of it is a link
        yield self._root / name

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """See `Blobs.scratch`."""
        folder = self._root / _SCRATCH / uuid.uuid4().hex
        with _errors("scratch"):
            self._check_mounted()
            folder.mkdir(mode=0o750)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _put(self, name: str, data: bytes | Path) -> bool:
        own = isinstance(data, Path) and self._is_own(data)
        source = data if isinstance(data, Path) and own else self._root / _SCRATCH / uuid.uuid4().hex
        try:
            if not own:
                self._write(source, data)
            elif self._fsync:
                _fsync_file(source)
            return self._link(source, name)
        finally:
            if not own:
                source.unlink(missing_ok=True)

    def _is_own(self, path: Path) -> bool:
        """Says whether a file was written in our scratch by the caller, who gives it away, and is nowhere else yet."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return False
        inside = path.resolve().is_relative_to((self._root / _SCRATCH).resolve())
        return inside and stat.S_ISREG(found.st_mode) and found.st_nlink == 1

    def _write(self, target: Path, data: bytes | Path) -> None:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        with os.fdopen(handle, "wb", buffering=0) as file:
            for piece in pieces(data):
                view = memoryview(piece)
                while view:
                    view = view[file.write(view) :]
            if self._fsync:
                os.fsync(handle)

    def _link(self, source: Path, name: str) -> bool:
        folders, last = name.split("/")[:-1], name.split("/")[-1]
        for _ in range(20):
            try:
                with self._folder(folders, create=True) as folder:
                    os.link(source, last, dst_dir_fd=folder, follow_symlinks=False)
                    self._sync(folder)
                    return True
            except FileExistsError:
                return False
            except FileNotFoundError:
                continue  # a delete took the empty folder away between its making and the link
        raise self._away()

    @contextmanager
    def _folder(self, parts: list[str], *, create: bool) -> Iterator[int]:
        """Opens a folder below the root part by part, so that no link on the way is followed."""
        try:
            handle = os.open(self._root, _DIRECTORY & ~os.O_NOFOLLOW)
        except FileNotFoundError:
            raise self._away() from None
        try:
            for part in parts:
                inner = self._step(handle, part, create=create)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)

    def _step(self, handle: int, part: str, *, create: bool) -> int:
        try:
            return os.open(part, _DIRECTORY, dir_fd=handle)
        except FileNotFoundError:
            if not create:
                raise
        try:
            os.mkdir(part, mode=0o750, dir_fd=handle)
            self._sync(handle)
        except FileExistsError:
            pass  # somebody else made it at the same moment
        return os.open(part, _DIRECTORY, dir_fd=handle)

    def _open(self, name: str) -> int:
        folders, last = name.split("/")[:-1], name.split("/")[-1]
        try:
            with self._folder(folders, create=False) as folder:
                handle = os.open(last, READ_FILE, dir_fd=folder)
        except OSError as error:
            # A link is ELOOP, a part that is a file is ENOTDIR, a socket ENXIO: none of them is an object.
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
                raise
            self._check_mounted()
            raise NotFound(name) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise NotFound(name)
        return handle

    def _walk(self, folder: str, prefix: str) -> Iterator[str]:
        try:
            with self._folder(folder.split("/")[:-1], create=False) as handle, os.scandir(handle) as entries:
                # With its slash a folder sorts where its names sort among those of files.
                # What can't begin so is not held: a folder may have a million entries, and few may be asked for.
                wanted = (e for e in entries if _fits(folder + e.name, prefix) and _is_plain(e))
                found = [e.name + "/" if e.is_dir(follow_symlinks=False) else e.name for e in wanted]
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in sorted(found, key=os.fsencode):
            name = folder + entry
            if not is_name(name.removesuffix("/")):
                continue
            if name.endswith("/") and (name.startswith(prefix) or prefix.startswith(name)):
                yield from self._walk(name, prefix)
            elif name.startswith(prefix):
                yield name

    def _remove_folder(self, folders: list[str]) -> bool:
        try:
            with self._folder(folders[:-1], create=False) as parent:
                os.rmdir(folders[-1], dir_fd=parent)
        except OSError:
            return False  # not empty, or somebody else was first: it may stay
        return True

    def _remove_left_overs(self) -> None:
        for entry in (self._root / _SCRATCH).iterdir():
            try:
                old = entry.lstat().st_mtime < time.time() - _LEFT_OVER_SECONDS
            except FileNotFoundError:
                continue  # another process tidies as well
            if old and entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif old:
                entry.unlink(missing_ok=True)

    def _sync(self, handle: int) -> None:
        if self._fsync:
            os.fsync(handle)

    def _check_mounted(self) -> None:
        """An unmounted store looks empty: the folder that every store has tells the two apart."""
        if not (self._root / _SCRATCH).is_dir():
            raise self._away()

    def _away(self) -> Retry:
        return Retry("store", f"the folder {self._root} is not there or was emptied: mount it, or make it again")


def _pieces(handle: int, chunk: int) -> Iterator[bytes]:
    with os.fdopen(handle, "rb", buffering=0) as file:
        while piece := file.read(chunk):
            yield piece


def _fsync_file(path: Path) -> None:
    handle = os.open(path, READ_FILE)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_plain(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)


def _fits(name: str, prefix: str) -> bool:
    return name.startswith(prefix) or prefix.startswith(name)


@contextmanager
def _errors(what: str) -> Iterator[None]:
    """Tells a disk that is away or full, which passes, from a name that cannot be, which does not."""
    try:
        yield
    except (NotADirectoryError, IsADirectoryError):
        raise BadName(f"the name {what!r} goes through an object, or names a folder of objects") from None
    except OSError as error:
        if error.errno in _AWAY:
            raise Retry("store", f"{os.strerror(error.errno or 0)} in the store's folder") from error
        raise
