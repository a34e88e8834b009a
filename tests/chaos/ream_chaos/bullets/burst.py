# SPDX-License-Identifier: Apache-2.0
"""A burst of ten times the normal rate: no loss, memory at most 1.3 times, waiting times as before afterwards."""

from __future__ import annotations

import time

from ream_chaos.figures import Watch, p50, p95, waits
from ream_chaos.papers import Paper, make
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import Storm
from ream_chaos.trial import PATIENCE, ground, unsettled
from ream_chaos.verdict import account

ORDER = 7
TRIAL, BEFORE, BURST, AFTER = 60, 40, 300, 40
"""Documents of each phase; by the first it is found out what load the machine takes."""
NORMAL_SHARE, TIMES = 1 / 6, 10
"""Normal is so much of that load, and a burst so many times the normal: more than the machine takes at once."""
BEHIND = 30
"""Documents that must wait when the burst is submitted whole, for it to have been one."""
MEMORY_TIMES = 1.3
BACK_TIMES, BACK_SECONDS = 1.5, 0.5
"""Back to normal: the median wait is at most so many times that of before, and so many seconds more."""
SLOWEST_TIMES, SLOWEST_SECONDS = 2.0, 2.0
"""The same for the slowest twentieth, which of so few documents are two: they vary more."""


def run(run: Run) -> Result:
    """Submits before, burst and after, each at its rate."""
    world, marked, calm = run.world, run.marked(), run.calm_of_marked()
    with ground(world, "burst") as own:
        flow, witness = own.flow, own.witness
        storm = Storm(world, flow, witness, [])
        normal = NORMAL_SHARE * storm.capacity(_papers("trial", TRIAL), PATIENCE)
        world.tell(f"normal are {normal:.1f} documents a second")
        with Watch(lambda: [process.pid for process in list(flow.processes.values())], details=False) as watch:
            began = time.monotonic()
            before = storm.submit_at(normal, _papers("before", BEFORE))
            burst_began = time.monotonic()
            world.tell(f"burst: {BURST} documents at {TIMES * normal:.0f} a second")
            storm.submit_at(TIMES * normal, [*marked, *_papers("burst", BURST - len(marked))])
            behind = len(storm.submitted) - witness.ended(storm.submitted)
            witness.until(lambda: witness.ended(storm.submitted) == len(storm.submitted), PATIENCE)
            over = time.monotonic()
            after = storm.submit_at(normal, _papers("after", AFTER))
            settled = witness.settle(storm.submitted, PATIENCE)
            ended = time.monotonic()
        expected = dict.fromkeys(storm.submitted, "complete") | {one.document_id: one.outcome for one in marked}
        verdict = account(expected, witness.snapshot(), calm)
        problems = [*unsettled(settled, verdict), *storm.endings()]
        early, late = waits(before, witness.indexed_at), waits(after, witness.indexed_at)
        memory = watch.most(burst_began, ended) / max(1, watch.most(began, burst_began))
    if behind < BEHIND:
        problems.append(f"only {behind} documents waited at the end of the burst: it was none")
    if memory > MEMORY_TIMES:
        problems.append(f"memory was {memory:.2f} times that of before, not at most {MEMORY_TIMES}")
    if p50(late) > BACK_TIMES * p50(early) + BACK_SECONDS:
        problems.append(f"after the burst documents wait {p50(late):.1f} s, before it {p50(early):.1f} s")
    if p95(late) > SLOWEST_TIMES * p95(early) + SLOWEST_SECONDS:
        problems.append(f"after the burst the slowest wait {p95(late):.1f} s, before it {p95(early):.1f} s")
    figures = {
        "normal_per_second": normal,
        "waiting_at_the_end_of_the_burst": float(behind),
        "memory_times": memory,
        "wait_before_p50": p50(early),
        "wait_before_p95": p95(early),
        "wait_after_p50": p50(late),
        "wait_after_p95": p95(late),
        "burst_seconds": over - burst_began,
    }
    return own.proven(Result("burst", 0, verdict, tuple(problems), figures))


def _papers(phase: str, count: int) -> list[Paper]:
    return [make(f"burst {phase}", number, "text") for number in range(1, count + 1)]
