# SPDX-License-Identifier: Apache-2.0
"""What the ledger keeps of a million documents, what it drops, and that counting never gets out of step."""

import tracemalloc
from base64 import b32decode, b32encode
from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.messages import Allowance, DocumentCompleted, DocumentIndexed, DocumentIngested
from ream_contracts.outcomes import Outcome
from ream_sweep.ledger import Ledger, plausible
from ream_sweep.rows import packed, spelled

DAY = 86_400_000


def name(number: int) -> str:
    return b32encode(sha256(str(number).encode()).digest()[:20]).decode().lower()


def ingested(document_id: str, generation: int = 1, run: int = 1) -> DocumentIngested:
    return DocumentIngested(
        document_id, generation, run, document_id, None, 0, "o", 1, "f" * 64, "text/plain", None, None,
        Allowance(1, 1), (),
    )  # fmt: skip


def indexed(document_id: str, generation: int = 1, run: int = 1, outcome: str = "complete") -> DocumentIndexed:
    values = (document_id, generation, run, generation << 40 | run << 24, document_id, None, outcome, None, 1)
    return DocumentIndexed(*values)  # type: ignore[arg-type]


def completed(document_id: str, generation: int = 1, run: int = 1) -> DocumentCompleted:
    return DocumentCompleted(
        document_id, generation, run, 1, generation << 40 | run << 24, document_id, None, "complete", None,
        "text/plain", 1, None, "body", 1, 1, 0, 0, 0, (), 1, 0, "unknown", 0, (), "internal", {}, {},
    )  # fmt: skip


def test_an_id_is_kept_as_the_bytes_it_spells() -> None:
    assert packed(name(1)) == b32decode(name(1).upper())
    assert spelled(packed(name(1))) == name(1)


@pytest.mark.slow
def test_a_document_takes_at_most_200_bytes() -> None:
    """Measured on 2,000, at the moment after the tables have grown; a million take under 200 MB (ADR 0005)."""
    messages = [(ingested(name(number)), completed(name(number)), indexed(name(number))) for number in range(2_000)]
    ledger = Ledger()
    tracemalloc.start()
    try:
        for offset, (first, then, last) in enumerate(messages):
            ledger.ingested(first, 0, offset, DAY)
            ledger.completed(then, DAY)
            ledger.indexed(last, DAY)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(ledger) == 2_000
    assert used / 2_000 < 200


def test_what_is_old_and_answered_goes_and_what_is_owed_stays() -> None:
    ledger = Ledger()
    for number, day in ((1, 1), (2, 1), (3, 9)):
        ledger.ingested(ingested(name(number)), 0, number, day * DAY)
    ledger.indexed(indexed(name(1)), DAY)
    ledger.indexed(indexed(name(3)), DAY)
    ledger.indexed(indexed(name(4)), DAY)  # what was ingested so long ago that its record is gone
    ledger.forget_before(5 * DAY)
    assert (len(ledger), ledger.totals()["submitted"], ledger.totals()["complete"]) == (2, 2, 1)
    assert [each.document_id for each in ledger.unanswered()] == [name(2)]
    assert ledger.newest(name(1)) is None
    ledger.ingested(ingested(name(5)), 0, 4, 9 * DAY)  # takes a row that became free
    assert (ledger.newest(name(5)), len(ledger)) == ((1, 1), 3)


def test_the_oldest_is_the_one_that_waits_for_its_answer_the_longest() -> None:
    ledger = Ledger()
    assert ledger.oldest_owed() is None
    for number, day in ((1, 1), (2, 3), (3, 2)):
        ledger.ingested(ingested(name(number)), 0, number, day * DAY)
    ledger.indexed(indexed(name(1)), 4 * DAY)
    assert ledger.oldest_owed() == 2 * DAY // 1000
    ledger.ingested(ingested(name(3), run=2), 0, 9, 8 * DAY)
    assert ledger.oldest_owed() == 3 * DAY // 1000


def test_a_replay_makes_an_old_document_a_new_one() -> None:
    ledger = Ledger()
    ledger.ingested(ingested(name(1)), 0, 1, DAY)
    ledger.indexed(indexed(name(1)), DAY)
    ledger.ingested(ingested(name(1), run=2), 0, 2, 9 * DAY)
    ledger.indexed(indexed(name(1), run=2), 9 * DAY)
    ledger.forget_before(5 * DAY)
    assert ledger.totals()["complete"] == 1


def test_numbers_that_no_version_has_room_for_are_not_plausible() -> None:
    assert plausible(2**23 - 1, 2**16 - 1, 2**63 - 1)
    assert not plausible(2**23, 1)
    assert not plausible(1, 2**16)
    assert not plausible(1, 1, 2**63)


KINDS = st.sampled_from(["in", "decided", "out"])
EVENTS = st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(1, 2), KINDS, st.integers(1, 9))


@given(st.lists(EVENTS, max_size=40), st.integers(1, 10))
def test_counts_are_what_a_count_of_everything_gives(
    events: list[tuple[int, int, int, str, int]], forget_day: int
) -> None:
    ledger = Ledger()
    kept: dict[tuple[int, int], set[tuple[int, str]]] = {}
    for offset, (number, generation, run, kind, day) in enumerate(events):
        kept.setdefault((number, generation), set()).add((run, kind))
        if kind == "in":
            ledger.ingested(ingested(name(number), generation, run), 0, offset, day * DAY)
        elif kind == "decided":
            ledger.completed(completed(name(number), generation, run), day * DAY)
        else:
            ledger.indexed(indexed(name(number), generation, run), day * DAY)
    counted: Counter[str] = Counter()
    for (number, generation), said in kept.items():
        counted.update([_state(said, any(n == number and g > generation and _runs(kept[n, g], "in") for n, g in kept))])
    del counted[""]
    totals = ledger.totals()
    assert {state: count for state, count in totals.items() if count and state != "submitted"} == dict(counted)
    assert totals["submitted"] == sum(counted.values())
    ledger.forget_before(forget_day * DAY)
    left = ledger.totals()
    assert left["submitted"] == sum(left[state] for state in (*Outcome, "outstanding"))
    assert left["outstanding"] == totals["outstanding"]


def _runs(said: set[tuple[int, str]], kind: str) -> list[int]:
    return [run for run, said_kind in said if said_kind == kind]


def _state(said: set[tuple[int, str]], overtaken: bool) -> str:
    ran, shown, decided = (max(_runs(said, kind), default=0) for kind in ("in", "out", "decided"))
    if not ran:
        return ""
    if overtaken:
        return "complete" if shown else "superseded"
    return "complete" if shown >= ran and shown >= decided else "outstanding"
