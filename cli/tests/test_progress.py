# SPDX-License-Identifier: Apache-2.0
"""Progress shows counts per stage, rate, time left and who is waited for: live on a terminal, in lines elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from ream_cli import progress
from ream_cli.accounting import Totals
from ream_cli.pace import Pace
from ream_contracts.outcomes import Outcome

COUNTS = {**{outcome.value: 0 for outcome in Outcome}, "complete": 30, "failed": 2}
TOTALS = Totals(COUNTS, 1042, 12, 1010, 1, 900, 800, 40, 32, 5000, 1200)


def written(totals: Totals, pace: Pace, note: str | None = None, bringing: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(progress.picture(totals, pace, bringing=bringing, note=note))
    return out.getvalue()


def test_the_live_view_holds_all_that_is_asked_for() -> None:
    pace = Pace()
    pace.note(0, 0, 0)
    pace.note(16, 32, 1600)
    text = written(TOTALS, pace, "ocr waits for store since 12:00")
    for expected in (
        "32 of 1,042", "stored 900", "planned 800", "pages read 1,200 of 5,000", "decided 40 (2 failed)",
        "searchable 32", "dead letters 1", "2.0 documents/s, 100.0 pages/s", "about 8 min 25 s left",
        "ocr waits for store",
    ):  # fmt: skip
        assert expected in text


def test_while_files_are_brought_nobody_knows_what_is_left() -> None:
    pace = Pace()
    pace.note(0, 0, 0)
    pace.note(16, 32, 1600)
    text = written(TOTALS, pace, bringing=True)
    assert "so far" in text
    assert "left" not in text


def test_nothing_done_yet_is_no_error() -> None:
    empty = Totals({outcome.value: 0 for outcome in Outcome}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert "0 of 0" in written(empty, Pace())


def test_lines_come_now_and_then_and_only_with_news(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("ream_cli.progress.time.monotonic", lambda: now[0])
    out = io.StringIO()
    shown = progress.view(Console(file=out, width=300))
    assert isinstance(shown, progress.Lines)
    with shown:
        for seconds, totals in (
            (0, TOTALS),
            (1, replace(TOTALS, indexed=33)),
            (6, TOTALS),
            (12, replace(TOTALS, indexed=40)),
        ):
            now[0] = 100.0 + seconds
            shown.show(totals, bringing=False, note=None)
    lines = out.getvalue().splitlines()
    assert ["searchable 32" in lines[0], "searchable 40" in lines[1], len(lines)] == [True, True, 2]


def test_on_a_terminal_the_view_is_live_and_leaves_nothing_behind() -> None:
    out = io.StringIO()
    shown = progress.view(Console(file=out, width=120, force_terminal=True))
    assert isinstance(shown, progress.Bar)
    with shown:
        shown.show(TOTALS, bringing=False, note="[bold]odd[/bold]")
    assert "32 of 1,042" in out.getvalue()
    assert "[bold]odd[/bold]" in out.getvalue()
