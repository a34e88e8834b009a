# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101 - a test suite that ships, run alike over the bus in memory and over a real broker
"""Decides what becomes of a stage that fails at everything, whatever carries its records: tests for every bus.

A test class inherits `StreakContract` and gives the fixture `open_limited`, which makes a bus of one stage that stops
at the fifth failure in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Protocol

import pytest

from ream_contracts.messages import DocumentIndexed
from ream_kit.bus_contract import IN_ORDER, Bus, message, numbers, probe_of
from ream_kit.errors import Contained, Reject, Skip

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
            bus.put(IN_ORDER, message(number, document(number)))
        assert "all failed by its own fault" in bus.run_until_stopped()
        for _ in range(2):
            assert "KeyError" in bus.run_until_stopped()
            assert len(bus.dead_letters) < LIMIT
        broken = False
        bus.run()
        given_up = len(bus.dead_letters)
        assert given_up < LIMIT
        assert len(set(numbers(bus))) == 20 - given_up
        broken = True
        for number in range(20, 40):
            bus.put(IN_ORDER, message(number, document(number)))
        assert f"the last {LIMIT} documents" in bus.run_until_stopped(), "what was done meanwhile began the count anew"
        assert len(bus.dead_letters) < given_up + LIMIT

    def test_a_document_that_fails_at_each_record_stops_nothing(self, open_limited: OpenLimited) -> None:
        """A scan of three hundred bad pages is one bad document; what it would stop, it would stop for ever."""

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            if given.document_id == document(1):
                raise KeyError("a defect")
            return given

        bus = open_limited(probe_of(handler, IN_ORDER))
        for number in range(3 * LIMIT):
            bus.put(IN_ORDER, message(number, document(1)))
        bus.put(IN_ORDER, message(99, document(2)))
        bus.run()
        assert len(bus.dead_letters) == 3 * LIMIT
        assert numbers(bus) == [99]

    @pytest.mark.parametrize("between", [Reject("damaged", "it is"), Skip("superseded")])
    def test_what_is_rejected_or_skipped_in_between_proves_nothing(
        self, open_limited: OpenLimited, between: Exception
    ) -> None:
        """Both may be said before anything is worked on, and a topic would be drained whole."""

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            if given.passages % 4 == 3:
                raise between
            raise KeyError("a defect")

        bus = open_limited(probe_of(handler, IN_ORDER))
        for number in range(6 * LIMIT):
            bus.put(IN_ORDER, message(number, document(number)))
        assert f"the last {LIMIT} documents" in bus.run_until_stopped()
        assert len(bus.dead_letters) < 2 * LIMIT

    @pytest.mark.parametrize("sound", [True, False])
    def test_documents_that_break_their_cells_stop_a_stage_only_if_known_work_fails_too(
        self, open_limited: OpenLimited, sound: bool
    ) -> None:
        """A hundred files that kill what reads them are a hundred bad files; a parser that is broken breaks on all."""
        asked = []

        class Cells:
            def prove(self) -> None:
                asked.append(1)
                if not sound:
                    raise OSError("a library is missing")

        def handler(given: DocumentIndexed, cells: Cells) -> DocumentIndexed:
            raise Contained("the cell died")

        bus = open_limited(probe_of(handler, IN_ORDER, needs={"cells": lambda: nullcontext(Cells())}))
        for number in range(3 * LIMIT):
            bus.put(IN_ORDER, message(number, document(number)))
        if sound:
            bus.run()
            assert 3 <= len(asked) < 3 * LIMIT, "not for each"
        else:
            assert "Contained" in bus.run_until_stopped()
        assert len(bus.dead_letters) == 3 * LIMIT if sound else len(bus.dead_letters) < LIMIT


def document(number: int) -> str:
    """Names a document."""
    return f"{number:032d}".translate(str.maketrans("0123456789", "abcdefghij"))
