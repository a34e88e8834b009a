# SPDX-License-Identifier: Apache-2.0
"""The breaker as a state machine: any order of failures, successes, probes and time."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ream_kit import breaker
from ream_kit.breaker import FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS, THRESHOLD, Closed, HalfOpen, Open, State


def opened(now: float = 0.0) -> State:
    return breaker.tripped(Closed(), "away", now)


def probed_in_vain(state: State, times: int) -> State:
    for _ in range(times):
        state = breaker.probe_failed(breaker.probing(state), "still away")
    return state


def test_one_failure_is_not_a_server_that_is_away() -> None:
    state: State = Closed()
    for _ in range(THRESHOLD - 1):
        state = breaker.failed(state, "away", 0.0)
    assert isinstance(state, Closed)
    assert breaker.failed(breaker.succeeded(state), "away", 0.0) == Closed(failures=1)
    assert breaker.failed(state, "away", 0.0) == Open("away", 0)


def test_pauses_double_to_half_a_minute() -> None:
    pauses = [state.pause for n in range(9) if isinstance(state := probed_in_vain(opened(), n), Open)]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_server_that_fails_again_soon_is_not_asked_sooner() -> None:
    back = breaker.answered(breaker.probing(probed_in_vain(opened(), 2)), 100.0)
    soon, later = breaker.tripped(back, "away", 110.0), breaker.tripped(back, "away", 100.0 + STEADY_SECONDS)
    assert isinstance(soon, Open)
    assert isinstance(later, Open)
    assert (soon.pause, later.pause) == (4.0, FIRST_PAUSE)


def test_only_the_probe_closes_it() -> None:
    assert breaker.succeeded(opened()) == opened()
    half = breaker.probing(opened())
    assert breaker.succeeded(half) == half
    assert isinstance(breaker.answered(half, 1.0), Closed)


def test_what_began_before_it_opened_changes_nothing() -> None:
    half = breaker.probing(opened())
    assert breaker.failed(opened(), "later", 5.0) == opened()
    assert breaker.failed(half, "later", 5.0) == half
    assert breaker.tripped(half, "later", 5.0) == half
    assert breaker.probe_failed(Closed(), "a probe that came too late") == Closed()


@pytest.mark.parametrize(
    ("state", "name"), [(Closed(), "closed"), (Open("away", 1), "open"), (HalfOpen("away", 1), "half-open")]
)
def test_states_have_names(state: State, name: str) -> None:
    assert state.name == name


class AnyStory(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = Closed()
        self.now = 0.0
        self.in_row = 0
        self.pauses: list[float] = []

    @rule(seconds=st.floats(0, 300))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(reason=st.sampled_from(["refused", "timeout"]))
    def call_fails(self, reason: str) -> None:
        was_closed = isinstance(self.state, Closed)
        self.state = breaker.failed(self.state, reason, self.now)
        self.in_row += was_closed
        if was_closed:
            assert isinstance(self.state, Open) == (self.in_row >= THRESHOLD)
        self._opened(was_closed)

    @rule()
    def call_succeeds(self) -> None:
        before = self.state
        self.state = breaker.succeeded(self.state)
        if isinstance(before, Closed):
            self.in_row = 0
        else:
            assert self.state == before

    @rule()
    def is_tripped(self) -> None:
        was_closed = isinstance(self.state, Closed)
        self.state = breaker.tripped(self.state, "known to be away", self.now)
        assert not isinstance(self.state, Closed)
        self._opened(was_closed)

    def _opened(self, was_closed: bool) -> None:
        if was_closed and isinstance(self.state, Open):
            self.pauses, self.in_row = [self.state.pause], 0

    @precondition(lambda self: isinstance(self.state, Open))
    @rule()
    def pause_is_over(self) -> None:
        self.state = breaker.probing(self.state)
        assert isinstance(self.state, HalfOpen)

    @precondition(lambda self: isinstance(self.state, HalfOpen))
    @rule()
    def probe_fails(self) -> None:
        self.state = breaker.probe_failed(self.state, "still away")
        assert isinstance(self.state, Open)
        assert self.state.reason == "still away"
        self.pauses.append(self.state.pause)

    @rule()
    def server_answers(self) -> None:
        self.state = breaker.answered(self.state, self.now)
        self.in_row = 0
        assert isinstance(self.state, Closed)
        assert self.state.failures == 0

    @invariant()
    def pauses_grow_within_bounds(self) -> None:
        assert self.pauses == sorted(self.pauses)
        assert all(FIRST_PAUSE <= pause <= LONGEST_PAUSE for pause in self.pauses)

    @invariant()
    def who_is_away_has_a_reason(self) -> None:
        assert isinstance(self.state, Closed) or self.state.reason


TestAnyStory = pytest.mark.slow(AnyStory.TestCase)
TestAnyStory.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
