# SPDX-License-Identifier: Apache-2.0
"""Only the process that was noted is signalled, and it ends, willing or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ream_local.processes import ProcessIdentity, end, identify, is_alive, resident_bytes

WILLING = "print('up', flush=True); import signal; signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WILLING}"


Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def _identity(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    found = identify(process.pid)
    assert found is not None
    return found


def test_a_process_is_itself() -> None:
    me = identify(os.getpid())
    assert me is not None
    assert is_alive(me)
    assert resident_bytes(me.pid) > 2**20


def test_a_recycled_pid_is_left_alone(start: Start) -> None:
    process = start(WILLING)
    earlier = replace(_identity(process), started=_identity(process).started - 1)
    assert not is_alive(earlier)
    end([earlier], grace_seconds=0.1)
    assert process.poll() is None


def test_a_willing_process_is_asked(start: Start) -> None:
    process = start(WILLING)
    end([_identity(process)], grace_seconds=10)
    assert process.wait(1) == -signal.SIGTERM


def test_a_stubborn_process_is_killed_after_the_grace(start: Start) -> None:
    process = start(STUBBORN)
    end([_identity(process)], grace_seconds=0.1)
    assert process.wait(1) == -signal.SIGKILL


def test_an_ended_process_is_not_alive_even_before_it_is_reaped(start: Start) -> None:
    process = start(WILLING)
    identity = _identity(process)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(identity)
    end([identity], grace_seconds=0.1)
