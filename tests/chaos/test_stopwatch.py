# SPDX-License-Identifier: Apache-2.0
"""Tests that take too long fail, unless others had the machine; whose work it was is told apart."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ream_chaos.stopwatch import Stopwatch, Taken, ours

MOST = 240.0


@pytest.mark.parametrize(
    ("seconds", "others", "fails"), [(239, 0.0, False), (241, 0.0, True), (241, 0.2, True), (900, 0.5, False)]
)
def test_too_long_is_a_failure_on_a_machine_that_had_time(seconds: float, others: float, fails: bool) -> None:
    assert Taken(seconds, others).too_long(MOST) is fails


def test_what_cannot_be_judged_is_said() -> None:
    assert Taken(300, 0.5).line("the short form", MOST) == (
        "the short form took 300 of 240 s; others used 50% of this machine meanwhile: too busy to judge by"
    )
    assert Taken(300, 0.1).line("it", MOST) == "it took 300 of 240 s; others used 10% of this machine meanwhile"
    assert Taken(100, 0.9).line("it", MOST).endswith("meanwhile")


def test_what_we_did_not_use_was_used_by_others() -> None:
    read = {"own": 5.0, "machine": 1_000.0, "now": 50.0}
    watch = Stopwatch(lambda: read["own"], lambda: read["machine"], lambda: read["now"], cores=2)
    read.update(own=65.0, machine=1_080.0, now=150.0)
    assert watch.taken() == Taken(100.0, 0.1)
    read.update(own=5.0)
    assert watch.taken() == Taken(100.0, 0.4), "another process did it"
    read.update(own=95.0, machine=1_080.0)
    assert watch.taken() == Taken(100.0, 0.0), "clocks of processes and machine are not read at one moment"


def test_programs_that_were_started_and_ended_are_ours() -> None:
    before = ours()
    subprocess.run([sys.executable, "-c", "while __import__('time').process_time() < 0.1: pass"], check=True)
    assert ours() - before >= 0.08
    assert 0.0 <= Stopwatch().taken().others <= 1.0
