# SPDX-License-Identifier: Apache-2.0
"""Decides how clients of Kafka are configured: the only place that builds a producer, consumer or admin client."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from ream_kit import log
from ream_kit.clock import Clock
from ream_kit.errors import Retry
from ream_kit.guard import Guard
from ream_kit.metrics import METRICS, Metrics
from ream_kit.process import BrokerSettings
from ream_kit.settings import setting

_LOG = log.logger("kit.kafka")

SERVER = "kafka"

_SAY_AGAIN_SECONDS = 60.0
_PROBE_SECONDS = 5.0

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KafkaSettings(BrokerSettings):
    """Which broker, under which names, and how stages share their work there."""

    group_protocol: Literal["consumer", "classic"] = setting(
        "consumer", "consumer needs Kafka 4 or newer; classic is for older brokers"
    )


def producer_config(settings: BrokerSettings, name: str) -> Config:
    """Settings of every producer.

    The partitioner is what makes fan-in work: librdkafka's default sends a key to another partition than Faust does.
    """
    return {
        **_client(settings, name),
        "partitioner": "murmur2_random",
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "lz4",
        "linger.ms": 5,
        # After this long the record that wrote it is tried again: shown as waiting for kafka, not silently queued.
        "message.timeout.ms": 60_000,
        "queue.buffering.max.kbytes": 64 * 1024,
    }


def consumer_config(settings: KafkaSettings, group: str, name: str) -> Config:
    """Settings of every consumer; offsets are committed by hand, and only what is finished."""
    config = {
        **_client(settings, name),
        "group.id": settings.group(group),
        "group.protocol": settings.group_protocol,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "allow.auto.create.topics": False,
        "max.poll.interval.ms": 300_000,
        # What the client fetches ahead: its queue, and one answer of the broker beyond it.
        "queued.max.messages.kbytes": 32 * 1024,
        "fetch.max.bytes": 8 * 1024 * 1024,
    }
    if settings.group_protocol == "classic":  # with the new protocol these are the broker's to say
        config["partition.assignment.strategy"] = "cooperative-sticky"
        config["session.timeout.ms"] = 45_000
    return config


def producer(settings: BrokerSettings, name: str, watch: BrokerWatch | None = None) -> Producer:
    """Makes a producer."""
    return Producer({**producer_config(settings, name), **_callbacks(watch)}, logger=_bridge())


def consumer(
    settings: KafkaSettings,
    group: str,
    name: str,
    watch: BrokerWatch | None = None,
    on_commit: Callable[[KafkaError | None, list[Any]], None] | None = None,
) -> Consumer:
    """Makes a consumer of a group; `on_commit` hears how asynchronous commits ended."""
    more = {"on_commit": on_commit} if on_commit else {}
    return Consumer({**consumer_config(settings, group, name), **_callbacks(watch), **more}, logger=_bridge())


def follower(settings: KafkaSettings, name: str) -> Consumer:
    """Makes a consumer that belongs to no group: it is told what to read, sees everything and commits nothing."""
    own = {"group.id": f"{name}-{uuid.uuid4()}", "group.protocol": "classic", "enable.partition.eof": False}
    return Consumer({**consumer_config(settings, name, name), **own, **_callbacks(None)}, logger=_bridge())


def admin(settings: KafkaSettings, name: str = "ream-admin") -> AdminClient:
    """Makes an admin client."""
    return AdminClient(_client(settings, name), logger=_bridge())


class BrokerWatch:
    """Knows whether the broker answers, from what the clients report; its breaker finds it again when it is away."""

    def __init__(self, clock: Clock, metrics: Metrics = METRICS) -> None:
        self._asker: tuple[Producer, str] | None = None
        self.guard = Guard(SERVER, self._ask, clock=clock, metrics=metrics)
        self.fatal: str | None = None

    def ask_by(self, producer: Producer, topic: str) -> None:
        """Says how to ask whether the broker is back: by a producer, which any thread may ask, about one topic.

        What a large cluster answers about all of its topics takes it seconds.
        """
        self._asker = producer, topic

    def report(self, error: KafkaError) -> None:
        """Takes what a client reports: a fatal error is one that no waiting mends."""
        if is_fatal(error):
            self.fatal = self.fatal or f"Kafka refuses: {error.str()}"
        elif error.code() == KafkaError._ALL_BROKERS_DOWN:
            self.guard.trip("no broker answers")

    def answered(self) -> None:
        """Notes that the broker did something for us."""
        self.guard.answered()

    def _ask(self) -> None:
        if self._asker is None:
            raise Retry(SERVER, "there is no client yet to ask it")
        producer, topic = self._asker
        try:
            producer.list_topics(topic, timeout=_PROBE_SECONDS)
        except KafkaException as error:
            raise Retry(SERVER, "no broker answers") from error


# Waiting mends none of these: somebody must change the configuration. Crashing says so; a counter would not.
_FATAL = {
    KafkaError._FATAL,
    KafkaError._AUTHENTICATION,
    KafkaError._INVALID_ARG,
    KafkaError._UNSUPPORTED_FEATURE,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.UNSUPPORTED_VERSION,
    KafkaError.INCONSISTENT_GROUP_PROTOCOL,
    KafkaError.INVALID_GROUP_ID,
}


# The broker will never take this very message; whoever wrote it has a defect.
_REFUSED = {
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.RECORD_LIST_TOO_LARGE,
    KafkaError.INVALID_MSG,
    KafkaError.INVALID_RECORD,
    KafkaError.INVALID_TIMESTAMP,
}


NOBODY_ANSWERS = frozenset({KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN})
"""What a client says of a question that no broker answered."""


def is_refused(error: KafkaError) -> bool:
    """Whether the same message could never be delivered, however long one waits."""
    return error.code() in _REFUSED


def is_fatal(error: KafkaError) -> bool:
    """Whether waiting cannot mend it."""
    return bool(error.fatal()) or error.code() in _FATAL


def _client(settings: BrokerSettings, name: str) -> Config:
    return {
        "bootstrap.servers": settings.kafka_bootstrap,
        "client.id": name,
        "reconnect.backoff.ms": 250,
        "reconnect.backoff.max.ms": 2_000,
        "socket.keepalive.enable": True,
    }


def _callbacks(watch: BrokerWatch | None) -> Config:
    return {"error_cb": watch.report} if watch else {}


class _Bridge(logging.Handler):
    """Takes the lines of the library into our own log, each kind once a minute: it repeats them while Kafka is away."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        kind = text.split(" ", 1)[0]
        if record.created - self._said.get(kind, 0.0) > _SAY_AGAIN_SECONDS:
            self._said[kind] = record.created
            (_LOG.warning if record.levelno >= logging.ERROR else _LOG.debug)("librdkafka", text=text)


def _bridge() -> logging.Logger:
    bridge = logging.Logger("librdkafka", logging.WARNING)
    bridge.addHandler(_Bridge())
    return bridge
