# SPDX-License-Identifier: Apache-2.0
"""Decides what is measured of one worker: speed, CPU, memory, changelog, and how soon it works after a kill."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ream_bench.fanin import parts
from ream_bench.fanin.place import PARTITIONS, Place
from ream_bench.processes import parse_stat, pss

PAGES = 4
SAMPLED = 3
"""The changelog is weighed in this one of its partitions."""

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure that is wanted, and whether it is wanted at least or at most."""

    figure: str
    text: str
    bound: float
    at_least: bool

    def met(self, figures: Figures) -> bool:
        """Whether a measurement reaches it."""
        return figures[self.figure] >= self.bound if self.at_least else figures[self.figure] <= self.bound


AIMS = (
    Aim("parts_per_second", "parts a second, one worker, all guards and RocksDB on", 1_000, True),
    Aim("recovery_own_files_seconds", "at work again after a kill, from its own files, in seconds", 15, False),
    Aim("recovery_changelog_seconds", "at work again after a kill, from the changelog alone, in seconds", 15, False),
)

TITLES = {
    "documents": "documents",
    "parts_per_second": "parts a second (opening, plan and all pages but the last of each document)",
    "parts_per_cpu_second": "the same a CPU second of the worker",
    "repeated_per_second": "repeated parts a second",
    "last_per_second": "last parts a second, each of which completes a document",
    "memory_open_bytes": "memory of the worker with all documents open, PSS in bytes",
    "memory_most_bytes": "largest memory of the worker, PSS in bytes",
    "files_bytes": "its files (RocksDB) with all documents open, bytes",
    "changelog_records_per_part": "changelog records a part",
    "changelog_bytes_per_record": "bytes of a changelog record, key and value",
    "entry_bytes": "bytes of an entry, key and value, when all pages but one are answered",
    "changelog_bytes": "changelog of all open documents when compacted, bytes",
    "recovery_own_files_seconds": "killed, and at work again from its own files, in seconds",
    "recovery_changelog_seconds": "killed, and at work again from the changelog alone, in seconds",
}


class Memory(threading.Thread):
    """Looks once a second how large the worker is."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.pid: int | None = None
        self.most = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Looks until it is told to stop."""
        while not self.over.wait(1.0):
            try:
                self.most = max(self.most, pss(self.pid)) if self.pid else self.most
            except (FileNotFoundError, ProcessLookupError):
                continue  # it was just killed


def measure(place: Place, count: int, say: Callable[[str], object]) -> Figures:
    """Runs the whole measurement of one worker with so many documents, all of which stay open until the end."""
    names = [parts.name(number) for number in range(count)]
    figures: Figures = {"documents": count}
    memory = Memory()
    memory.start()
    try:
        say("parts are put on the topic")
        place.send(_records(names, range(1 + PAGES)))
        worker = _started(place, memory)
        fast, per_cpu = _answered(place, worker, count * (1 + PAGES))
        figures |= {"parts_per_second": fast, "parts_per_cpu_second": per_cpu}
        say(f"{fast:.0f} parts a second; the same documents again")
        figures |= _changelog(place, count * (1 + PAGES))
        figures["repeated_per_second"] = _fed(place, worker, names[: max(1, count // 4)], range(2, 1 + PAGES))
        figures["memory_open_bytes"] = pss(worker.pid)
        figures["files_bytes"] = sum(
            _on_disk(file) for kind in ("*.sst", "[0-9]*.log") for file in place.folder.rglob(kind)
        )
        for data, name in (("data", "recovery_own_files_seconds"), ("other", "recovery_changelog_seconds")):
            worker, figures[name] = _recovered(place, worker, data, names, memory)
            say(f"killed: at work again after {figures[name]:.1f} s")
        figures["last_per_second"] = _fed(place, worker, names, range(1 + PAGES, 2 + PAGES))
        figures["memory_most_bytes"] = memory.most
    finally:
        memory.over.set()
    return figures


def _on_disk(file: Path) -> int:
    """Bytes that a file takes; RocksDB's logs of what is in memory still are made larger than they are filled."""
    return file.stat().st_blocks * 512


def _records(names: list[str], numbers: range) -> Iterator[tuple[str, bytes]]:
    return ((name, parts.part(name, number, PAGES)) for number in numbers for name in names)


def _started(place: Place, memory: Memory) -> subprocess.Popen[bytes]:
    worker = place.start()
    memory.pid = worker.pid
    return worker


def _answered(place: Place, worker: subprocess.Popen[bytes], count: int) -> tuple[float, float]:
    """Parts a second, and a CPU second, from the worker's first commit to its last."""
    _await(place, worker, lambda: sum(stand for stand, _ in place.offsets().values()) > 0)
    began, used = time.monotonic(), _cpu(worker)
    first = sum(stand for stand, _ in place.offsets().values())
    _await(place, worker, place.caught_up)
    return (count - first) / (time.monotonic() - began), (count - first) / (_cpu(worker) - used)


def _fed(place: Place, worker: subprocess.Popen[bytes], names: list[str], numbers: range) -> float:
    """Parts a second of a worker that runs, the time in which they are sent included."""
    began = time.monotonic()
    count = place.send(_records(names, numbers))
    _await(place, worker, place.caught_up)
    return count / (time.monotonic() - began)


def _recovered(
    place: Place, worker: subprocess.Popen[bytes], data: str, names: list[str], memory: Memory
) -> tuple[subprocess.Popen[bytes], float]:
    """Kills the worker, and says after how many seconds the next has answered a part of every partition."""
    place.kill(worker)
    began = time.monotonic()
    worker = place.start(data=data)
    memory.pid = worker.pid
    place.send(_records(names[: PARTITIONS * 40], range(2, 3)))
    _await(place, worker, place.caught_up)
    return worker, time.monotonic() - began


def _await(place: Place, worker: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    def done() -> bool:
        if worker.poll() is not None:
            raise RuntimeError(f"the worker ended with {worker.returncode}:\n{place.log()[-2000:]}")
        return condition()

    if not place.until(done, 7_200):
        raise RuntimeError(f"the worker did not finish within two hours:\n{place.log()[-2000:]}")


def _changelog(place: Place, count: int) -> Figures:
    sizes, last, records = 0, {}, 0
    for record in place.read(place.changelog, (SAMPLED,)):
        size = len(record.key or b"") + len(record.value or b"")
        records, sizes = records + 1, sizes + size
        last[record.key] = size
    entry = sum(last.values()) / max(1, len(last))
    share = sum(end for _, end in place.offsets_of(place.changelog).values()) / count
    return {
        "changelog_records_per_part": share,
        "changelog_bytes_per_record": sizes / max(1, records),
        "entry_bytes": entry,
        "changelog_bytes": entry * count / (1 + PAGES),
    }


def _cpu(worker: subprocess.Popen[bytes]) -> float:
    stat = Path(f"/proc/{worker.pid}/stat").read_text(encoding="utf-8", errors="replace")
    return parse_stat(stat).own_seconds


def load() -> float:
    """The load of the machine over the last minute."""
    return round(os.getloadavg()[0], 2)
