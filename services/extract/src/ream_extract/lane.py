# SPDX-License-Identifier: Apache-2.0
"""Decides which lane a document's scanned pages take: the small one, or that of documents with many."""

from collections.abc import Iterator

from ream_contracts.messages import SegmentScanned

FIRST = 2
"""Pages of every document that take the small lane as soon as they are judged: somebody waits for the first page, and
the bulk lane may hold thousands of others' pages."""


class Lane:
    """Lets the first pages go at once, and holds the others back until it is known whether there are many.

    All that are held take the same lane. Judging pages is quick, so they wait for the judgement of so many, not for
    that of the last.

    Args:
        few: scanned pages up to which a document takes the small lane as a whole.
    """

    def __init__(self, few: int) -> None:
        self._few = few
        self._seen = 0
        self._held: list[SegmentScanned] = []
        self.bulk = False

    def add(self, scanned: SegmentScanned) -> Iterator[tuple[bool, SegmentScanned]]:
        """Takes one page; yields the pages that may go now, and whether they go to the bulk lane."""
        self._seen += 1
        if self._seen <= min(FIRST, self._few):
            yield False, scanned
            return
        self._held.append(scanned)
        self.bulk = self.bulk or self._seen > self._few
        if self.bulk:
            yield from ((True, page) for page in self._held)
            self._held.clear()

    def rest(self) -> Iterator[SegmentScanned]:
        """Yields the pages of a document that turned out to have few."""
        yield from self._held
        self._held.clear()
