# SPDX-License-Identifier: Apache-2.0
"""When a document is complete, how it ended, and what its receipt names."""

from dataclasses import replace
from typing import Any

import pytest

from ream_aggregate.decide import BEYOND, announce, decide, superseded
from ream_aggregate.merge import merge
from ream_aggregate.state import State
from ream_contracts import codec
from ream_contracts.messages import (
    DocumentPart,
    Missing,
    PartExpired,
    PartFailed,
    PartManifest,
    PartOpened,
    PartSegment,
)
from ream_contracts.units import of

DOCUMENT = "b" * 32
OPENED = PartOpened(DOCUMENT, 1, 1, "c" * 32, "d" * 32, "application/pdf", 9)


def manifest(units: int, **fields: Any) -> PartManifest:
    part = PartManifest(
        DOCUMENT, 1, 1, "c" * 32, "d" * 32, "application/pdf", 9, "m.json", "page", units, 0, None, None
    )
    return replace(part, **fields)


def read(*units: int, **fields: Any) -> PartSegment:
    part = PartSegment(DOCUMENT, 1, 1, "text", min(units, default=1), of(units), (), "r.json", 5, 0, {})
    return replace(part, **fields)


def failed(*units: int, cause: str = "crashed") -> PartFailed:
    return PartFailed(DOCUMENT, 1, 1, "text", "ocr", cause, of(units), 3)


def expired(*units: int) -> PartExpired:
    return PartExpired(DOCUMENT, 1, 1, of(units))


def after(*parts: DocumentPart) -> State:
    state: State | None = None
    for part in parts:
        result = merge(state, part)
        assert isinstance(result, State)
        state = result
    assert state is not None
    return state


def test_a_unit_that_is_not_whole_makes_the_document_partial_and_is_named() -> None:
    completed = decide(after(OPENED, manifest(4), read(1, 2, 3, 4, incomplete=of([2, 3]))))
    assert completed is not None
    assert (completed.outcome, completed.cause) == ("partial", "text-missing")
    assert (completed.read, completed.incomplete, completed.failed) == (2, 2, 0)
    assert completed.missing == (Missing(((2, 3),), "incomplete", "text-missing"),)
    assert codec.loads(type(completed), codec.dumps(completed)) == completed


def test_a_unit_is_not_whole_only_where_it_was_read() -> None:
    completed = decide(after(OPENED, manifest(2), read(1, incomplete=of([1, 2])), failed(2)))
    assert completed is not None
    assert (completed.read, completed.incomplete, completed.failed) == (0, 1, 1)


@pytest.mark.parametrize(
    ("parts", "outcome", "cause"),
    [
        ([manifest(2), read(1, 2)], "complete", None),
        ([manifest(2), read(1, not_applicable=((2, 2),))], "complete", None),
        ([manifest(0)], "empty", None),
        ([manifest(2), read(not_applicable=((1, 2),))], "empty", None),
        ([manifest(2), read(1), failed(2)], "partial", "crashed"),
        ([manifest(2), read(1), expired(2)], "partial", "expired"),
        ([manifest(2), failed(1, 2)], "failed", "crashed"),
        ([manifest(2), failed()], "failed", "crashed"),
        ([manifest(2), expired()], "failed", "expired"),
        ([manifest(2), read(1), failed()], "partial", "crashed"),
        ([manifest(2), read(not_applicable=((1, 1),)), failed(2)], "partial", "crashed"),
        ([manifest(2, beyond=3), read(1, 2)], "partial", BEYOND),
        ([OPENED, failed(cause="damaged")], "failed", "damaged"),
        ([OPENED, expired()], "failed", "expired"),
        ([manifest(0, verdict="unsupported")], "unsupported", None),
        ([manifest(0, verdict="failed", cause="encrypted")], "failed", "encrypted"),
        ([manifest(0, verdict="rejected", cause="too-large")], "rejected", "too-large"),
        ([manifest(0, verdict="erased")], "erased", None),
    ],
)
def test_outcomes(parts: list[DocumentPart], outcome: str, cause: str | None) -> None:
    completed = decide(after(*parts))
    assert completed is not None
    assert (completed.outcome, completed.cause) == (outcome, cause)
    codec.encode(completed)


@pytest.mark.parametrize("parts", [[OPENED], [manifest(1)], [manifest(2), read(1)], [OPENED, read(1), failed(2)]])
def test_nothing_is_decided_while_an_answer_is_outstanding(parts: list[DocumentPart]) -> None:
    assert decide(after(*parts)) is None


def test_the_receipt_counts_every_unit_once() -> None:
    completed = decide(after(manifest(6), read(1, not_applicable=((2, 2),)), failed(3, 4), expired(5, 6), failed(5)))
    assert completed is not None
    counts = (completed.units, completed.read, completed.not_applicable, completed.failed, completed.expired)
    assert counts == (6, 1, 1, 3, 1)
    assert completed.missing == (Missing(((3, 5),), "failed", "crashed"), Missing(((6, 6),), "expired", None))


def test_the_receipt_tells_causes_apart() -> None:
    completed = decide(after(manifest(4, beyond=2), failed(1, 3, cause="timeout"), failed(2), read(4)))
    assert completed is not None
    assert completed.missing == (
        Missing(((1, 1), (3, 3)), "failed", "timeout"),
        Missing(((2, 2),), "failed", "crashed"),
        Missing(((5, 6),), "beyond", BEYOND),
    )
    assert completed.units == 6


def test_the_floor_is_under_units_without_a_better_answer() -> None:
    completed = decide(after(manifest(3), expired(2), read(1), failed(cause="damaged")))
    assert completed is not None
    assert completed.missing == (Missing(((2, 3),), "failed", "damaged"),)


def test_at_most_a_hundred_ranges_are_named_and_all_are_counted() -> None:
    completed = decide(
        after(
            manifest(600),
            failed(*range(1, 601, 2)),
            read(*range(2, 601, 2)),
        )
    )
    assert completed is not None
    assert sum(len(missing.units) for missing in completed.missing) == 100
    assert completed.failed == 300
    codec.encode(completed)


def test_an_unplanned_document_is_named_by_what_is_known() -> None:
    completed = decide(after(OPENED, failed(cause="damaged")))
    assert completed is not None
    assert (completed.manifest, completed.units, completed.media_type) == (None, 0, "application/pdf")
    assert (completed.root_id, completed.parent_id) == ("c" * 32, "d" * 32)


def test_the_version_rises_with_the_revision() -> None:
    partial = after(manifest(2), read(1), failed(2))
    healed = merge(partial, read(2))
    assert isinstance(healed, State)
    before, now = decide(partial), decide(healed)
    assert before is not None
    assert now is not None
    assert now.version - before.version == now.revision - before.revision == 2
    assert now.outcome == "complete"


def test_it_is_announced_once_and_again_when_it_gets_better() -> None:
    state, completed = announce(after(manifest(2), read(1), failed(2)), 10)
    assert completed is not None
    state, again = announce(state, 11)
    assert again is None
    better = merge(state, read(2))
    assert isinstance(better, State)
    _, completed = announce(better, 12)
    assert completed is not None
    assert completed.outcome == "complete"


def test_the_same_record_announces_again_what_may_never_have_been_sent() -> None:
    state, completed = announce(after(manifest(1), read(1)), 10)
    _, again = announce(state, 10)
    assert again == completed


def test_a_generation_that_is_replaced_has_an_end() -> None:
    ended = superseded(after(manifest(3), read(1)))
    assert (ended.outcome, ended.units, ended.read) == ("superseded", 3, 1)
    codec.encode(ended)
