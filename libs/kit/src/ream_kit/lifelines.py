# SPDX-License-Identifier: Apache-2.0
"""Decides when a client of Kafka is cut off for good, though brokers answer others.

A broker that has just started may answer for a moment that there are no brokers at all. librdkafka then drops all that
it knows, and may never look for one again (its issue 5301, in 2.12 to 2.16 at least): a consumer gets nothing any more
and says nothing, for as long as its process lives. Only a new client mends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from confluent_kafka import KafkaException

from ream_kit import kafka, log
from ream_kit.clock import Clock
from ream_kit.errors import Retry
from ream_kit.guard import Guard
from ream_kit.kafka import KafkaSettings
from ream_kit.metrics import METRICS, Metrics
from ream_kit.process import BrokerSettings

CHECK_SECONDS = 10.0
ROUNDS = 3
"""So many checks in a row must find a client cut off: a busy machine may make one answer late."""
_ANSWER_SECONDS = 2.0
"""Short, since the loop stands still meanwhile."""
_PROBE_SECONDS = 5.0

_LOG = log.logger("kit.lifelines")


class Asks(Protocol):
    """What every client of Kafka can do."""

    def list_topics(self, topic: str, timeout: float) -> Any:
        """Asks a broker about a topic; raises KafkaException when none answers."""
        ...


def answers(client: Asks, topic: str, seconds: float = _ANSWER_SECONDS) -> bool:
    """Whether a client reaches a broker. A refusal is an answer too."""
    try:
        client.list_topics(topic, timeout=seconds)
    except KafkaException as error:
        return error.args[0].code() not in kafka.NOBODY_ANSWERS
    return True


def guard(settings: BrokerSettings, topic: str, metrics: Metrics = METRICS) -> Guard:
    """Makes the breaker of Kafka for a process that is no stage; who finds that nobody answers trips it.

    Each probe is made by a new client, so that none that is cut off for good keeps it open.

    Args:
        settings: which broker.
        topic: one that exists; its name without the prefix of the installation.
        metrics: takes state and number of openings.
    """

    def probe() -> None:
        if not answers(kafka.producer(settings, "ream-probe"), settings.topic(topic), _PROBE_SECONDS):
            raise Retry(kafka.SERVER, nobody(settings))

    return Guard(kafka.SERVER, probe, metrics=metrics)


def nobody(settings: BrokerSettings) -> str:
    """Says for people that no broker answers, and where."""
    return f"no broker answers at {settings.kafka_bootstrap}"


class Lifelines:
    """Makes sure every few seconds that a process's clients still reach a broker.

    Asked in the loop that polls, since a consumer that is asked from another thread may never answer.
    """

    def __init__(self, clients: Mapping[str, Asks], topic: str, settings: KafkaSettings, clock: Clock) -> None:
        """Names the clients.

        Args:
            clients: by what they are called in the reason.
            topic: one that exists; its name as the broker knows it.
            settings: how a new client would reach the broker.
            clock: for the time between checks.
        """
        self._clients, self._topic, self._settings, self._clock = clients, topic, settings, clock
        self._rounds = dict.fromkeys(clients, 0)
        self._next = clock.monotonic() + CHECK_SECONDS

    def cut_off(self) -> str | None:
        """Says why the process must end: a client was found cut off in so many checks in a row.

        Cheap until a check is due; then it may take some seconds where nobody answers.
        """
        if self._clock.monotonic() < self._next:
            return None
        lost = self._lost()
        self._next = self._clock.monotonic() + CHECK_SECONDS
        return lost and f"the {lost} has lost every broker though they answer; only a new process finds them"

    def _lost(self) -> str | None:
        silent = [name for name, client in self._clients.items() if not answers(client, self._topic)]
        for name in self._clients:
            self._rounds[name] = self._rounds[name] + 1 if name in silent else 0
        if not silent or not self._others_are_answered():
            self._rounds = dict.fromkeys(self._clients, 0)
            return None
        _LOG.warning("no_answer", clients=silent, reason="a new client is answered")
        return next((name for name in silent if self._rounds[name] >= ROUNDS), None)

    def _others_are_answered(self) -> bool:
        return answers(kafka.producer(self._settings, "ream-lifeline"), self._topic)
