# SPDX-License-Identifier: Apache-2.0
"""Decides which lane a document's scanned pages take: the small one, or that of documents with many."""

from collections.abc import Iterator

from ream_contracts.messages import SegmentScanned


class Lane:
    """Holds scanned pages back until it is known whether there are many: all of a document take the same lane.

    Judging pages is quick, so the first page of a large scan waits for the judgement of so many, not for the last.
    """

    def __init__(self, few: int) -> None:
        self._few = few
        self._held: list[SegmentScanned] = []
        self.bulk = False

    def add(self, scanned: SegmentScanned) -> Iterator[SegmentScanned]:
        """Takes one page; yields the pages that may go to the bulk lane now."""
        self._held.append(scanned)
        self.bulk = self.bulk or len(self._held) > self._few
        if self.bulk:
            yield from self._held
            self._held.clear()

    def rest(self) -> Iterator[SegmentScanned]:
        """Yields the pages of a document that turned out to have few."""
        yield from self._held
        self._held.clear()
