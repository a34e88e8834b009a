# SPDX-License-Identifier: Apache-2.0
"""A client that is cut off for good is found by asking it and a new one; nobody ends while the broker is away."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from ream_kit import lifelines
from ream_kit.kafka import KafkaSettings
from ream_kit.lifelines import ROUNDS, Lifelines, answers

SETTINGS = KafkaSettings("127.0.0.1:1", "", "")


class Client:
    """Reaches a broker, or does not."""

    def __init__(self, code: int | None = None) -> None:
        self.code = code

    def list_topics(self, topic: str, timeout: float) -> Any:
        if self.code is not None:
            raise KafkaException(KafkaError(self.code))


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Client:
    """What a new client would be answered."""
    client = Client()
    monkeypatch.setattr(lifelines.kafka, "producer", lambda settings, name: client)
    return client


class Hours:
    """A clock on which everything is due at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 3_600
        return self.now


def lines(clients: dict[str, Client]) -> Lifelines:
    return Lifelines(clients, "topic", SETTINGS, Hours())  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN])
def test_who_reaches_no_broker_is_told_from_who_is_refused(code: int) -> None:
    assert answers(Client(), "topic")
    assert answers(Client(KafkaError.TOPIC_AUTHORIZATION_FAILED), "topic")
    assert not answers(Client(code), "topic")


def test_a_client_that_is_silent_time_after_time_while_a_new_one_is_answered_is_lost(fresh: Client) -> None:
    found = lines({"consumer": Client(KafkaError._TRANSPORT), "producer": Client()})
    told = "the consumer has lost every broker though they answer; only a new process finds them"
    assert [found.cut_off() for _ in range(ROUNDS)] == [None] * (ROUNDS - 1) + [told]


def test_nobody_is_lost_while_the_broker_is_away(fresh: Client) -> None:
    fresh.code = KafkaError._TRANSPORT
    found = lines({"consumer": Client(KafkaError._TRANSPORT)})
    assert [found.cut_off() for _ in range(ROUNDS * 2)] == [None] * (ROUNDS * 2)
    fresh.code = None
    assert found.cut_off() is None, "the rounds begin when the broker is back"


def test_who_answers_in_between_was_only_late(fresh: Client) -> None:
    client = Client()
    found = lines({"consumer": client})
    for _ in range(3):
        client.code = KafkaError._TIMED_OUT
        assert [found.cut_off() for _ in range(ROUNDS - 1)] == [None] * (ROUNDS - 1)
        client.code = None
        assert found.cut_off() is None


def test_nobody_is_asked_before_a_check_is_due(fresh: Client) -> None:
    class Still(Hours):
        def monotonic(self) -> float:
            return 0.0

    class Never(Client):
        def list_topics(self, topic: str, timeout: float) -> Any:
            raise AssertionError("it was asked")

    assert Lifelines({"consumer": Never()}, "topic", SETTINGS, Still()).cut_off() is None  # type: ignore[arg-type]
