# SPDX-License-Identifier: Apache-2.0
"""What dies comes back, what is told to end ends with all it started, and nobody else's process is touched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ream_local.detached import DetachedSupervisor
from ream_local.errors import LocalStackError
from ream_local.processes import ProcessIdentity, identify, is_alive
from ream_local.programs import Program
from ream_local.supervisor import ProgramState, SupervisorState, next_pause

pytestmark = pytest.mark.slow

SLEEPER = "import signal; print('up', flush=True); signal.pause()"
FORKER = f"""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", {SLEEPER!r}]).pid, flush=True)
{SLEEPER}
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[DetachedSupervisor]:
    made = DetachedSupervisor(tmp_path / "run", "servers")
    yield made
    made.stop()


def _python(tmp_path: Path, code: str, name: str = "one", **environment: str) -> Program:
    log = tmp_path / f"{name}.log"
    return Program(name, (sys.executable, "-I", "-c", code), log, environment, tmp_path, stop_seconds=5.0)


def _when(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        pause.wait(0.02)


def _only(supervisor: DetachedSupervisor) -> ProgramState:
    state = supervisor.state()
    assert state is not None
    return state.programs[0]


def _process(supervisor: DetachedSupervisor) -> ProcessIdentity:
    process = _only(supervisor).process
    assert process is not None
    return process


def test_what_was_killed_is_started_again_and_counted(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    supervisor.start([_python(tmp_path, SLEEPER)])
    first = _process(supervisor)
    os.kill(first.pid, signal.SIGKILL)
    _when(lambda: _only(supervisor).restarts == 1)
    assert _only(supervisor).last_exit == -signal.SIGKILL
    assert is_alive(_process(supervisor))
    assert _process(supervisor) != first


def test_pauses_double_up_to_a_limit_and_begin_anew_after_a_good_run() -> None:
    pauses = [0.0]
    for _ in range(9):
        pauses.append(next_pause(pauses[-1], ran=1.0))
    assert pauses[1:] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert next_pause(30.0, ran=31.0) == 0.5


def test_an_orderly_end_is_no_reason_to_stay_away(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    supervisor.start([_python(tmp_path, "print('ran', flush=True)")])
    _when(lambda: (tmp_path / "one.log").read_text().count("ran") == 2)
    _when(lambda: _only(supervisor).last_exit == 0)


def test_a_program_that_is_not_there_is_tried_again(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    supervisor.start([Program("none", ("/not/there",), tmp_path / "none.log")])
    _when(lambda: _only(supervisor).restarts >= 1)
    assert _only(supervisor).last_exit == 127
    assert "/not/there" in (tmp_path / "none.log").read_text()


def test_stop_ends_all_and_only_them(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    bystander = subprocess.Popen((sys.executable, "-c", SLEEPER), stdout=subprocess.DEVNULL)
    supervisor.start([_python(tmp_path, SLEEPER, "one"), _python(tmp_path, SLEEPER, "two")])
    state = supervisor.state()
    assert state is not None
    assert len(state.processes()) == 2
    assert supervisor.stop()
    assert not any(is_alive(each) for each in (state.supervisor, *state.processes()))
    assert supervisor.state() is None
    assert not supervisor.stop()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_children_of_what_died_do_not_survive_it(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    supervisor.start([_python(tmp_path, FORKER)])
    log = tmp_path / "one.log"
    _when(lambda: log.exists() and log.read_text().endswith("up\n"))
    child = identify(int(log.read_text().split()[0]))
    assert child is not None
    os.kill(_process(supervisor).pid, signal.SIGKILL)
    _when(lambda: not is_alive(child))


def test_a_second_supervisor_is_refused(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    supervisor.start([_python(tmp_path, SLEEPER)])
    with pytest.raises(LocalStackError, match="running already"):
        DetachedSupervisor(tmp_path / "run", "servers").start([_python(tmp_path, SLEEPER)])


def test_what_a_killed_supervisor_left_is_ended_before_a_new_start(
    supervisor: DetachedSupervisor, tmp_path: Path
) -> None:
    supervisor.start([_python(tmp_path, SLEEPER)])
    state = supervisor.state()
    assert state is not None
    os.kill(state.supervisor.pid, signal.SIGKILL)
    _when(lambda: supervisor.state() is None)
    left = state.processes()[0]
    assert is_alive(left)
    supervisor.start([_python(tmp_path, SLEEPER)])
    assert not is_alive(left)
    assert is_alive(_process(supervisor))


def test_nothing_outlives_a_supervisor_whose_folder_was_removed(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    supervisor.start([_python(tmp_path, SLEEPER, "one"), _python(tmp_path, SLEEPER, "two")])
    state = supervisor.state()
    assert state is not None
    shutil.rmtree(tmp_path / "run")
    os.kill(state.processes()[0].pid, signal.SIGKILL)  # what changed can't be written down any more
    _when(lambda: not any(map(is_alive, (state.supervisor, *state.processes()))))


def test_stop_ends_a_supervisor_that_does_not_know_yet_that_its_folder_is_gone(
    supervisor: DetachedSupervisor, tmp_path: Path
) -> None:
    supervisor.start([_python(tmp_path, SLEEPER)])
    process = _process(supervisor)
    shutil.rmtree(tmp_path / "run")
    assert supervisor.stop()
    assert not is_alive(process)


def test_stop_ends_what_a_supervisor_started_while_it_was_asked_to_end(
    supervisor: DetachedSupervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not end in time is killed; what it started again meanwhile stands in its file alone."""
    supervisor.start([_python(tmp_path, SLEEPER)])
    first, before = _process(supervisor), supervisor.state()
    assert before is not None
    os.kill(first.pid, signal.SIGKILL)
    _when(lambda: _only(supervisor).restarts == 1)
    second = _process(supervisor)
    now = supervisor.state()
    looks = iter([before, now])
    os.kill(before.supervisor.pid, signal.SIGKILL)
    with monkeypatch.context() as patched:
        patched.setattr(supervisor, "_noted", lambda: next(looks))
        assert supervisor.stop()
    assert not is_alive(second)


def test_a_recycled_pid_in_the_state_file_is_left_alone(supervisor: DetachedSupervisor, tmp_path: Path) -> None:
    stranger = subprocess.Popen((sys.executable, "-c", SLEEPER), stdout=subprocess.DEVNULL)
    identity = identify(stranger.pid)
    assert identity is not None
    earlier = replace(identity, started=identity.started - 1)
    state = SupervisorState(earlier, (ProgramState("one", earlier, 0.0, 0, None),))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "servers.json").write_text(state.to_json())
    assert supervisor.state() is None
    assert not supervisor.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_everything_ends_with_a_caller_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import pathlib, signal, sys
from ream_local.detached import DetachedSupervisor
from ream_local.programs import Program
folder = pathlib.Path({str(tmp_path)!r})
supervisor = DetachedSupervisor(folder / "run", "servers")
supervisor.start([Program("one", (sys.executable, "-c", {SLEEPER!r}), folder / "one.log")], ends_with_caller=True)
print(supervisor.state().processes()[0].pid, flush=True)
signal.pause()
"""
    caller = subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE)
    assert caller.stdout is not None
    process = identify(int(caller.stdout.readline()))
    assert process is not None
    caller.kill()
    caller.communicate()
    _when(lambda: not is_alive(process))
    _when(lambda: not (tmp_path / "run" / "servers.json").exists())


def test_programs_get_their_environment_and_nobody_else_reads_their_log(
    supervisor: DetachedSupervisor, tmp_path: Path
) -> None:
    supervisor.start([_python(tmp_path, f"import os; print(os.environ['WORD'], os.getcwd()); {SLEEPER}", WORD="given")])
    log = tmp_path / "one.log"
    _when(lambda: log.read_text().endswith("up\n"))
    assert log.read_text() == f"given {tmp_path}\nup\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_program_and_state_survive_json(tmp_path: Path) -> None:
    program = Program("a", ("b", "c"), tmp_path / "d", {"E": "f"}, tmp_path, 7, 1.5)
    assert Program.from_json(json.loads(json.dumps(program.to_json()))) == program
    state = SupervisorState(ProcessIdentity(1, 2), (ProgramState("a", None, None, 3, -9),))
    assert SupervisorState.from_json(state.to_json()) == state
