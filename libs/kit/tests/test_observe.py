# SPDX-License-Identifier: Apache-2.0
"""What is told of how far groups are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from ream_contracts import topics
from ream_kit import observe
from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings
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


def test_an_answer_that_does_not_come_in_time_is_waited_for_like_a_broker_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Late:
        def list_offsets(self, asked: dict[Any, Any], request_timeout: float) -> dict[Any, Future[Any]]:
            return {place: Future() for place in asked}

    monkeypatch.setattr(observe, "SECONDS", 0.01)
    monkeypatch.setattr(observe, "admin", lambda *_: Late())
    observer = Observer(KafkaSettings("127.0.0.1:1", "", ""))
    observer._partitions = {READ: [0]}
    asked = observer._admin
    with pytest.raises(Retry, match="the broker did not answer: in time"):
        observer.ends([READ])
    assert observer._admin is not asked
