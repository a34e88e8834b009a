# SPDX-License-Identifier: Apache-2.0
"""An installation of aggregate alone: topics of its own on a broker, workers that are started, killed and frozen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 12
MAIN = "from ream_aggregate.worker import main; raise SystemExit(main())"
_SECONDS = 30.0
_NO_COORDINATOR_YET = (
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
)
"""What a broker says of a group while it makes, or reads, the topic of offsets."""
_NO_LEADER_YET = (
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_PARTITION,
)
"""What a broker, or the client, says of a topic's partitions while these are still being made."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record as it lies on a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass
class Place:
    """Topics, workers and their folders.

    Attributes:
        bootstrap: addresses of the broker.
        folder: for logs, tables and the store.
        environ: settings of all workers, beside the addresses.
    """

    bootstrap: str
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.prefix = f"fanin-{uuid.uuid4().hex[:8]}."
        self.group = f"{self.prefix}aggregate"
        self.parts, self.completed = f"{self.prefix}documents.parts", f"{self.prefix}documents.completed"
        self.letters = f"{self.parts}.dlq"
        self.changelog = f"{self.prefix}{self.group}-documents-changelog"
        self._asked: Consumer | None = None

    def __enter__(self) -> Place:
        self.make_topics()
        return self

    def __exit__(self, *_: object) -> None:
        self.end_workers()
        self._asking().close()
        self.drop_topics()

    @property
    def log_file(self) -> Path:
        """Where all workers write their logs."""
        return self.folder / "workers.log"

    def make_topics(self) -> None:
        """Makes the topics that the migration makes for aggregate."""
        topics = [NewTopic(name, PARTITIONS, 1) for name in (self.parts, self.letters)]
        topics.append(NewTopic(self.completed, PARTITIONS, 1, config={"cleanup.policy": "compact"}))
        admin = self._admin()  # its answers end with it
        for future in admin.create_topics(topics).values():
            future.result(_SECONDS)

    def drop_topics(self) -> None:
        """Removes every topic of this installation."""
        admin = self._admin()
        names = [name for name in admin.list_topics(timeout=_SECONDS).topics if name.startswith(self.prefix)]
        for future in admin.delete_topics(names).values() if names else ():
            future.result(_SECONDS)

    def start(self, data: str = "data", program: str = MAIN, **environ: str) -> subprocess.Popen[bytes]:
        """Starts a worker.

        Args:
            data: workers with the same share a folder, of which each takes a part.
            program: Python that runs the worker; a test plants its defects there.
            environ: settings of this one alone.
        """
        own = {
            **os.environ,
            "REAM_KAFKA_BOOTSTRAP": self.bootstrap,
            "REAM_TOPIC_PREFIX": self.prefix,
            "REAM_GROUP_PREFIX": self.prefix,
            "REAM_STORE": str(self.folder / "store"),
            "REAM_AGGREGATE_DATA_DIR": str(self.folder / data),
            **self.environ,
            **environ,
        }
        with self.log_file.open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-c", program], env=own, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kills a worker with SIGKILL, also a frozen one."""
        worker.kill()
        worker.wait()

    def freeze(self, worker: subprocess.Popen[bytes]) -> None:
        """Stops a worker where it is, as a machine does that is asleep."""
        worker.send_signal(signal.SIGSTOP)

    def wake(self, worker: subprocess.Popen[bytes]) -> None:
        """Lets a frozen worker go on."""
        worker.send_signal(signal.SIGCONT)

    def end_workers(self) -> None:
        """Kills every worker that was started here."""
        for worker in self.workers:
            self.kill(worker)

    def log(self) -> str:
        """What the workers wrote."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def send(self, records: Iterable[tuple[str, bytes]], rate: float = 0) -> int:
        """Puts records on documents.parts, so many a second (0: as fast as it goes), and returns how many.

        Raises:
            RuntimeError: some did not arrive.
        """
        failed: list[str] = []
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "partitioner": "murmur2_random",
                "linger.ms": 20,
                "compression.type": "lz4",
                "enable.idempotence": True,
            }
        )
        started, sent = time.monotonic(), 0
        for document, value in records:
            while True:
                try:
                    producer.produce(
                        self.parts, value, document, on_delivery=lambda e, _: failed.append(str(e)) if e else None
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
            sent += 1
            if rate and sent % 50 == 0:
                producer.poll(max(0.0, started + sent / rate - time.monotonic()))
            elif sent % 1000 == 0:
                producer.poll(0)
        if left := producer.flush(120):
            failed.append(f"{left} were not acknowledged")
        if failed:
            raise RuntimeError(f"{len(failed)} records were not sent: {failed[0]}")
        return sent

    def read(self, topic: str, partitions: Sequence[int] = range(PARTITIONS)) -> Iterator[Read]:
        """Yields every record that partitions of a topic have now."""
        consumer = self._consumer("reader")
        try:
            ends = {number: end for number, (_, end) in self._marks(consumer, topic).items() if end}
            left = {number: ends[number] for number in partitions if number in ends}
            consumer.assign([TopicPartition(topic, number, 0) for number in left])
            while left:
                for record in consumer.consume(5000, 1.0):
                    if record.error() is not None:
                        continue  # a passing fault of the client, which goes on by itself
                    yield Read(record.partition(), record.offset(), record.key(), record.value())
                stands = {number: stand.offset for number, stand in _positions(consumer, topic, left)}
                left = {number: end for number, end in left.items() if stands[number] < end}
        finally:
            consumer.close()

    def offsets(self) -> dict[int, tuple[int, int]]:
        """Returns by partition of documents.parts the committed offset and the end."""
        asked = self._asking()
        places = [TopicPartition(self.parts, number) for number in range(PARTITIONS)]
        committed = asked.committed(places, timeout=_SECONDS)
        ends = self._marks(asked, self.parts)
        return {place.partition: (max(0, place.offset), ends[place.partition][1]) for place in committed}

    def offsets_of(self, topic: str) -> dict[int, tuple[int, int]]:
        """Returns by partition of a topic where it begins and where it ends."""
        return self._marks(self._asking(), topic)

    def _asking(self) -> Consumer:
        if self._asked is None:
            self._asked = self._consumer(self.group)  # it never joins the group: it only asks how far that is
        return self._asked

    def caught_up(self) -> bool:
        """Says whether everything on documents.parts is committed; not while the broker still looks for the group."""
        try:
            return all(committed == end for committed, end in self.offsets().values())
        except KafkaException as error:
            if error.args[0].code() in _NO_COORDINATOR_YET:
                return False
            raise

    def until(self, condition: Callable[[], bool], seconds: float, pause: float = 0.2) -> bool:
        """Waits for a condition; False when it did not come to pass in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)  # noqa: TID251 - other processes are waited for
        return True

    def _marks(self, consumer: Consumer, topic: str) -> dict[int, tuple[int, int]]:
        return {number: self._mark(consumer, TopicPartition(topic, number)) for number in range(PARTITIONS)}

    def _mark(self, consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
        """Asks where a partition begins and ends, again while it has no leader yet."""
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                low, high = consumer.get_watermark_offsets(place, timeout=_SECONDS)
                return low, high
            except KafkaException as error:
                if error.args[0].code() not in _NO_LEADER_YET or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)  # noqa: TID251 - the broker is waited for

    def _consumer(self, group: str) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap})


def _positions(consumer: Consumer, topic: str, numbers: Iterable[int]) -> Iterator[tuple[int, TopicPartition]]:
    for stand in consumer.position([TopicPartition(topic, number) for number in numbers]):
        yield stand.partition, stand
