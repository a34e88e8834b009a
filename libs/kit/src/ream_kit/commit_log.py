# SPDX-License-Identifier: Apache-2.0
"""Decides what a process writes down of its commits, so that a checker can prove later that none passed anything over.

With REAM_COMMIT_LOG each process writes one file `<group>.<process>.jsonl` into that folder: a JSON object a line, each
with `is` (its kind) and `time` (seconds since 1970 by the machine's clock). `topic` is the name without the prefix of
the installation; offsets are whole numbers; `first` and `last` belong to the range. In any service, whatever its
client of Kafka, lines are written at these moments (`ream_kit.commit_check` reads them):

- `start`: `format` (1), `group` (with its prefix), `process`; the first line.
- `assigned`: `topic`, `partition`, `next`, `finished`; when a partition is assigned, `time` from before the broker was
  asked: the committed offset (null where there is none), and ranges [first, last] known to be finished beyond it.
- `gap`: `topic`, `partition`, `first`, `last`; the broker handed over the records around it one after the other, so
  compaction left nothing there. Believed of compacted topics alone.
- `finished`: `topic`, `partition`, `offset`, `outcome`, `hash`; when nothing of a record is left to do.
- `commit`: `topic`, `partition`, `first`, `last`, `hash`; before it is sent: the records it adds, and the hash of what
  was done with them here. A commit that adds none has no line.
- `committed`: `topic`, `partition`, `last`; when the broker has it.
- `left`: `topic`, `partition`, `how`; when the partition is not ours any more: `revoked`, `lost`, `ended`.

Each line is the kernel's before anything more is done, so a process killed at any moment has said what it did.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ream_kit.settings import setting

FORMAT = 1
_HASH_CHARACTERS = 16

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class CommitLogSettings:
    """Whether commits are written down."""

    commit_log: Path | None = setting(
        None, "folder for a log of every record finished and every commit, to be checked by ream_kit.commit_check"
    )


class Done:
    """The hash of what was done with one record: add each output in order, then take the hexdigest with the outcome."""

    __slots__ = ("_hash",)

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Adds a message that was written: its topic without prefix, its key, its value."""
        for part in (topic.encode(), key, value):
            digest = b"-" * 32 if part is None else hashlib.sha256(part).digest()
            self._hash.update(digest)

    def hexdigest(self, outcome: str) -> str:
        """Says what was done: the same outputs in the same order and the same outcome give the same text."""
        final = self._hash.copy()
        final.update(outcome.encode())
        return final.hexdigest()[:_HASH_CHARACTERS]


class CommitLog:
    """The log of one process. Thread-safe."""

    def __init__(self, folder: Path, group: str, clock: Callable[[], float] = time.time) -> None:
        """Begins a log of a consumer group, named with its prefix.

        Raises:
            OSError: the folder cannot be written to.
        """
        process = uuid.uuid4().hex[:12]
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._lock = threading.Lock()
        self._done: dict[Place, dict[int, str]] = {}
        self._sent: dict[Place, int] = {}
        self._had: dict[Place, int] = {}
        self._file = (folder / f"{re.sub(r'[^A-Za-z0-9.-]', '-', group)}.{process}.jsonl").open(
            "x",
            buffering=1,  # what a process did until it is killed is told too, not only up to its last commit
            encoding="ascii",
        )
        self._write("start", format=FORMAT, group=group, process=process)

    def __enter__(self) -> CommitLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the log; what comes later is not written."""
        with self._lock:
            self._file.close()

    def now(self) -> float:
        """The time for `assigned`, to be asked for before the broker is asked for the committed offset."""
        return self._clock()

    def assigned(
        self,
        topic: str,
        partition: int,
        next_offset: int | None,
        finished: Iterable[range] = (),
        at: float | None = None,
    ) -> None:
        """Notes where a partition is taken up."""
        with self._lock:
            self._done[topic, partition] = {}
            for known in (self._sent, self._had):
                known.pop((topic, partition), None)
                if next_offset is not None:
                    known[topic, partition] = next_offset
        ranges = [[run.start, run.stop - 1] for run in finished]
        place = {"topic": topic, "partition": partition}
        self._write("assigned", **place, next=next_offset, finished=ranges, at=at)

    def gap(self, topic: str, partition: int, first: int, last: int) -> None:
        """Notes that there are no records from `first` to `last`."""
        self._write("gap", topic=topic, partition=partition, first=first, last=last)

    def finished(self, topic: str, partition: int, offset: int, outcome: str, done: Done) -> None:
        """Notes that a record is finished."""
        digest = done.hexdigest(outcome)
        with self._lock:
            self._done.setdefault((topic, partition), {})[offset] = digest
        self._write("finished", topic=topic, partition=partition, offset=offset, outcome=outcome, hash=digest)

    def commit(self, topic: str, partition: int, next_offset: int) -> None:
        """Notes that all below `next_offset` is about to be committed; it is written when this returns."""
        place = (topic, partition)
        with self._lock:
            done = self._done.setdefault(place, {})
            first = self._sent.get(place, min(done, default=next_offset))
            mine = hashlib.sha256()
            for offset in sorted(offset for offset in done if offset < next_offset):
                mine.update(f"{offset}:{done.pop(offset)};".encode())
            self._sent[place] = next_offset
        if next_offset != first:
            digest = mine.hexdigest()[:_HASH_CHARACTERS]
            self._write("commit", topic=topic, partition=partition, first=first, last=next_offset - 1, hash=digest)

    def committed(self, topic: str, partition: int, next_offset: int) -> None:
        """Notes that the broker has a commit."""
        with self._lock:
            news = self._had.get((topic, partition)) != next_offset
            self._had[topic, partition] = next_offset
        if news:
            self._write("committed", topic=topic, partition=partition, last=next_offset - 1)

    def left(self, topic: str, partition: int, how: str) -> None:
        """Notes that a partition went away."""
        self._write("left", topic=topic, partition=partition, how=how)

    def _write(self, kind: str, *, at: float | None = None, **members: Any) -> None:
        line = json.dumps({"is": kind, "time": self._clock() if at is None else at, **members}, separators=(",", ":"))
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
