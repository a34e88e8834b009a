# SPDX-License-Identifier: Apache-2.0
"""Decides how large a program's log may become before its older half is put aside."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

_LIMIT_BYTES = 32 * 2**20


class LogFile:
    """A log that a running program writes to; one older piece is kept beside it as `<name>.1`."""

    def __init__(self, path: Path, limit_bytes: int = _LIMIT_BYTES) -> None:
        """Describe a log; the file appears with `open`."""
        self.path = path
        self._limit = limit_bytes

    def open(self) -> BinaryIO:
        """The file for appending, readable by its owner alone: a library's log may quote what it was given."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return os.fdopen(handle, "ab", buffering=0)

    def limit(self) -> None:
        """Put the content aside when it has become too large.

        It is copied and cut rather than renamed, because the program keeps the file open; it appends, so it goes on at
        the new end. Lines written between copy and cut are lost.
        """
        if self.path.exists() and self.path.stat().st_size > self._limit:
            shutil.copyfile(self.path, self.path.with_name(f"{self.path.name}.1"))
            os.truncate(self.path, 0)
