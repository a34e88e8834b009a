# SPDX-License-Identifier: Apache-2.0
"""Lost, stuck, doubled and different are told apart by ids; each planted violation is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ream_chaos.plan import VICTIMS, Plan, Strike
from ream_chaos.snapshot import Snapshot
from ream_chaos.trial import may_end, proven, unsettled, without_vectors
from ream_chaos.verdict import account, compare
from ream_index.fingerprint import Line

IDS = st.lists(st.text("abcdefg", min_size=4, max_size=4), min_size=1, max_size=12, unique=True)


def whole(ids: list[str]) -> Snapshot:
    """The end of a run in which everything went well: an entry and a passage each."""
    keys = dict.fromkeys(((one, 1) for one in ids), 1)
    found = [entry("documents", one) for one in sorted(ids)] + [entry("passages", one) for one in sorted(ids)]
    entries = {line.id: line for line in found}
    roots = {one: one for one in ids}
    return Snapshot(keys, dict.fromkeys(keys, "complete"), entries, frozenset(), roots, dict.fromkeys(ids, 1))


def entry(kind: str, document: str, text: str = "words") -> Line:
    """An entry of the index; passages are those of page 1."""
    page = int(kind == "passages")
    return Line((kind, document, page, page), f"{document}-1-1" if page else document, {"text": text})


def without(found: Snapshot, document: str, *, known: bool) -> Snapshot:
    """The same, with a document that has no outcome, and, when it is not known, no trace."""
    return Snapshot(
        {key: run for key, run in found.ingested.items() if known or key[0] != document},
        {key: outcome for key, outcome in found.outcomes.items() if key[0] != document},
        {name: value for name, value in found.entries.items() if document not in name},
    )


@given(IDS)
def test_the_same_is_good(ids: list[str]) -> None:
    verdict = compare(whole(ids), whole(ids), ids)
    assert verdict.good
    assert verdict.documents == len(ids)


@given(IDS)
def test_without_a_trace_it_is_lost(ids: list[str]) -> None:
    verdict = compare(whole(ids), without(whole(ids), ids[0], known=False), ids)
    assert (verdict.lost, verdict.stuck, verdict.doubled, verdict.different) == ({ids[0]}, set(), set(), set())
    assert not verdict.good


@given(IDS)
def test_known_and_without_an_outcome_it_is_stuck(ids: list[str]) -> None:
    verdict = compare(whole(ids), without(whole(ids), ids[0], known=True), ids)
    assert (verdict.lost, verdict.stuck, verdict.doubled, verdict.different) == (set(), {ids[0]}, set(), set())
    assert not verdict.good


@given(IDS)
def test_one_lost_and_one_too_many_do_not_make_a_right_number(ids: list[str]) -> None:
    calm = whole([*ids, "lost"])
    verdict = compare(calm, whole([*ids, "more"]), [*ids, "lost"])
    assert (verdict.lost, verdict.doubled) == ({"lost"}, {"more"})


def test_a_child_that_never_came_is_lost_though_nobody_submitted_it() -> None:
    assert compare(whole(["root", "child"]), whole(["root"]), ["root"]).lost == {"child"}


def test_a_second_generation_run_entry_or_decision_is_doubled() -> None:
    calm = whole(["aaaa", "bbbb"])
    for storm in (
        replace(calm, ingested={**calm.ingested, ("aaaa", 2): 1}, outcomes={**calm.outcomes, ("aaaa", 2): "complete"}),
        replace(calm, ingested={**calm.ingested, ("aaaa", 1): 2}),
        replace(calm, entries={**calm.entries, "aaaa-2-1": Line(("passages", "aaaa", 2, 1), "aaaa-2-1", {})}),
        replace(calm, contradicted=frozenset({"aaaa"})),
    ):
        verdict = compare(calm, storm, ["aaaa", "bbbb"])
        assert (verdict.doubled, verdict.lost, verdict.stuck) == ({"aaaa"}, set(), set())
        assert not verdict.good


def test_another_outcome_text_or_a_missing_page_is_different() -> None:
    calm = whole(["aaaa", "bbbb"])
    for storm in (
        replace(calm, outcomes={**calm.outcomes, ("aaaa", 1): "partial"}),
        replace(calm, entries={**calm.entries, "aaaa": entry("documents", "aaaa", "other words")}),
        replace(calm, entries={name: one for name, one in calm.entries.items() if name != "aaaa-1-1"}),
    ):
        verdict = compare(calm, storm, ["aaaa", "bbbb"])
        assert (verdict.different, verdict.lost, verdict.stuck, verdict.doubled) == ({"aaaa"}, set(), set(), set())
        assert not verdict.good


def test_a_second_generation_without_an_outcome_is_stuck() -> None:
    calm = whole(["aaaa"])
    assert compare(calm, replace(calm, ingested={**calm.ingested, ("aaaa", 2): 1}), ["aaaa"]).stuck == {"aaaa"}


def test_documents_are_accounted_for_without_a_calm_run() -> None:
    found = whole(["good", "late", "poor", "more"])
    found = Snapshot(
        {**found.ingested, ("more", 1): 2},
        {key: "partial" if key[0] == "poor" else one for key, one in found.outcomes.items() if key[0] != "late"},
        {},
    )
    verdict = account(dict.fromkeys(["good", "late", "poor", "more", "gone"], "complete"), found)
    assert (verdict.lost, verdict.stuck, verdict.different, verdict.doubled) == ({"gone"}, {"late"}, {"poor"}, {"more"})
    assert verdict.equal is None
    assert not verdict.good
    assert account({"good": "complete"}, whole(["good"])).good


def test_other_passages_than_were_said_are_seen_without_a_calm_run() -> None:
    found = whole(["well", "less"])
    less = replace(found, entries={name: line for name, line in found.entries.items() if name != "less-1-1"})
    assert account(dict.fromkeys(["well", "less"], "complete"), less).different == {"less"}
    assert account({"well": "complete"}, less).good, "who is not asked for is not told of"


def test_some_documents_are_compared_with_a_calm_run_and_all_are_accounted_for() -> None:
    expected = dict.fromkeys(["mark", "more"], "complete")
    calm, found = whole(["mark"]), whole(["mark", "more"])
    good = account(expected, found, calm)
    assert (good.good, good.equal, good.documents, good.compared) == (True, True, 2, 1)
    other = replace(found, entries={**found.entries, "mark-1-1": entry("passages", "mark", "other words")})
    bad = account(expected, other, calm)
    assert (bad.different, bad.equal) == ({"mark"}, False)
    gone = account(expected, without(found, "more", known=False), calm)
    assert (gone.lost, gone.equal) == ({"more"}, True)


def test_what_is_inside_is_compared_too() -> None:
    calm = replace(whole(["root", "kidd"]), roots={"root": "root", "kidd": "root"})
    verdict = account({"root": "complete"}, without(calm, "kidd", known=False), calm)
    assert (verdict.lost, verdict.documents, verdict.compared) == ({"kidd"}, 2, 2)


def test_a_run_that_did_not_come_to_its_end_is_a_problem_also_when_every_document_is_well() -> None:
    good = account({"good": "complete"}, whole(["good"]))
    assert good.good
    assert len(list(unsettled(False, good))) == 1
    assert list(unsettled(True, good)) == []
    stuck = account({"good": "complete"}, without(whole(["good"]), "good", known=True))
    assert list(unsettled(False, stuck)) == [], "the verdict names it"


def test_no_commit_log_at_all_is_a_problem(tmp_path: Path) -> None:
    problems, _, _ = proven(tmp_path)
    assert len(problems) == 1
    assert "not proven" in problems[0]


def test_a_service_may_end_by_itself_only_where_it_or_its_broker_is_hit() -> None:
    def planned(*struck: Strike) -> Plan:
        return Plan(1, 1, 1, struck)

    assert may_end(planned(Strike("freeze", "ocr", 13, 0))) == {"ocr"}
    assert may_end(planned(Strike("store_away", "", 9, 0), Strike("broker", "", 0, 0))) == set(VICTIMS)
    assert not may_end(planned(Strike("store_away", "", 9, 0), Strike("search_stopped", "", 9, 0)))


def test_a_document_whose_vectors_never_came_is_a_problem() -> None:
    assert list(without_vectors([])) == []
    assert list(without_vectors(["aaaa"])) == ["without vectors: aaaa"]
    assert next(without_vectors(["a"] * 12)).endswith("and 2 more")
