# SPDX-License-Identifier: Apache-2.0
"""Decides whether a page may hold a table at all, from where its words stand: most pages hold none."""

from collections.abc import Iterable

from ream_tables.lines import GAP

STEP = 4.0
"""Points within which feet of letters are one line."""
APART = 8
"""Steps from a line to the next."""
Stretch = tuple[float, float, float]
"""Left, right and height of something on a line."""


def aligned(boxes: Iterable[tuple[float, float, float, float]]) -> int:
    """Counts neighbouring lines that have a gap in common; what stands in none of them is in no table.

    Args:
        boxes: left, right, height and lower y of words or runs of text; from where y is counted does not matter.
    """
    rows: dict[int, list[Stretch]] = {}
    for left, right, height, foot in boxes:
        # Feet of one line differ by what hangs below it: each stands in two rows, and is whole in one of them.
        for at in (int((foot + height / 2) // STEP), int((foot + height / 2) // STEP) + 1):
            rows.setdefault(at, []).append((left, right, height))
    pairs, before, above = 0, -1_000_000, list[tuple[float, float]]()
    for at in sorted(rows):
        gaps = _gaps(rows[at]) if len(rows[at]) > 1 and at > before + 1 else []
        if not gaps:
            continue
        if at - before < APART:
            pairs += any(min(right, end) - max(left, start) > 2 for left, right in gaps for start, end in above)
        before, above = at, gaps
    return pairs


def _gaps(row: list[Stretch]) -> list[tuple[float, float]]:
    """Gaps of a line that are wider than a space; that behind a bullet is none."""
    row.sort()
    found = []
    begin, reached, _ = row[0]
    for left, right, height in row[1:]:
        tall = max(height, 4.0)
        if left - reached > GAP * tall and reached - begin > tall:
            found.append((reached, left))
        reached = max(reached, right)
    return found
