# SPDX-License-Identifier: Apache-2.0
"""What a part leaves out or finds without a calm run to compare with is in its result too; LONG means what it says."""

from __future__ import annotations

import subprocess
import typing
from pathlib import Path
from typing import Any

import pytest

from ream_bench.fanin import verdict as of_parts
from ream_chaos.bullets import fanin, hostile_files
from ream_chaos.result import Result, last_line

REPOSITORY = Path(__file__).parents[2]
WELL = {name: frozenset[Any]() for name in of_parts.FAULTS}


def judged(**found: frozenset[Any]) -> of_parts.Verdict:
    return of_parts.Verdict(sent=frozenset({("a", 0), ("a", 1), ("b", 0)}), **{**WELL, **found})


def test_parts_that_were_lost_stuck_or_doubled_are_in_the_line_of_counts() -> None:
    found = fanin.counted(
        judged(lost=frozenset({("a", 1)}), stuck=frozenset({("b", 0), ("a", 0)}), doubled=frozenset({("b", 0)}))
    )
    line = last_line(7, [Result("fanin", 10, found)])
    assert line == (
        "seed 7: faults 10, documents 2, lost 1, doubled 1, stuck 2, fingerprint not compared; failed: fanin"
    )
    assert "lost: a part 1" in "\n".join(Result("fanin", 10, found).lines())


@pytest.mark.parametrize("fault", of_parts.FAULTS)
def test_no_fault_of_the_fan_in_gets_lost_on_its_way_to_the_counts(fault: str) -> None:
    assert fanin.counted(judged()).good
    some = {("a", 1)} if fault in ("lost", "stuck", "doubled") else {"a"}
    assert not fanin.counted(judged(**{fault: frozenset(some)})).good


def test_real_hostile_files_that_are_left_out_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile_files, "trial", lambda run, made, corpus, good_count: Result("hostile_files"))
    nobody = typing.cast(Any, None)
    monkeypatch.delenv("REAM_CORPUS", raising=False)
    assert hostile_files.run(nobody).details == (hostile_files.LEFT_OUT,)
    monkeypatch.setenv("REAM_CORPUS", str(tmp_path))
    assert hostile_files.run(nobody).details == (hostile_files.LEFT_OUT,)
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / "bomb.zip").write_bytes(b"PK")
    assert hostile_files.run(nobody).details == ()


@pytest.mark.parametrize(("said", "long"), [("", False), ("LONG=0", False), ("LONG=1", True)])
def test_long_is_what_it_says(said: str, long: bool) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "chaos", *said.split()], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert ("--long" in done.stdout) is long
