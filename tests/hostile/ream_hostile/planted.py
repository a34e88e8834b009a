# SPDX-License-Identifier: Apache-2.0
"""Files for a parser that is planted in tests: one that sleeps for ever, and one that takes all memory.

A real parser with such a defect would do; there is none at hand that stays broken. `environment` makes a process of
extract find the planted parser, which reads databases of SQLite, a type that nobody else reads.
"""

from __future__ import annotations

import os
from pathlib import Path

from ream_hostile.attack import Attack, ends

FOLDER = Path(__file__).resolve().parents[1] / "planted"
ASLEEP, GREEDY = "ream-asleep", "ream-greedy"
"""What the planted parser calls its process while it misbehaves."""


def environment() -> dict[str, str]:
    """Variables by which extract, and the cells of it, find the planted parser."""
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(FOLDER), *([before] if before else [])])}


def database(order: bytes) -> bytes:
    """What begins as a database of SQLite does, with an order to the planted parser."""
    return b"SQLite format 3\x00" + order.ljust(64, b"\0")


ATTACKS = (
    Attack("sleeps.sqlite", lambda: database(b"sleep"), ends("partial")),
    Attack("allocates.sqlite", lambda: database(b"allocate"), ends("partial")),
)
