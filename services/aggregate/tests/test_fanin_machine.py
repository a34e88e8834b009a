# SPDX-License-Identifier: Apache-2.0
"""Parts in any order, often, late, with crashes and rebalances in between: the same entry, and one end a generation."""

import json
import random
from collections import deque
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ream_aggregate.decide import decide
from ream_aggregate.fanin import Answered, Passed, take
from ream_aggregate.state import CARRIED, State, loads
from ream_contracts.messages import DocumentCompleted
from ream_tests.walks import walk_all

DOCUMENT = "a" * 32
KEY = DOCUMENT.encode()
Age = tuple[int, int]


def part(kind: str, age: Age, **fields: Any) -> bytes:
    head = {"part": kind, "document_id": DOCUMENT, "generation": age[0], "run": age[1]}
    return json.dumps({**head, **fields}).encode()


def parts_of(age: Age, units: int, cut: int, given_up: int) -> list[bytes]:
    """What services send of one run: the manifest fixes segments of `cut` units; of some units they give up."""
    about = {"root_id": DOCUMENT, "parent_id": None, "media_type": "text/plain", "size": age[0]}
    plan = {"manifest": "m.json", "unit_kind": "page", "units": units, "beyond": 0, "verdict": None, "cause": None}
    parts = [part("opened", age, **about), part("manifest", age, **about, **plan)]
    for first in range(1, units + 1, cut):
        last = min(units, first + cut - 1)
        scores = {f"type:{first}": first, "language:de": 1}
        answer = {"branch": "text", "segment": first, "read": [[first, last]], "not_applicable": [], "children": 1}
        parts.append(part("segment", age, **answer, record="r.json", characters=last, scores=scores))
    if 0 < given_up <= units:
        failure = {"branch": "text", "stage": "ocr", "cause": "crashed", "units": [[given_up, given_up]]}
        parts.append(part("failed", age, **failure, attempts=3))
    if given_up > units:
        parts.append(part("expired", age, units=[]))
    return parts


RUNS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 6), st.integers(1, 3), st.integers(0, 9)),
    min_size=1, max_size=4, unique_by=lambda run: run[:2],
)  # fmt: skip


def folded(log: list[bytes]) -> State:
    """The entry when nobody dies."""
    held: bytes | None = None
    for offset, value in enumerate(log):
        effect = take(KEY, value, offset, held)
        held = effect.entry if isinstance(effect, Answered) else held
    assert held is not None
    return loads(DOCUMENT, held)


def without_history(state: State) -> State:
    """Leaves out what depends on the order: what was announced, and what an earlier run says of the document."""
    carried = state.facts is not None and state.facts.source == CARRIED
    return replace(state, announced=0, announced_by=0, ended=(), facts=None if carried else state.facts)


class Machine(RuleBasedStateMachine):
    """One document's partition, the worker that has it, and what the broker has of all that was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[bytes] = []
        self.committed = self.read = 0
        self.held: bytes | None = None
        self.changelog: bytes | None = None
        self.entries_sent: deque[bytes | None] = deque()
        self.completions_sent: deque[DocumentCompleted] = deque()
        self.topic: list[DocumentCompleted] = []

    @initialize(runs=RUNS)
    def begin(self, runs: list[tuple[int, int, int, int, int]]) -> None:
        """Any run may be the first to be opened: what is older than it comes late."""
        self.runs = [parts_of(run[:2], *run[2:]) for run in runs]
        self.log.append(self.runs[0][0])

    @rule(run=st.integers(0, 3), number=st.integers(0, 9))
    def a_part_arrives(self, run: int, number: int) -> None:
        parts = self.runs[run % len(self.runs)]
        self.log.append(parts[number % len(parts)])

    @rule(run=st.integers(0, 3))
    def all_parts_of_a_run_arrive(self, run: int) -> None:
        self.log += self.runs[run % len(self.runs)]

    @precondition(lambda self: self.read < len(self.log))
    @rule(many=st.integers(1, 20))
    def the_worker_takes_records(self, many: int) -> None:
        for offset in range(self.read, min(len(self.log), self.read + many)):
            self.take(offset)

    def take(self, offset: int) -> None:
        effect = take(KEY, self.log[offset], offset, self.held)
        self.read = offset + 1
        if isinstance(effect, Passed):
            return
        assert isinstance(effect, Answered), effect
        if effect.starts:
            self.settle()
        self.topic += [*(self.completions_sent if effect.first else ()), *effect.first]
        if effect.first:
            self.completions_sent.clear()
        self.held = effect.entry
        self.entries_sent.append(effect.entry)
        self.completions_sent += [effect.completed] if effect.completed is not None else []

    @rule(entries=st.integers(0, 9), completions=st.integers(0, 9))
    def the_broker_acknowledges(self, entries: int, completions: int) -> None:
        for _ in range(min(entries, len(self.entries_sent))):
            self.changelog = self.entries_sent.popleft()
        for _ in range(min(completions, len(self.completions_sent))):
            self.topic.append(self.completions_sent.popleft())

    def settle(self) -> None:
        self.the_broker_acknowledges(len(self.entries_sent), len(self.completions_sent))

    @rule()
    def it_commits(self) -> None:
        self.settle()
        self.committed = self.read

    @rule(own_files=st.booleans())
    def it_is_killed(self, own_files: bool) -> None:
        """What was under way is gone; its own files may be ahead of the changelog, another's hold what that has."""
        self.entries_sent.clear()
        self.completions_sent.clear()
        self.held = self.held if own_files else self.changelog
        self.read = self.committed

    @rule(in_time=st.booleans())
    def its_partition_goes_to_another(self, in_time: bool) -> None:
        """All that was sent arrives; the last commit may come too late."""
        self.settle()
        self.committed = self.read if in_time else self.committed
        self.held, self.read = self.changelog, self.committed

    def teardown(self) -> None:
        if not self.log:
            return
        for offset in range(self.read, len(self.log)):
            self.take(offset)
        self.it_commits()
        assert self.held is not None
        assert self.held == self.changelog
        state = loads(DOCUMENT, self.held)
        self.check_entry(state)
        self.check_ends(state)

    def check_entry(self, state: State) -> None:
        calm = folded(self.log)
        assert replace(state, ended=()) == replace(calm, ended=())
        once = [self.log[0], *sorted(set(self.log), key=self.log.index, reverse=True)]
        assert without_history(state) == without_history(folded(once)), "in another order, each only once"

    def check_ends(self, state: State) -> None:
        named = {json.loads(value)["generation"] for value in self.log}
        ends: dict[int, DocumentCompleted] = {}
        for message in self.topic:
            known = ends.setdefault(message.generation, message)
            if message.version >= known.version:
                assert message == known or message.version > known.version, "one version says one thing"
                ends[message.generation] = message
        decided = decide(state)
        assert ends.keys() == named - ({state.generation} if state.generation not in ends else set())
        assert decided is None or (self.topic[-1], ends[state.generation]) == (decided, decided)
        assert {ends[generation].outcome for generation in named if generation < state.generation} <= {
            "superseded", "complete", "partial", "failed", "empty"
        }  # fmt: skip


TestFanIn = Machine.TestCase
TestFanIn.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def walk(chance: random.Random, steps: int) -> None:
    """Takes the machine through so many steps by chance: what Hypothesis would add to each costs most of its time."""
    machine = Machine()
    ages = chance.sample([(generation, run) for generation in (1, 2, 3) for run in (1, 2)], chance.randint(1, 4))
    machine.begin([(*age, chance.randint(0, 6), chance.randint(1, 3), chance.randint(0, 9)) for age in ages])
    rules = (
        lambda: machine.a_part_arrives(chance.randint(0, 3), chance.randint(0, 9)),
        lambda: machine.all_parts_of_a_run_arrive(chance.randint(0, 3)),
        lambda: machine.the_worker_takes_records(chance.randint(1, 20)),
        lambda: machine.the_broker_acknowledges(chance.randint(0, 9), chance.randint(0, 9)),
        machine.it_commits,
        lambda: machine.it_is_killed(chance.random() < 0.5),
        lambda: machine.its_partition_goes_to_another(chance.random() < 0.5),
    )
    for _ in range(steps):
        chance.choice(rules)()
    machine.teardown()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_walks(part: int) -> None:
    walk_all(walk, range(2_500 * part, 2_500 * (part + 1)), lambda seed: 10 + seed % 10)
