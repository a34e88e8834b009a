# SPDX-License-Identifier: Apache-2.0
"""Kafka is away from a running worker: it says so and waits; where it has lost Kafka alone, it ends."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from ream_aggregate.connection import CUT_OFF_SECONDS, LOST_SECONDS, Connection, connected
from ream_kit.guard import Guard
from ream_kit.metrics import Metrics


@pytest.fixture
def guard() -> Guard:
    return Guard("kafka", lambda: threading.Event().wait(60), metrics=Metrics())


def test_a_connection_that_is_made_anew_is_no_outage(guard: Guard) -> None:
    connection = Connection(guard, "no broker answers")
    for second, there in ((0, True), (1, False), (3, False), (3.5, True), (4, False), (6, False), (7, None)):
        assert connection.look(there, second) is None
        assert not connection.away


def test_a_broker_that_is_away_is_said_to_be_until_the_connection_is_back(guard: Guard) -> None:
    connection = Connection(guard, "no broker answers at here:1")
    connection.look(False, 10)
    connection.look(False, 10 + LOST_SECONDS)
    assert connection.away
    assert guard.condition().reason == "no broker answers at here:1"
    assert [connection.look(False, second) for second in range(20, 500)] == [None] * 480, "as long as it takes"
    connection.look(True, 501)
    assert not connection.away
    connection.look(False, 502)
    connection.look(False, 502 + LOST_SECONDS)
    assert connection.away, "the next outage is one of its own"


def test_who_alone_has_lost_a_broker_that_answers_others_ends(guard: Guard) -> None:
    """What another client is answered closes the breaker; this one must not wait behind it for ever."""
    connection = Connection(guard, "no broker answers")
    connection.look(False, 0)
    connection.look(False, LOST_SECONDS)
    guard.answered()
    assert connection.look(False, 10) is None
    assert not connection.away
    assert connection.look(False, 10 + CUT_OFF_SECONDS) is None
    assert connection.look(False, 11 + CUT_OFF_SECONDS) == "cut_off"


def test_what_is_looked_at_in_the_library() -> None:
    def app(*alive: bool) -> Any:
        connections = {number: SimpleNamespace(connected=lambda one=one: one) for number, one in enumerate(alive)}
        client = SimpleNamespace(_client=SimpleNamespace(_conns=connections))
        return SimpleNamespace(_consumer=SimpleNamespace(_thread=SimpleNamespace(_consumer=client)))

    assert [connected(app(*alive)) for alive in ((), (False,), (False, True))] == [False, False, True]
    assert connected(SimpleNamespace(_consumer=None)) is None
    starting = SimpleNamespace(_consumer=SimpleNamespace(_thread=SimpleNamespace(_consumer=None)))
    assert connected(starting) is None
