# SPDX-License-Identifier: Apache-2.0
"""Decides what may be committed: only the prefix of a partition's records of which every one is finished."""

from __future__ import annotations

from collections import deque


class Offsets:
    """The records of one assigned partition that were read and are not yet below the commit.

    Gaps between offsets (compaction, control records) are no records: what counts is the order of reading.
    """

    def __init__(self) -> None:
        self._read: deque[int] = deque()
        self._finished: set[int] = set()
        self._next: int | None = None
        self._committed: int | None = None

    def read(self, offset: int) -> None:
        """Notes that a record was read.

        Raises:
            ValueError: it is not beyond those read before.
        """
        if (self._read and offset <= self._read[-1]) or (self._next is not None and offset < self._next):
            raise ValueError(f"offset {offset} was read already")
        self._read.append(offset)

    def finish(self, offset: int) -> None:
        """Notes that a record that was read is finished; order does not matter, nor does saying it twice."""
        self._finished.add(offset)
        while self._read and self._read[0] in self._finished:
            done = self._read.popleft()
            self._finished.discard(done)
            self._next = done + 1

    def committable(self) -> int | None:
        """The offset to commit, that of the next record to read after a restart; None when it is committed already."""
        return None if self._next == self._committed else self._next

    def committed(self, offset: int) -> None:
        """Notes that the broker has a commit."""
        self._committed = offset

    @property
    def position(self) -> int | None:
        """The first offset that is not finished; None before anything was read."""
        return self._read[0] if self._read else self._next

    @property
    def span(self) -> int:
        """Records from the first unfinished one to the last one read: what a restart would repeat."""
        return len(self._read)
