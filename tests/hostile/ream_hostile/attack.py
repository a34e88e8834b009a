# SPDX-License-Identifier: Apache-2.0
"""What a hostile file is: bytes that a script makes, and the outcome that is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ESCAPE = "/tmp/ream-hostile-escaped"
"""Where names inside hostile archives point to: nothing may ever be there."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile file.

    Attributes:
        name: of the file.
        make: its bytes.
        ends: outcomes that are true of it, with the cause where the document itself has one.
        children: how many documents are found inside, itself not counted.
    """

    name: str
    make: Callable[[], bytes]
    ends: frozenset[tuple[str, str | None]]
    children: int = 0


def ends(*outcomes: str | tuple[str, str]) -> frozenset[tuple[str, str | None]]:
    """Writes outcomes down: `complete`, or `(failed, damaged)`."""
    return frozenset((one, None) if isinstance(one, str) else one for one in outcomes)
