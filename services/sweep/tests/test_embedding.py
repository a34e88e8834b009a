# SPDX-License-Identifier: Apache-2.0
"""What vectors passed without a word is found within one wave and sent again; who needs none is left alone."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.messages import (
    Allowance,
    DocumentCompleted,
    DocumentEmbedded,
    DocumentIndexed,
    DocumentIngested,
)
from ream_sweep.ledger import Ledger
from ream_sweep.sweeping import MOST_FOR_VECTORS, Embed, Embedding, Sweeper
from ream_sweep.wave import STEPS, TO_VECTORS, Progress, waits_for

NAMES = [letter * 32 for letter in "abcdefgh"]
DAY = 86_400_000


def ingested(document_id: str, generation: int = 1, run: int = 1) -> DocumentIngested:
    return DocumentIngested(
        document_id, generation, run, document_id, None, 0, "o", 1, "f" * 64, "text/plain", None, None,
        Allowance(1, 1), (),
    )  # fmt: skip


def indexed(document_id: str, version: int = 5, generation: int = 1, outcome: str = "complete") -> DocumentIndexed:
    return DocumentIndexed(document_id, generation, 1, version, document_id, None, outcome, None, 1)  # type: ignore[arg-type]


def completed(document_id: str, version: int = 5, generation: int = 1, read: int = 1) -> DocumentCompleted:
    return DocumentCompleted(
        document_id, generation, 1, 1, version, document_id, None, "complete", None, "text/plain", 1, None, "body",
        1, read, 0, 0, 0, (), 1, 0, "unknown", 0, (), "internal", {}, {},
    )  # fmt: skip


def embedded(document_id: str, version: int = 5) -> DocumentEmbedded:
    return DocumentEmbedded(document_id, 1, 1, version, 3, 0)


def at(end: int, **stands: int) -> Progress:
    """One partition; every topic ends at `end`, each group stands where it says, else at the end."""
    steps = (*STEPS, *TO_VECTORS)
    passed = {(step.group, topic): {0: stands.get(step.group, end)} for step in steps for topic in step.topics}
    return Progress({topic: {0: end} for step in steps for topic in step.topics}, passed)


class Bench:
    """A ledger with the waves over it."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.sweeper = Sweeper(self.ledger)
        self.embedding = Embedding(self.ledger, self.sweeper)

    def complete(self, document_id: str, read: int = 1) -> None:
        """Has a document go through everything but vectors."""
        self.ledger.ingested(ingested(document_id), 0, 0)
        self.ledger.completed(completed(document_id, read=read))
        self.ledger.indexed(indexed(document_id))

    def turn(self, progress: Progress) -> list[Embed]:
        """Moves both waves; what they decide arrives."""
        for action in self.sweeper.tick(progress):
            self.sweeper.sent(action)
        found = self.embedding.tick(progress)
        for action in found:
            self.embedding.sent(action)
        return found

    def lacking(self) -> list[str]:
        """What a wave holds that begins now."""
        self.ledger.hold_unembedded()
        return [one.document_id for one in self.ledger.unembedded()]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_what_vectors_swallowed_is_found_within_one_wave(bench: Bench) -> None:
    bench.complete(NAMES[0])
    assert bench.turn(at(10, vectors=9)) == [], "vectors may still come to it"
    assert bench.embedding.wave is not None
    assert waits_for(bench.embedding.wave) == "vectors on documents.completed"
    assert bench.turn(at(10, sweep=9)) == [], "sweep may still come to its answer"
    assert bench.turn(at(10)) == [Embed(NAMES[0], 1, 1)]


def test_what_was_completed_after_the_wave_began_is_not_its_business(bench: Bench) -> None:
    assert bench.turn(at(10, vectors=9)) == []
    bench.complete(NAMES[0])
    assert bench.turn(at(11, vectors=10)) == [], "the wave arrives; vectors had not come to what came after"
    assert bench.turn(at(11, vectors=10)) == [], "the next one holds it, and vectors has not passed it"
    assert bench.turn(at(11)) == [Embed(NAMES[0], 1, 1)]


def test_a_better_answer_in_the_middle_of_a_wave_is_not_its_business_either(bench: Bench) -> None:
    bench.complete(NAMES[0])
    assert bench.turn(at(10, vectors=9)) == []
    bench.ledger.completed(completed(NAMES[0], version=6))
    bench.ledger.indexed(indexed(NAMES[0], version=6))
    assert bench.turn(at(11, vectors=10)) == []
    assert bench.turn(at(11)) == [Embed(NAMES[0], 1, 1)]


def test_documents_do_not_wait_for_vectors(bench: Bench) -> None:
    bench.ledger.ingested(ingested(NAMES[0]), 0, 0)
    for number in range(1, 9):
        bench.turn(at(10, vectors=0))
        assert bench.sweeper.number == number


def test_who_has_them_or_has_no_text_is_left_alone(bench: Bench) -> None:
    bench.complete(NAMES[0])
    bench.ledger.embedded(embedded(NAMES[0]))
    bench.complete(NAMES[1], read=0)
    bench.complete(NAMES[2])
    bench.ledger.erased(NAMES[2])
    bench.ledger.ingested(ingested(NAMES[3]), 0, 0)
    bench.ledger.completed(completed(NAMES[3]))
    assert bench.ledger.count_unembedded() == 0, "the last is not answered yet"
    bench.ledger.indexed(indexed(NAMES[3]))
    assert bench.lacking() == [NAMES[3]]


def test_a_generation_that_was_overtaken_needs_none(bench: Bench) -> None:
    bench.complete(NAMES[0])
    bench.ledger.ingested(ingested(NAMES[0], generation=2), 0, 1)
    assert bench.lacking() == []


def test_a_better_answer_needs_vectors_of_its_own(bench: Bench) -> None:
    bench.complete(NAMES[0])
    bench.ledger.embedded(embedded(NAMES[0]))
    bench.ledger.completed(completed(NAMES[0], version=6))
    bench.ledger.indexed(indexed(NAMES[0], version=6))
    assert bench.lacking() == [NAMES[0]]
    bench.ledger.embedded(embedded(NAMES[0], version=6))
    assert bench.lacking() == []


def test_it_is_sent_three_times_at_most_and_each_time_waits_for_the_whole_way(bench: Bench) -> None:
    bench.complete(NAMES[0])
    sent = [bench.sweeper.number for _ in range(60) if bench.turn(at(10))]
    assert sent == [1, 3, 7]
    assert len(sent) == MOST_FOR_VECTORS
    for _ in range(9):
        assert bench.embedding.tick(at(10)) == []
    bench.ledger.completed(completed(NAMES[0], version=6))
    bench.ledger.indexed(indexed(NAMES[0], version=6))
    assert bench.turn(at(10)) == [Embed(NAMES[0], 1, 1)], "of another text they may be made"


def test_while_the_way_is_long_nothing_is_sent_twice(bench: Bench) -> None:
    bench.complete(NAMES[0])
    assert bench.turn(at(10)) == [Embed(NAMES[0], 1, 1)]
    for _ in range(50):
        assert bench.turn(at(10, extract=0)) == [], "extract has not come to what was sent again"


def test_what_is_forgotten_is_not_sought(bench: Bench) -> None:
    bench.ledger.ingested(ingested(NAMES[0]), 0, 0, DAY)
    bench.ledger.completed(completed(NAMES[0]), DAY)
    bench.ledger.indexed(indexed(NAMES[0]), DAY)
    assert bench.lacking() == [NAMES[0]]
    bench.ledger.forget_before(2 * DAY)
    assert (bench.lacking(), len(bench.ledger)) == ([], 0)


EVENTS = st.tuples(
    st.sampled_from(NAMES[:3]), st.integers(4, 6), st.sampled_from(["in", "done", "empty", "out", "vectors"])
)


@given(st.lists(EVENTS, max_size=40), st.randoms())
def test_it_does_not_matter_in_which_order_it_is_heard(events: list[tuple[str, int, str]], chance: object) -> None:
    def lacking(order: list[tuple[str, int, str]]) -> list[str]:
        bench = Bench()
        for name, version, kind in order:
            for _ in said(bench.ledger, name, version, kind):
                assert bench.ledger.count_unembedded() == len(bench.lacking())
        return sorted(bench.lacking())

    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lacking(events) == lacking(shuffled) == lacking(events + shuffled)


def said(ledger: Ledger, name: str, version: int, kind: str) -> Iterator[None]:
    """Says one thing to a ledger. A version has text or has none, whoever says it."""
    if kind == "in":
        ledger.ingested(ingested(name), 0, 0)
    elif kind in ("done", "empty"):
        ledger.completed(completed(name, version, read=version % 2))
    elif kind == "out":
        ledger.indexed(indexed(name, version))
    else:
        ledger.embedded(embedded(name, version))
    yield
