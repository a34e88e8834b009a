# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101 - a test suite that ships, run alike over the bus in memory and over a real broker
"""Decides what becomes of records that end their process, whatever carries them: a suite of tests for every bus.

A test class inherits `DeathContract` and gives the fixture `open_bus`, as for `BusContract`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ream_contracts.messages import DocumentIndexed
from ream_kit.bus_contract import IN, IN_ORDER, PARTS, OpenBus, message, numbers, probe_of
from ream_kit.local_bus import ProcessDied


class DeathContract:
    """What becomes of records that end their process, and of those beside them."""

    def test_what_ends_its_process_is_given_up_after_the_third_death(self, open_bus: OpenBus) -> None:
        """Those behind it go on, in order; the failed part says so to others, and the dead letter keeps it."""
        tries, done = [], []

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            if given.passages == 2:
                tries.append(given.passages)
                raise ProcessDied
            done.append(given.passages)
            return given

        bus = open_bus(probe_of(handler, IN_ORDER))
        for number in range(6):
            bus.put(IN_ORDER, message(number))
        bus.run()
        assert len(tries) == 3
        assert done == [0, 1, 3, 4, 5]
        assert [(letter.cause, letter.attempts) for letter in bus.dead_letters] == [("service-died", 3)]
        assert [(part.cause, part.attempts) for part in bus.sent(PARTS)] == [("service-died", 3)]

    def test_a_death_takes_no_neighbour_of_its_batch_with_it(self, open_bus: OpenBus) -> None:
        """Each of the batch is run alone after it, and all but one are done."""

        def handler(given: Sequence[DocumentIndexed]) -> list[Any]:
            if any(one.passages == 2 for one in given):
                raise ProcessDied
            return [(one,) for one in given]

        bus = open_bus(probe_of(handler, batch=10))
        for number in range(5):
            bus.put(IN, message(number, "abcde"[number] * 32))
        bus.run()
        assert set(numbers(bus)) == {0, 1, 3, 4}
        assert [letter.cause for letter in bus.dead_letters] == ["service-died"]
