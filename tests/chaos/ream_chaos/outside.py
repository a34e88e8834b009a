# SPDX-License-Identifier: Apache-2.0
"""Looks at what was written where no service has anything to write, whatever wrote it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

NOBODYS = ("/boot", "/etc", "/srv", "/usr")
"""Folders that nobody writes to while documents are read: as good as all that a name in an archive could aim at."""
_BYTECODE = "__pycache__"


def written(since: float, folders: Sequence[str | Path] = NOBODYS) -> Iterator[Path]:
    """Yields files and links below folders that were made or changed since a moment (seconds since 1970).

    The moment of a change of a file's entry is the kernel's own: a program cannot set it back.
    """
    for folder in folders:
        for place, below, names in os.walk(folder):
            below[:] = [name for name in below if name != _BYTECODE]
            for name in [*names, *(one for one in below if Path(place, one).is_symlink())]:
                path = Path(place, name)
                if _changed(path) >= since:
                    yield path


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_ctime
    except FileNotFoundError:  # it went between being named and looked at
        return 0.0
