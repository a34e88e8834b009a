# SPDX-License-Identifier: Apache-2.0
"""Decides what is tried: every loss that a calm run of some document makes possible, each in a run of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ream_faults.faults import Fault
from ream_faults.flow import Ending, Flow
from ream_faults.verdict import noticed

NO_CHANGE = "nothing is lost: it is worked out, or said, again"
Make = Callable[[Fault | None], Flow]


@dataclass(frozen=True)
class Tried:
    """One loss, and what noticed it.

    Attributes:
        words: what noticed it; empty where nothing was lost in the end.
        silent: documents that lost something without a word.
    """

    fault: Fault
    words: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Calm:
    """A run without a loss."""

    endings: dict[str, Ending]
    dead: dict[str, str]
    possible: frozenset[Fault]


def run(name: str, data: bytes, make: Make = Flow, fault: Fault | None = None) -> Flow:
    """Takes one file and everything in it through the flow, twice: as it comes, and as sweep says it again."""
    flow = make(fault)
    flow.submit(name, data)
    flow.run()
    return flow


def calm(name: str, data: bytes, make: Make = Flow) -> Calm:
    """Runs a file with no loss, and notes which there could be."""
    flow = run(name, data, make)
    found = Calm(flow.endings(), flow.dead, frozenset(flow.losing.possible))
    flow.again()
    if flow.endings() != found.endings:
        raise AssertionError(f"{name} does not come out again as it came out first")
    return found


def trials(files: Mapping[str, bytes], calms: Mapping[str, Calm], make: Make = Flow) -> Iterator[Tried]:
    """Tries every possible loss once, in the first document in which it can be."""
    where: dict[Fault, str] = {}
    for name, one in calms.items():
        for fault in one.possible:
            where.setdefault(fault, name)
    for fault in sorted(where):
        yield tried(where[fault], files[where[fault]], calms[where[fault]], fault, make)


def tried(name: str, data: bytes, before: Calm, fault: Fault, make: Make = Flow) -> Tried:
    """Tries one loss: nobody may take it for a complete document, neither at first nor when it comes again."""
    flow = run(name, data, make, fault)
    if not flow.losing.done:
        return Tried(fault, (), (f"{fault} could not be done to {name}",))
    words, silent = noticed(before.endings, flow)
    flow.again()
    later, silent_later = noticed(before.endings, flow)
    return Tried(fault, tuple(dict.fromkeys(words or later)), (*silent, *silent_later))


def table(results: Iterable[Tried]) -> str:
    """Writes what notices losses, a row for each seam."""
    rows: dict[str, tuple[int, dict[str, None]]] = {}
    for one in results:
        count, said = rows.get(one.fault.seam, (0, {}))
        said.update(dict.fromkeys(one.words or (NO_CHANGE,)))
        rows[one.fault.seam] = (count + 1, said)
    lines = ["| what passes | losses tried | what notices them |", "|---|---|---|"]
    lines += [f"| {seam} | {count} | {'; '.join(sorted(said))} |" for seam, (count, said) in sorted(rows.items())]
    return "\n".join(lines) + "\n"
