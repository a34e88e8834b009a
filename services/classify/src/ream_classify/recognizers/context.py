# SPDX-License-Identifier: Apache-2.0
"""Decides whether words that explain a number stand near it."""

from collections.abc import Iterable

from ream_classify.scan import Scan, whole


def near(scan: Scan, start: int, words: Iterable[str], *, before: int, end: int | None = None, after: int = 0) -> bool:
    """Says whether one of the lower-case words stands in the characters before `start` (or after `end`)."""
    window = scan.folded[max(0, start - before) : start]
    if end is not None and after:
        window += "\n" + scan.folded[end : end + after]
    return any(word in window and next(whole(window, word), None) is not None for word in words)
