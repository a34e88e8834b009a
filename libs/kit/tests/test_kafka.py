# SPDX-License-Identifier: Apache-2.0
"""Clients are configured in one place, and keys go to the partitions where the fan-in expects them."""

from __future__ import annotations

import random
import string

import pytest
from confluent_kafka import KafkaError, Message

from ream_kit import kafka
from ream_kit.broker_bus import BrokerBus
from ream_kit.bus_contract import IN, TOPICS
from ream_kit.kafka import BrokerWatch, KafkaSettings
from ream_kit.metrics import Metrics
from ream_kit.settings import SettingsError, load
from ream_kit.testing import FakeClock


def test_names_carry_the_prefixes_of_the_installation() -> None:
    settings = load(
        KafkaSettings, {"REAM_TOPIC_PREFIX": "a.", "REAM_GROUP_PREFIX": "b-", "REAM_KAFKA_BOOTSTRAP": "x:1"}
    )
    assert (settings.topic("documents.parts"), settings.group("ocr")) == ("a.documents.parts", "b-ocr")
    assert kafka.consumer_config(settings, "ocr", "me")["group.id"] == "b-ocr"
    assert kafka.producer_config(settings, "me")["bootstrap.servers"] == "x:1"


def test_nothing_is_lost_by_configuration() -> None:
    producer = kafka.producer_config(KafkaSettings(), "me")
    assert (producer["acks"], producer["enable.idempotence"]) == ("all", True)
    assert producer["partitioner"] == "murmur2_random"
    consumer = kafka.consumer_config(KafkaSettings(), "ocr", "me")
    assert (consumer["enable.auto.commit"], consumer["auto.offset.reset"]) == (False, "earliest")


def test_the_group_protocol_is_chosen_by_a_setting() -> None:
    classic = kafka.consumer_config(KafkaSettings(group_protocol="classic"), "ocr", "me")
    assert classic["partition.assignment.strategy"] == "cooperative-sticky"
    assert "session.timeout.ms" not in kafka.consumer_config(KafkaSettings(), "ocr", "me")
    with pytest.raises(SettingsError, match="REAM_GROUP_PROTOCOL='new' is not one of consumer, classic"):
        load(KafkaSettings, {"REAM_GROUP_PROTOCOL": "new"})


def test_knows_since_when_the_broker_is_away() -> None:
    clock = FakeClock()
    watch = BrokerWatch(clock, Metrics())
    down = KafkaError(KafkaError._ALL_BROKERS_DOWN)
    watch.report(KafkaError(KafkaError._TRANSPORT))
    assert not watch.guard.is_open, "one connection that broke is not a broker that is away"
    watch.report(down)
    since = clock.now()
    clock.advance(5)
    watch.report(down)
    found = watch.guard.condition()
    assert (found.server, found.since, found.reason) == ("kafka", since, "no broker answers")
    watch.answered()
    assert (watch.guard.is_open, watch.guard.condition().since, watch.fatal) == (False, None, None)


@pytest.mark.parametrize("code", [KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._AUTHENTICATION])
def test_what_waiting_does_not_mend_is_fatal(code: int) -> None:
    watch = BrokerWatch(FakeClock(), Metrics())
    watch.report(KafkaError(code))
    assert watch.fatal is not None
    assert watch.fatal.startswith("Kafka refuses: ")


@pytest.mark.servers
def test_keys_go_where_faust_would_send_them(kafka_bootstrap: str) -> None:
    """The library's own partitioner agrees with Faust's by chance only, and the fan-in would silently break."""
    murmur2 = pytest.importorskip("aiokafka.partitioner").murmur2
    bus = BrokerBus(kafka_bootstrap, TOPICS)
    producer = kafka.producer(bus.kafka_settings, "test")
    chosen: dict[bytes, int] = {}

    def note(error: KafkaError | None, message: Message) -> None:
        key, partition = message.key(), message.partition()
        assert error is None
        assert isinstance(key, bytes)
        assert partition is not None
        chosen[key] = partition

    source = random.Random(1)
    for _ in range(1_000):
        key = "".join(source.choices(string.ascii_lowercase + "234567", k=32))
        producer.produce(bus.kafka_settings.topic(IN.name), b"x", key, on_delivery=note)
    assert producer.flush(30) == 0
    assert len(chosen) == 1_000
    assert chosen == {key: (murmur2(key) & 0x7FFFFFFF) % IN.partitions for key in chosen}
