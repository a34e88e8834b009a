# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import time

import pytest

from ream_bench import processes
from ream_bench.processes import Member, Process, machine_seconds, memory, parse_pss, parse_stat, running, seconds, tree

TICK = os.sysconf("SC_CLK_TCK")
STAT = "4711 (a (very) odd) name) S 42 4711 4711 0 -1 4194560 100 0 0 0 300 200 70 30 20 0 8 0 123456 1000000 500 18446"
ROLLUP = """55d0a000-7ffd0000 ---p 00000000 00:00 0                          [rollup]
Rss:               80000 kB
Pss:               51234 kB
Pss_Dirty:         40000 kB
Pss_Anon:          39000 kB
"""


def test_stat_with_an_odd_name() -> None:
    process = parse_stat(STAT, "python -m ream_ocr")
    assert (process.pid, process.parent, process.started) == (4711, 42, 123456)
    assert process.own_seconds == 500 / TICK
    assert process.children_seconds == 100 / TICK
    assert process.command == "python -m ream_ocr"


def test_pss_in_bytes_and_not_one_of_its_shares() -> None:
    assert parse_pss(ROLLUP) == 51234 * 1024


def test_without_pss_it_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match=r"4\.14"):
        parse_pss("Rss: 1 kB\n")


def process(pid: int, parent: int, command: str = "", own: float = 0.0, children: float = 0.0) -> Process:
    return Process(pid, parent, pid, own, children, command)


def known(*each: Process) -> dict[int, Process]:
    return {one.pid: one for one in each}


def test_a_tree_by_kind() -> None:
    machine = known(
        process(1, 0, "init"),
        process(10, 1, "python -m ream_extract"),
        process(11, 10, "python -m ream_kit.cells_server"),
        process(12, 11, "python -m ream_kit.cells_server"),
        process(13, 10, "python3 office_worker.py soffice"),
        process(14, 13, "oosplash"),
        process(15, 14, "a program that LibreOffice starts"),
        process(20, 1, "python -m ream_ocr"),
    )
    found = {member.process.pid: member.kind for member in tree(10, machine)}
    assert found == {10: "service", 11: "cells", 12: "cells", 13: "office", 14: "office", 15: "office"}


def test_of_what_is_gone_there_is_no_tree() -> None:
    assert list(tree(99, known(process(1, 0)))) == []


def test_cpu_of_children_that_ended_counts_to_the_cells() -> None:
    members = [
        Member(process(10, 1, own=1.0, children=2.0), "service"),
        Member(process(11, 10, own=4.0, children=8.0), "cells"),
        Member(process(12, 10, own=16.0, children=32.0), "office"),
    ]
    assert seconds(members) == {"service": 1.0, "cells": 14.0, "office": 48.0}


def test_our_own_process_is_seen_with_a_child() -> None:
    script = "import sys; sys.stdout.write('.'); sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.read(1) == b"."
        members = {member.process.pid: member for member in tree(os.getpid(), running())}
        sizes = memory(members.values())
        assert child.stdin is not None
        child.stdin.close()
    assert members[os.getpid()].kind == "service"
    assert members[child.pid].kind == "cells"
    assert sizes["service"] > 5_000_000
    assert sizes["cells"] > 1_000_000
    assert sizes["office"] == 0


def test_memory_of_a_process_that_is_gone_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(pid: int) -> int:
        raise ProcessLookupError(pid)

    monkeypatch.setattr(processes, "pss", gone)
    assert memory([Member(process(10, 1), "service")]) == {"service": 0, "cells": 0, "office": 0}


def test_the_machine_is_as_busy_as_we_are_at_least() -> None:
    before, own = machine_seconds(), time.process_time()
    while time.process_time() - own < 0.1:
        pass
    assert machine_seconds() - before >= 0.08
