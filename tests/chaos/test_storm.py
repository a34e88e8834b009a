# SPDX-License-Identifier: Apache-2.0
"""What is broken is mended when it is due, and what died comes back."""

from __future__ import annotations

import time
import typing
from typing import Any

import pytest

from ream_chaos import storm as module
from ream_chaos.faults import NotNow, freeze
from ream_chaos.plan import Strike
from ream_chaos.storm import Storm


class Process:
    """Ends when it is told."""

    def __init__(self, code: int | None = None) -> None:
        self.code = code

    def poll(self) -> int | None:
        return self.code


class Flow:
    """Two processes, one of which has ended."""

    def __init__(self) -> None:
        self.processes = {"extract": Process(), "aggregate": Process(70)}

    def start(self, name: str) -> None:
        self.processes[name] = Process()

    def not_ready(self, name: str) -> str | None:
        return None if self.processes[name].poll() is None else "it has ended"


class Quiet:
    """Stands for world and witness: hears, and says nothing."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.tell = self.told.append
        self.moved = 0.0

    def look(self, seconds: float) -> None:
        """Sees nothing."""


@pytest.fixture
def storm() -> Storm:
    return Storm(typing.cast(Any, Quiet()), typing.cast(Any, Flow()), typing.cast(Any, Quiet()), [])


def test_what_is_broken_is_mended_in_the_order_in_which_it_is_due(storm: Storm) -> None:
    done: list[str] = []
    now = time.monotonic()
    storm.broken = [(now + 0.05, "second", lambda: done.append("b")), (now, "first", lambda: done.append("a"))]
    storm.mend_all()
    assert done == ["a", "b"]
    assert storm.broken == []


def test_what_cannot_be_mended_yet_is_mended_later(storm: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.0)
    tries: list[int] = []

    def mend() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise NotNow("another fault is in the way")

    storm.broken = [(time.monotonic(), "search_full", mend)]
    storm.mend_all()
    assert len(tries) == 3


def test_what_cannot_be_mended_at_all_is_said(storm: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MENDED_SECONDS", 0.0)
    storm.broken = [(time.monotonic() + 60, "search_full", lambda: None)]
    with pytest.raises(NotNow, match="not mended: search_full"):
        storm.mend_all()


def test_what_ended_by_itself_is_noted_and_started_again(storm: Storm) -> None:
    storm.revive()
    storm.revive()
    assert storm.ended_by_itself == [("aggregate", 70)]
    assert all(process.poll() is None for process in storm.flow.processes.values())


def test_what_has_ended_is_said_also_when_nobody_started_it_again(storm: Storm) -> None:
    assert storm.endings() == ["aggregate ended by itself with code 70"]
    storm.revive()
    assert storm.endings() == ["aggregate ended by itself with code 70"]
    assert storm.endings(but={"aggregate"}) == storm.endings(of={"extract"}) == []
    storm.ended_by_itself.append(("extract-2", 1))
    assert storm.endings(of={"extract"}) == ["extract-2 ended by itself with code 1"]


def test_a_fault_that_would_do_nothing_is_tried_again_and_not_counted(storm: Storm) -> None:
    storm.flow.start("extract-2")
    with pytest.raises(NotNow, match="extract-2"):
        freeze.begin(storm.world, storm.flow, Strike("freeze", "extract", 13.0, 0.0))


def test_patience_begins_when_everything_works_again(storm: Storm) -> None:
    assert storm.await_ready() == []
    assert storm.flow.not_ready("aggregate") is None, "what had ended was started again"
    assert storm.witness.moved > 0


def test_who_does_not_come_back_is_said_with_its_reason(storm: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_READY_SECONDS", 0.0)
    (said,) = storm.await_ready()
    assert said == "aggregate is not ready 0 s after the last fault: it has ended"
