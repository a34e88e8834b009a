# SPDX-License-Identifier: Apache-2.0
"""Decides whether commit logs prove that no record was passed over: `python -m ream_kit.commit_check FOLDER`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ream_contracts import topics
from ream_kit.commit_log import FORMAT

Line = Mapping[str, Any]


class Unreadable(ValueError):
    """A file is not a commit log; the text names it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be.

    Attributes:
        kind: `hole` (committed, and finished by nobody before), `back` (a commit or a start below what the broker had),
            `overlap` (committed for a partition that another process had), `gap` (said to hold no record, but it does).
    """

    kind: str
    group: str
    topic: str
    partition: int
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.group} {self.topic}[{self.partition}]: {self.text}"


@dataclass(slots=True)
class Proof:
    """What the logs say.

    Attributes:
        repeated: records that were finished more than once, as at-least-once delivery allows.
        differing: those of them with which not the same was done each time.
    """

    processes: int = 0
    partitions: int = 0
    finished: int = 0
    repeated: int = 0
    differing: int = 0
    commits: int = 0
    findings: list[Finding] = field(default_factory=list)

    def __str__(self) -> str:
        counts: dict[str, int] = dict.fromkeys(("hole", "back", "overlap", "gap"), 0)
        for finding in self.findings:
            counts[finding.kind] += 1
        return (
            f"{self.processes} processes, {self.partitions} partitions, {self.commits} commits, "
            f"{self.finished} records finished ({self.repeated} repeated, {self.differing} of them differently): "
            + ", ".join(f"{number} {kind}" for kind, number in counts.items())
        )


class _Event(NamedTuple):
    """A line, who wrote it, and as which of its lines."""

    time: float
    order: int
    process: str
    line: Line


def check(logs: Iterable[Sequence[Line]], *, from_beginning: bool = False) -> Proof:
    """Checks the logs of all processes that ran, of one group or of several; each begins with its line `start`.

    Args:
        logs: the lines of each process, in the order in which they were written.
        from_beginning: the topics began at offset 0 and the groups with them: a record that nobody ever took up below
            the first commit is a hole too.
    """
    proof = Proof()
    places: dict[tuple[str, str, int], list[_Event]] = {}
    for lines in logs:
        if not lines:
            continue
        start, *rest = lines
        proof.processes += 1
        for order, line in enumerate(rest):
            place = (start["group"], line["topic"], line["partition"])
            places.setdefault(place, []).append(_Event(line["time"], order, start["process"], line))
    for place, events in sorted(places.items()):
        events.sort(key=lambda event: (event.time, event.order))
        _Partition(proof, place, events, 0 if from_beginning else _begin(events)).check()
    proof.partitions = len(places)
    return proof


class _Partition:
    """One partition of one group, by the lines of everybody who had it, in the order of time.

    All below `proven` was looked at; the broker had commits of everything below `had`.
    """

    def __init__(self, proof: Proof, place: tuple[str, str, int], events: Sequence[_Event], begin: int) -> None:
        self._proof = proof
        self._place = place
        self._events = events
        self._compacted = any(known.cleanup == "compact" for known in topics.ALL if known.name == place[1])
        self._hashes: dict[int, list[str]] = {}
        self._gaps: list[range] = []
        self._begin = self._proven = self._had = begin
        self._owner: str | None = None
        self._late: set[tuple[str, int]] = set()

    def check(self) -> None:
        handlers = {
            "assigned": self._assigned,
            "finished": self._finished,
            "gap": self._gap,
            "commit": self._commit,
            "committed": self._committed,
            "left": self._left,
        }
        for event in self._events:
            handlers[event.line["is"]](event.process, event.line)
        for run in self._gaps:
            if found := [offset for offset in run if offset in self._hashes]:
                self._say("gap", f"{_shown(found)} were said to be no records, and were finished")
        self._proof.finished += len(self._hashes)
        repeated = [hashes for hashes in self._hashes.values() if len(hashes) > 1]
        self._proof.repeated += len(repeated)
        self._proof.differing += sum(len(set(hashes)) > 1 for hashes in repeated)

    def _assigned(self, process: str, line: Line) -> None:
        begins = line["next"]
        if self._had > self._begin and (begins is None or begins < self._had):
            self._say("back", f"{process} began at {begins}, and the broker had a commit of {self._had}")
        self._owner = process

    def _finished(self, process: str, line: Line) -> None:
        self._hashes.setdefault(line["offset"], []).append(line["hash"])

    def _gap(self, process: str, line: Line) -> None:
        if self._compacted:  # nowhere else do records disappear from between others
            self._gaps.append(range(line["first"], line["last"] + 1))

    def _commit(self, process: str, line: Line) -> None:
        self._proof.commits += 1
        end = line["last"] + 1
        unfinished = [
            offset
            for offset in range(self._proven, end)
            if offset not in self._hashes and not any(offset in run for run in self._gaps)
        ]
        if unfinished:
            self._say("hole", f"{process} committed {end}, and nobody had finished {_shown(unfinished)}")
        self._proven = max(self._proven, end)
        if self._owner != process:
            self._late.add((process, end))

    def _committed(self, process: str, line: Line) -> None:
        end = line["last"] + 1
        if (process, end) in self._late:
            self._say("overlap", f"{process} committed {end} while {self._owner or 'nobody'} had the partition")
        elif end < self._had:
            self._say("back", f"{process} committed {end}, and the broker had a commit of {self._had}")
        self._had = max(self._had, end)

    def _left(self, process: str, line: Line) -> None:
        if self._owner == process:
            self._owner = None

    def _say(self, kind: str, text: str) -> None:
        self._proof.findings.append(Finding(kind, *self._place, text))


def _begin(events: Iterable[_Event]) -> int:
    """Where the logs begin: before it nothing is known, and nothing is asked."""
    starts = [event.line["next"] for event in events if event.line["is"] == "assigned"]
    firsts = [event.line["first"] for event in events if event.line["is"] == "commit"]
    return min([start for start in starts if start is not None] + firsts, default=0)


def _shown(offsets: Sequence[int]) -> str:
    """Names offsets in few words: the ranges, the first few of them."""
    runs: list[list[int]] = []
    for offset in offsets:
        if runs and runs[-1][1] == offset - 1:
            runs[-1][1] = offset
        else:
            runs.append([offset, offset])
    named = [str(first) if first == last else f"{first} to {last}" for first, last in runs]
    more = f" and {len(named) - 5} more ranges" if len(named) > 5 else ""
    return f"offsets {', '.join(named[:5])}{more}"


def read(file: Path) -> list[Line]:
    """Reads one log; the last line of a process that was killed may be cut off, and is left out.

    Raises:
        Unreadable: it is no commit log of this format.
    """
    text = file.read_text("ascii", "replace")
    whole, _, _ = text.rpartition("\n")
    try:
        lines: list[Line] = [json.loads(line) for line in whole.splitlines()]
        if lines and (lines[0]["is"], lines[0]["format"]) != ("start", FORMAT):
            raise Unreadable(f"{file} is a commit log of another format than {FORMAT}")
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Unreadable(f"{file} is not a commit log: {error}") from error
    return lines


def check_folder(folder: Path, *, from_beginning: bool = False) -> Proof:
    """Checks all logs in a folder.

    Raises:
        Unreadable: a file in it is no commit log.
        FileNotFoundError: there is no log in it.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"there is no commit log in {folder}: set REAM_COMMIT_LOG to it and run the services")
    return check(map(read, files), from_beginning=from_beginning)


def main(arguments: Sequence[str] | None = None) -> int:
    """Says what the logs in a folder prove; 0 when there is no hole, 1 when something must not be, 2 without logs."""
    parser = argparse.ArgumentParser(prog="python -m ream_kit.commit_check", description=__doc__)
    parser.add_argument("folder", type=Path, help="where REAM_COMMIT_LOG pointed")
    parser.add_argument(
        "--from-beginning", action="store_true", help="groups and topics began at offset 0 in these logs"
    )
    given = parser.parse_args(arguments)
    try:
        proof = check_folder(given.folder, from_beginning=given.from_beginning)
    except (OSError, Unreadable) as error:
        print(error, file=sys.stderr)
        return 2
    for finding in proof.findings:
        print(finding)
    print(proof)
    return 1 if proof.findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
