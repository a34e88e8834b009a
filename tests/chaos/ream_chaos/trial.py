# SPDX-License-Identifier: Apache-2.0
"""Runs documents through an installation, calmly or in a storm, and compares what the two left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from ream_chaos.papers import Paper
from ream_chaos.plan import VICTIMS, Plan, Submit
from ream_chaos.result import Result
from ream_chaos.snapshot import Snapshot
from ream_chaos.storm import Storm
from ream_chaos.verdict import Verdict, compare
from ream_chaos.witness import Witness
from ream_chaos.world import World
from ream_index import fingerprint
from ream_kit import commit_check
from ream_tests.flow import Flow, installed

DIFFERENCES_TOLD = 20
PATIENCE = 90.0
"""Seconds without anything said, after which what has no outcome is stuck."""


@dataclass(frozen=True, slots=True)
class Ground:
    """An installation that a part has to itself, with what it leaves to prove its commits by.

    Attributes:
        place: its folder; it stays when the installation is gone.
    """

    place: Path
    flow: Flow
    witness: Witness

    def proven(self, result: Result) -> Result:
        """Adds to a result what the commit logs say; to be called when the installation has ended."""
        problems, details, figures = proven(self.place / "commits")
        return replace(
            result,
            problems=(*result.problems, *problems),
            details=(*result.details, *details),
            figures=result.figures | figures,
        )


@contextmanager
def ground(world: World, part: str, changed: Mapping[str, str] | None = None) -> Iterator[Ground]:
    """Gives a part an installation that writes down its commits, and somebody who sees what becomes of documents.

    Args:
        world: the servers.
        part: names the folder.
        changed: variables in which the services' environment differs.
    """
    place = world.place(part)
    environment = {"REAM_COMMIT_LOG": str(place / "commits"), **(changed or {})}
    with installed(world.bootstrap, world.opensearch, place, environment) as flow, Witness(flow) as witness:
        yield Ground(place, flow, witness)


@dataclass
class Calm:
    """What documents leave behind when nothing is broken; found out once for each set of documents.

    Attributes:
        seconds: how long each set took from the first submission to the last outcome.
    """

    world: World
    known: dict[tuple[str, ...], Snapshot] = field(default_factory=dict)
    seconds: dict[tuple[str, ...], float] = field(default_factory=dict)

    def of(self, papers: Sequence[Paper]) -> Snapshot:
        """Gives the snapshot of a calm run.

        Raises:
            AssertionError: even then not every document had an outcome.
        """
        key = tuple(paper.key for paper in papers)
        if key not in self.known:
            self.world.tell(f"a calm run of {len(papers)} documents, to compare with")
            self.known[key], self.seconds[key] = self._run(papers)
        return self.known[key]

    def _run(self, papers: Sequence[Paper]) -> tuple[Snapshot, float]:
        with ground(self.world, "calm") as own:
            witness, storm = own.witness, Storm(self.world, own.flow, own.witness, papers)
            began = time.monotonic()
            storm.run(Plan(0, len(papers), 1, (Submit(1, len(papers)),)))
            settled = witness.settle(storm.submitted, PATIENCE)
            taken = max(witness.indexed_at.values(), default=began) - began
            assert settled, "a run without any fault does not come to its end"
            return witness.snapshot(), taken


def storm(
    part: str,
    world: World,
    plan: Plan,
    papers: Sequence[Paper],
    calm: Snapshot,
    *,
    changed: Mapping[str, str] | None = None,
    pace_seconds: float = 0.0,
    within_seconds: float | None = None,
) -> Result:
    """Carries out a plan in an installation of its own and compares.

    Args:
        part: name of the result.
        world: the servers.
        plan: what is done.
        papers: the documents, the first is number 1.
        calm: what they leave behind in a run without faults.
        changed: variables in which the services' environment differs.
        pace_seconds: least time between two faults.
        within_seconds: how long after the last fault everything must have its outcome, where that is a condition.
    """
    for line in plan.lines():
        world.tell(f"plan: {line}")
    with ground(world, part, changed) as own:
        witness, running = own.witness, Storm(world, own.flow, own.witness, papers, pace_seconds)
        running.run(plan)
        over = time.monotonic()
        unready = running.await_ready()
        # What ends itself to be safe is started again here too, as whoever runs services does it.
        wanted = {*running.submitted, *(document for document, _ in calm.ingested)}
        settled = witness.settle(wanted, PATIENCE, running.revive)
        after = max(0.0, witness.decided_at - over)
        found = witness.snapshot()
        verdict = compare(calm, found, running.submitted)
        problems = [*unready, *unsettled(settled, verdict), *_late(after, within_seconds)]
        problems += without_vectors(witness.unembedded())
        told = fingerprint.explain(calm.entries.values(), found.entries.values(), ("the calm run", "this one"))
        details = list(islice(told, DIFFERENCES_TOLD))
        excused = may_end(plan)
        problems += running.endings(but=excused)
        details += running.endings(of=excused)
    figures = {"seconds_to_the_last_outcome": after}
    return own.proven(Result(part, len(plan.strikes), verdict, tuple(problems), figures, (), tuple(details)))


def may_end(plan: Plan) -> frozenset[str]:
    """Services that may end by themselves for what is done to them: those that were hit; all, with the broker.

    While OpenSearch or the store is away every service waits.
    """
    if any(strike.fault == "broker" for strike in plan.strikes):
        return frozenset(VICTIMS)
    return frozenset(strike.target for strike in plan.strikes if strike.target)


def proven(folder: Path) -> tuple[list[str], list[str], dict[str, float]]:
    """Checks the commit logs in a folder: problems, what the logs say, and figures. No log at all proves nothing."""
    try:
        proof = commit_check.check_folder(folder, from_beginning=True)
    except FileNotFoundError:
        return ["commits are not proven: no service wrote a commit log"], [], {}
    return [str(one) for one in proof.findings], [str(proof)], {"records_finished_again": float(proof.repeated)}


def unsettled(settled: bool, verdict: Verdict) -> Iterator[str]:
    """Says that a run did not come to its end, where no id in the verdict says it already.

    Args:
        settled: what `Witness.settle` found.
        verdict: how the run came out.
    """
    if not (settled or verdict.stuck or verdict.lost):
        yield "a group has records left that it cannot pass, or a document found inside another has no outcome"


def without_vectors(documents: Sequence[str]) -> Iterator[str]:
    """Says that documents have no vectors of their text, which no outcome and no fingerprint shows."""
    if documents:
        more = f" and {len(documents) - 10} more" if len(documents) > 10 else ""
        yield f"without vectors: {', '.join(documents[:10])}{more}"


def _late(after: float, within: float | None) -> Iterator[str]:
    if within is not None and after > within:
        yield f"the last outcome came {after:.0f} s after the last fault, {within:.0f} s are allowed"
