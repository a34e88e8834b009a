# SPDX-License-Identifier: Apache-2.0
"""Files that attack on purpose, one to ten among good documents: no service dies, each ends as is true of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ream_chaos import outside
from ream_chaos.figures import Seen, Watch
from ream_chaos.papers import Paper, make
from ream_chaos.plan import Plan, Submit
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import Storm
from ream_chaos.trial import PATIENCE, ground, unsettled
from ream_chaos.verdict import account
from ream_hostile import planted, wild
from ream_hostile.attack import ESCAPE, Attack
from ream_hostile.catalogue import attacks
from ream_hostile.wild import Truth
from ream_kit.cells_child import AT_WORK
from ream_tests.flow import Flow

ORDER = 9
GOOD_FOR_EACH = 10
IDLE_SECONDS, TOTAL_SECONDS, MEMORY_BYTES = 5, 10, 1 << 30
"""Limits of extract's cells in this part."""
WINDOWS = 50
"""Most vectors of a document: some hostile files have text for minutes of them, by which nothing is proven here."""
ALONE = 200
"""Good documents from which their rate is known when they are alone."""
OUTLIVES_SECONDS = 2.0
WANTED_SHARE = 0.9
LEFT_OUT = "real hostile files were left out: REAM_CORPUS names no folder that has files in hostile/"
_KINDS = ("text", "pdf", "text", "docx")


def run(run: Run) -> Result:
    """Runs the good ones alone, then with the hostile ones among them."""
    corpus = hostile_corpus()
    found = trial(run, attacks(), corpus, GOOD_FOR_EACH * (len(attacks()) + len(corpus)))
    return found if corpus else replace(found, details=(*found.details, LEFT_OUT))


def trial(run: Run, made: Sequence[Attack], corpus: Sequence[Path], good_count: int) -> Result:
    """Compares the rate of good documents alone with that of others of their kind among hostile ones."""
    world, marked, calm = run.world, run.marked(), run.calm_of_marked()
    temporary = world.place("temporary")
    changed = {
        "REAM_EXTRACT_IDLE_SECONDS": str(IDLE_SECONDS),
        "REAM_EXTRACT_TOTAL_SECONDS": str(TOTAL_SECONDS),
        "REAM_EXTRACT_MEMORY_BYTES": str(MEMORY_BYTES),
        "REAM_VECTORS_WINDOWS": str(WINDOWS),
        "TMPDIR": str(temporary),
        **planted.environment(),
    }
    began = time.time()
    with (
        ground(world, "files", changed) as own,
        Watch(lambda: [process.pid for process in list(own.flow.processes.values())], details=True) as watch,
    ):
        flow, witness = own.flow, own.witness
        storm, reader = Storm(world, flow, witness, []), flow.processes["extract"].pid
        alone = _rate(storm, _good("alone", min(good_count, ALONE)), [])
        hostile = [Paper(f"hostile/{attack.name}", attack.name, attack.make()) for attack in made]
        real = [Paper(f"corpus/{path}", path.name, path.read_bytes()) for path in corpus]
        good = _good("among", good_count)
        among = _rate(storm, good, [*hostile, *real])
        storm.submit_at(1_000.0, marked)
        settled = witness.settle(storm.submitted, PATIENCE)
        verdict = account({one.document_id: one.outcome for one in (*good, *marked)}, witness.snapshot(), calm)
        truths = [Truth(attack.ends, (attack.children,)) for attack in made] + [wild.truth(path) for path in corpus]
        problems = [*unsettled(settled, verdict), *storm.endings()]
        problems += _untrue(flow, dict(zip([*hostile, *real], truths, strict=True)))
    problems += [*_outlived(watch.seen.values(), reader), *_escaped(began, temporary, own.place)]
    share = among / alone
    aims = () if share >= WANTED_SHARE else (f"{WANTED_SHARE:.0%} of the throughput of the good, it is {share:.0%}",)
    figures = {"good_per_second_alone": alone, "good_per_second_among_hostile": among, "share": share}
    return own.proven(Result("hostile_files", len(hostile) + len(real), verdict, tuple(problems), figures, aims))


def hostile_corpus() -> list[Path]:
    """The real hostile files, where REAM_CORPUS names a folder of them."""
    folder = os.environ.get("REAM_CORPUS")
    return sorted(path for path in Path(folder, "hostile").rglob("*") if path.is_file()) if folder else []


def _good(series: str, count: int) -> list[Paper]:
    return [make(f"good {series}", number, _KINDS[number % len(_KINDS)]) for number in range(1, count + 1)]


def _rate(storm: Storm, good: Sequence[Paper], hostile: Sequence[Paper]) -> float:
    """Submits all at once, hostile ones dealt out among the good; returns good documents a second."""
    storm.papers = [*_dealt(good, hostile)]
    began = time.monotonic()
    storm.run(Plan(0, len(storm.papers), 1, (Submit(1, len(storm.papers)),)))
    wanted = [paper.document_id for paper in good]
    storm.witness.until(lambda: storm.witness.ended(wanted) == len(wanted), PATIENCE)
    storm.revive()
    ended = max((storm.witness.indexed_at.get(document, began) for document in wanted), default=began)
    return len(wanted) / max(0.1, ended - began)


def _dealt(good: Sequence[Paper], hostile: Sequence[Paper]) -> Iterator[Paper]:
    every = max(1, len(good) // max(1, len(hostile)))
    left = iter(hostile)
    for number, paper in enumerate(good):
        if number % every == 0 and (bad := next(left, None)) is not None:
            yield bad
        yield paper
    yield from left


def _untrue(flow: Flow, truths: Mapping[Paper, Truth | None]) -> Iterator[str]:
    """Names files without an outcome, and those that did not end as is true of them, or hold other documents."""
    client, index = flow.opensearch, f"{flow.environment['REAM_INDEX_PREFIX']}documents"
    try:
        client.indices.refresh(index=index)
        for paper, truth in truths.items():
            entry = client.mget(index=index, body={"ids": [paper.document_id]})["docs"][0].get("_source", {})
            if "outcome" not in entry:
                yield f"{paper.name} has no outcome"
            elif truth is not None:
                query = {"query": {"term": {"root_id": paper.document_id}}}
                children = client.count(index=index, body=query)["count"] - 1
                if broken := truth.broken_by(entry["outcome"], entry.get("cause"), children):
                    yield f"{paper.name} {broken}"
    finally:
        client.close()


def _outlived(seen: Iterable[Seen], reader: int) -> Iterator[str]:
    """Names cells that worked longer than their limit, or had more memory than theirs; `reader` is extract's."""
    slept, worked = False, 0
    for one in seen:
        if one.limit is not None and one.peak > one.limit:
            yield f"a process had {one.peak >> 20} MB of address space, beyond its limit of {one.limit >> 20} MB"
        if one.limit is None and not one.called.keys().isdisjoint((planted.ASLEEP, planted.GREEDY)):
            yield "a cell ran without a limit of its memory"
        jobs = [span for name, span in one.called.items() if name.startswith(AT_WORK)] if one.under == reader else []
        worked += len(jobs)
        for first, last in jobs:
            if last - first > TOTAL_SECONDS + OUTLIVES_SECONDS:
                yield f"a cell worked {last - first:.1f} s at what may take {TOTAL_SECONDS} s in all"
        if planted.ASLEEP in one.called:
            slept = True
            first, last = one.called[planted.ASLEEP]
            if last - first > IDLE_SECONDS + OUTLIVES_SECONDS:
                yield f"a cell lived {last - first:.1f} s in a call that may take {IDLE_SECONDS} s"
    if not slept:
        yield "no cell was seen asleep: the planted parser was not used, and its limit not proven"
    if not worked:
        yield "no cell was seen at work: what it may take in all is not proven"


def _escaped(began: float, temporary: Path, place: Path) -> Iterator[str]:
    """Names what was written, since a moment, where nothing may be."""
    escape = Path(ESCAPE)
    for path in chain(escape.parent.glob(f"{escape.name}*"), outside.written(began)):
        yield f"{path} was written while hostile files were read"
    for path in temporary.iterdir():
        yield f"{path.name} was left in the folder for temporary files"
    for path in place.iterdir():
        if path.name not in ("store", "aggregate", "commits") and path.suffix != ".log":
            yield f"{path.name} was written beside the store"
