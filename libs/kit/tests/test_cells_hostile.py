# SPDX-License-Identifier: Apache-2.0
"""What runs in a cell cannot take more than its limits, reach the network, write outside, or fool its caller."""

from __future__ import annotations

import errno
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ream_kit import cells_call, cells_confine, cells_syscalls
from ream_kit.cells import CellDied, CellFailed, Cells, Limits

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
LIMITS = Limits(
    memory_bytes=512 << 20,
    idle_seconds=10,
    total_seconds=20,
    open_files=64,
    output_bytes=20 << 20,
)


@pytest.fixture(scope="module")
def module_cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("cells")))
        with Cells("cells_targets:run", 1, LIMITS) as pool:
            yield pool


@pytest.fixture
def cells(module_cells: Cells) -> Iterator[Cells]:
    """After each attack the pool answers."""
    yield module_cells
    assert list(module_cells.call({"do": "thread"})) == [{"ran": 1}]


@pytest.fixture(scope="module")
def impatient(module_cells: Cells) -> Iterator[Cells]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        with Cells("cells_targets:run", 1, replace(LIMITS, idle_seconds=0.3, total_seconds=0.6)) as pool:
            yield pool


@pytest.fixture
def with_programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    monkeypatch.syspath_prepend(HERE)
    with Cells("cells_targets:run", 1, Limits(idle_seconds=5, programs=True)) as pool:
        yield pool


def _dies(cells: Cells, **request: Any) -> CellDied:
    with pytest.raises(CellDied) as caught:
        list(cells.call(request))
    return caught.value


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("allocate", "out-of-memory"),
        ("allocate_in_c", "out-of-memory"),
        ("one_big_file", "too-much-output"),
        ("many_files", "too-much-output"),
        ("big_result", "too-much-output"),
        ("many_results", "too-much-output"),
        ("crash", "crashed-signal-11"),
    ],
)
def test_who_takes_too_much_dies_of_it(cells: Cells, what: str, cause: str) -> None:
    assert _dies(cells, do=what).cause == cause


@pytest.mark.parametrize("what", ["sleep", "spin", "trickle"])
def test_who_takes_too_long_is_killed_in_time(impatient: Cells, what: str) -> None:
    started = time.monotonic()
    assert _dies(impatient, do=what).cause == "out-of-time"
    assert time.monotonic() - started < 0.6 + 2


@pytest.mark.parametrize(("number", "cause"), [(9, "crashed-signal-9"), (6, "crashed-signal-6"), (24, "out-of-time")])
def test_a_death_by_signal_is_told(cells: Cells, number: int, cause: str) -> None:
    assert _dies(cells, do="die", signal=number).cause == cause


def test_a_crash_says_where(cells: Cells) -> None:
    assert "Segmentation fault" in _dies(cells, do="crash").printed


def test_a_death_by_exit_is_told(cells: Cells) -> None:
    assert _dies(cells, do="leave", code=3).cause == "exit-3"
    assert _dies(cells, do="leave", code=0).cause == "exit-0"


def test_cpu_time_is_limited_by_the_kernel_and_counted_for_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HERE)
    with Cells("cells_targets:run", 1, Limits(cpu_seconds=1, idle_seconds=20)) as cells:
        started = time.monotonic()
        assert _dies(cells, do="spin").cause == "out-of-time"
        assert time.monotonic() - started < 10
        assert cells.state().deaths == {"out-of-time": 1}


def test_time_in_which_the_caller_is_busy_does_not_count(impatient: Cells) -> None:
    call = impatient.call({"do": "slow", "n": 3, "pause": 0.02})
    next(call)
    threading.Event().wait(0.8)
    assert len(list(call)) == 2


def test_open_files_are_limited(cells: Cells) -> None:
    with pytest.raises(CellFailed, match="Too many open files"):
        list(cells.call({"do": "open_files"}))


def test_there_is_no_network(cells: Cells) -> None:
    assert list(cells.call({"do": "network"})) == [{"error": errno.EPERM}] * 5


def test_nothing_is_written_outside(cells: Cells, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("as it was")
    target.chmod(0o640)
    before = target.stat()
    *tried, inside = cells.call({"do": "write_outside", "target": str(target)})
    assert [way["way"] for way in tried if way["error"] == 0] == []
    assert len(tried) == 14
    assert inside["text"] == "inside"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["target"]
    assert target.read_text() == "as it was"
    after = target.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_nlink) == (before.st_mode, before.st_mtime_ns, 1)


def test_other_processes_are_out_of_reach(cells: Cells) -> None:
    tried = list(cells.call({"do": "attack", "pid": os.getpid()}))
    assert [way["way"] for way in tried if way["error"] == 0] == []
    assert len(tried) == 7


@pytest.mark.parametrize("what", ["fork", "execute", "replace_itself"])
def test_no_process_is_started(cells: Cells, what: str) -> None:
    assert list(cells.call({"do": what})) == [{"error": errno.EPERM}]


def test_programs_are_started_where_they_are_allowed(with_programs: Cells) -> None:
    assert list(with_programs.call({"do": "execute"})) == [{"out": "hello\n"}]
    assert list(with_programs.call({"do": "network"})) == [{"error": errno.EPERM}] * 5


def test_a_process_that_outlives_its_call_ends_with_the_cell(with_programs: Cells) -> None:
    (left,) = with_programs.call({"do": "fork"})
    assert with_programs.state().recycled == 1
    until = time.monotonic() + 5
    while Path(f"/proc/{left['pid']}").exists():
        assert time.monotonic() < until, "a process of a cell is still there"
        os.sched_yield()


@pytest.mark.parametrize(
    "forged",
    [
        b"r" + struct.pack("!I", 1 << 31),
        b"x" + struct.pack("!I", 2) + b"{}",
        b"r" + struct.pack("!I", 2) + b"[]",
        b"r" + struct.pack("!I", 2) + b"{,",
        b"r" + struct.pack("!I", 8) + b'{"a":NaN'[:7] + b"}",
        b"r" + struct.pack("!I", 2) + b"\xff\xff",
        b"r" + struct.pack("!I", 100_000) + b"[" * 100_000,
        b"h" + struct.pack("!I", 2) + b"{}",
        b"f" + struct.pack("!I", 2) + b"[]",
        b"r" + struct.pack("!I", 10_006) + b'{"a":' + b"9" * 10_000 + b"}",
    ],
    ids=range(10),
)
def test_a_forged_answer_is_not_believed(cells: Cells, forged: bytes) -> None:
    assert _dies(cells, do="forge", bytes=forged.hex()).cause == "bad-answer"


def test_half_an_answer_is_waited_for_no_longer_than_for_none(impatient: Cells) -> None:
    assert _dies(impatient, do="forge", bytes=(b"r" + struct.pack("!I", 100) + b"{").hex()).cause == "out-of-time"


def test_folders_are_removed_however_deep(cells: Cells) -> None:
    call = cells.call({"do": "deep_folders", "depth": 30})
    assert list(call) == [{}]
    assert not call.scratch.exists()
    call = cells.call({"do": "deep_folders", "depth": 2000})
    with pytest.raises(CellDied, match="too-much-output"):
        list(call)
    assert not call.scratch.exists()


def test_a_folder_that_may_not_be_read_is_removed(cells: Cells) -> None:
    call = cells.call({"do": "unreadable_folder"})
    list(call)
    assert not call.scratch.exists()


def test_who_writes_on_after_the_end_is_killed(module_cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_call, "_ROUNDS", 3)
    call = module_cells.call({"do": "write_on"})
    list(call)
    assert not call.scratch.exists()
    assert list(module_cells.call({"do": "thread"})) == [{"ran": 1}]


def test_what_confines_is_named(cells: Cells) -> None:
    in_force = cells.confinement()
    assert in_force[:2] == ("rlimits", "no-new-privileges")
    assert "seccomp" in in_force
    assert any(name.startswith("landlock-") for name in in_force)


def test_both_machines_have_a_number_for_each_call() -> None:
    modern = {"chmod", "chown", "lchown", "utime", "utimes", "futimesat", "fork", "vfork"}  # not on aarch64
    numbers = cells_syscalls.NUMBERS
    assert set(numbers["x86_64"]) - set(numbers["aarch64"]) == modern
    wanted = {*cells_syscalls.DENIED, *cells_syscalls.PRETENDED, *cells_syscalls.UNKNOWN}
    assert wanted <= set(numbers["x86_64"])
    for table in numbers.values():
        assert len(set(table.values())) == len(table)


def test_a_machine_that_is_not_known_is_not_said_to_be_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert cells_confine._seccomp(programs=False) is None
