# SPDX-License-Identifier: Apache-2.0
"""aggregate alone, three workers, 60,000 parts: killed, frozen beyond their sessions, added; and its commits read."""

from __future__ import annotations

from ream_bench.fanin.soak import Plan, soak
from ream_chaos.result import Result
from ream_chaos.run import Run

ORDER = 11
FAULTS = ("kill", "freeze", "kill", "add", "kill", "freeze", "kill", "kill", "add", "kill")
PLAN = Plan(documents=12_000, pages=3, workers=3, faults=FAULTS, rate=500, seconds=300)


def run(run: Run) -> Result:
    """Says as problems which parts were lost, stuck or doubled; parts are no documents, and are told apart by name."""
    plan = PLAN.seeded(run.seed)
    done = soak(run.world.bootstrap, run.world.place("fanin"), plan, run.world.tell)
    problems = () if done.fine else (done.line(), *map(str, done.proof.findings[:10]))
    figures = {"parts": float(len(done.verdict.sent)), "seconds": done.seconds, "workers_that_ended": float(done.ended)}
    return Result("fanin", len(done.faults), None, problems, figures)
