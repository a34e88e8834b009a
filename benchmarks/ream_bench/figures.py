# SPDX-License-Identifier: Apache-2.0
"""Decides how measured values become figures: percentiles, rates, shares, ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the values does not exceed (nearest rank); None without values.

    Args:
        values: in any order.
        share: above 0, at most 1; 0.95 is the p95.
    """
    if not 0 < share <= 1:
        raise ValueError(f"{share} is no share: give more than 0 and at most 1")
    if not values:
        return None
    # Less a little, or 0.95 of 20 would be 19.000000000000004 in some sums and ask for the 20th.
    rank = math.ceil(share * len(values) - 1e-9)
    return sorted(values)[max(rank, 1) - 1]


def rate(count: int, seconds: float) -> float | None:
    """How many in a second; None when no time has passed."""
    return count / seconds if seconds > 0 else None


def ratio(now: float | None, before: float | None) -> float | None:
    """How many times the earlier figure the later one is; None when there is nothing to compare with."""
    if now is None or before is None or before == 0:
        return None
    return now / before


def written(value: float | None, unit: str = "") -> str:
    """A figure for people: three digits that count, a dash when there is none."""
    if value is None:
        return "-"
    digits = 0 if value == 0 or abs(value) >= 100 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 3)}f}{' ' if unit else ''}{unit}"
