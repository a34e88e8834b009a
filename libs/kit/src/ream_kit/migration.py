# SPDX-License-Identifier: Apache-2.0
"""Decides what topics and offsets exist on a broker: what schemas/topics/ says, made as often as you like."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from ream_contracts import topics
from ream_contracts.topic import Topic
from ream_kit import group_offsets, kafka, log
from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings

_LOG = log.logger("kit.migration")
_TIMEOUT = 30
_PATIENCE_SECONDS = 90
_PASSING = (
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError._WAIT_COORD, KafkaError._TIMED_OUT, KafkaError._TRANSPORT,
    KafkaError._NOENT,  # "no leaders found": a topic was made a moment ago, on a busy broker
    # The first group of a broker: it has no coordinator before the topic of offsets is made.
    KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
)  # fmt: skip
_DAY_MS = 24 * 3600 * 1000

SEEDED = (("aggregate", topics.DOCUMENTS_PARTS),)
"""Groups whose offsets are committed when the topic is made: without one, Faust never commits where a log begins
beyond 0, and would pass over what came before its first start."""


class MigrationError(Exception):
    """The broker has something that cannot be brought to what is wanted; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it must be on the broker."""

    name: str
    partitions: int
    config: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Migration:
    """What was changed; empty when all was as it must be."""

    created: tuple[str, ...]
    altered: tuple[str, ...]
    seeded: tuple[str, ...]


def wanted(each: Iterable[Topic[Any]], prefix: str = "") -> list[Wanted]:
    """Lists the topics to make: each one, and beside it the one for its dead letters."""
    found = []
    for topic in each:
        retention = -1 if topic.retention_days is None else topic.retention_days * _DAY_MS
        config = (("cleanup.policy", topic.cleanup), ("retention.ms", str(retention)))
        found.append(Wanted(prefix + topic.name, topic.partitions, config))
        kept = (("cleanup.policy", "delete"), ("retention.ms", str(topic.dead_letter_retention_days * _DAY_MS)))
        found.append(Wanted(prefix + topic.dead_letters, topic.partitions, kept))
    return found


def migrate(
    bootstrap: str, topic_prefix: str = "", group_prefix: str = "ream-", each: Sequence[Topic[Any]] = topics.ALL
) -> Migration:
    """Makes topics that are missing, brings their configuration to what is wanted, and seeds offsets.

    Raises:
        MigrationError: a topic has another number of partitions, or the broker refuses.
        Retry: no broker answers, or none in time.
    """
    try:
        return _migrate(bootstrap, topic_prefix, group_prefix, each)
    except TimeoutError as error:
        raise Retry("kafka", f"the broker did not answer within {_TIMEOUT} s") from error
    except KafkaException as error:
        if _passing(error):
            raise Retry("kafka", f"the broker does not keep up: {error.args[0].str()}") from error
        raise MigrationError(f"the broker refuses: {error.args[0].str()}") from error


def _migrate(bootstrap: str, topic_prefix: str, group_prefix: str, each: Sequence[Topic[Any]]) -> Migration:
    settings = KafkaSettings(kafka_bootstrap=bootstrap, topic_prefix=topic_prefix, group_prefix=group_prefix)
    client = kafka.admin(settings, "ream-migration")
    needed = wanted(each, topic_prefix)
    created = _create(client, needed)
    altered = _alter(client, [one for one in needed if one.name not in created])
    seeded = []
    for group, topic in SEEDED:
        if topic in each and _patiently(partial(_seed, client, settings, group, topic)):
            seeded.append(settings.group(group))
    done = Migration(tuple(created), tuple(altered), tuple(seeded))
    _LOG.info("migrated", created=len(done.created), altered=len(done.altered), seeded=len(done.seeded))
    return done


def _create(client: AdminClient, needed: Sequence[Wanted]) -> list[str]:
    try:
        there = client.list_topics(timeout=_TIMEOUT).topics
    except KafkaException as error:
        raise Retry("kafka", f"no broker answers: {error.args[0].str()}") from error
    for one in needed:
        if one.name in there and len(there[one.name].partitions) != one.partitions:
            raise MigrationError(
                f"topic {one.name} has {len(there[one.name].partitions)} partitions and must have {one.partitions}: "
                "keys would change their partition, so delete it (or choose another REAM_TOPIC_PREFIX), then run this"
            )
    missing = [one for one in needed if one.name not in there]
    made = [NewTopic(one.name, one.partitions, config=dict(one.config)) for one in missing]
    created = []
    for name, future in (client.create_topics(made, operation_timeout=_TIMEOUT) if made else {}).items():
        try:
            future.result(_TIMEOUT)
            created.append(name)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
                continue  # another migration was quicker
            if _passing(error):
                raise
            raise MigrationError(f"topic {name} cannot be made: {error.args[0].str()}") from error
    return created


def _alter(client: AdminClient, existing: Sequence[Wanted]) -> list[str]:
    altered = []
    for one, changes in _differing(client, existing):
        change = ConfigResource(ResourceType.TOPIC, one.name, incremental_configs=changes)
        for done in client.incremental_alter_configs([change]).values():
            done.result(_TIMEOUT)
        altered.append(one)
    _await_altered(client, altered)
    return [one.name for one in altered]


def _differing(client: AdminClient, existing: Sequence[Wanted]) -> list[tuple[Wanted, list[ConfigEntry]]]:
    """Returns the topics whose configuration is not as wanted, each with what has to be set."""
    resources = {one.name: ConfigResource(ResourceType.TOPIC, one.name) for one in existing}
    found = []
    for resource, future in (client.describe_configs(list(resources.values())) if resources else {}).items():
        now = future.result(_TIMEOUT)
        one = next(one for one in existing if one.name == resource.name)
        changes = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in one.config
            if now[name].value != value
        ]
        if changes:
            found.append((one, changes))
    return found


def _await_altered(client: AdminClient, altered: Sequence[Wanted]) -> None:
    """Waits until the broker shows what the controller took: it goes on saying the old for a moment."""
    pause, until = threading.Event(), time.monotonic() + _TIMEOUT
    while _differing(client, altered):
        if time.monotonic() > until:
            raise Retry("kafka", f"the broker has not shown changed settings of topics for {_TIMEOUT} s")
        pause.wait(0.1)


def _passing(error: KafkaException) -> bool:
    """Whether waiting helps."""
    return error.args[0].retriable() or error.args[0].code() in _PASSING


def _patiently(ask: Callable[[], bool]) -> bool:
    """Asks again while a broker is still busy with topics that were just made, or with its own first start."""
    pause, until = threading.Event(), time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except TimeoutError:
            busy = "it does not answer"
        except KafkaException as error:
            busy = error.args[0].str()
            if not _passing(error):
                raise MigrationError(f"offsets cannot be seeded: {busy}") from error
        if time.monotonic() > until:
            raise Retry("kafka", f"the broker has been busy with new topics for {_PATIENCE_SECONDS} s: {busy}")
        pause.wait(0.3)


def _seed(client: AdminClient, settings: KafkaSettings, group: str, topic: Topic[Any]) -> bool:
    """Commits the beginning of each partition that has no committed offset; False when all had one."""
    places = [TopicPartition(settings.topic(topic.name), number) for number in range(topic.partitions)]
    known = group_offsets.committed(settings, group, places)
    has = {place.partition for place in known}
    unseeded = [place for place in places if place.partition not in has]
    if not unseeded:
        return False
    earliest = OffsetSpec.earliest()
    begins = client.list_offsets(dict.fromkeys(unseeded, earliest))
    seeds = [TopicPartition(p.topic, p.partition, future.result(_TIMEOUT).offset) for p, future in begins.items()]
    group_offsets.commit(settings, group, seeds)
    return True
