# SPDX-License-Identifier: Apache-2.0
"""Cells answer, stream, fail and are replaced; the pool serves many threads and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ream_kit.cells import CellDied, CellFailed, Cells, Limits

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        patch.setattr(tempfile, "tempdir", str(folder))
        with Cells("cells_targets:run", 1, Limits(idle_seconds=5, total_seconds=10)) as pool:
            yield pool
        assert list(folder.iterdir()) == []


@pytest.fixture
def cells(shared: Cells) -> Iterator[Cells]:
    """One pool for all, with its one child free before and after."""
    assert shared.state().busy == 0
    yield shared
    assert shared.state().busy == 0


def _gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def _wait_until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > until:
            return False
        pause.wait(0.01)
    return True


def _about(cells: Cells) -> dict[str, Any]:
    return next(iter(list(cells.call({"do": "about"}))))


def test_a_request_is_answered_by_the_same_warm_child(cells: Cells) -> None:
    with Cells("cells_targets:echo", 1) as echo:
        request = {"text": "\N{SNOWMAN}\0", "list": [1, 2.5, None, {"a": True}]}
        assert list(echo.call(request)) == [request]
    assert _about(cells)["pid"] == _about(cells)["pid"] != os.getpid()


def test_a_warm_round_trip_takes_no_more_than_five_milliseconds(cells: Cells) -> None:
    """The best of several medians: on a busy machine others take the processor in between."""
    medians = []
    for _ in range(5):
        taken = []
        for _ in range(40):
            began = time.perf_counter()
            list(cells.call({"do": "thread"}))
            taken.append(time.perf_counter() - began)
        medians.append(statistics.median(taken))
    assert min(medians) <= 0.005


def test_a_child_says_by_its_name_whether_it_works_and_on_which_job(cells: Cells) -> None:
    pid = _about(cells)["pid"]

    def called() -> str:
        return Path(f"/proc/{pid}/comm").read_text().strip()

    assert _wait_until(lambda: called() == "cell at rest")
    names = {_about(cells)["name"] for _ in range(2)}
    assert len(names) == 2
    assert all(name.startswith("cell job ") for name in names)
    assert _wait_until(lambda: called() == "cell at rest")


def test_a_child_lives_as_it_should(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REAM_S3_SECRET_KEY", "secret")
    with (
        Cells("cells_targets:run", 1, Limits(open_files=99), low_priority=True) as low,
        low.call({"do": "about"}) as call,
    ):
        about = next(call)
        scratch = call.scratch
        assert scratch.stat().st_mode & 0o777 == 0o700
    assert about["nice"] == os.nice(0) + 10
    assert about["cwd"] == about["scratch"][0] == about["tmp"] == str(scratch)
    assert about["scratch"][1] == []
    assert about["core"] == 1
    assert about["session"] == about["pid"]
    assert about["files"] == 99
    assert about["stdin"]
    assert about["oom"] == "1000"
    assert about["capabilities"] == ["CapEff:\t0000000000000000"]
    assert "PATH" in about["environ"]
    assert "REAM_S3_SECRET_KEY" not in about["environ"]
    assert len(about["descriptors"]) <= 5  # three standard ones, the channel, and the listing's own


def test_results_come_while_the_child_goes_on(cells: Cells) -> None:
    times = []
    for _ in cells.call({"do": "slow", "n": 3, "pause": 0.1}):
        times.append(time.monotonic())
    assert times[2] - times[0] > 0.15


def test_a_child_waits_when_its_results_are_not_taken(cells: Cells) -> None:
    with cells.call({"do": "stream", "n": 300}) as call:
        next(call)
        pause = threading.Event()
        pause.wait(0.3)
        sent = (call.scratch / "sent").stat().st_size
        assert sent < 200  # of 3 MB, what the pipe and one read take
        assert sum(1 for _ in call) == 299


def test_files_are_handed_over_in_the_scratch_folder(cells: Cells) -> None:
    with cells.call({"do": "write", "name": "page.png", "text": "picture"}) as call:
        (result,) = call
        assert call.file(result["file"]).read_text() == "picture"
        scratch = call.scratch
    assert not scratch.exists()


@pytest.mark.parametrize("name", ["../escape", "/etc/passwd", "absent", ".", "", "folder"])
def test_a_file_that_is_none_costs_the_child_its_life(cells: Cells, name: str) -> None:
    with cells.call({"do": "write", "name": "x", "text": ""}) as call:
        (call.scratch / "folder").mkdir()
        with pytest.raises(CellDied, match="bad-answer"):
            call.file(name)
    assert cells.state().deaths["bad-answer"] > 0


def test_without_a_block_the_scratch_folder_goes_with_the_last_result(cells: Cells) -> None:
    call = cells.call({"do": "write", "name": "a", "text": ""})
    assert next(call) == {"file": "a"}
    assert call.scratch.exists()
    assert list(call) == []
    assert not call.scratch.exists()
    assert list(call) == []


def test_an_exception_is_told_and_the_child_lives_on(cells: Cells) -> None:
    pid = _about(cells)["pid"]
    call = cells.call({"do": "fail"})
    assert next(call) == {"before": True}
    with pytest.raises(CellFailed, match=r"^KeyError: ") as caught:
        next(call)
    assert caught.value.type == "KeyError"
    assert len(caught.value.message) == 2000
    with pytest.raises(CellFailed, match="SystemExit: 3"):
        list(cells.call({"do": "leave_politely"}))
    assert _about(cells)["pid"] == pid


@pytest.mark.parametrize(
    ("request_", "type"),
    [({"do": "not_json", "kind": "nan"}, "ValueError"), ({"do": "not_json", "kind": "object"}, "TypeError"),
     ({"do": "not_a_dict"}, "TypeError"), ({"do": "no_such_target"}, "KeyError")],
)  # fmt: skip
def test_a_result_that_is_no_json_object_is_the_targets_failure(
    cells: Cells, request_: dict[str, Any], type: str
) -> None:
    with pytest.raises(CellFailed) as caught:
        list(cells.call(request_))
    assert caught.value.type == type


def test_a_request_that_is_not_json_is_refused_and_the_child_is_kept(cells: Cells) -> None:
    pid = _about(cells)["pid"]
    for bad in ({"do": object()}, {"do": float("inf")}):
        with pytest.raises((TypeError, ValueError)):
            cells.call(bad)
    assert _about(cells)["pid"] == pid


def test_text_that_utf_8_cannot_say_comes_through(cells: Cells) -> None:
    assert list(cells.call({"do": "surrogates"})) == [{"text": "a\udc80b\N{SNOWMAN}"}]


def test_what_a_child_prints_disturbs_nothing_and_is_kept_for_the_error(cells: Cells) -> None:
    assert list(cells.call({"do": "prints", "many": 100})) == [{"ok": True}]
    with pytest.raises(CellFailed) as caught:
        list(cells.call({"do": "prints", "fail": True}))
    assert "to stdout \\udc80" in caught.value.printed
    assert "to stderr" in caught.value.printed
    with pytest.raises(CellFailed) as caught:
        list(cells.call({"do": "prints", "many": 100, "fail": True}))
    assert len(caught.value.printed) <= 4096


def test_a_call_that_is_closed_early_ends_its_child(cells: Cells) -> None:
    pid, deaths = _about(cells)["pid"], cells.state().deaths
    with cells.call({"do": "sleep"}) as call:
        assert next(call) == {"first": True}
    assert _gone(pid)
    assert not call.scratch.exists()
    assert _about(cells)["pid"] != pid
    assert cells.state().deaths == deaths


def test_a_call_that_is_forgotten_frees_its_place(cells: Cells) -> None:
    call = cells.call({"do": "sleep"})
    next(call)
    del call
    assert _about(cells)["pid"]


@pytest.mark.slow
def test_fifty_threads_share_four_children() -> None:
    with Cells("cells_targets:echo", 4) as cells, ThreadPoolExecutor(50) as pool:

        def ask(number: int) -> list[int]:
            return [result["number"] for result in cells.call({"number": number, "n": 20})]

        assert list(pool.map(ask, range(200))) == [[number] * 20 for number in range(200)]
        state = cells.state()
    assert (state.alive, state.busy, state.deaths) == (4, 0, {})


@pytest.mark.slow
def test_threads_are_served_while_children_die() -> None:
    with Cells("cells_targets:run", 3) as cells, ThreadPoolExecutor(20) as pool:

        def ask(number: int) -> str:
            if number % 3 == 0:
                with pytest.raises(CellDied, match="exit-7"):
                    list(cells.call({"do": "leave", "code": 7}))
                return "died"
            return str(list(cells.call({"do": "thread"})))

        told = list(pool.map(ask, range(60)))
    assert told.count("died") == 20
    assert set(told) == {"died", "[{'ran': 1}]"}


def test_children_are_replaced_after_some_calls() -> None:
    with Cells("cells_targets:run", 1, recycle_after=3) as cells:
        pids = [_about(cells)["pid"] for _ in range(9)]
        assert len(set(pids)) == 3
        assert cells.state().recycled == 3
        assert cells.state().deaths == {}


def test_a_child_that_grew_is_replaced() -> None:
    with Cells("cells_targets:run", 1, recycle_bytes=100 << 20) as cells:
        (small,) = cells.call({"do": "grow", "bytes": 1 << 20})
        (large,) = cells.call({"do": "grow", "bytes": 120 << 20})
        assert small == large
        assert _about(cells)["pid"] != large["pid"]


def test_a_child_without_work_is_ended_after_a_while_and_the_next_call_has_another() -> None:
    with Cells("cells_targets:run", 2, release_after=0.3) as cells:
        first = _about(cells)["pid"]
        assert _wait_until(lambda: cells.state().alive == 0 and _gone(first))
        assert (cells.state().deaths, cells.state().recycled) == ({}, 0)
        assert _about(cells)["pid"] != first
        assert _wait_until(lambda: cells.state().alive == 0)


def test_a_child_at_work_is_not_ended_for_want_of_work() -> None:
    with Cells("cells_targets:run", 1, release_after=0.2) as cells:
        _about(cells)
        assert len(list(cells.call({"do": "slow", "n": 3, "pause": 0.3}))) == 3
        assert cells.state().deaths == {}


def test_children_are_kept_where_nobody_says_how_long(cells: Cells) -> None:
    pid = _about(cells)["pid"]
    assert not _wait_until(lambda: _gone(pid), 0.5)


def test_a_child_that_died_while_idle_is_not_asked(cells: Cells) -> None:
    pid = _about(cells)["pid"]
    os.kill(pid, signal.SIGKILL)
    assert _wait_until(lambda: _gone(pid))
    # The report of its death may come a moment later than the death.
    assert _wait_until(lambda: all(cell.ended.is_set() for cell in cells._idle))
    assert _about(cells)["pid"] != pid


def test_closing_ends_all_children_and_removes_all_folders(tmp_path: Path) -> None:
    with Cells("cells_targets:run", 2) as cells:
        pid = _about(cells)["pid"]
        server = cells._server
        call = cells.call({"do": "sleep"})
        next(call)
        closer = threading.Timer(0.1, cells.close)
        closer.start()
        with pytest.raises(CellDied, match="closed"):
            list(call)
        closer.join()
        with pytest.raises(CellDied, match="closed"):
            cells.call({"do": "about"})
    assert server is not None
    assert not server.alive
    assert _gone(pid)
    assert list(tmp_path.iterdir()) == []


KILLED_SERVICE = """
import os, signal
from ream_kit.cells import Cells
with Cells("cells_targets:run", 2) as cells:
    call = cells.call({"do": "sleep"})
    next(call)
    (about,) = cells.call({"do": "about"})
    print(cells._server._process.pid, about["pid"], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_children_end_when_the_service_is_killed(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(HERE), "TMPDIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", KILLED_SERVICE], env=environ, stdout=subprocess.PIPE, timeout=30, check=False
    )
    assert ran.returncode == -signal.SIGKILL
    pids = [int(word) for word in ran.stdout.split()]
    assert len(pids) == 2
    assert _wait_until(lambda: all(_gone(pid) or _is_zombie(pid) for pid in pids))
    assert _wait_until(lambda: list(tmp_path.iterdir()) == [])


def test_what_a_killed_service_and_fork_server_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left, young, foreign = (tmp_path / f"ream-cells-{name}" for name in ("left", "young", "foreign"))
    for folder in (left, young, foreign):
        (folder / "cell-1" / "call-1").mkdir(parents=True)
        (folder / "cell-1" / "call-1" / "text").write_text("personal")
    for folder, age in ((left, 61), (young, 0)):
        (folder / "lock").touch()
        os.utime(folder / "lock", (time.time() - age,) * 2)
    with Cells("cells_targets:run", 1) as first:
        assert first._server is not None
        folder = first._server._folder.path
        os.utime(folder / "lock", (0, 0))
        with Cells("cells_targets:run", 1):
            assert len(list(tmp_path.iterdir())) == 4
        assert _about(first)["pid"]
    assert sorted(tmp_path.iterdir()) == [foreign, young]


def _is_zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def test_a_fork_server_that_dies_is_replaced(cells: Cells) -> None:
    server = cells._server
    assert server is not None
    old = _about(cells)["pid"]
    os.kill(server._process.pid, signal.SIGKILL)
    assert _wait_until(lambda: _gone(old) or _is_zombie(old))
    assert _wait_until(lambda: not server.alive and all(cell.ended.is_set() for cell in cells._idle))
    assert _about(cells)["pid"] != old


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no_such_module:f", "no_such_module"),
        ("cells_targets:no_such_function", "no_such_function"),
        ("cells_target_that_exits:f", r"code 9: goodbye"),
    ],
)
def test_a_target_that_cannot_be_imported_is_told_at_the_start(target: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ImportError, match=said), Cells(target, 1):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("target", "size"), [("module", 1), ("module:f", 0)])
def test_a_pool_that_cannot_be_is_refused(target: str, size: int) -> None:
    with pytest.raises(ValueError, match="cells need"):
        Cells(target, size)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="memory_bytes"):
        Limits(memory_bytes=0)
    with pytest.raises(ValueError, match="idle_seconds"):
        Limits(idle_seconds=-1)


def test_a_child_that_cannot_live_within_the_limits_is_told(tmp_path: Path) -> None:
    with pytest.raises(CellDied, match="not-started") as caught:
        Cells("cells_targets:run", 1, Limits(memory_bytes=1 << 20)).__enter__()
    assert "the memory limit of 1 MB is below" in caught.value.printed
    assert list(tmp_path.iterdir()) == []
