# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101 - a test suite that ships, run alike over the bus in memory and over a real broker
"""Decides what becomes of a stage that fails at everything, whatever carries its records: tests for every bus.

A test class inherits `StreakContract` and gives the fixture `open_limited`, which makes a bus of one stage that stops
at the fifth failure in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ream_contracts.messages import DocumentIndexed
from ream_kit.bus_contract import IN_ORDER, Bus, message, numbers, probe_of

LIMIT = 5


class Limited(Bus, Protocol):
    """A bus whose stage may stop."""

    def run_until_stopped(self) -> str: ...  # noqa: D102


OpenLimited = Callable[..., Limited]


class StreakContract:
    """What a stage gives up that fails at everything, however often it is started."""

    def test_a_stage_that_stopped_gives_nothing_up_when_it_is_started_again(self, open_limited: OpenLimited) -> None:
        """Whoever restarts it would have it give up the whole topic, a hundred records at a time."""
        broken = True

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            if broken:
                raise KeyError("a defect")
            return given

        bus = open_limited(probe_of(handler, IN_ORDER))
        for number in range(20):
            bus.put(IN_ORDER, message(number))
        assert "all failed by its own fault" in bus.run_until_stopped()
        assert len(bus.dead_letters) == LIMIT - 1
        for _ in range(2):
            assert "KeyError" in bus.run_until_stopped()
        assert len(bus.dead_letters) == LIMIT - 1
        broken = False
        bus.run()
        assert numbers(bus) == list(range(LIMIT - 1, 20))
        assert len(bus.dead_letters) == LIMIT - 1
        broken = True
        for number in range(20, 40):
            bus.put(IN_ORDER, message(number))
        bus.run_until_stopped()
        assert len(bus.dead_letters) == 2 * (LIMIT - 1), "what was done meanwhile began the count anew"
