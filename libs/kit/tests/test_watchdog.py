# SPDX-License-Identifier: Apache-2.0
"""A process that does not get on is ended from outside of its loop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ream_kit.watchdog import STUCK, Watchdog


class Process:
    """Alive as the test says."""

    why: str | None = None

    def not_alive(self) -> str | None:
        return self.why


def test_it_ends_what_has_not_been_alive_for_long_and_says_why() -> None:
    ended: list[str] = []
    dog, process = Watchdog(10, ended.append), Process()
    for why, looks in ((None, 30), ("it stands", 5), (None, 1), ("it stands", 5)):
        process.why = why
        for _ in range(looks):
            dog.look(process, 2.0)
    assert ended == []
    dog.look(process, 2.0)
    assert [why.partition(";")[0] for why in ended] == ["it stands"]


def test_time_in_which_the_process_itself_stood_still_is_not_held_against_it() -> None:
    ended: list[str] = []
    dog, process = Watchdog(10, ended.append), Process()
    process.why = "it stands"
    dog.look(process, 2.0)
    dog.look(process, 3600.0)
    process.why = None
    dog.look(process, 2.0)
    assert ended == []


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=50, env=os.environ)


HANGS = """
import sys, threading
from ream_contracts import topics
from ream_kit import report, runner, stage

report.LONGEST_TURN_SECONDS = 0.5
runner.Runner._await_topics = lambda self: threading.Event().wait()  # as a consumer's list_topics did once

@stage("index", reads=topics.DOCUMENTS_COMPLETED)
def probe(given):
    pass

environ = {"REAM_STORE": sys.argv[1], "REAM_KAFKA_BOOTSTRAP": "127.0.0.1:1", "REAM_STUCK_SECONDS": "1"}
raise SystemExit(runner.run(probe, environ))
"""


@pytest.mark.slow
def test_a_runner_whose_loop_hangs_is_ended(tmp_path: Path) -> None:
    done = run(HANGS, str(tmp_path))
    assert done.returncode == STUCK, done.stderr
    assert "kit.watchdog ending_process" in done.stderr
    assert "the loop has not turned" in done.stderr
    assert re.search(r" wait < <string>:\d+ <lambda> < runner.py:\d+ run", done.stderr), "where it stood"


@pytest.mark.slow
def test_code_that_keeps_the_interpreters_lock_is_ended_too() -> None:
    program = """
import ctypes, threading
from ream_kit.watchdog import Watchdog

class Alive:
    def not_alive(self):
        armed.set()

armed = threading.Event()
Watchdog(0.5, look_seconds=0.1).watch(Alive())
armed.wait()
ctypes.PyDLL(None).sleep(60)
"""
    done = run(program)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert "<string>" in done.stderr, "where it stood"


@pytest.mark.slow
def test_an_orderly_end_has_its_own_time_and_one_that_hangs_is_ended() -> None:
    """What the end of a process waits for may hang as well."""
    program = """
import sys, threading
from ream_kit.watchdog import Watchdog

class Ending:
    def not_alive(self):
        return None if sys.argv[1] == "ends" else "its orderly end has lasted for 60 s"

with Watchdog(0.5, look_seconds=0.1) as dog:
    dog.watch(Ending())
    threading.Event().wait(2 if sys.argv[1] == "ends" else 40)
print("ended in order")
"""
    assert run(program, "ends").stdout == "ended in order\n"
    assert run(program, "hangs").returncode == STUCK
