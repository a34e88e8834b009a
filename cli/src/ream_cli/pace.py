# SPDX-License-Identifier: Apache-2.0
"""Decides how fast it goes and how long the rest will take, by what was done lately."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_SECONDS = 60.0
_LEAST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Done in a second, lately."""

    documents: float
    units: float


class Pace:
    """Looks back over the last minute: what was quick an hour ago says little about what is left."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()

    def note(self, now: float, documents: int, units: int) -> None:
        """Takes a sample: how many were done so far, at most one for each half second."""
        if self._samples and now - self._samples[-1][0] < 0.5:
            return
        self._samples.append((now, documents, units))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW_SECONDS:
            self._samples.popleft()

    def rate(self) -> Rate:
        """How fast it goes; nothing when there is too little to tell."""
        if len(self._samples) < 2:
            return Rate(0.0, 0.0)
        (began, documents, units), (ended, more_documents, more_units) = self._samples[0], self._samples[-1]
        seconds = ended - began
        if seconds < _LEAST_SECONDS:
            return Rate(0.0, 0.0)
        return Rate((more_documents - documents) / seconds, (more_units - units) / seconds)

    def seconds_left(self, documents: int, units: int) -> float | None:
        """How long the rest takes at this rate: documents or units, whichever takes longer; None when nobody knows."""
        rate = self.rate()
        if rate.documents <= 0:
            return None
        by_units = units / rate.units if rate.units > 0 else 0.0
        return max(documents / rate.documents, by_units)
