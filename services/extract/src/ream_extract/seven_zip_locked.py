# SPDX-License-Identifier: Apache-2.0
"""Decides how an encrypted 7Z is opened with a password: by py7zr, for libarchive does not decrypt this format.

Files are asked for by their place in the archive, never by name: py7zr would refuse the whole archive for one name that
leads out of it.
"""

import contextlib
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import py7zr
from py7zr.io import MemIO, Py7zIO, WriterFactory

from ream_extract.reading import Unreadable
from ream_extract.room import is_full
from ream_extract.seven_zip import Listed


def is_locked(path: Path) -> bool:
    """Says whether a password is needed for the list of files or for any of them."""
    try:
        with py7zr.SevenZipFile(path) as archive:
            return bool(archive.needs_password())
    except py7zr.exceptions.PasswordRequired:
        return True
    except Exception as failure:
        if is_full(failure):
            raise
        return False


def listed(path: Path, passwords: tuple[str, ...]) -> list[Listed]:
    """Lists the files, also where the list itself is encrypted.

    Raises:
        Unreadable: no password opens the list.
    """
    for password in passwords:
        # It raises anything, assertions too, on what a wrong password makes of the list.
        with contextlib.suppress(Exception), py7zr.SevenZipFile(path, password=password) as archive:
            return [
                Listed(place, one.filename, one.uncompressed, one.crc32 if one.uncompressed else None)
                for place, one in enumerate(archive.files)
                if not (one.is_directory or one.is_symlink or one.is_junction or one.is_socket)
            ]
    raise Unreadable("password-wrong", "No password that was named opens the archive's list of files.")


def take(path: Path, passwords: tuple[str, ...], wanted: Mapping[int, tuple[Listed, Path]]) -> Iterator[int]:
    """Writes files, never more of one than its list says, and yields the places of those that came out whole."""
    left = dict(wanted)
    for password in passwords:
        with contextlib.ExitStack() as opened:
            files = _Files(left, opened)
            try:
                with py7zr.SevenZipFile(path, password=password) as archive:
                    for place, one in enumerate(archive.files):
                        archive.worker.register_filelike(one.id, MemIO(str(place), files) if place in left else None)
                    archive.worker.extract(archive.fp, None, parallel=False)
            except Exception as failure:  # as above; which files came out whole is looked at, not believed
                if is_full(failure):
                    raise
        for place in [one for one in left if _is_whole(*left[one])]:
            del left[place]
            yield place
        if not left:
            return


def _is_whole(one: Listed, path: Path) -> bool:
    if not one.size:
        path.touch()
        return True
    if not path.is_file() or path.stat().st_size != one.size:
        return False
    crc = 0
    with path.open("rb") as held:
        while chunk := held.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
    return one.crc in (None, crc)


class _Files(WriterFactory):
    def __init__(self, wanted: Mapping[int, tuple[Listed, Path]], opened: contextlib.ExitStack) -> None:
        self._wanted = wanted
        self._opened = opened

    def create(self, filename: str) -> Py7zIO:
        one, path = self._wanted[int(filename)]
        return _File(self._opened.enter_context(path.open("w+b")), one.size)


class _File(Py7zIO):
    """One file that is written; what is beyond its size is left out, and one byte more tells that there was more."""

    def __init__(self, held: BinaryIO, size: int) -> None:
        self._held = held
        self._most = size + 1

    def write(self, data: bytes | bytearray) -> int:
        self._held.write(data[: max(0, self._most - self._held.tell())])
        return len(data)

    def read(self, size: int | None = None) -> bytes:
        return self._held.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._held.seek(offset, whence)

    def flush(self) -> None:
        self._held.flush()

    def size(self) -> int:
        return self._held.tell()

    def close(self) -> None:
        self._held.close()
