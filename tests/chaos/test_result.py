# SPDX-License-Identifier: Apache-2.0
"""The line of counts says what happened, and one condition that does not hold fails the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ream_chaos import bullets, records, registry
from ream_chaos.__main__ import LONG, do, parts
from ream_chaos.result import Result, last_line
from ream_chaos.verdict import Verdict

NONE: frozenset[str] = frozenset()
GOOD = Verdict(50, NONE, NONE, NONE, NONE, True, 50)
BAD = Verdict(50, frozenset({"a", "b"}), frozenset({"c"}), NONE, NONE, False, 10)


def test_the_last_line_counts_everything() -> None:
    assert last_line(7, [Result("kills", 20, GOOD), Result("broker", 5, BAD), Result("files")]) == (
        "seed 7: faults 25, documents 100, lost 2, doubled 0, stuck 1, fingerprint NOT equal (60 compared); "
        "failed: broker"
    )
    assert last_line(7, [Result("kills", 20, GOOD)]).endswith("fingerprint equal (50 compared); all as it should be")


def test_a_part_without_a_calm_run_does_not_say_that_it_compared() -> None:
    line = last_line(7, [Result("thousand", 0, Verdict(9, NONE, NONE, NONE, NONE, None))])
    assert "fingerprint not compared" in line


def test_a_problem_fails_and_an_aim_does_not() -> None:
    assert not Result("burst", problems=("memory",)).good
    assert Result("giant", aims=("p95",)).good


def test_what_was_lost_is_named() -> None:
    lines = "\n".join(Result("broker", 5, BAD).lines())
    assert "NOT as it should be" in lines
    assert "lost: a, b" in lines


def test_a_result_is_kept_beside_earlier_ones(tmp_path: Path) -> None:
    first = records.write(tmp_path, 7, [Result("kills", 20, BAD, figures={"seconds": 1.23456})], 60.0)
    second = records.write(tmp_path, 7, [Result("kills", 20, GOOD)], 60.0)
    assert set(first) & set(second) == set()
    kept = json.loads(first[1].read_text())
    assert (kept["seed"], kept["parts"][0]["lost"], kept["parts"][0]["figures"]) == (7, ["a", "b"], {"seconds": 1.235})
    assert 'make chaos SEED=7 PARTS="kills"' in first[0].read_text()


def test_a_part_that_cannot_be_done_is_a_problem_and_not_the_end() -> None:
    class Broken:
        __doc__ = "Breaks."

        @staticmethod
        def run(run: object) -> Result:
            raise OSError("no room")

    class Run:
        class world:
            @staticmethod
            def tell(sentence: str) -> None:
                """Listens to nobody."""

    found = do("broken", Broken, Run)  # type: ignore[arg-type]
    assert not found.good
    assert "no room" in found.problems[0]


def test_the_list_is_every_part_but_those_that_are_asked_for() -> None:
    found = registry.modules(bullets)
    listed = list(parts([], long=False))
    assert set(listed) == {name for name, module in found.items() if module.ORDER is not None}
    assert [found[name].ORDER for name in listed] == sorted(found[name].ORDER for name in listed)
    assert set(LONG).isdisjoint(listed)
    assert tuple(parts([], long=True)) == LONG
    assert list(parts(["broker", "kills"], long=False)) == ["kills", "broker"]
    assert all((module.__doc__ or "").strip() and callable(module.run) for module in found.values())
    with pytest.raises(LookupError, match="no part 'nothing'"):
        parts(["nothing"], long=False)


def test_a_run_of_several_parts_is_kept_as_a_list(tmp_path: Path) -> None:
    several = records.write(tmp_path, 7, [Result("kills", 20, GOOD), Result("broker", 3, GOOD)], 60.0)
    assert [path.name[10:] for path in several] == ["-chaos-list-7.md", "-chaos-list-7.json"]
