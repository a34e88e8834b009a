# SPDX-License-Identifier: Apache-2.0
"""Whatever stage swallows whatever: it is found without a clock, sent again, expired; a backlog is waited for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.messages import Allowance, DocumentCompleted, DocumentIndexed, DocumentIngested
from ream_sweep.ledger import Ledger
from ream_sweep.sweeping import Expire, SendAgain, Sweeper
from ream_sweep.wave import STEPS, Progress, advance, begin, waits_for

NAMES = [f"{letter}" * 32 for letter in "abcdefgh"]


def ingested(document_id: str, generation: int = 1, run: int = 1, parent: str | None = None) -> DocumentIngested:
    return DocumentIngested(
        document_id,
        generation,
        run,
        document_id,
        parent,
        0,
        "o",
        1,
        "f" * 64,
        "text/plain",
        None,
        None,
        Allowance(1, 1),
        (),
    )


def indexed(
    document_id: str, generation: int = 1, run: int = 1, version: int = 5, outcome: str = "complete"
) -> DocumentIndexed:
    values = (document_id, generation, run, version, document_id, None, outcome, None, 1)
    return DocumentIndexed(*values)  # type: ignore[arg-type]


def completed(document_id: str, version: int) -> DocumentCompleted:
    return DocumentCompleted(
        document_id, 1, 1, 1, version, document_id, None, "complete", None, "text/plain", 1, None, "body", 1, 1, 0, 0,
        0, (), 1, 0, "unknown", 0, (), "internal", {}, {},
    )  # fmt: skip


def at(**stands: int) -> Progress:
    """One partition; every topic ends at `end`, each group stands where it says, else at the end."""
    end = stands.pop("end")
    topics = [topic for step in STEPS for topic in step.topics]
    passed = {(step.group, topic): {0: stands.get(step.group, end)} for step in STEPS for topic in step.topics}
    return Progress({topic: {0: end} for topic in topics}, passed)


def test_a_wave_waits_for_each_group_in_turn() -> None:
    wave = begin(at(end=10, extract=3))
    for group in ("extract", "ocr", "classify", "aggregate", "index", "sweep"):
        stuck = advance(wave, at(end=10, **{group: 9}))
        assert waits_for(stuck).startswith(group)
        assert not stuck.arrived
    assert advance(wave, at(end=10)).arrived


def test_targets_of_a_step_are_taken_when_the_one_before_is_passed() -> None:
    wave = advance(begin(at(end=10)), at(end=10, ocr=0))
    # Meanwhile extract made more; ocr needs to pass only what was there.
    assert waits_for(advance(wave, at(end=500, ocr=10, classify=10))).startswith("classify")


@given(st.lists(st.integers(0, 3), min_size=6, max_size=60))
def test_a_wave_never_arrives_before_what_it_holds(steps: list[int]) -> None:
    """Records walk through the groups at random speeds: when the wave arrives, the last has passed what it held."""
    stands = dict.fromkeys(("extract", "ocr", "classify", "aggregate", "index", "sweep"), 0)
    wave = begin(at(end=7, **stands))
    names = list(stands)
    for number, more in enumerate(steps * 8):
        name = names[number % 6]
        before = 7 if number % 6 == 0 else stands[names[number % 6 - 1]]
        stands[name] = min(before, stands[name] + more)
        wave = advance(wave, at(end=7, **stands))
        if wave.arrived:
            assert stands["sweep"] == 7


def swept(sweeper: Sweeper, end: int) -> list[object]:
    """Gives every wave all it needs; what it decides arrives."""
    actions = sweeper.tick(at(end=end))
    for action in actions:
        sweeper.sent(action)
    return list(actions)


def test_what_has_no_answer_is_sent_again_then_expired_then_again_more_and_more_seldom() -> None:
    ledger = Ledger()
    sweeper = Sweeper(ledger)
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.ingested(ingested(NAMES[1]), 0, 1)
    ledger.indexed(indexed(NAMES[1]))
    actions = [swept(sweeper, 10) for _ in range(16)]
    again, expire = [SendAgain(NAMES[0], 1, 1)], [Expire(NAMES[0], 1, 1)]
    assert actions[:8] == [again, expire, again, [], expire, [], [], []]
    assert again in actions[8:]


def test_what_was_not_sent_is_decided_again_by_the_next_wave() -> None:
    ledger = Ledger()
    sweeper = Sweeper(ledger)
    for offset, name in enumerate(NAMES[:2]):
        ledger.ingested(ingested(name), 0, offset)
    again = [SendAgain(name, 1, 1) for name in NAMES[:2]]
    assert sweeper.tick(at(end=10)) == again
    assert sweeper.tick(at(end=10)) == again
    sweeper.sent(again[0])
    assert sweeper.tick(at(end=10)) == [Expire(NAMES[0], 1, 1), again[1]]


def test_what_came_after_the_wave_began_is_not_its_business() -> None:
    ledger = Ledger()
    sweeper = Sweeper(ledger)
    ledger.ingested(ingested(NAMES[0]), 0, 10)
    assert swept(sweeper, 10) == []
    assert swept(sweeper, 11) == [SendAgain(NAMES[0], 1, 1)]


def test_a_backlog_makes_nothing_partial() -> None:
    ledger = Ledger()
    sweeper = Sweeper(ledger)
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    for _ in range(1000):
        assert sweeper.tick(at(end=10, ocr=0)) == []
    ledger.indexed(indexed(NAMES[0]))
    assert swept(sweeper, 10) == []


def test_a_decision_that_index_never_showed_is_sent_again() -> None:
    ledger = Ledger()
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.indexed(indexed(NAMES[0], version=5))
    ledger.completed(completed(NAMES[0], 6))
    assert swept(Sweeper(ledger), 10) == [SendAgain(NAMES[0], 1, 1)]


def owed(ledger: Ledger) -> list[tuple[str, int, int, bool]]:
    return [(each.document_id, each.generation, each.run, each.overtaken) for each in ledger.unanswered()]


def test_a_new_run_or_generation_is_owed_an_answer_of_its_own() -> None:
    ledger = Ledger()
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.indexed(indexed(NAMES[0]))
    ledger.ingested(ingested(NAMES[0], run=2), 0, 1)
    assert owed(ledger) == [(NAMES[0], 1, 2, False)]
    ledger.ingested(ingested(NAMES[0], generation=2), 0, 2)
    assert owed(ledger) == [(NAMES[0], 2, 1, False)]
    assert ledger.totals()["complete"] == 1


def test_an_overtaken_generation_is_superseded() -> None:
    ledger = Ledger()
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.ingested(ingested(NAMES[0], generation=2), 0, 1)
    assert (ledger.totals()["superseded"], ledger.totals()["outstanding"]) == (1, 1)


def test_an_overtaken_generation_without_an_outcome_is_expired_and_never_run_again() -> None:
    """Nothing of it reached aggregate: any part of it makes aggregate say that it was superseded."""
    ledger = Ledger()
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.ingested(ingested(NAMES[0], generation=2), 0, 1)
    ledger.indexed(indexed(NAMES[0], generation=2))
    sweeper = Sweeper(ledger)
    assert [swept(sweeper, 10) for _ in range(3)] == [[Expire(NAMES[0], 1, 1)]] * 2 + [[Expire(NAMES[0], 1, 1)]]
    ledger.indexed(indexed(NAMES[0], outcome="superseded"))
    assert owed(ledger) == []
    assert ledger.totals()["superseded"] == 1


def test_a_document_without_an_answer_is_sent_again_within_a_thousand_waves_however_long_it_lasts() -> None:
    ledger = Ledger()
    sweeper = Sweeper(ledger)
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    acted = [number for number in range(6_000) if swept(sweeper, 10)]
    assert max(later - earlier for earlier, later in pairwise(acted)) == 1024


def test_an_erased_document_is_owed_nothing() -> None:
    ledger = Ledger()
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.erased(NAMES[0])
    assert not list(ledger.unanswered())
    assert ledger.totals()["erased"] == 1


EVENTS = st.tuples(
    st.sampled_from(NAMES), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["in", "out", "failed"])
)


@given(st.lists(EVENTS, max_size=60), st.randoms())
def test_submitted_is_always_the_sum_and_order_does_not_matter(
    events: list[tuple[str, int, int, str]], chance: object
) -> None:
    def counted(order: list[tuple[str, int, int, str]]) -> dict[str, int]:
        ledger = Ledger()
        for offset, (document, generation, run, kind) in enumerate(order):
            if kind == "in":
                ledger.ingested(ingested(document, generation, run), 0, offset)
            else:
                outcome = "complete" if kind == "out" else "failed"
                ledger.indexed(
                    indexed(
                        document,
                        generation,
                        run,
                        version=generation * 100 + run * 10 + (kind == "out"),
                        outcome=outcome,
                    )
                )
        totals = ledger.totals()
        outcomes = sum(count for name, count in totals.items() if name not in ("submitted", "children"))
        assert totals["submitted"] == outcomes
        return totals

    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert counted(events) == counted(shuffled) == counted(events + shuffled)


def test_children_are_counted_among_the_submitted() -> None:
    ledger = Ledger()
    ledger.ingested(ingested(NAMES[0]), 0, 0)
    ledger.ingested(ingested(NAMES[1], parent=NAMES[0]), 0, 1)
    assert (ledger.totals()["submitted"], ledger.totals()["children"]) == (2, 1)
