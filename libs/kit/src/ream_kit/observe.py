# SPDX-License-Identifier: Apache-2.0
"""Looks at the flow from outside a stage: follows topics without a group, asks how far groups are, says something."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from confluent_kafka import KafkaException, Message, TopicPartition
from confluent_kafka.admin import OffsetSpec

from ream_contracts import codec, topics
from ream_contracts.messages import DeadLetter
from ream_contracts.topic import AnyTopic
from ream_kit import envelope, group_offsets
from ream_kit.clock import Clock, SystemClock
from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings, admin, follower, producer
from ream_kit.lifelines import answers

SECONDS = 10.0
"""How long a broker may take to answer a question."""
QUIET_SECONDS = 10.0
"""After so long without a record a reader makes sure that it still reaches a broker."""

Offsets = dict[int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that was read, and where.

    Attributes:
        topic: name without the prefix of the installation.
        timestamp_ms: when it was written, in milliseconds since 1970.
    """

    topic: str
    message: Any
    partition: int
    offset: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Lag:
    """How many records of a topic a group has not passed.

    Attributes:
        records: those that are there.
        deleted: those that were deleted before the group read them; until it passes them.
    """

    topic: str
    group: str
    records: int
    deleted: int = 0


def away(error: KafkaException | TimeoutError) -> Retry:
    """Says of a failed question that Kafka is away."""
    return Retry("kafka", f"the broker did not answer: {error.args[0] if error.args else 'in time'}")


class Tail:
    """Reads every partition of some topics as they grow; commits nothing, so that every reader sees everything.

    What can't be decoded is passed over: a stage's consumer dead-letters it.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        names: Iterable[str],
        since: Literal["beginning", "end"] = "end",
        starts: Mapping[tuple[str, int], int] | None = None,
    ) -> None:
        """Follows topics.

        Args:
            settings: which broker.
            names: topics, dead-letter topics among them, without the prefix of the installation.
            since: where to begin.
            starts: offsets by (topic, partition) to begin at instead, where they are known.

        Raises:
            Retry: the broker is away.
        """
        self._settings = settings
        self._known = {settings.topic(name): name for name in names}
        self._heard = time.monotonic()
        self._consumer = follower(settings, "ream-tail")
        try:
            self._positions = self._assign(since, dict(starts or {}))
        except KafkaException as error:
            self._consumer.close()
            raise away(error) from error

    def _assign(self, since: str, starts: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
        positions = {}
        for full, name in self._known.items():
            found = self._consumer.list_topics(full, timeout=SECONDS).topics[full]
            if found.error is not None:
                raise KafkaException(found.error)
            for partition in found.partitions:
                low, high = self._consumer.get_watermark_offsets(TopicPartition(full, partition), timeout=SECONDS)
                begin = low if since == "beginning" else high
                positions[name, partition] = max(low, starts.get((name, partition), begin))
        self._read_from(positions)
        return positions

    def _read_from(self, positions: Mapping[tuple[str, int], int]) -> None:
        self._consumer.assign(
            [TopicPartition(self._settings.topic(name), number, at) for (name, number), at in positions.items()]
        )

    def __enter__(self) -> Tail:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stops following."""
        self._consumer.close()

    def poll(self, seconds: float, limit: int = 1000) -> list[Seen]:
        """Returns what came, waiting at most so long for the first."""
        seen = []
        records = self._consumer.consume(limit, seconds)
        if records:
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard > QUIET_SECONDS:
            self._make_sure()
        for record in records:
            if record.error() is not None:
                continue  # a passing fault of the client, which goes on by itself; nothing is skipped
            name, partition, offset = self._place(record)
            self._positions[name, partition] = offset + 1
            message = _decoded(name, record.value())
            if message is not None:
                seen.append(Seen(name, message, partition, offset, record.timestamp()[1]))
        return seen

    def _make_sure(self) -> None:
        """A client that was cut off for good (see `lifelines`) gives way to a new one, which goes on where it was."""
        if not answers(self._consumer, next(iter(self._known))):
            self._consumer.close()
            self._consumer = follower(self._settings, "ream-tail")
            self._read_from(self._positions)
        self._heard = time.monotonic()

    def _place(self, record: Message) -> tuple[str, int, int]:
        topic, partition, offset = record.topic(), record.partition(), record.offset()
        assert topic is not None and partition is not None and offset is not None  # noqa: S101, PT018 (it was read)
        return self._known[topic], partition, offset

    def positions(self) -> dict[str, Offsets]:
        """Returns by topic and partition the offset after the last record that was returned or passed over."""
        found: dict[str, Offsets] = {}
        for (name, partition), offset in self._positions.items():
            found.setdefault(name, {})[partition] = offset
        return found


def _decoded(name: str, value: bytes | None) -> Any | None:
    try:
        if name.endswith(".dlq"):
            return codec.loads(DeadLetter, value or b"")
        return codec.decode(_topic(name), value)
    except codec.Malformed:
        return None


def _topic(name: str) -> AnyTopic:
    return next(topic for topic in topics.ALL if topic.name == name)


class Observer:
    """Asks the broker where topics end and how far groups are."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin = admin(settings, "ream-observer")
        self._partitions: dict[str, list[int]] = {}

    def partitions(self, names: Iterable[str]) -> dict[str, list[int]]:
        """Returns the partitions of topics that exist; asked once a topic, since their number never changes.

        Raises:
            Retry: the broker is away.
        """
        asked = list(names)
        if new := [name for name in asked if name not in self._partitions]:
            with self._asking():
                known = self._admin.list_topics(timeout=SECONDS).topics
            full = {name: self._settings.topic(name) for name in new}
            self._partitions.update({n: sorted(known[one].partitions) for n, one in full.items() if one in known})
        return {name: self._partitions[name] for name in asked if name in self._partitions}

    def ends(self, names: Iterable[str]) -> dict[str, Offsets]:
        """Returns by topic the offset after the last record of each partition.

        Raises:
            Retry: the broker is away.
        """
        return self._offsets(names, OffsetSpec.latest())

    def begins(self, names: Iterable[str]) -> dict[str, Offsets]:
        """Returns by topic the offset of the first record there is.

        Raises:
            Retry: the broker is away.
        """
        return self._offsets(names, OffsetSpec.earliest())

    def _offsets(self, names: Iterable[str], at: OffsetSpec) -> dict[str, Offsets]:
        asked = {
            TopicPartition(self._settings.topic(name), partition): name
            for name, partitions in self.partitions(names).items()
            for partition in partitions
        }
        found: dict[str, Offsets] = {name: {} for name in asked.values()}
        if not asked:
            return found
        with self._asking():
            answers = self._admin.list_offsets(dict.fromkeys(asked, at), request_timeout=SECONDS)
            for place, answer in answers.items():
                found[asked[place]][place.partition] = answer.result(SECONDS).offset
        return found

    def passed(self, group: str, names: Sequence[str]) -> dict[str, Offsets]:
        """Returns by topic the first offset that a group has not finished; partitions it never passed are left out.

        Raises:
            Retry: the broker is away.
        """
        places = [
            TopicPartition(self._settings.topic(name), partition)
            for name, partitions in self.partitions(names).items()
            for partition in partitions
        ]
        names_of = {self._settings.topic(name): name for name in names}
        found: dict[str, Offsets] = {name: {} for name in names}
        try:
            for place in group_offsets.committed(self._settings, group, places):
                found[names_of[place.topic]][place.partition] = place.offset
        except KafkaException as error:
            raise away(error) from error
        return found

    def lag(self) -> Iterator[Lag]:
        """Yields how many records each reader of each topic has still to pass.

        Raises:
            Retry: the broker is away.
        """
        readers: dict[str, list[str]] = {}
        for topic in topics.ALL:
            for reader in topic.read_by:
                readers.setdefault(reader, []).append(topic.name)
        ends = self.ends([topic.name for topic in topics.ALL])
        begins = self.begins([topic.name for topic in topics.ALL])
        for group, names in readers.items():
            passed = self.passed(group, names)
            for name in names:
                stands = passed.get(name, {})
                there = {p: range(begins[name].get(p, 0), end) for p, end in ends.get(name, {}).items()}
                left = sum(max(0, log.stop - max(log.start, stands.get(p, 0))) for p, log in there.items())
                gone = sum(max(0, log.start - stands.get(p, log.start)) for p, log in there.items())
                yield Lag(name, group, left, gone)

    def commit(self, group: str, name: str, offsets: Mapping[int, int]) -> None:
        """Notes on the broker how far a reader without members is: it begins there the next time.

        Raises:
            Retry: the broker is away.
        """
        places = [TopicPartition(self._settings.topic(name), p, offset) for p, offset in offsets.items()]
        try:
            group_offsets.commit(self._settings, group, places)
        except KafkaException as error:
            raise away(error) from error

    def delete_before(self, name: str, offsets: Mapping[int, int]) -> None:
        """Deletes a topic's records below these offsets, for good.

        Raises:
            Retry: the broker is away.
        """
        places = [TopicPartition(self._settings.topic(name), p, offset) for p, offset in offsets.items() if offset > 0]
        with self._asking():
            for answer in self._admin.delete_records(places).values() if places else ():
                answer.result(SECONDS)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """After a question that failed a new client asks: this one may be cut off for good (see `lifelines`)."""
        try:
            yield
        except (KafkaException, TimeoutError) as error:
            self._admin = admin(self._settings, "ream-observer")
            raise away(error) from error


class Announcer:
    """Says messages on topics, outside of any stage."""

    def __init__(self, settings: KafkaSettings, source: str, clock: Clock | None = None) -> None:
        """Connects.

        Args:
            settings: which broker.
            source: who speaks, for the header ce_source.
            clock: for the header ce_time; the machine's by default.
        """
        self._clock = clock or SystemClock()
        self._settings = settings
        self._source = source
        self._producer = producer(settings, f"ream-{source}")
        self._failed: list[str] = []

    def send(self, topic: AnyTopic, message: Any, key: str | None = None) -> None:
        """Hands a message over; `flush` says whether it arrived."""
        own = key if key is not None else getattr(message, "document_id", None)
        while True:
            try:
                self._producer.produce(
                    self._settings.topic(topic.name),
                    value=codec.encode(message),
                    key=own.encode() if own is not None else None,
                    headers=list(self._headers(topic)),
                    on_delivery=lambda error, _: self._failed.append(error.str()) if error is not None else None,
                )
                return
            except BufferError:
                self._producer.poll(1.0)

    def _headers(self, topic: AnyTopic) -> tuple[tuple[str, bytes], ...]:
        return envelope.headers(
            event_id=str(uuid.uuid4()),
            schema=topic.schema,
            source=self._source,
            moment=self._clock.now(),
        )

    def flush(self, seconds: float = 60.0) -> None:
        """Waits until everything has arrived.

        Raises:
            Retry: something did not; all since the last flush may have to be said again.
        """
        left = self._producer.flush(seconds)
        failed, self._failed = self._failed, []
        if left or failed:
            # It may be cut off for good (see `lifelines`); what it still holds is said again, as the caller is told.
            self._producer = producer(self._settings, f"ream-{self._source}")
            raise Retry("kafka", f"{left + len(failed)} messages did not reach the broker")
