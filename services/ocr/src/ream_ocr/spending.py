# SPDX-License-Identifier: Apache-2.0
"""Decides how often a page is tried whose cells die: the more cells its document has cost, the less often."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

TRIES = 3
"""How often a page is tried."""
PATIENT = 9
"""Cells that a document may cost before its other pages are tried once only."""
MOST = 30
"""Cells that a document may cost before its other pages fail without being tried: a page may take minutes to die of."""
_REMEMBERED = 1_000


class Spending:
    """What documents have cost in cells, the last thousand of them. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deaths: OrderedDict[Hashable, tuple[int, str]] = OrderedDict()

    def died(self, document: Hashable, cause: str) -> None:
        """Counts a cell that died of a page of it."""
        with self._lock:
            count, _ = self._deaths.pop(document, (0, ""))
            self._deaths[document] = (count + 1, cause)
            if len(self._deaths) > _REMEMBERED:
                self._deaths.popitem(last=False)

    def tries(self, document: Hashable) -> int:
        """Says how often a page of it may be tried; 0 for not at all."""
        count, _ = self._deaths.get(document, (0, ""))
        return TRIES if count < PATIENT else int(count < MOST)

    def cause(self, document: Hashable) -> str:
        """Says what the last of its cells died of."""
        return self._deaths[document][1]
