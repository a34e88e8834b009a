# SPDX-License-Identifier: Apache-2.0
"""Decides how records come in and offsets go out: assignment, reading, pausing, committing.

Everything here runs in the main thread, the callbacks of a rebalance too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from ream_contracts.topic import Topic
from ream_kit import envelope, log
from ream_kit.flight import Flight, Partition, Task
from ream_kit.kafka import BrokerWatch, KafkaSettings, is_fatal
from ream_kit.metrics import METRICS, Metrics
from ream_kit.records import Origin, Record

_LOG = log.logger("kit.intake")

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be in flight.

    Attributes:
        records: in flight in all.
        bytes: of their keys and values.
        read_ahead: records of one partition from its first unfinished one on.
        handover_seconds: how long a partition that goes away is kept for its running records to finish.
    """

    records: int
    bytes: int
    read_ahead: int
    handover_seconds: float = 2.0


class Intake:
    """The consumer of one process, with the partitions that are its own at present."""

    def __init__(
        self,
        consumer: Consumer,
        topics: Iterable[Topic[Any]],
        settings: KafkaSettings,
        flight: Flight,
        watch: BrokerWatch,
        limits: Limits,
        metrics: Metrics = METRICS,
    ) -> None:
        self._consumer = consumer
        self._settings = settings
        self._topics = {settings.topic(topic.name): topic for topic in topics}
        self._flight = flight
        self._watch = watch
        self._limits = limits
        self._metrics = metrics
        self._partitions: dict[Place, Partition] = {}
        self._full = False
        self._committing = False
        self._commits_fail = False
        self.joined = False

    def subscribe(self) -> None:
        """Joins the group."""
        self._consumer.subscribe(
            list(self._topics), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def has_room(self) -> bool:
        """Whether more records may be taken in."""
        return len(self._flight) < self._limits.records and self._flight.bytes < self._limits.bytes

    def poll(self, seconds: float) -> None:
        """Takes in what has come, waiting at most so long for the first record; serves rebalances.

        Raises:
            KafkaException: the broker refuses, and no waiting mends it.
        """
        room = min(1000, self._limits.records - len(self._flight))
        first = self._consumer.poll(seconds)
        if first is None:
            return
        messages = [first]
        if room > 1:
            messages += self._consumer.consume(room - 1, 0)
        self._flight.admit([task for task in map(self._task, messages) if task is not None])

    def balance(self, *, full: bool) -> None:
        """Pauses partitions that must not be read further, and lets those go on that may be again."""
        if full:
            self._full = True
        elif self._full:
            half = self._limits.records // 2
            self._full = len(self._flight) > half or self._flight.bytes > self._limits.bytes // 2
        for partition in self._partitions.values():
            bound = self._limits.read_ahead // 2 if partition.paused else self._limits.read_ahead
            wanted = self._full or partition.offsets.span > bound
            if wanted != partition.paused:
                change = self._consumer.pause if wanted else self._consumer.resume
                change([self._place(partition)])
                partition.paused = wanted

    def commit(self, *, wait: bool = False) -> None:
        """Commits every finished prefix that the broker does not have yet."""
        if wait or not self._committing:
            self._commit(self._partitions.values(), wait=wait)

    def on_commit(self, error: KafkaError | None, offsets: Sequence[TopicPartition]) -> None:
        """Hears how a commit ended; one that failed is made again by the next."""
        self._committing = False
        if error is not None:
            self._metrics.count("ream_commits_total", "failed")
            if not self._commits_fail:
                _LOG.warning("commits_fail", error=error.str(), reason="what is finished is committed when they work")
            self._commits_fail = True
            return
        self._metrics.count("ream_commits_total", "done")
        if self._commits_fail:
            _LOG.info("commits_work")
        self._commits_fail = False
        for place in offsets:
            partition = self._partitions.get((place.topic, place.partition))
            if partition is not None and place.error is None:
                partition.offsets.committed(place.offset)
        self._watch.answered()

    def assigned(self) -> dict[str, list[int]]:
        """Numbers of the assigned partitions, by topic."""
        found: dict[str, list[int]] = {topic.name: [] for topic in self._topics.values()}
        for partition in list(self._partitions.values()):
            found[partition.topic.name].append(partition.number)
        return {name: sorted(numbers) for name, numbers in found.items()}

    def lag(self) -> dict[str, int]:
        """Records of the assigned partitions that are not finished, by topic, as far as is known."""
        found = {topic.name: 0 for topic in self._topics.values()}
        for (topic, number), partition in list(self._partitions.items()):
            low, high = self._consumer.get_watermark_offsets(TopicPartition(topic, number), cached=True)
            begun = partition.offsets.position
            if high >= 0:
                found[partition.topic.name] += max(0, high - max(low, begun if begun is not None else high))
        return found

    def close(self) -> None:
        """Stops reading, commits and leaves the group."""
        self.commit(wait=True)
        self._consumer.close()

    def _task(self, message: Message) -> Task | None:
        error = message.error()
        if error is not None:
            if is_fatal(error):
                raise KafkaException(error)
            if error.code() not in (KafkaError._PARTITION_EOF, KafkaError._ALL_BROKERS_DOWN):
                _LOG.warning("consume_error", error=error.str())
            return None
        partition = self._partitions.get((str(message.topic()), int(message.partition() or 0)))
        if partition is None:  # read before the rebalance that took it away
            return None
        _, written_ms = message.timestamp()
        origin = Origin(
            topic=partition.topic.name,
            partition=partition.number,
            offset=int(message.offset() or 0),
            key=message.key(),
            headers=envelope.as_text(message.headers()),
            timestamp_ms=max(0, written_ms),
        )
        return Task(record=Record(partition.topic, origin, message.value()), partition=partition)

    def _on_assign(self, consumer: Consumer, places: Sequence[TopicPartition]) -> None:
        self.joined = True
        for place in places:
            self._partitions[(place.topic, place.partition)] = Partition(self._topics[place.topic], place.partition)
        if places:
            self._metrics.count("ream_rebalances_total", "assigned")
            _LOG.info("partitions_assigned", number=len(places), now=len(self._partitions))
        self._watch.answered()

    def _on_revoke(self, consumer: Consumer, places: Sequence[TopicPartition]) -> None:
        going = list(self._own(places))
        self._flight.forget(going)
        if not self._flight.wait_until_finished(going, self._limits.handover_seconds):
            _LOG.info("partitions_handed_over_with_work", number=len(going))
        self._commit(going, wait=True)
        self._drop(going, "revoked")

    def _on_lost(self, consumer: Consumer, places: Sequence[TopicPartition]) -> None:
        going = list(self._own(places))
        self._flight.forget(going)
        self._drop(going, "lost")

    def _own(self, places: Iterable[TopicPartition]) -> Iterator[Partition]:
        for place in places:
            partition = self._partitions.get((place.topic, place.partition))
            if partition is not None:
                yield partition

    def _drop(self, going: Sequence[Partition], how: str) -> None:
        for partition in going:
            partition.lost = True
        self._partitions = {place: one for place, one in self._partitions.items() if not one.lost}
        if going:
            self._metrics.count("ream_rebalances_total", how)
            _LOG.info(f"partitions_{how}", number=len(going), now=len(self._partitions))

    def _commit(self, partitions: Iterable[Partition], *, wait: bool) -> None:
        offsets = [
            TopicPartition(self._settings.topic(partition.topic.name), partition.number, offset)
            for partition in partitions
            if (offset := partition.offsets.committable()) is not None
        ]
        if not offsets:
            return
        try:
            if wait:
                self.on_commit(None, self._consumer.commit(offsets=offsets, asynchronous=False) or [])
            else:
                self._committing = True
                self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            # Nothing is lost by it: the next commit, or the next process, does the same again.
            self.on_commit(error.args[0], [])

    def _place(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._settings.topic(partition.topic.name), partition.number)
