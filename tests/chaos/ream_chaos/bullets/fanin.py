# SPDX-License-Identifier: Apache-2.0
"""aggregate alone, three workers, 60,000 parts: killed, frozen beyond their sessions, added; and its commits read."""

from __future__ import annotations

from collections.abc import Iterable

from ream_bench.fanin import verdict as of_parts
from ream_bench.fanin.soak import Plan, soak
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.verdict import Verdict

ORDER = 11
FAULTS = ("kill", "freeze", "kill", "add", "kill", "freeze", "kill", "kill", "add", "kill")
PLAN = Plan(documents=12_000, pages=3, workers=3, faults=FAULTS, rate=500, seconds=300)


def run(run: Run) -> Result:
    """Says which parts were lost, stuck or doubled; without a calm run, parts are told apart by name."""
    plan = PLAN.seeded(run.seed)
    done = soak(run.world.bootstrap, run.world.place("fanin"), plan, run.world.tell)
    problems = () if done.fine else (done.line(), *map(str, done.proof.findings[:10]))
    figures = {"parts": float(len(done.verdict.sent)), "seconds": done.seconds, "workers_that_ended": float(done.ended)}
    return Result("fanin", len(done.faults), counted(done.verdict), problems, figures)


def counted(found: of_parts.Verdict) -> Verdict:
    """The same verdict in the words of the list, so that its line of counts has the parts too, each as an id."""
    return Verdict(
        documents=len({document for document, _ in found.sent}),
        lost=_ids(found.lost),
        stuck=_ids(found.stuck),
        doubled=_ids(found.doubled) | found.contradicted,
        different=found.untold | found.refused | found.backwards,
        equal=None,
    )


def _ids(parts: Iterable[of_parts.Part]) -> frozenset[str]:
    return frozenset(f"{document} part {number}" for document, number in parts)
