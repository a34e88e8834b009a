# SPDX-License-Identifier: Apache-2.0
"""How a document can end, and how well a unit can be answered."""

from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    """Exactly one of these ends each (document, generation)."""

    COMPLETE = "complete"
    EMPTY = "empty"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    ERASED = "erased"


class Rank(IntEnum):
    """How well a unit is answered; a better answer replaces a worse one, never the other way round."""

    MISSING = 0
    EXPIRED = 1
    FAILED = 2
    NOT_APPLICABLE = 3
    READ = 4
    ERASED = 5
