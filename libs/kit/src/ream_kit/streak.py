# SPDX-License-Identifier: Apache-2.0
"""Decides when a stage fails so steadily that it must stop, over the ends of its processes too."""

from __future__ import annotations

import threading
from collections.abc import Hashable

from ream_kit.attempts import Outcome


class Streak:
    """How many documents in a row failed by our own fault, and whether that is the limit. Thread-safe.

    A document counts once, however many of its records fail: one of a thousand bad pages is one bad document.

    The number travels in the metadata of commits. A process that takes a partition up goes on with what is said there,
    but never at the limit itself: so after a stop the first failure stops it again, with nothing given up, and the
    first record that is done begins anew.

    Attributes:
        limit: so many in a row end the stage.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._failures = 0
        self._failed: set[Hashable] = set()

    @property
    def failures(self) -> int:
        """Documents that failed since the last record that was done."""
        return self._failures

    def failed(self, document: Hashable) -> bool:
        """Counts a document that failed for good; says whether that is the limit: then it is not to be given up."""
        with self._lock:
            if document not in self._failed:
                self._failed.add(document)
                self._failures += 1
            return self._failures >= self.limit

    def begin_anew(self) -> None:
        """Forgets what failed: it was the fault of those documents."""
        with self._lock:
            self._failures = 0
            self._failed.clear()

    def finished(self, outcome: Outcome) -> None:
        """Notes that a record is finished and the broker has all that it wrote.

        If it was done, what failed before it was the fault of those records. One that was skipped or rejected proves
        nothing: that may be said before anything is worked on.
        """
        if self._failures and outcome == "done":
            self.begin_anew()

    def resume(self, failures: int) -> None:
        """Goes on with what another process had counted."""
        with self._lock:
            self._failures = max(self._failures, min(failures, self.limit - 1))
