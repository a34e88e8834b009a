# SPDX-License-Identifier: Apache-2.0
"""Decides how encrypted members of a ZIP are opened: by the old cipher or AES, with whichever password fits."""

import zipfile
from contextlib import ExitStack
from typing import IO

import pyzipper  # type: ignore[import-untyped]

from ream_extract import zip_check
from ream_extract.reading import Source, Unreadable

BROKEN = (*zip_check.BROKEN, pyzipper.BadZipFile)
"""What zipfile and its relative raise on hostile bytes."""


class Locked:
    """The archive as pyzipper reads it; opened when the first encrypted member is asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._opened = ExitStack()
        self._members: dict[int, zipfile.ZipInfo] | None = None
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> "Locked":
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        """Opens a member of the archive with the password that fits.

        Raises:
            Unreadable: none does. BROKEN: the member is damaged.
        """
        if self._archive is None or self._members is None:
            self._archive = self._opened.enter_context(pyzipper.AESZipFile(self._source.path))
            self._members = {one.header_offset: one for one in self._archive.infolist()}
        member = self._members[info.header_offset]
        for password in self._source.passwords:
            for written in dict.fromkeys((password.encode(), password.encode("cp437", "replace"))):
                try:
                    return self._archive.open(member, pwd=written)
                except RuntimeError as failure:  # of which NotImplementedError is a kind
                    if isinstance(failure, NotImplementedError):
                        raise
        raise Unreadable("password-wrong", "No password that was named opens the member.")
