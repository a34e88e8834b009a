# SPDX-License-Identifier: Apache-2.0
"""Decides whether this machine has the disk and memory that the servers need."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ream_local.errors import LocalStackError

_MEMINFO = Path("/proc/meminfo")


def require_disk(folder: Path, needed_mb: int, purpose: str) -> None:
    """Make sure that a folder's disk has room.

    Args:
        folder: need not exist yet.
        needed_mb: MiB.
        purpose: what the room is for.

    Raises:
        LocalStackError: there is less.
    """
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free_mb = shutil.disk_usage(existing).free // 2**20
    if free_mb < needed_mb:
        raise LocalStackError(
            f"{purpose} needs {needed_mb} MB of disk, but {existing} has {free_mb} MB left. "
            "Make room, or choose another disk with REAM_HOME (data) and REAM_CACHE (downloads)."
        )


def require_memory(needed_mb: int, purpose: str, meminfo: Path = _MEMINFO) -> None:
    """Make sure that enough memory is available.

    Raises:
        LocalStackError: there is less than `needed_mb` MiB.
    """
    found = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text(encoding="ascii"), re.MULTILINE)
    available_mb = int(found[1]) // 1024 if found else needed_mb
    if available_mb < needed_mb:
        raise LocalStackError(
            f"{purpose} needs {needed_mb} MB of memory, but only {available_mb} MB are available. End other programs, "
            "or lower REAM_OPENSEARCH_HEAP_MB (not below 256) and REAM_KAFKA_HEAP_MB (not below 128)."
        )
