# SPDX-License-Identifier: Apache-2.0
"""Nothing is lost or given twice, ordered lanes keep their order, and nobody waits while others have a second turn."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ream_kit.turns import Turns


@dataclass(eq=False)
class Item:
    lane: str
    position: int
    ordered: bool = False
    bulk: bool = False
    cleared: bool = True
    suspect: bool = False


class Model(RuleBasedStateMachine):
    """Puts, names, clears, takes, picks, finishes, gives back and discards in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[Item] = Turns()
        self.position = 0
        self.waiting: list[Item] = []
        self.taken: list[Item] = []
        self.named: list[Item] = []
        self.finished: dict[str, list[int]] = {}

    @rule(
        lane=st.sampled_from(["o1", "o2", "o3", "u1", "u2", "b1", "b2"]),
        state=st.sampled_from(["cleared", "later", "suspect"]),
    )
    def put(self, lane: str, state: str) -> None:
        self.position += 1
        item = Item(
            lane, self.position, lane.startswith("o"), lane.startswith("b"), state == "cleared", state == "suspect"
        )
        self.turns.put(item)
        self.waiting.append(item)

    def first(self, item: Item) -> bool:
        return item is min((one for one in self.waiting if one.lane == item.lane), key=lambda one: one.position)

    def eligible(self, bulk: bool) -> list[Item]:
        """What may be taken: of ordered lanes a run of cleared items from the first one on."""
        busy = {item.lane for item in self.taken if item.ordered}
        stopped: set[str] = set()
        found = []
        for item in sorted(self.waiting, key=lambda one: one.position):
            ready = item.cleared and not item.suspect
            if item.ordered and not ready:
                stopped.add(item.lane)
            if ready and item.lane not in busy | stopped and (bulk or not item.bulk):
                found.append(item)
        return found

    @rule(limit=st.integers(1, 4))
    def name(self, limit: int) -> None:
        open_items = [one for one in self.waiting if not one.cleared and not one.suspect and one not in self.named]
        got = self.turns.name(limit)
        assert len(got) == min(limit, len(open_items))
        assert set(got) <= set(open_items)
        self.named += got

    def wanting(self) -> dict[str, list[Item]]:
        """What could be taken if it were named: of ordered lanes the first of all, when none is running."""
        busy = {item.lane for item in self.taken if item.ordered}
        found: dict[str, list[Item]] = {}
        for item in self.waiting:
            nameless = not item.cleared and not item.suspect and item not in self.named
            if nameless and (not item.ordered or (item.lane not in busy and self.first(item))):
                found.setdefault(item.lane, []).append(item)
        return found

    @rule(limit=st.integers(1, 4))
    def name_wanting(self, limit: int) -> None:
        wanting = [item for items in self.wanting().values() for item in items]
        got = self.turns.name_wanting(limit)
        assert len(got) == min(limit, len(wanting))
        assert set(got) <= set(wanting)
        self.named += got

    @precondition(lambda self: self.named)
    @rule(data=st.data())
    def clear(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.named))
        assert self.turns.is_named(item)
        self.named.remove(item)
        item.cleared = True
        self.turns.clear(item)

    @precondition(lambda self: any(item.suspect for item in self.waiting))
    @rule(data=st.data())
    def run_alone(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from([one for one in self.waiting if one.suspect]))
        first = self.turns.first(item)
        if item.ordered and any(one.lane == item.lane for one in self.taken):
            assert first is None
            return
        assert first is not None
        assert self.first(first) if item.ordered else first is item
        if not first.suspect:
            first.suspect, first.cleared = True, False
            self.turns.set_apart(first)
            if first in self.named:
                self.named.remove(first)
        self.turns.pick(first)
        self.waiting.remove(first)
        self.taken.append(first)

    @rule(limit=st.integers(1, 4), bulk=st.booleans())
    def take(self, limit: int, bulk: bool) -> None:
        eligible = self.eligible(bulk)
        got = self.turns.take(limit, bulk=bulk)
        assert set(got) <= set(eligible)
        assert len(got) == min(limit, len(eligible)), "nobody waits while there is something to do"
        for item in got:
            if item.ordered:
                first = min(other.position for other in self.waiting if other.lane == item.lane)
                assert item.position == first
            self.waiting.remove(item)
            self.taken.append(item)

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.taken))
        self.turns.release(item)
        self.taken.remove(item)
        self.finished.setdefault(item.lane, []).append(item.position)

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        self.give(data.draw(st.sampled_from(self.taken)))

    @precondition(lambda self: any(not item.suspect for item in self.taken))
    @rule(data=st.data())
    def give_back_not_cleared(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from([one for one in self.taken if not one.suspect]))
        item.cleared = False
        self.give(item)

    def give(self, item: Item) -> None:
        self.turns.back(item)
        self.taken.remove(item)
        self.waiting.append(item)

    @rule(lane=st.sampled_from(["o1", "u1", "b1"]))
    def discard(self, lane: str) -> None:
        found = self.turns.discard(lambda item: item.lane == lane)
        assert sorted(found, key=lambda item: item.position) == sorted(
            (item for item in self.waiting if item.lane == lane), key=lambda item: item.position
        )
        self.waiting = [item for item in self.waiting if item.lane != lane]
        self.named = [item for item in self.named if item.lane != lane]

    @invariant()
    def counts(self) -> None:
        assert len(self.turns) == len(self.waiting)
        assert self.turns.cleared == sum(item.cleared and not item.suspect for item in self.waiting)
        later = [item for item in self.waiting if not item.cleared and not item.suspect]
        assert self.turns.unnamed == len([item for item in later if item not in self.named])
        giving = {item.lane for item in self.eligible(bulk=True)}
        cleared = [item for item in self.waiting if item.cleared and not item.suspect]
        assert self.turns.ready == sum(item.lane in giving for item in cleared)
        assert self.turns.wanting == sum(map(len, self.wanting().values()))

    def teardown(self) -> None:
        for item in list(self.taken):
            self.turns.release(item)
        self.turns.name(10_000)
        for item in self.waiting:
            if self.turns.is_named(item):
                item.cleared = True
                self.turns.clear(item)
        rest = []
        for item in sorted(self.waiting, key=lambda one: one.position):
            if item.suspect or item.ordered:  # in the order of their lane, whatever they are
                assert self.turns.first(item) is item
                self.turns.pick(item)
                self.turns.release(item)
                rest.append(item)
        more = self.turns.take(10_000)
        for item in more:
            self.turns.release(item)
        rest += more
        assert set(rest) == set(self.waiting), "nothing is lost"
        assert not self.turns._lanes, "nothing is kept of lanes that are done"


Model.TestCase.settings = settings(stateful_step_count=30)
TestTurns = Model.TestCase


def put_all(turns: Turns[Item], lanes: str, **more: bool) -> None:
    for position, lane in enumerate(lanes):
        turns.put(Item(lane, position, **more))


def test_documents_are_taken_in_turn() -> None:
    """A document of a thousand segments does not stand before one of two."""
    turns: Turns[Item] = Turns()
    put_all(turns, "aaaaaabbc")
    assert "".join(turns.take()[0].lane for _ in range(9)) == "abcabaaaa"


def test_bulk_and_small_work_take_turns() -> None:
    turns: Turns[Item] = Turns()
    put_all(turns, "BBBBBB", bulk=True)
    put_all(turns, "sss")
    assert "".join(turns.take()[0].lane for _ in range(9)) in ("sBsBsBBBB", "BsBsBsBBB")
    put_all(turns, "BB", bulk=True)
    assert turns.take(bulk=False) == []


def test_a_batch_takes_the_records_of_a_key_together_and_in_order() -> None:
    turns: Turns[Item] = Turns()
    put_all(turns, "aaabaa", ordered=True)
    batch = turns.take(4)
    assert [(item.lane, item.position) for item in batch] == [("a", 0), ("b", 3), ("a", 1), ("a", 2)]
    assert turns.take(4) == []
    for item in reversed(batch):
        turns.back(item)
    assert [item.position for item in turns.take(9)] in ([0, 3, 1, 2, 4, 5], [3, 0, 1, 2, 4, 5])
