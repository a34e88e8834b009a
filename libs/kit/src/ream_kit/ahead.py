# SPDX-License-Identifier: Apache-2.0
"""Decides how many records are named ahead of their turn: enough that no worker waits for a commit, and few otherwise.

What is named and was not begun is run alone after a death as if it had been, so a stage whose records take seconds must
name few; a stage that does thousands a second must name hundreds, for a commit takes some milliseconds.
"""

from __future__ import annotations

MOST = 1_000
"""Records named ahead, and records reserved of a partition, at most."""

_ENOUGH = 0.25
"""So many of the records begun in a second are named ahead."""


class Pool:
    """How many records that wait are cleared.

    Args:
        least: never fewer: one for each worker, or a batch.
    """

    def __init__(self, least: int) -> None:
        self._least = min(MOST, least)
        self.size = self._least
        self._begun = 0

    def begun(self, records: int) -> None:
        """Counts records that were begun."""
        self._begun += records

    def starved(self) -> None:
        """Notes that a worker waited for a commit though there was work."""
        self.size = min(MOST, self.size * 2)

    def second(self) -> None:
        """Notes that a second has passed."""
        self.size = max(self._least, min(self.size, int(self._begun * _ENOUGH)))
        self._begun = 0


class Reserve:
    """How many records of a partition that come next may be begun at once, while nothing of it waits.

    Args:
        least: never fewer.
    """

    def __init__(self, least: int = 1) -> None:
        self._least = min(MOST, least)
        self._read = 0
        self._wanted = False
        self.size = self._least

    def read(self, left: int, records: int = 1) -> bool:
        """Counts records that were read; says once whether so little is left that it is to be renewed now."""
        self._read += records
        if self._wanted or left * 2 >= self.size:
            return False
        self._wanted = True
        self.size = min(MOST, self.size * 2)
        return True

    def renewed(self) -> None:
        """Notes that a commit renews it."""
        self._wanted = False

    def second(self) -> None:
        """Notes that a second has passed."""
        self.size = max(self._least, min(self.size, self._read // 2))
        self._read = 0
