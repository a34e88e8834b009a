# SPDX-License-Identifier: Apache-2.0
"""Decides how tests run stages on a real broker with the same few words as on the bus in memory."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from ream_contracts import codec
from ream_contracts.messages import DeadLetter
from ream_contracts.topic import Topic
from ream_kit import commit_note, envelope, group_offsets, kafka
from ream_kit.errors import Retry
from ream_kit.kafka import KafkaSettings
from ream_kit.metrics import Metrics
from ream_kit.migration import migrate
from ream_kit.observe import Observer
from ream_kit.records import Origin, Record
from ream_kit.runner import FAILED, Runner, RunnerSettings
from ream_kit.stage import AnyStage
from ream_kit.store import Store
from ream_kit.store_memory import memory_store

SECONDS = 30.0


def wait_until(holds: Callable[[], bool], seconds: float = SECONDS, what: str = "it") -> None:
    """Waits for a condition.

    Raises:
        AssertionError: it did not come to hold in time.
    """
    over, turn = time.monotonic() + seconds, threading.Event()
    while not holds():
        if time.monotonic() > over:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        turn.wait(0.05)


class Running:
    """A runner in a thread of this process, with what was opened for it alone."""

    def __init__(self, runner: Runner, opened: ExitStack) -> None:
        self.runner = runner
        self._opened = opened
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._opened:
            self.code = self.runner.run()

    def stop(self) -> int:
        """Ends it in order; returns its exit code."""
        self.runner.stop()
        return self.join()

    def join(self) -> int:
        """Waits for its end; returns its exit code."""
        self._thread.join(SECONDS)
        assert self.code is not None, "the runner did not end"  # noqa: S101 (for tests)
        return self.code


class BrokerBus:
    """Topics of its own on a real broker, with stages that `run` starts and stops."""

    def __init__(
        self, bootstrap: str, topics: Sequence[Topic[Any]], *stages: AnyStage, settings: RunnerSettings | None = None
    ) -> None:
        self.prefix = f"t-{uuid.uuid4().hex[:8]}."
        self.kafka_settings = KafkaSettings(bootstrap, self.prefix, self.prefix)
        self.settings = settings or RunnerSettings(error_pause_seconds=0.01)
        self.store: Store = memory_store()
        self.metrics = Metrics()
        self._topics = topics
        self._stages = stages
        migrate(bootstrap, self.prefix, self.prefix, topics)
        self._producer = kafka.producer(self.kafka_settings, "test")
        self._observer = Observer(self.kafka_settings)
        wait_until(self._is_led, what="a leader for every partition")

    def _is_led(self) -> bool:
        """Whether the broker, which may be busy, is done with the new topics."""
        try:
            self._observer.ends([name for topic in self._topics for name in (topic.name, topic.dead_letters)])
        except Retry:
            return False
        return True

    def put(self, topic: Topic[Any], message: Any, key: str | None = None) -> None:
        """Writes a message."""
        self.put_raw(topic, codec.encode(message), key or getattr(message, "document_id", None))

    def put_raw(self, topic: Topic[Any], value: bytes | None, key: str | bytes | None = None) -> None:
        """Writes any bytes."""
        self._producer.produce(self.kafka_settings.topic(topic.name), value=value, key=key)

    def start(self, stage: AnyStage, metrics: Metrics | None = None, **needs: Any) -> Running:
        """Starts a stage in a thread of this process; what it needs and is not given is opened."""
        opened = ExitStack()
        runner = Runner(
            stage,
            store=self.store,
            needs={
                name: needs[name] if name in needs else opened.enter_context(need())
                for name, need in stage.needs.items()
            },
            settings=self.settings,
            kafka_settings=self.kafka_settings,
            metrics=metrics or Metrics(),
        )
        return Running(runner, opened)

    def run(self) -> None:
        """Runs every stage until each has committed all there is; one that ended as by a death is started again."""
        self.flush()
        running = {stage.name: self.start(stage, self.metrics) for stage in self._stages}

        def is_over() -> bool:
            for stage in self._stages:
                one = running[stage.name]
                if one.code is not None and one.runner.crashed:
                    running[stage.name] = self.start(stage, self.metrics)
            return all(self.lag(stage) == 0 for stage in self._stages)

        try:
            wait_until(is_over, what="the end of all topics")
        finally:
            codes = [one.stop() for one in running.values()]
        assert not any(codes)  # noqa: S101 (for tests)

    def run_until_stopped(self) -> str:
        """Runs the one stage there is until it ends its process, and says why."""
        self.flush()
        (declared,) = self._stages
        running = self.start(declared, self.metrics)
        assert running.join() == FAILED  # noqa: S101 (for tests)
        return running.runner.report.not_ready() or ""

    def flush(self) -> None:
        """Waits until everything that was put is on the broker."""
        left = self._producer.flush(SECONDS)
        assert not left  # noqa: S101 (for tests)

    def delete_before(self, topic: Topic[Any], offset: int) -> None:
        """Deletes the records below an offset in each partition that has so many, as the retention does in time."""
        self.flush()

        def is_deleted() -> bool:
            try:
                ends = self._observer.ends([topic.name])[topic.name]
                longer = {number: offset for number, end in ends.items() if end >= offset}
                self._observer.delete_before(topic.name, longer)
            except Retry:  # a partition that was just made may not have its leader yet
                return False
            return True

        wait_until(is_deleted, what="deleting records")

    def lag(self, stage: AnyStage) -> int:
        """Records of its topics that a stage has not committed."""
        names = [topic.name for topic in stage.reads]
        try:
            ends, passed = self._observer.ends(names), self._observer.passed(stage.group, names)
        except Retry:  # the group is being made
            return 1
        return sum(end - passed[name].get(number, 0) for name in names for number, end in ends[name].items())

    def finished(self, stage: AnyStage) -> int:
        """Records that a stage's commits say are finished: the committed ones, and those beyond that metadata names."""
        places = [
            TopicPartition(self.kafka_settings.topic(topic.name), number)
            for topic in stage.reads
            for number in range(topic.partitions)
        ]
        found = group_offsets.committed(self.kafka_settings, stage.group, places)
        notes = [commit_note.decode(place.offset, place.metadata) for place in found]
        beyond = sum(len(run) for note in notes if note is not None for run in note.finished)
        return beyond + sum(place.offset for place in found)

    def records(self, topic: Topic[Any] | str) -> list[Record]:
        """Everything on a topic, partition by partition."""
        name = topic if isinstance(topic, str) else topic.name
        known = next(one for one in self._topics if name in (one.name, one.dead_letters))
        ends, begins = self._observer.ends([name])[name], self._observer.begins([name])[name]
        wanted = sum(end - begins[number] for number, end in ends.items())
        if not wanted:
            return []
        own = {"enable.partition.eof": False, "group.protocol": "classic"}
        reader = Consumer({**kafka.consumer_config(self.kafka_settings, "reader", "test"), **own})
        found: list[Record] = []
        try:
            reader.assign([TopicPartition(self.kafka_settings.topic(name), *begin) for begin in begins.items()])
            deadline = time.monotonic() + SECONDS
            while len(found) < wanted and time.monotonic() < deadline:
                for one in reader.consume(1000, 0.2):
                    if one.error() is None:
                        headers = envelope.as_text(one.headers())
                        origin = Origin(name, one.partition() or 0, one.offset() or 0, one.key(), headers)
                        found.append(Record(known, origin, one.value()))
        finally:
            reader.close()
        return sorted(found, key=lambda record: (record.origin.partition, record.origin.offset))

    def sent(self, topic: Topic[Any]) -> list[Any]:
        """Every message on a topic."""
        return [codec.decode(topic, record.value) for record in self.records(topic)]

    @property
    def dead_letters(self) -> list[DeadLetter]:
        """Every record that was given up."""
        found = [record for topic in self._topics for record in self.records(topic.dead_letters)]
        return [codec.loads(DeadLetter, record.value or b"") for record in found]
