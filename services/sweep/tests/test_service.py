# SPDX-License-Identifier: Apache-2.0
"""Sweep on a real broker: what a stage swallowed is found and sent again, then expired; the rest is left alone."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ream_contracts import layout, topics
from ream_contracts.messages import (
    Allowance,
    DeadLetter,
    DocumentCompleted,
    DocumentEmbedded,
    DocumentIndexed,
    DocumentIngested,
    PartExpired,
    PartForget,
)
from ream_kit.clock import SystemClock
from ream_kit.kafka import KafkaSettings
from ream_kit.migration import migrate
from ream_kit.observe import Announcer, Observer, Tail
from ream_kit.store import Store
from ream_kit.testing import memory_store
from ream_sweep.service import FOLLOWED, LETTERS, Sweep
from ream_sweep.settings import SweepSettings
from ream_sweep.wave import STEPS, TO_VECTORS

pytestmark = pytest.mark.servers
LOST, FOUND = "a" * 32, "b" * 32


@dataclass
class Bench:
    """Sweep on topics of its own, with the other groups played by the test."""

    settings: KafkaSettings
    sweep: Sweep
    store: Store
    announcer: Announcer
    observer: Observer
    watcher: Tail

    def all_groups_pass(self) -> None:
        for step in (*STEPS, *TO_VECTORS):
            for topic in step.topics:
                if step.group != "sweep":
                    self.observer.commit(step.group, topic, self.observer.ends([topic])[topic])

    def turn(self) -> list[object]:
        """Lets everybody pass, sweep look and act, and returns what it said."""
        self.all_groups_pass()
        for _ in range(5):
            self.sweep.look(0.2)
        self.sweep.act()
        return [seen.message for _ in range(3) for seen in self.watcher.poll(0.3)]


@pytest.fixture
def bench(kafka_bootstrap: str) -> Iterator[Bench]:
    own = uuid.uuid4().hex[:8]
    settings = KafkaSettings(kafka_bootstrap, f"t{own}.", f"g{own}-")
    migrate(kafka_bootstrap, settings.topic_prefix, settings.group_prefix)
    store, observer = memory_store(), Observer(settings)
    said = [topics.DOCUMENTS_INGESTED.name, topics.DOCUMENTS_PARTS.name]
    with Tail(settings, FOLLOWED, "beginning") as tail, Tail(settings, said, "beginning") as watcher:
        announcer = Announcer(settings, "test")
        sweep = Sweep(SweepSettings(forget_days=0), store, tail, observer, Announcer(settings, "sweep"), SystemClock())
        yield Bench(settings, sweep, store, announcer, observer, watcher)


def ingested(document_id: str) -> DocumentIngested:
    return DocumentIngested(
        document_id, 1, 1, document_id, None, 0, "o", 1, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
    )


def put(bench: Bench, document_id: str) -> DocumentIngested:
    message = ingested(document_id)
    bench.store.put_artifact(layout.ingested(document_id, 1), message)
    bench.announcer.send(topics.DOCUMENTS_INGESTED, message)
    return message


def test_what_was_swallowed_is_sent_again_and_then_expired(bench: Bench) -> None:
    message = put(bench, LOST)
    put(bench, FOUND)
    bench.announcer.send(topics.DOCUMENTS_INDEXED, DocumentIndexed(FOUND, 1, 1, 5, FOUND, None, "complete", None, 1))
    bench.announcer.flush()
    first = bench.turn()
    assert first.count(message) == 2, "once by us, once again by sweep"
    assert first.count(ingested(FOUND)) == 1
    said = [*bench.turn(), *bench.turn()]
    assert PartExpired(LOST, 1, 1, ()) in said
    assert bench.sweep.status()["totals"]["outstanding"] == 1


def test_what_vectors_swallowed_is_sent_again(bench: Bench) -> None:
    for name in (LOST, FOUND):
        put(bench, name)
        completed = DocumentCompleted(
            name, 1, 1, 1, 5, name, None, "complete", None, "text/plain", 1, None, "body", 1, 1, 0, 0,
            0, (), 1, 0, "unknown", 0, (), "internal", {}, {},
        )  # fmt: skip
        bench.announcer.send(topics.DOCUMENTS_COMPLETED, completed)
        bench.announcer.send(topics.DOCUMENTS_INDEXED, DocumentIndexed(name, 1, 1, 5, name, None, "complete", None, 1))
    bench.announcer.send(topics.DOCUMENTS_EMBEDDED, DocumentEmbedded(FOUND, 1, 1, 5, 3, 0))
    bench.announcer.flush()
    said = bench.turn()
    assert (said.count(ingested(LOST)), said.count(ingested(FOUND))) == (2, 1)
    assert bench.sweep.status()["without_vectors"] == 1
    assert PartExpired(LOST, 1, 1, ()) not in [*bench.turn(), *bench.turn()], "it is complete without them"


def test_a_group_that_is_behind_is_waited_for(bench: Bench) -> None:
    put(bench, LOST)
    bench.announcer.flush()
    for _ in range(3):
        bench.sweep.look(0.3)
        bench.sweep.act()
    assert bench.sweep.resent == 0
    assert "extract" in bench.sweep.status()["wave"]["waits_for"]


def test_a_part_without_an_entry_runs_its_document_again_once(bench: Bench) -> None:
    message = put(bench, FOUND)
    letter = DeadLetter("documents.parts", 0, 7, "aggregate", "1", "no-entry", 1, FOUND, None, None, {}, None, None)
    bench.announcer.send(topics.DOCUMENTS_PARTS, PartForget(FOUND, 1, 1))
    bench.announcer.flush()
    for _ in range(3):
        bench.sweep.look(0.3)
    bench.sweep.letters.append((0, 0, letter))
    bench.sweep.act()
    assert [seen.message for _ in range(4) for seen in bench.watcher.poll(0.3)].count(message) == 2
    assert bench.observer.passed("sweep", [LETTERS])[LETTERS] == {0: 1}
