# SPDX-License-Identifier: Apache-2.0
"""What is said to be true of real hostile files is so, and what is not true of one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ream_contracts import topics
from ream_faults.runs import run
from ream_hostile.attack import ends
from ream_hostile.wild import KNOWN, Truth, truth

SAMPLES = Path(__file__).parents[2] / "samples"


def test_another_end_and_other_children_are_named() -> None:
    known = Truth(ends("partial", ("failed", "damaged")), (2,))
    assert known.broken_by("partial", "text-missing", 2) is None
    assert known.broken_by("failed", "damaged", 2) is None
    assert "not true of it" in str(known.broken_by("failed", "too-large", 2))
    assert "not true of it" in str(known.broken_by("complete", None, 2))
    assert known.broken_by("partial", None, 3) == "has 3 documents inside, not 2"
    assert Truth(ends("complete"), ()).broken_by("complete", None, 99) is None, "nobody can say how many"


@pytest.mark.programs
def test_of_a_pdf_other_programs_say_what_is_true(tmp_path: Path) -> None:
    (tmp_path / "unreadable.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    unreadable = truth(tmp_path / "unreadable.pdf")
    assert unreadable is not None
    assert unreadable.broken_by("failed", "damaged", 0) is None
    whole = truth(SAMPLES / "ferry-review-q1.pdf")
    assert whole == Truth(ends("complete", "partial"), (0,))


def test_of_what_nobody_knows_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "new.bin").write_bytes(b"something")
    assert truth(tmp_path / "new.bin") is None


@pytest.mark.corpus
@pytest.mark.programs
@pytest.mark.timeout(300)
def test_real_hostile_files_end_as_is_true_of_them() -> None:
    named = os.environ.get("REAM_CORPUS")
    if not named:
        assert os.environ.get("REQUIRE_CORPUS") != "1", "REQUIRE_CORPUS=1, and REAM_CORPUS names no folder"
        pytest.skip("REAM_CORPUS names no folder of real documents")
    files = sorted(path for path in Path(named, "hostile").rglob("*") if path.is_file())
    broken = {path.name: said for path in files if (said := _broken(path)) is not None}
    assert broken == {}
    assert {path.name for path in files} & KNOWN.keys()


def _broken(path: Path) -> str | None:
    known = truth(path)
    flow = run(path.name, path.read_bytes())
    (top,) = [one for one in flow.bus.sent(topics.DOCUMENTS_INDEXED) if one.parent_id is None]
    return None if known is None else known.broken_by(top.outcome, top.cause, len(flow.endings()) - 1)
