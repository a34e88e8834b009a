# SPDX-License-Identifier: Apache-2.0
"""Decides how what a stage writes reaches the broker, and how its records hear that it has."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ream_kit.attempts import Attempt
from ream_kit.errors import Retry
from ream_kit.flight import Flight, Task
from ream_kit.kafka import BrokerWatch, KafkaSettings, is_fatal, is_refused
from ream_kit.metrics import METRICS, Metrics
from ream_kit.records import Output

_POLL_SECONDS = 0.2
_BY_KEY = -1


class Outlet:
    """Hands messages to the producer and its answers to the flight, by a thread of its own."""

    def __init__(
        self,
        producer: Producer,
        settings: KafkaSettings,
        flight: Flight,
        watch: BrokerWatch,
        metrics: Metrics = METRICS,
    ) -> None:
        self._producer = producer
        self._settings = settings
        self._flight = flight
        self._watch = watch
        self._metrics = metrics
        self._over = threading.Event()
        self._room = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="deliveries", daemon=True)

    def start(self) -> None:
        """Begins to listen for answers of the broker."""
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Waits for answers at most so long, then stops listening."""
        self._producer.flush(max(0.0, seconds))
        self._over.set()
        self._thread.join(_POLL_SECONDS * 5)

    def emit(self, attempt: Attempt, output: Output) -> None:
        """Hands over one message of a record; waits while the producer is full.

        Raises:
            Retry: the record's partition is another process's now, so that going on would be for nothing.
            KafkaException: the broker would never take it: it is too large.
        """
        assert isinstance(attempt, Task)  # noqa: S101 (the flight gave it)
        task = attempt
        if task.partition.lost:
            raise Retry("kafka", "the partition was handed to another process")

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                self._metrics.count("ream_messages_sent_total", output.topic)
                self._watch.answered()
            elif is_fatal(error):
                self._watch.report(error)
            self._room.set()
            if error is None:
                self._flight.delivered(task, None)
            else:
                self._flight.delivered(task, error.str(), refused=is_refused(error))

        if task.done is not None:
            task.done.add(output.topic, output.key, output.value)
        self._flight.sending(task)
        try:
            self._produce(output, delivered)
        except BaseException:
            # It was never handed over, so no answer will come for it.
            self._flight.unsent(task)
            raise

    def _produce(self, output: Output, delivered: Callable[[KafkaError | None, Message], None]) -> None:
        partition = random.randrange(output.spread_over) if output.spread_over else _BY_KEY  # noqa: S311
        while True:
            try:
                self._producer.produce(
                    self._settings.topic(output.topic),
                    value=output.value,
                    key=output.key,
                    headers=list(output.headers),
                    partition=partition,
                    on_delivery=delivered,
                )
                return
            except BufferError:
                self._room.clear()
                if not self._room.wait(60):
                    raise Retry("kafka", "messages wait for the broker and no more fit") from None
            except KafkaException as error:
                if is_fatal(error.args[0]):
                    self._watch.report(error.args[0])
                    raise Retry("kafka", error.args[0].str()) from error
                raise

    def _listen(self) -> None:
        while not self._over.is_set():
            self._producer.poll(_POLL_SECONDS)
