# SPDX-License-Identifier: Apache-2.0
"""Decides how many records are named ahead of their turn: enough that no worker waits for a commit, and few otherwise.

What is named and was not begun is run alone after a death as if it had been, so a stage whose records take seconds must
name few; a stage that does thousands a second must name hundreds, for a commit takes some milliseconds.
"""

from __future__ import annotations

MOST = 1_000
"""Records reserved of a partition, at most."""

MOST_NAMED = 2_000
"""Records named ahead, at most: more than are in flight by default, so that where commits are slow nothing is left
without a name, for only then are the next ones reserved."""

_ENOUGH = 0.25
"""Seconds of work that are named ahead where a commit takes no longer."""

_MOST_SECONDS = 2.0
_CALMER = 0.9


class Pool:
    """How many records that wait are cleared.

    Args:
        least: never fewer: one for each worker, or a batch.
    """

    def __init__(self, least: int) -> None:
        self._least = min(MOST_NAMED, least)
        self._seconds = _ENOUGH
        self.size = self._least
        self._begun = 0

    def begun(self, records: int) -> None:
        """Counts records that were begun."""
        self._begun += records

    def starved(self) -> None:
        """Notes that a worker waited for a commit though there was work: commits take longer than the work named."""
        self.size = min(MOST_NAMED, self.size * 2)
        self._seconds = min(_MOST_SECONDS, self._seconds * 2)

    def second(self) -> None:
        """Notes that a second has passed."""
        self.size = max(self._least, min(self.size, int(self._begun * self._seconds)))
        self._seconds = max(_ENOUGH, self._seconds * _CALMER)
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
