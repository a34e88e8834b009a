# SPDX-License-Identifier: Apache-2.0
"""Hostile messages on every topic: each stage lives, each is a dead letter, and the next good document passes.

The hostile records lie on the partition that the good documents take, before them on every topic: that the good ones
come out can only be when every stage has passed the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from confluent_kafka import Producer

from ream_chaos.papers import Paper
from ream_chaos.plan import READERS
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.trial import PATIENCE, ground
from ream_chaos.verdict import account
from ream_contracts import codec, topics
from ream_contracts.messages import DeadLetter
from ream_contracts.topic import AnyTopic
from ream_hostile import wire
from ream_kit.observe import Observer
from ream_tests.flow import SERVICES, Flow

ORDER = 10

HURRY = {"REAM_ERROR_PAUSE_SECONDS": "0.2"}
"""What fails by our fault is tried three times here too, but not with seconds between."""

Place = tuple[str, int, int]
"""Topic, partition, offset."""


def run(run: Run) -> Result:
    """Writes everything hostile, then a good document of each kind, and accounts for both."""
    world, papers = run.world, run.marked()
    calm = run.calm_of_marked()
    with ground(world, "messages", HURRY) as own:
        flow, witness = own.flow, own.witness
        pids = {name: flow.processes[name].pid for name in SERVICES}
        written = attack(flow, sorted({paper.partition for paper in papers}))
        world.tell(f"{len(written)} hostile records on {len(topics.ALL)} topics and their dead letters")
        submit(flow, papers)
        witness.until(lambda: witness.ended(calm.roots) == len(calm.roots), PATIENCE)
        witness.until(lambda: not unpassed(flow, written), PATIENCE)
        witness.rest(PATIENCE)
        verdict = account({paper.document_id: paper.outcome for paper in papers}, witness.snapshot(), calm)
        problems = list(_problems(flow, pids, written))
    return own.proven(Result("hostile_messages", len(written), verdict, tuple(problems)))


def attack(flow: Flow, partitions: Sequence[int]) -> dict[Place, bool]:
    """Writes hostile records to each topic and its dead letters; says of each place whether it is no message at all."""
    producer, written = Producer({"bootstrap.servers": flow.kafka.kafka_bootstrap, "linger.ms": 5}), {}

    def write(name: str, partition: int, record: wire.Record, malformed: bool) -> None:
        def landed(error: object, message: object) -> None:
            assert error is None, f"{record.what} did not reach {name}: {error}"
            written[name, partition, message.offset()] = malformed  # type: ignore[attr-defined]

        full = flow.kafka.topic(name)
        producer.produce(full, key=record.key, value=record.value, partition=partition, on_delivery=landed)
        producer.poll(0)

    for topic in topics.ALL:
        for partition in partitions:
            for record in wire.malformed():
                if record.key is not None or topic.cleanup != "compact":  # the broker itself refuses those
                    write(topic.name, partition, record, True)
        for record in (*wire.examples(topic, "invalid"), *wire.examples(topic, "valid"), *wire.absurd(topic)):
            write(topic.name, partitions[0], record, False)
        for record in wire.malformed():
            write(topic.dead_letters, partitions[0], record, False)
    assert producer.flush(60) == 0, "not every hostile record reached the broker"
    return written


def submit(flow: Flow, papers: Iterable[Paper]) -> None:
    """Submits documents behind the hostile records: by their ids, as children are."""
    producer = Producer({"bootstrap.servers": flow.kafka.kafka_bootstrap})
    for paper in papers:
        producer.produce(
            flow.kafka.topic(topics.DOCUMENTS_SUBMITTED.name),
            key=paper.document_id.encode(),
            value=codec.encode(paper.message(flow.store)),
            partition=paper.partition,
        )
    assert producer.flush(60) == 0


def unpassed(flow: Flow, written: Iterable[Place]) -> list[str]:
    """Names groups that have not passed a hostile record."""
    observer = Observer(flow.kafka)
    last: dict[tuple[str, int], int] = {}
    for name, partition, offset in written:
        last[name, partition] = max(offset, last.get((name, partition), -1))
    left = []
    for topic, group in ((one, reader) for one in topics.ALL for reader in one.read_by if reader in READERS):
        passed = observer.passed(group, [topic.name])[topic.name]
        left += [
            f"{group} has not passed {name}[{partition}]@{offset}"
            for (name, partition), offset in last.items()
            if name == topic.name and passed.get(partition, -1) <= offset
        ]
    return left


def _problems(flow: Flow, pids: dict[str, int], written: dict[Place, bool]) -> Iterable[str]:
    for name, process in flow.processes.items():
        if process.poll() is not None or process.pid != pids[name]:
            yield f"{name} died of a hostile message: code {process.poll()}"
    yield from unpassed(flow, written)
    buried = _buried(flow, [topic for topic in topics.ALL if set(topic.read_by) & set(READERS)])
    for place, malformed in written.items():
        if malformed and place[0] in buried and place[1:] not in buried[place[0]]:
            yield f"{place[0]}[{place[1]}]@{place[2]} is no message, and no dead letter tells of it"
    shown = flow.ream("dead-letters", "list", "--json")
    if shown.returncode != 0:
        yield f"`ream dead-letters list` fails among hostile dead letters: {shown.stderr[-300:]}"


def _buried(flow: Flow, read: Sequence[AnyTopic]) -> dict[str, set[tuple[int, int]]]:
    """Where the dead letters of each topic come from; what is no dead letter itself is passed over."""
    found: dict[str, set[tuple[int, int]]] = {topic.name: set() for topic in read}
    names = {topic.dead_letters: topic.name for topic in read}
    for seen in flow.everything(*names):
        if isinstance(seen.message, DeadLetter):
            found[names[seen.topic]].add((seen.message.partition, seen.message.offset))
    return found
