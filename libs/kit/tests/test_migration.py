# SPDX-License-Identifier: Apache-2.0
"""What schemas/topics/ says is what is on the broker, however often it is made."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from ream_contracts import topics
from ream_kit import group_offsets, migration
from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings
from ream_kit.migration import MigrationError, migrate, wanted
from ream_kit.observe import Observer

DAY = 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KafkaException(KafkaError(KafkaError._TIMED_OUT)), Retry),
        (KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION)), Retry),
        (TimeoutError(), Retry),
        (KafkaException(KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED)), MigrationError),
    ],
)
def test_a_broker_that_does_not_keep_up_is_told_from_one_that_refuses(
    error: Exception, expected: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(migration, "_create", lambda *_: [])
    monkeypatch.setattr(migration, "_alter", fails)
    with pytest.raises(expected):
        migrate("127.0.0.1:1")


def test_every_topic_has_one_for_its_dead_letters() -> None:
    needed = {one.name: one for one in wanted(topics.ALL, "x.")}
    assert set(needed) == {f"x.{t.name}{end}" for t in topics.ALL for end in ("", ".dlq")}
    assert dict(needed["x.documents.completed"].config) == {"cleanup.policy": "compact", "retention.ms": "-1"}
    kept = dict(needed["x.documents.completed.dlq"].config)
    assert kept == {"cleanup.policy": "delete", "retention.ms": str(14 * DAY)}
    assert needed["x.documents.parts"].partitions == needed["x.documents.parts.dlq"].partitions == 12


class Broker:
    """Answers with errors first."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)

    def ask(self) -> bool:
        if self.codes:
            raise KafkaException(KafkaError(self.codes.pop(0)))
        return True


def test_a_broker_that_is_busy_with_new_topics_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    not_yet = KafkaError.NOT_LEADER_FOR_PARTITION
    assert migration._patiently(Broker(not_yet, not_yet).ask)
    with pytest.raises(MigrationError, match="cannot be seeded"):
        migration._patiently(Broker(KafkaError.TOPIC_AUTHORIZATION_FAILED).ask)
    monkeypatch.setattr(migration, "_PATIENCE_SECONDS", 0)
    with pytest.raises(Retry, match="busy with new topics"):
        migration._patiently(Broker(not_yet, not_yet).ask)


@pytest.mark.servers
def test_makes_what_is_missing_and_then_nothing(kafka_bootstrap: str) -> None:
    prefix = f"t-{uuid.uuid4().hex[:8]}."
    first = migrate(kafka_bootstrap, prefix, prefix)
    assert len(first.created) == 2 * len(topics.ALL)
    assert first.seeded == (f"{prefix}aggregate",)
    second = migrate(kafka_bootstrap, prefix, prefix)
    assert (second.created, second.altered, second.seeded) == ((), (), ())


@pytest.mark.servers
def test_a_group_that_has_begun_is_not_set_back(kafka_bootstrap: str) -> None:
    """Only partitions without a committed offset are seeded, at the first record that there is."""
    prefix = f"t-{uuid.uuid4().hex[:8]}."
    settings = KafkaSettings(kafka_bootstrap, prefix, prefix)
    migrate(kafka_bootstrap, prefix, prefix)
    group_offsets.commit(settings, "aggregate", [TopicPartition(settings.topic("documents.parts"), 3, 7)])
    assert migrate(kafka_bootstrap, prefix, prefix).seeded == ()
    passed = Observer(settings).passed("aggregate", ["documents.parts"])["documents.parts"]
    assert passed == {number: 7 if number == 3 else 0 for number in range(12)}


@pytest.mark.servers
def test_brings_settings_to_what_is_wanted(kafka_bootstrap: str) -> None:
    prefix = f"t-{uuid.uuid4().hex[:8]}."
    topic = topics.DOCUMENTS_INDEXED
    migrate(kafka_bootstrap, prefix, prefix, [topic])
    longer = migrate(kafka_bootstrap, prefix, prefix, [replace(topic, retention_days=9)])
    assert longer.altered == (prefix + topic.name,)
    assert migrate(kafka_bootstrap, prefix, prefix, [topic]).altered == (prefix + topic.name,)
    with pytest.raises(MigrationError, match="has 12 partitions and must have 24"):
        migrate(kafka_bootstrap, prefix, prefix, [replace(topic, partitions=24)])


@pytest.mark.servers
def test_asking_for_offsets_of_a_group_that_never_was(kafka_bootstrap: str) -> None:
    prefix = f"t-{uuid.uuid4().hex[:8]}."
    settings = KafkaSettings(kafka_bootstrap, prefix, prefix)
    migrate(kafka_bootstrap, prefix, prefix, [topics.DOCUMENTS_INDEXED])
    place = TopicPartition(settings.topic(topics.DOCUMENTS_INDEXED.name), 0)
    assert group_offsets.committed(settings, "never", [place]) == []
    assert group_offsets.committed(settings, "never", []) == []


def test_a_broker_that_is_away_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_kit.migration._TIMEOUT", 0.2)
    with pytest.raises(Retry, match="waiting for kafka: no broker answers"):
        migrate("127.0.0.1:1")
