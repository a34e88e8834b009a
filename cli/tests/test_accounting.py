# SPDX-License-Identifier: Apache-2.0
"""Every submitted document and every child is counted once, as ended or outstanding, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ream_cli.accounting import Account, Totals
from ream_contracts import identity
from ream_contracts.messages import (
    Allowance,
    DeadLetter,
    DocumentCompleted,
    DocumentIndexed,
    DocumentIngested,
    PartManifest,
    PartSegment,
)
from ream_contracts.outcomes import Outcome

ROOT, OTHER = "a" * 32, "b" * 32


def child(number: int) -> str:
    return f"{'c' * 30}{number:02d}".translate(str.maketrans("01", "67"))


def ingested(document_id: str = ROOT, parent: str | None = None, generation: int = 1, run: int = 1) -> DocumentIngested:
    return DocumentIngested(
        document_id, generation, run, ROOT if parent else document_id, parent, 0, "documents/x/1/original", 1, "0" * 64,
        "text/plain", None, None, Allowance(1, 1), (),
    )  # fmt: skip


def manifest(document_id: str = ROOT, units: int = 3, parent: str | None = None) -> PartManifest:
    root = ROOT if parent else document_id
    return PartManifest(document_id, 1, 1, root, parent, "text/plain", 1, "m", "page", units, 0, None, None)


def segment(document_id: str = ROOT, first: int = 1, last: int = 1) -> PartSegment:
    return PartSegment(document_id, 1, 1, "text", first, ((first, last),), (), "r", 5, 0, {})


def completed(
    document_id: str = ROOT, children: int = 0, parent: str | None = None, generation: int = 1, revision: int = 1
) -> DocumentCompleted:
    version = identity.version(generation, 1, revision)
    return DocumentCompleted(
        document_id, generation, 1, revision, version, ROOT if parent else document_id, parent, "complete", None,
        "text/plain", 1, None, "page", 3, 3, 0, 0, 0, (), 5, children, "unknown", 0, (), "public", {}, {},
    )  # fmt: skip


def indexed(
    document_id: str = ROOT,
    outcome: Any = "complete",
    parent: str | None = None,
    generation: int = 1,
    revision: int = 1,
) -> DocumentIndexed:
    version = identity.version(generation, 1, revision)
    root = ROOT if parent else document_id
    return DocumentIndexed(document_id, generation, 1, version, root, parent, outcome, None, 1)


def story(
    document_id: str = ROOT, children: int = 0, parent: str | None = None, outcome: str = "complete"
) -> list[Any]:
    return [
        ingested(document_id, parent),
        manifest(document_id, 3, parent),
        segment(document_id),
        completed(document_id, children, parent),
        indexed(document_id, outcome, parent),
    ]


def account(*messages: Any) -> Account:
    made = Account()
    made.submitted(ROOT)
    for message in messages:
        made.note(message)
    return made


def test_a_document_is_outstanding_until_it_is_searchable() -> None:
    made = account()
    for message in story()[:-1]:
        assert made.totals().outstanding == 1
        made.note(message)
    assert made.totals().outstanding == 1
    made.note(indexed())
    totals = made.totals()
    assert (totals.outstanding, totals.submitted, totals.children) == (0, 1, 0)
    assert totals.outcomes["complete"] == 1


def test_children_are_counted_before_they_are_heard_of() -> None:
    made = account(*story(children=2))
    assert (made.totals().submitted, made.totals().children, made.totals().outstanding) == (3, 2, 2)
    assert made.unheard(ROOT) == 2
    for message in story(child(2), parent=ROOT) + story(child(3), parent=ROOT, outcome="failed"):
        made.note(message)
    totals = made.totals()
    assert (totals.submitted, totals.children, totals.outstanding) == (3, 2, 0)
    assert (totals.outcomes["complete"], totals.outcomes["failed"]) == (2, 1)


def test_documents_of_others_are_not_ours() -> None:
    made = account(*story(OTHER))
    assert set(made.documents) == {ROOT}


def test_an_answer_to_an_earlier_submission_is_not_the_end() -> None:
    made = account(completed(), indexed())
    assert made.totals().outstanding == 1
    made.note(ingested(generation=2))
    assert made.totals().outstanding == 1
    made.note(completed(generation=2))
    made.note(indexed(outcome="superseded"))
    assert made.totals().outstanding == 1
    made.note(indexed(generation=2))
    assert made.totals().outstanding == 0
    assert made.totals().outcomes["complete"] == 1


def test_a_better_version_has_to_become_searchable_too() -> None:
    made = account(*story(), completed(revision=2))
    assert made.totals().outstanding == 1
    made.note(indexed(revision=2, outcome="partial"))
    made.note(indexed(revision=1))
    assert made.totals().outstanding == 0
    assert made.totals().outcomes["partial"] == 1


def test_a_refused_submission_is_counted_apart() -> None:
    made = account()
    assert not made.refused(OTHER, OTHER, None, "not-json")
    assert made.refused(ROOT, ROOT, None, "no-such-object")
    totals = made.totals()
    assert (totals.submitted, totals.outstanding, totals.refused) == (0, 0, 1)
    for message in story():  # redriven
        made.note(message)
    assert (made.totals().submitted, made.totals().refused) == (1, 0)


def test_a_refused_child_is_not_waited_for() -> None:
    made = account(*story(children=1))
    assert made.refused(child(2), ROOT, ROOT, "no-such-object")
    assert (made.totals().submitted, made.totals().outstanding, made.totals().refused) == (1, 0, 1)


def test_what_a_stage_gave_up_is_still_outstanding() -> None:
    made = account(*story()[:-1])
    for document_id in (ROOT, OTHER, None):
        made.gave_up(
            DeadLetter(
                "documents.completed", 0, 0, "index", "1", "not-indexable", 3, document_id, None, None, {}, None, None
            )
        )
    assert made.totals().outstanding == 1
    assert made.documents[ROOT].given_up == "index: not-indexable"
    made.note(indexed())
    assert made.totals().outstanding == 0


def test_what_could_not_be_submitted_is_taken_out_again() -> None:
    made = account()
    made.withdrawn(ROOT)
    made.note(ingested())
    assert made.totals().submitted == 0


def test_progress_counts_units_once() -> None:
    made = account(ingested(), manifest(units=3), segment(), segment(), segment(first=2, last=3))
    assert (made.totals().units, made.totals().units_answered) == (3, 3)
    assert (made.totals().ingested, made.totals().planned, made.totals().completed) == (1, 1, 0)


def family() -> Iterator[Any]:
    yield from story(children=2)
    yield from story(child(2), children=1, parent=ROOT, outcome="failed")
    yield from story(child(3), parent=ROOT, outcome="partial")
    yield from story(child(4), parent=child(2), outcome="empty")


def holds(totals: Totals) -> None:
    assert totals.submitted == sum(totals.outcomes.values()) + totals.outstanding
    assert set(totals.outcomes) == set(Outcome)
    assert totals.children <= totals.submitted


@given(st.randoms(use_true_random=False), st.integers(0, 20))
def test_order_repetition_and_loss_keep_the_sum_right(chance: random.Random, repeated: int) -> None:
    messages = list(family())
    messages += chance.choices(messages, k=repeated)
    chance.shuffle(messages)
    made = account()
    for message in messages:
        made.note(message)
        holds(made.totals())
        assert made.totals().outstanding >= 0
    totals = made.totals()
    assert (totals.submitted, totals.children, totals.outstanding) == (4, 3, 0)
    assert {name: count for name, count in totals.outcomes.items() if count} == {
        "complete": 1,
        "failed": 1,
        "partial": 1,
        "empty": 1,
    }


@given(st.randoms(use_true_random=False), st.data())
def test_it_never_ends_while_something_is_missing(chance: random.Random, data: st.DataObject) -> None:
    messages = [each for each in family() if not isinstance(each, PartManifest | PartSegment)]
    messages.pop(data.draw(st.integers(0, len(messages) - 1)))
    chance.shuffle(messages)
    made = account(*messages)
    holds(made.totals())
    assert made.totals().outstanding > 0
