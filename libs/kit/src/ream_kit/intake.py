# SPDX-License-Identifier: Apache-2.0
"""Decides how records come in and offsets go out: assignment, reading, pausing, committing.

What a commit says beside its offset is read back when a partition is assigned: see `commit_note`.

Everything here runs in the main thread, the callbacks of a rebalance too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from ream_contracts.topic import Topic
from ream_kit import commit_note, envelope, log
from ream_kit.ahead import Reserve
from ream_kit.clock import Clock, SystemClock
from ream_kit.commit_log import CommitLog
from ream_kit.commit_note import Note, runs
from ream_kit.flight import Flight, Partition, Prepared, Task
from ream_kit.kafka import BrokerWatch, KafkaSettings, is_fatal
from ream_kit.metrics import METRICS, Metrics
from ream_kit.offsets import MOST_CHARACTERS, Offsets
from ream_kit.records import Origin, Record
from ream_kit.unread import DeletedUnread, Unread

_ANSWER_SECONDS = 5.0
_BEGIN_SECONDS = 1.0
_ASKED = 3
_OVER = 64
"""Records that may be taken in beyond the limit while a commit is on its way, whose answer comes with them."""

_PORTION = 50
"""Records taken from the client before it is looked again how many bytes are in flight: some MB at most."""

_LOG = log.logger("kit.intake")

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be in flight.

    Attributes:
        records: in flight in all.
        bytes: of their keys and values; up to 50 records more may be taken in, and the client fetches some ahead.
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
        commits: CommitLog | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._consumer = consumer
        self._settings = settings
        self._topics = {settings.topic(topic.name): topic for topic in topics}
        self._flight = flight
        self._watch = watch
        self._limits = limits
        self._metrics = metrics
        self._partitions: dict[Place, Partition] = {}
        self._commits = commits
        self._full = False
        self._committing: Sequence[Prepared] = ()
        clock = clock or SystemClock()
        self.deleted = DeletedUnread(clock, metrics)
        self._unread = Unread(self._begins, self.deleted, clock)
        self.commits_fail = False
        self.joined = False
        self._silent = False

    def subscribe(self) -> None:
        """Joins the group."""
        self._consumer.subscribe(
            list(self._topics), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def has_room(self) -> bool:
        """Whether more records may be taken in."""
        return len(self._flight) < self._limits.records and self._flight.bytes < self._limits.bytes

    def listen(self) -> None:
        """Hears whether a commit on its way has arrived, though there is no room: a record may come with it."""
        little = len(self._flight) < self._limits.records + _OVER and self._flight.bytes < self._limits.bytes
        if self._committing and little:
            self.poll(0)

    def poll(self, seconds: float) -> None:
        """Takes in what has come, waiting at most so long for the first record; serves rebalances.

        Raises:
            KafkaException: the broker refuses, and no waiting mends it.
        """
        room = min(1000, self._limits.records - len(self._flight)) - 1
        first = self._consumer.poll(seconds)
        if first is None:
            return
        # Partitions may go and come again meanwhile: the first belongs to the one it was read from.
        tasks = [self._task(first)]
        left = self._limits.bytes - self._flight.bytes - _size(tasks)
        while room > 0 and left > 0 and (more := self._consumer.consume(min(room, _PORTION), 0)):
            found = [self._task(message) for message in more]
            tasks += found
            room, left = room - len(found), left - _size(found)
        self._flight.admit([task for task in tasks if task is not None and not task.partition.lost])

    def balance(self, *, full: bool) -> None:
        """Pauses partitions that must not be read further, and lets those go on that may be again."""
        if full:
            self._full = True
        elif self._full:
            half = self._limits.records // 2
            self._full = len(self._flight) > half or self._flight.bytes > self._limits.bytes // 2
        for partition in self._partitions.values():
            share = 2 if partition.paused else 1  # what goes on goes on for a while
            too_far = partition.offsets.span > self._limits.read_ahead // share
            wanted = self._full or too_far or partition.offsets.characters > MOST_CHARACTERS // share
            if wanted != partition.paused:
                change = self._consumer.pause if wanted else self._consumer.resume
                change([self._place(partition)])
                partition.paused = wanted

    @property
    def committing(self) -> bool:
        """Whether a commit is on its way."""
        return bool(self._committing)

    def commit(self) -> None:
        """Commits what the broker does not have yet: finished prefixes, and what the metadata says of the rest."""
        if not self._committing:
            self._send(self._flight.prepare(self._partitions.values()), wait=False)

    def second(self) -> None:
        """Notes that a second has passed."""
        self._flight.second()
        for partition in self._partitions.values():
            partition.reserve.second()
        self._unread.second(self._partitions.values())

    def on_commit(self, error: KafkaError | None, offsets: Sequence[TopicPartition]) -> None:
        """Hears how the commit on its way ended; one that failed is made again by the next."""
        prepared, self._committing = self._committing, ()
        self._answered(prepared, error, offsets)

    def _answered(
        self, prepared: Sequence[Prepared], error: KafkaError | None, offsets: Sequence[TopicPartition]
    ) -> None:
        refused = {(place.topic, place.partition) for place in offsets if place.error is not None}
        for one in prepared:
            partition = one.partition
            if error is not None or (self._settings.topic(partition.topic.name), partition.number) in refused:
                self._flight.not_committed(one)
                continue
            self._flight.committed(one)
            if self._commits is not None:
                self._commits.committed(partition.topic.name, partition.number, one.commit.offset)
        if error is not None:
            self._metrics.count("ream_commits_total", "failed")
            if not self.commits_fail:
                _LOG.warning("commits_fail", error=error.str(), reason="what is finished is committed when they work")
            self.commits_fail = True
            return
        self._metrics.count("ream_commits_total", "done")
        if self.commits_fail:
            _LOG.info("commits_work")
        self.commits_fail = False
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
        """Stops reading, commits and leaves the group; in order, unless the process ends as by a death."""
        self._give_up(list(self._partitions.values()))
        self._unread.check()
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
        self.joined, self._silent = True, False
        asked_at = self._commits.now() if self._commits is not None else 0.0
        known = self._committed(places)
        for place in places:
            found = known.get((place.topic, place.partition))
            partition = self._partition(place, found)
            self._partitions[place.topic, place.partition] = partition
            if found is not None:
                place.offset = found.offset
            if self._commits is not None:
                begin = None if found is None else found.offset
                beyond = partition.offsets.finished
                self._commits.assigned(partition.topic.name, partition.number, begin, beyond, asked_at)
        consumer.incremental_assign(list(places))
        if places:
            self._flight.renew()
            self._metrics.count("ream_rebalances_total", "assigned")
            _LOG.info("partitions_assigned", number=len(places), now=len(self._partitions))
        self._watch.answered()

    def _committed(self, places: Sequence[TopicPartition]) -> Mapping[Place, TopicPartition]:
        """Asks where to begin; what is not answered is begun where the client finds it, and nothing more is known."""
        for _ in range(_ASKED if places else 0):
            try:
                answers = self._consumer.committed(list(places), timeout=_ANSWER_SECONDS)
            except KafkaException as error:
                _LOG.warning("offsets_unknown", error=error.args[0].str(), reason="asked again; else work is repeated")
                continue
            return {(one.topic, one.partition): one for one in answers if one.error is None and one.offset >= 0}
        return {}

    def _partition(self, place: TopicPartition, found: TopicPartition | None) -> Partition:
        """Makes a partition with what the last owner said of it."""
        topic, reserve = self._topics[place.topic], Reserve(self._flight.least)
        partition = Partition(topic, place.partition, reserve=reserve)

        def on_gap(missing: tuple[range, ...]) -> None:
            self._unread.gap(partition, missing)

        if found is None:
            partition.offsets = Offsets(on_gap=on_gap)
            return partition
        note = commit_note.decode(found.offset, found.metadata)
        if note is not None and note.owner != self._flight.owner:
            self._flight.streak.resume(note.failures)
        elif note is not None and not note.orderly:
            note = _since_nobody_died(note)
        newest = self._newest(place) if note is not None and note.suspects else None
        partition.offsets = Offsets(found.offset, note, newest, on_gap)
        if partition.offsets.suspects:
            _LOG.warning(
                "unclean_end",
                topic=topic.name,
                partition=place.partition,
                suspects=len(partition.offsets.suspects),
                reason="the last process ended in their middle: they are run one at a time first",
            )
        return partition

    def _newest(self, place: TopicPartition) -> int | None:
        """One past the newest record of a partition; None when the broker does not say, and then it is not asked again.

        All of an assignment is one turn of the loop, which counts as stuck after half a minute.
        """
        answer = None if self._silent else self._ends(place, _ANSWER_SECONDS)
        self._silent = answer is None
        return answer[1] if answer else None

    def _begins(self, partition: Partition) -> int | None:
        """The first offset that a partition still has; None when the broker does not say."""
        answer = None if self._watch.guard.is_open else self._ends(self._place(partition), _BEGIN_SECONDS)
        return answer[0] if answer else None

    def _ends(self, place: TopicPartition, seconds: float) -> tuple[int, int] | None:
        try:
            return self._consumer.get_watermark_offsets(place, timeout=seconds)
        except KafkaException:
            return None

    def _on_revoke(self, consumer: Consumer, places: Sequence[TopicPartition]) -> None:
        going = list(self._own(places))
        self._flight.forget(going)
        if not self._flight.crashed and not self._flight.wait_until_finished(going, self._limits.handover_seconds):
            _LOG.info("partitions_handed_over_with_work", number=len(going))
        self._give_up(going)
        self._drop(going, "revoked")

    def _on_lost(self, consumer: Consumer, places: Sequence[TopicPartition]) -> None:
        self._drop(list(self._own(places)), "lost")

    def _give_up(self, going: Sequence[Partition]) -> None:
        """Says to the next owner how far they are."""
        self._send(self._flight.prepare(going, orderly=not self._flight.crashed, naming=False), wait=True)

    def _own(self, places: Iterable[TopicPartition]) -> Iterator[Partition]:
        for place in places:
            partition = self._partitions.get((place.topic, place.partition))
            if partition is not None:
                yield partition

    def _drop(self, going: Sequence[Partition], how: str) -> None:
        self._flight.lose(going)
        for partition in going:
            if self._commits is not None:
                self._commits.left(partition.topic.name, partition.number, how)
        self._partitions = {place: one for place, one in self._partitions.items() if not one.lost}
        if going:
            self._metrics.count("ream_rebalances_total", how)
            _LOG.info(f"partitions_{how}", number=len(going), now=len(self._partitions))

    def _send(self, prepared: Sequence[Prepared], *, wait: bool) -> None:
        if not prepared:
            return
        offsets = []
        for one in prepared:
            topic, number, commit = one.partition.topic.name, one.partition.number, one.commit
            if self._commits is not None:
                self._commits.commit(topic, number, commit.offset)
            offsets.append(TopicPartition(self._settings.topic(topic), number, commit.offset, commit.text))
        try:
            if wait:
                self._answered(prepared, None, self._consumer.commit(offsets=offsets, asynchronous=False) or [])
            else:
                self._committing = prepared
                self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            # Nothing is lost by it: the next commit, or the next process, does the same again.
            self._committing = () if not wait else self._committing
            self._answered(prepared, error.args[0], [])

    def _place(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._settings.topic(partition.topic.name), partition.number)


def _size(tasks: Iterable[Task | None]) -> int:
    return sum(task.record.size for task in tasks if task is not None)


def _since_nobody_died(note: Note) -> Note:
    """What is left of our own note when we were away from the group: earlier deaths, without a try counted since."""
    deaths = {offset: number - 1 for offset, number in note.deaths.items()}
    return replace(note, suspects=runs(sorted(deaths)), deaths=deaths)
