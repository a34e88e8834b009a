# SPDX-License-Identifier: Apache-2.0
"""Decides whether words that explain a number stand near it."""

from collections.abc import Iterable

from ream_classify.scan import Scan, whole

_NEXT_ROW = 60


def near(scan: Scan, start: int, words: Iterable[str], *, before: int, end: int | None = None, after: int = 0) -> bool:
    """Says whether one of the lower-case words stands in the characters before `start` (or after `end`)."""
    window = scan.folded[max(0, start - before) : start]
    if end is not None and after:
        window += "\n" + scan.folded[end : end + after]
    return any(word in window and next(whole(window, word), None) is not None for word in words)


class Column:
    """Knows of numbers, asked in order, whether words say what they are: before them, or at the head of a column."""

    def __init__(self, scan: Scan, words: Iterable[str], before: int) -> None:
        self._scan, self._words, self._before = scan, tuple(words), before
        self._said, self._end = False, 0

    def says(self, start: int, end: int) -> bool:
        """Says it of the next number; what is said of one is said of that in the line below it."""
        is_below = 0 <= start - self._end <= _NEXT_ROW and "\n" in self._scan.plain[self._end : start]
        self._said = (self._said and is_below) or near(self._scan, start, self._words, before=self._before)
        self._end = end
        return self._said
