# SPDX-License-Identifier: Apache-2.0
"""The same parts give the same entry and the same completion, in any order and however often they come."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_aggregate.decide import announce, decide
from ream_aggregate.merge import Forgotten, Ignored, NoEntry, merge
from ream_aggregate.state import VARIOUS, State, dumps, loads
from ream_contracts.messages import (
    DocumentCompleted,
    DocumentPart,
    PartExpired,
    PartFailed,
    PartForget,
    PartManifest,
    PartOpened,
    PartSegment,
)
from ream_contracts.outcomes import Rank
from ream_contracts.units import each, of

DOCUMENT = "a" * 32


def opened(generation: int = 1, run: int = 1) -> PartOpened:
    return PartOpened(DOCUMENT, generation, run, DOCUMENT, None, "application/pdf", 100 * generation)


def manifest(units: int, generation: int = 1, run: int = 1, **fields: object) -> PartManifest:
    part = PartManifest(
        DOCUMENT,
        generation,
        run,
        DOCUMENT,
        None,
        "application/pdf",
        100 * generation,
        f"documents/{DOCUMENT}/{generation}/manifests/m.json",
        "page",
        units,
        0,
        None,
        None,
    )
    return replace(part, **fields)  # type: ignore[arg-type]


def segment(units: list[int], generation: int = 1, run: int = 1, **fields: object) -> PartSegment:
    part = PartSegment(
        DOCUMENT, generation, run, "text", min(units, default=1), of(units), (), "r.json", 10 * len(units), 0, {}
    )
    return replace(part, **fields)  # type: ignore[arg-type]


def failed(units: list[int], cause: str = "crashed", generation: int = 1, run: int = 1) -> PartFailed:
    return PartFailed(DOCUMENT, generation, run, "text", "ocr", cause, of(units), 3)


def expired(units: list[int], generation: int = 1, run: int = 1) -> PartExpired:
    return PartExpired(DOCUMENT, generation, run, of(units))


def merged(parts: list[DocumentPart], state: State | None = None) -> State:
    for part in parts:
        result = merge(state, part)
        state = result if isinstance(result, State) else state
    assert state is not None
    return state


@st.composite
def runs(draw: st.DrawFn, generation: int, run: int) -> list[DocumentPart]:
    """Parts of one run as services send them: the manifest fixes segments, each of which has one answer."""
    units = draw(st.integers(0, 12))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, units)), max_size=4)) | {1, units + 1}) if units else []
    parts: list[DocumentPart] = [manifest(units, generation, run)]
    if draw(st.booleans()):
        parts.append(opened(generation, run))
    for first, after in pairwise(cuts):
        blank = draw(st.sets(st.integers(first, after - 1)))
        parts.append(
            segment(
                [unit for unit in range(first, after) if unit not in blank],
                generation,
                run,
                segment=first,
                not_applicable=of(blank),
                incomplete=of(draw(st.sets(st.integers(first, after - 1)))),
                characters=draw(st.integers(0, 9)),
                children=len(blank),
                scores=draw(st.dictionaries(st.sampled_from(["type:a", "language:de"]), st.integers(0, 5))),
            )
        )
    # A unit is given up for one reason: what a completion says without a new revision must not depend on the order.
    some = st.lists(st.integers(1, max(1, units)), max_size=4)
    for number, cause in enumerate(("crashed", "too-large")):
        if draw(st.booleans()):
            parts.append(
                failed([unit for unit in draw(some) if unit % 2 == number] or [units + 1], cause, generation, run)
            )
    if draw(st.booleans()):
        parts.append(failed([], "timeout", generation, run))
    if draw(st.booleans()):
        parts.append(expired(draw(some), generation, run))
    kept = draw(st.lists(st.sampled_from(parts[1:]), unique_by=id)) if len(parts) > 1 else []
    return [parts[0], *kept]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[DocumentPart], list[DocumentPart]]:
    """Two orders of the same parts with different repetitions, both begun by what makes an entry."""
    ages = draw(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 2)), min_size=1, max_size=3, unique=True))
    parts = [part for age in ages for part in draw(runs(*age))]
    first = opened(*min(ages))
    orders = [[first, *draw(st.permutations(parts + draw(st.lists(st.sampled_from(parts)))))] for _ in range(2)]
    return orders[0], orders[1]


def final(parts: list[DocumentPart]) -> tuple[State, list[DocumentCompleted]]:
    """Merges and announces as the app does; every record has its own offset."""
    state: State | None = None
    sent = []
    for offset, part in enumerate(parts):
        result = merge(state, part)
        if isinstance(result, State):
            assert state is None or result.age > state.age or result.revision >= state.revision
            state, completed = announce(result, offset)
            sent += [completed] if completed else []
    assert state is not None
    return state, sent


@given(histories())
def test_order_and_repetition_change_nothing(orders: tuple[list[DocumentPart], list[DocumentPart]]) -> None:
    (one, sent), (other, sent_other) = final(orders[0]), final(orders[1])
    history = {"announced": 0, "announced_by": 0, "ended": ()}
    assert replace(one, **history) == replace(other, **history)  # type: ignore[arg-type]
    ended = [message for message in sent if (message.generation, message.run) == one.age]
    ended_other = [message for message in sent_other if (message.generation, message.run) == one.age]
    assert ended[-1:] == ended_other[-1:]
    assert ended[-1:] == ([decide(one)] if decide(one) else [])
    versions = [message.version for message in sent]
    assert versions == sorted(set(versions))
    assert loads(DOCUMENT, dumps(one)) == one


@given(histories(), st.data())
def test_a_crash_loses_no_completion(
    orders: tuple[list[DocumentPart], list[DocumentPart]], data: st.DataObject
) -> None:
    """The process dies after `crash` records, of which it had committed `base`, and nothing it sent since had left."""
    parts = orders[0]
    calm, sent = final(parts)
    crash = data.draw(st.integers(1, len(parts)))
    base = data.draw(st.integers(0, crash - 1))
    state, _ = final(parts[:crash])
    again = final(parts[:base])[1] if base else []
    for offset in range(base, len(parts)):
        result = merge(state, parts[offset])
        if isinstance(result, State):
            state, completed = announce(result, offset)
            again += [completed] if completed else []
    assert state == calm
    ended = [message for message in sent if (message.generation, message.run) == calm.age]
    assert ended[-1:] == [message for message in again if (message.generation, message.run) == calm.age][-1:]


def test_a_part_without_an_entry_has_none_made() -> None:
    assert merge(None, segment([1])) == NoEntry()
    assert merge(None, failed([1])) == NoEntry()
    assert merge(None, expired([])) == NoEntry()
    assert isinstance(merge(None, opened()), State)
    assert isinstance(merge(None, manifest(1)), State)


def test_a_lower_run_is_ignored_and_a_higher_one_starts_afresh() -> None:
    state = merged([manifest(2, run=2), segment([1], run=2)])
    assert merge(state, segment([2])) == Ignored()
    assert merge(state, PartForget(DOCUMENT, 1, 1)) == Ignored()
    fresh = merged([manifest(2, run=3)], state)
    assert fresh.codes == bytes(2)
    assert fresh.characters == 0


def test_forget_drops_the_entry_and_may_come_twice() -> None:
    state = merged([manifest(1), segment([1])])
    assert merge(state, PartForget(DOCUMENT, 1, 1)) == Forgotten()
    assert merge(None, PartForget(DOCUMENT, 1, 1)) == Forgotten()


def test_scores_are_added_once() -> None:
    part = segment([1, 2], scores={"type:invoice": 4}, characters=7, children=1)
    state = merged([manifest(2), part, part])
    assert (state.scores, state.characters, state.children) == ((("type:invoice", 4),), 7, 1)


def test_children_of_a_container_without_text_are_counted() -> None:
    part = segment([], not_applicable=((1, 2),), segment=1, children=2)
    assert merged([manifest(2), part, part]).children == 2


def test_scores_come_with_the_first_reading_after_a_failure() -> None:
    state = merged([manifest(2), failed([1, 2]), segment([1, 2], scores={"type:a": 1})])
    assert state.scores == (("type:a", 1),)


def test_other_branches_do_not_answer_units() -> None:
    state = merged([manifest(1), segment([1], branch="vectors"), replace(failed([1]), branch="vectors")])
    assert state.highest(((1, 1),)) is Rank.MISSING


def test_units_beyond_the_limit_are_one_range() -> None:
    state = merge(None, manifest(150), max_units=100)
    assert isinstance(state, State)
    assert state.plan is not None
    assert (state.plan.units, state.plan.beyond) == (100, 50)


@pytest.mark.parametrize("last", [101, 10**15])
def test_a_range_beyond_the_limit_costs_nothing(last: int) -> None:
    state = merge(merged([opened()]), segment([], read=((90, last),)), max_units=100)
    assert isinstance(state, State)
    assert len(state.codes) == 100
    assert merge(state, segment([], read=((last, last),)), max_units=100) == state


def test_an_erased_document_stays_erased() -> None:
    state = merged([manifest(2), manifest(0, verdict="erased"), segment([1, 2]), manifest(2)])
    assert state.floor.rank is Rank.ERASED
    assert state.plan is not None
    assert state.plan.verdict == "erased"


def test_many_causes_are_kept_as_various() -> None:
    state = merged([manifest(400), *(failed([unit], f"cause-{unit}") for unit in range(1, 301))])
    assert len(state.answers) < 256
    assert any(answer.cause == VARIOUS for answer in state.answers)
    assert {state.answers[state.codes[unit - 1]].rank for unit in range(1, 301)} == {Rank.FAILED}
    assert state.highest(((301, 400),)) is Rank.MISSING


@pytest.mark.parametrize(
    ("name", "parts", "most"),
    [
        ("in segments", [segment(list(each(((n, n + 15),)))) for n in range(1, 100_000, 16)], 1_000),
        ("every second failed", [failed(list(range(1, 100_001, 2)))], 2_000),
    ],
)
def test_an_entry_of_100_000_units_stays_small(name: str, parts: list[DocumentPart], most: int) -> None:
    assert len(dumps(merged([manifest(100_000), parts[0], *parts[:200]]))) < most, name


def test_an_entry_whose_units_have_all_kinds_of_answers_by_chance_stays_under_the_limit() -> None:
    state = merged([manifest(100_000)])
    state = merged(
        [failed([1], "a"), failed([2], "b"), expired([3]), segment([4]), segment([], read=(), segment=5)], state
    )
    codes = bytes(Random(7).choices(range(len(state.answers)), k=100_000))
    assert len(dumps(replace(state, codes=codes))) < 64 * 1024


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 2"):
        loads(DOCUMENT, dumps(merged([opened()])).replace(b'"v":1', b'"v":2'))
