# SPDX-License-Identifier: Apache-2.0
"""What is told of how far groups are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ream_contracts import topics
from ream_kit.observe import Lag, Observer, Offsets

READ = topics.SEGMENTS_READ.name


class Known(Observer):
    """Knows three partitions of one topic, of which the first two have lost their oldest records."""

    def __init__(self) -> None:
        pass

    def ends(self, names: Iterable[str]) -> dict[str, Offsets]:
        return {name: {0: 10, 1: 20, 2: 30} if name == READ else {} for name in names}

    def begins(self, names: Iterable[str]) -> dict[str, Offsets]:
        return {name: {0: 6, 1: 20, 2: 5} if name == READ else {} for name in names}

    def passed(self, group: str, names: Sequence[str]) -> dict[str, Offsets]:
        return {name: {0: 4, 1: 17} if name == READ else {} for name in names}


def test_what_was_deleted_unread_is_not_left_to_read() -> None:
    """Who has passed nothing of a partition begins where it does, and has lost nothing."""
    (found,) = [lag for lag in Known().lag() if lag.topic == READ]
    assert found == Lag(READ, "classify", records=4 + 0 + 25, deleted=2 + 3)
