# SPDX-License-Identifier: Apache-2.0
"""Decides who owns and who can read the servers' files, also when root starts them as another user."""

from __future__ import annotations

import os
from pathlib import Path

from ream_local.errors import LocalStackError


def give(folder: Path, uid: int | None) -> None:
    """Make a user the owner of a folder and all it holds; nothing for None."""
    if uid is None:
        return
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid != uid:
            os.chown(path, uid, uid, follow_symlinks=False)


def make_readable(folder: Path) -> None:
    """Let everybody read a folder of the cache, whatever the umask was when it was made; it holds nothing secret."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def require_reachable(folder: Path, uid: int | None, setting: str) -> None:
    """Make sure that the user of the servers can enter a folder.

    Raises:
        LocalStackError: one of the folders above it is closed.
    """
    if uid is None:
        return
    for parent in (folder, *folder.parents):
        if parent.exists() and not parent.stat().st_mode & 0o001 and parent.stat().st_uid != uid:
            raise LocalStackError(
                f"Servers started by root run as user id {uid}, which cannot enter {parent}. Choose a folder below one "
                f"that others may enter, as in {setting}=/var/lib/ream, or run this as an ordinary user."
            )
