# SPDX-License-Identifier: Apache-2.0
"""Decides when a record that ends the worker again and again is given up, so that it cannot hold up a partition."""

import json
from pathlib import Path

MOST_TRIES = 3
"""As many as any stage gives a record that fails for no reason of its own."""


class Defects:
    """How often a record ended this worker: kept in a file, since nothing else outlives the process.

    A partition has one such record at a time: the first that is not answered. Another worker, with other files, counts
    anew.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def add(self, partition: int, offset: int) -> None:
        """Takes note that a record ends this process; to be called before it does.

        Raises:
            OSError: it can't be written.
        """
        self._known[partition] = (offset, self.tries(partition, offset) + 1)
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps([[partition, *known] for partition, known in self._known.items()]))
        beside.replace(self._file)

    def tries(self, partition: int, offset: int) -> int:
        """Says how often a record has ended this worker."""
        at, tries = self._known.get(partition, (-1, 0))
        return tries if at == offset else 0

    def exhausted(self, partition: int, offset: int) -> bool:
        """Whether a record had all its tries."""
        return self.tries(partition, offset) >= MOST_TRIES


def _read(file: Path) -> dict[int, tuple[int, int]]:
    """Returns what a file says; nothing of one that is not there or can't be read: its records are tried again."""
    try:
        return {int(partition): (int(offset), int(tries)) for partition, offset, tries in json.loads(file.read_bytes())}
    except (FileNotFoundError, ValueError, TypeError):
        return {}
