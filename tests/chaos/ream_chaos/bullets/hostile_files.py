# SPDX-License-Identifier: Apache-2.0
"""Files that attack on purpose, one to ten among good documents: no service dies, each ends as is true of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ream_chaos.figures import Seen, Watch
from ream_chaos.papers import Paper, make
from ream_chaos.plan import Plan, Submit
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import Storm
from ream_chaos.trial import PATIENCE, unsettled
from ream_chaos.verdict import account
from ream_chaos.witness import Witness
from ream_hostile import planted
from ream_hostile.attack import ESCAPE, Attack
from ream_hostile.catalogue import attacks
from ream_tests.flow import Flow, installed

ORDER = 9
GOOD_FOR_EACH = 10
IDLE_SECONDS, MEMORY_BYTES = 5, 1 << 30
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
    world = run.world
    changed = {
        "REAM_EXTRACT_IDLE_SECONDS": str(IDLE_SECONDS),
        "REAM_EXTRACT_TOTAL_SECONDS": str(IDLE_SECONDS * 2),
        "REAM_EXTRACT_MEMORY_BYTES": str(MEMORY_BYTES),
        "REAM_VECTORS_WINDOWS": str(WINDOWS),
        **planted.environment(),
    }
    place = world.place("files")
    (place / "tmp").mkdir()
    with (
        installed(world.bootstrap, world.opensearch, place, {**changed, "TMPDIR": str(place / "tmp")}) as flow,
        Witness(flow) as witness,
        Watch(lambda: [process.pid for process in list(flow.processes.values())], details=True) as watch,
    ):
        storm = Storm(world, flow, witness, [])
        alone = _rate(storm, _good("alone", min(good_count, ALONE)), [])
        hostile = [Paper(f"hostile/{attack.name}", attack.name, attack.make()) for attack in made]
        wild = [Paper(f"corpus/{path}", path.name, path.read_bytes()) for path in corpus]
        good = _good("among", good_count)
        among = _rate(storm, good, [*hostile, *wild])
        settled = witness.settle(storm.submitted, PATIENCE)
        found = witness.snapshot()
        verdict = account(dict.fromkeys((paper.document_id for paper in good), "complete"), found)
        problems = [*unsettled(settled, verdict), *storm.endings()]
        problems += _untrue(flow, made, hostile)
        problems += [f"{paper.name} has no outcome" for paper in wild if (paper.document_id, 1) not in found.outcomes]
    problems += [*_outlived(watch.seen.values()), *_escaped(place)]
    share = among / alone
    aims = () if share >= WANTED_SHARE else (f"{WANTED_SHARE:.0%} of the throughput of the good, it is {share:.0%}",)
    figures = {"good_per_second_alone": alone, "good_per_second_among_hostile": among, "share": share}
    return Result("hostile_files", len(hostile) + len(wild), verdict, tuple(problems), figures, aims)


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


def _untrue(flow: Flow, made: Sequence[Attack], papers: Sequence[Paper]) -> Iterator[str]:
    """Names files that did not end as is true of them, and those with another number of documents inside."""
    client, index = flow.opensearch, f"{flow.environment['REAM_INDEX_PREFIX']}documents"
    try:
        client.indices.refresh(index=index)
        for attack, paper in zip(made, papers, strict=True):
            found = client.mget(index=index, body={"ids": [paper.document_id]})["docs"][0].get("_source", {})
            end = (found.get("outcome"), found.get("cause"))
            if end not in attack.ends and (end[0], None) not in attack.ends:
                yield f"{attack.name} ended as {end}, which is not true of it"
            query = {"query": {"term": {"root_id": paper.document_id}}}
            children = client.count(index=index, body=query)["count"] - 1
            if children != attack.children:
                yield f"{attack.name} has {children} documents inside, not {attack.children}"
    finally:
        client.close()


def _outlived(seen: Iterable[Seen]) -> Iterator[str]:
    """Names cells that lived longer than their limit, or had more memory than theirs."""
    slept = False
    for one in seen:
        if one.limit is not None and one.peak > one.limit:
            yield f"a process had {one.peak >> 20} MB of address space, beyond its limit of {one.limit >> 20} MB"
        if one.limit is None and not one.called.keys().isdisjoint((planted.ASLEEP, planted.GREEDY)):
            yield "a cell ran without a limit of its memory"
        if planted.ASLEEP in one.called:
            slept = True
            first, last = one.called[planted.ASLEEP]
            if last - first > IDLE_SECONDS + OUTLIVES_SECONDS:
                yield f"a cell lived {last - first:.1f} s in a call that may take {IDLE_SECONDS} s"
    if not slept:
        yield "no cell was seen asleep: the planted parser was not used, and its limit not proven"


def _escaped(place: Path) -> Iterator[str]:
    """Names what was written where nothing may be."""
    escape = Path(ESCAPE)
    for path in escape.parent.glob(f"{escape.name}*"):
        yield f"{path} was written by a hostile archive"
    for path in (place / "tmp").iterdir():
        yield f"{path.name} was left in the folder for temporary files"
