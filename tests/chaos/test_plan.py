# SPDX-License-Identifier: Apache-2.0
"""A plan follows from its seed alone, submits everything, and leaves nobody out."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_chaos import faults, plan, registry
from ream_chaos.bullets import hour
from ream_chaos.plan import VICTIMS, Kind, Plan, Strike, Submit

KINDS = {
    "kill": Kind(5, 0, 0, True),
    "freeze": Kind(1, 13, 16, True),
    "broker": Kind(1, 0, 0, False),
}
SEEDS = st.integers(0, 10**6)
COUNTS = st.integers(0, 60)


def made(seed: int, documents: int, strikes: int, times: int = 1) -> Plan:
    return plan.make(seed, documents, strikes, KINDS, times)


@given(SEEDS, st.integers(1, 200), COUNTS)
def test_the_same_seed_makes_the_same_plan(seed: int, documents: int, strikes: int) -> None:
    assert made(seed, documents, strikes) == made(seed, documents, strikes)
    assert list(made(seed, documents, strikes).lines()) == list(made(seed, documents, strikes).lines())


def test_another_seed_makes_another_plan() -> None:
    assert len({made(seed, 50, 20).steps for seed in range(50)}) == 50


@given(SEEDS, st.integers(1, 200), COUNTS, st.integers(1, 4))
def test_every_document_is_submitted_as_often_as_asked_and_every_fault_done(
    seed: int, documents: int, strikes: int, times: int
) -> None:
    found = made(seed, documents, strikes, times)
    numbers = Counter(
        number for step in found.steps if isinstance(step, Submit) for number in range(step.first, step.last + 1)
    )
    assert numbers == dict.fromkeys(range(1, documents + 1), times)
    assert len(found.strikes) == strikes


@given(SEEDS, st.integers(1, 200), COUNTS)
def test_strikes_are_such_as_their_kinds_say(seed: int, documents: int, strikes: int) -> None:
    found = made(seed, documents, strikes)
    assert isinstance(found.steps[0], Submit)
    for strike in found.strikes:
        kind = KINDS[strike.fault]
        assert kind.shortest <= strike.seconds <= kind.longest
        assert 0 <= strike.after < 1
        assert (strike.target in VICTIMS) == kind.aimed


@given(SEEDS)
def test_no_service_and_no_kind_is_left_out(seed: int) -> None:
    found = made(seed, 50, 20)
    assert {strike.target for strike in found.strikes if strike.target} == set(VICTIMS)
    assert {strike.fault for strike in found.strikes} == set(KINDS)


@pytest.mark.parametrize(("documents", "strikes", "times"), [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_a_plan_of_nothing_is_refused(documents: int, strikes: int, times: int) -> None:
    with pytest.raises(ValueError, match="no plan"):
        made(1, documents, strikes, times)


def test_a_plan_without_faults_to_choose_from_is_refused() -> None:
    with pytest.raises(ValueError, match="0 kinds"):
        plan.make(1, 10, 1, {})


@given(SEEDS)
def test_the_hour_leaves_out_no_fault_that_there_is(seed: int) -> None:
    assert {strike.fault for strike in hour.planned(seed).strikes} == set(registry.modules(faults))


def test_a_plan_can_be_read() -> None:
    steps = (Submit(1, 3), Strike("freeze", "ocr", 14.0, 0.25), Strike("broker", "", 0, 0.5))
    assert list(Plan(1, 3, 1, steps).lines()) == [
        "submit documents 1 to 3",
        "when 25% have ended: freeze ocr for 14 s",
        "when 50% have ended: broker",
    ]


def test_every_fault_says_what_it_is() -> None:
    for name, module in registry.modules(faults).items():
        assert isinstance(module.KIND, Kind), name
        assert {"broker", "search", "store"} >= module.NEEDS, name
        assert callable(module.begin), name
