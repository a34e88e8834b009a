# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101 - a test suite that ships, run alike over the bus in memory and over a real broker
"""Decides what becomes of a stage whose records were deleted unread, whatever carries them: tests for every bus.

A test class inherits `RetentionContract` and gives the fixture `open_bus`, as for `BusContract`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ream_contracts.topic import Topic
from ream_kit.bus_contract import IN, Bus, message, numbers, probe_of
from ream_kit.metrics import Metrics


class Forgetful(Bus, Protocol):
    """A bus whose topics can lose their oldest records."""

    metrics: Metrics

    def delete_before(self, topic: Topic[Any], offset: int) -> None: ...  # noqa: D102


OpenForgetful = Callable[..., Forgetful]


def deleted(bus: Forgetful) -> float:
    """How many records were said to be deleted unread."""
    return bus.metrics.value("ream_records_deleted_unread_total", IN.name)


class RetentionContract:
    """What becomes of what stands behind records that were deleted unread."""

    def test_what_is_deleted_unread_is_counted_and_the_rest_is_done(self, open_bus: OpenForgetful) -> None:
        """It is said once: by whoever comes upon it, and by nobody after it."""
        bus = open_bus(probe_of(lambda given: given))
        for number in range(3):
            bus.put(IN, message(number))
        bus.run()
        for number in range(3, 10):
            bus.put(IN, message(number))
        bus.delete_before(IN, 6)
        bus.run()
        assert numbers(bus) == [0, 1, 2, 6, 7, 8, 9]
        assert deleted(bus) == 3
        bus.put(IN, message(10))
        bus.run()
        assert numbers(bus)[-1] == 10
        assert deleted(bus) == 3

    def test_what_was_read_before_it_was_deleted_is_no_loss(self, open_bus: OpenForgetful) -> None:
        """Retention deletes everything in the end."""
        bus = open_bus(probe_of(lambda given: given))
        for number in range(5):
            bus.put(IN, message(number))
        bus.run()
        bus.delete_before(IN, 5)
        bus.put(IN, message(5))
        bus.run()
        assert (numbers(bus), deleted(bus)) == (list(range(6)), 0)

    def test_who_reads_a_topic_for_the_first_time_has_lost_nothing(self, open_bus: OpenForgetful) -> None:
        """It begins where the topic does."""
        bus = open_bus(probe_of(lambda given: given))
        for number in range(5):
            bus.put(IN, message(number))
        bus.delete_before(IN, 2)
        bus.run()
        assert (numbers(bus), deleted(bus)) == ([2, 3, 4], 0)
