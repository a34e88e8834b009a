# SPDX-License-Identifier: Apache-2.0
"""Decides when a record that ends the worker again and again is given up, so that it cannot hold up a partition."""

import json
from pathlib import Path

from ream_aggregate.begun import Begun
from ream_kit import log

MOST_TRIES = 3
"""As many as any stage gives a record that fails for no reason of its own."""


_LOG = log.logger("ream.aggregate.defects")


class Defects:
    """How often a record was begun and not survived: kept in a file, since nothing else outlives the process.

    Written once a death, never in normal running. Another worker, with other files, counts anew.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def count(self, begun: Begun) -> None:
        """Counts the record that the process before this one left begun, whatever ended it; none if none was.

        Raises:
            OSError: it can't be written.
        """
        if (record := begun.left()) is None:
            return
        partition, offset = record
        self._add(partition, offset)
        begun.done()
        _LOG.warning("record_suspected", partition=partition, offset=offset, deaths=self.tries(partition, offset))

    def _add(self, partition: int, offset: int) -> None:
        # Who came as far as this record survived those before it: they are innocent.
        known = {place: tries for place, tries in self._known.items() if place[0] != partition or place[1] >= offset}
        known[partition, offset] = self.tries(partition, offset) + 1
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps([[*place, tries] for place, tries in known.items()]))
        beside.replace(self._file)
        self._known = known

    def tries(self, partition: int, offset: int) -> int:
        """Says how often a record has ended this worker."""
        return self._known.get((partition, offset), 0)

    def exhausted(self, partition: int, offset: int) -> bool:
        """Whether a record had all its tries."""
        return self.tries(partition, offset) >= MOST_TRIES


def _read(file: Path) -> dict[tuple[int, int], int]:
    """Returns what a file says; nothing of one that is not there or can't be read: its records are tried again."""
    try:
        return {(int(partition), int(offset)): int(tries) for partition, offset, tries in json.loads(file.read_bytes())}
    except (FileNotFoundError, ValueError, TypeError):
        return {}
