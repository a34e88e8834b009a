# SPDX-License-Identifier: Apache-2.0
"""Decides when documents arrive: at moments that do not depend on how the earlier ones fare."""

from __future__ import annotations

import random
from itertools import accumulate


def together(count: int) -> tuple[float, ...]:
    """All at once, so that the installation is saturated."""
    return (0.0,) * count


def at_random(count: int, a_second: float, seed: int) -> tuple[float, ...]:
    """Moments in seconds after the beginning, as when many people submit without knowing of each other (Poisson).

    The pauses are exponential, then stretched alike so that the whole keeps the rate exactly: with few documents
    chance alone would make it half as much or twice as much.

    Args:
        count: documents.
        a_second: rate; above 0.
        seed: the same seed gives the same moments.
    """
    if a_second <= 0:
        raise ValueError(f"{a_second} documents a second is no rate")
    chance = random.Random(seed)
    pauses = [chance.expovariate(1.0) for _ in range(count)]
    stretch = count / a_second / sum(pauses) if pauses else 1.0
    return tuple(accumulate(pause * stretch for pause in pauses))
