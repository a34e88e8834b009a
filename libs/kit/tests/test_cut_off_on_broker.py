# SPDX-License-Identifier: Apache-2.0
"""Who is cut off from a real broker for good goes on all the same: with a new client, or as a new process."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException

from ream_contracts.messages import DocumentIndexed
from ream_kit import kafka, lifelines, observe
from ream_kit.broker_bus import BrokerBus, wait_until
from ream_kit.bus_contract import IN, OUT, TOPICS, message, numbers
from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings
from ream_kit.observe import Announcer, Observer, Tail
from ream_kit.runner import FAILED, OK
from ream_kit.stage import stage

pytestmark = pytest.mark.servers

NOWHERE = KafkaSettings("127.0.0.1:1", "", "")
"""A client of this one never finds a broker, like one that has lost them all."""


@stage("probe", reads=IN, writes=OUT)
def probe(given: DocumentIndexed) -> DocumentIndexed:
    return given


@pytest.fixture
def bus(kafka_bootstrap: str) -> BrokerBus:
    return BrokerBus(kafka_bootstrap, TOPICS)


def put(bus: BrokerBus, number: int) -> None:
    bus.put(IN, message(number, "".join("abcdefghij"[int(digit)] for digit in f"{number:032d}")))
    bus.flush()


def test_a_stage_whose_consumer_is_cut_off_ends_and_the_next_one_goes_on(
    bus: BrokerBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[bool] = []
    monkeypatch.setattr(lifelines, "CHECK_SECONDS", 0.1)

    class CutOff(Consumer):
        """Hears nothing and is answered nothing, and says nothing of it."""

        def consume(self, *given: Any, **named: Any) -> Any:
            return super().consume(*given, **named) if not cut else []

        def list_topics(self, *given: Any, **named: Any) -> Any:
            if cut:
                raise KafkaException(KafkaError(KafkaError._TRANSPORT))
            return super().list_topics(*given, **named)

    with monkeypatch.context() as planted:
        planted.setattr(kafka, "Consumer", CutOff)
        first = bus.start(probe)
    put(bus, 1)
    wait_until(lambda: bus.lag(probe) == 0)
    cut.append(True)
    assert first.join() == FAILED
    assert "the consumer has lost every broker" in str(first.runner._flight.stopped)
    put(bus, 2)
    second = bus.start(probe)
    wait_until(lambda: bus.lag(probe) == 0)
    assert second.stop() == OK
    assert sorted(numbers(bus)) == [1, 2]


def test_a_tail_that_is_cut_off_goes_on_where_it_was(bus: BrokerBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(observe, "_topic", lambda name: next(topic for topic in TOPICS if topic.name == name))
    with Tail(bus.kafka_settings, [IN.name]) as tail:
        put(bus, 1)
        seen: list[Any] = []
        wait_until(lambda: (seen.extend(tail.poll(0.2)), len(seen) == 1)[1])
        tail._consumer.close()
        tail._consumer = kafka.follower(NOWHERE, "ream-tail")
        put(bus, 2)
        wait_until(lambda: (seen.extend(tail.poll(0.2)), len(seen) == 2)[1])


def test_an_observer_that_is_cut_off_asks_by_a_new_client(bus: BrokerBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "SECONDS", 1.0)
    observer = Observer(bus.kafka_settings)
    observer._admin = kafka.admin(NOWHERE)
    with pytest.raises(Retry):
        observer.ends([IN.name])
    monkeypatch.undo()
    assert set(observer.ends([IN.name])[IN.name].values()) == {0}


def test_an_announcer_that_is_cut_off_says_it_by_a_new_client(bus: BrokerBus) -> None:
    announcer = Announcer(bus.kafka_settings, "test")
    announcer._producer = kafka.producer(NOWHERE, "test")
    said = message(1, "a" * 32)
    announcer.send(IN, said)
    with pytest.raises(Retry):
        announcer.flush(0.5)
    announcer.send(IN, said)
    announcer.flush()
    assert bus.sent(IN) == [said]
