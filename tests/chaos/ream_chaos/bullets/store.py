# SPDX-License-Identifier: Apache-2.0
"""The store is in a bucket whose server goes away, is slow, and returns errors."""

from __future__ import annotations

from ream_chaos import trial
from ream_chaos.bucket import store_in_a_bucket
from ream_chaos.plan import Plan, Strike, Submit
from ream_chaos.result import Result
from ream_chaos.run import Run

ORDER = 4


def run(run: Run) -> Result:
    """Breaks it in its three ways, one after another, each with documents that come meanwhile."""
    papers = run.papers()
    calm = run.calm.of(papers)
    steps = (
        Submit(1, 12),
        Strike("store_away", "", 15.0, 0.2),
        Submit(13, 24),
        Strike("store_slow", "", 15.0, 0.5),
        Submit(25, 36),
        Strike("store_errors", "", 15.0, 0.6),
        Submit(37, len(papers)),
    )
    with store_in_a_bucket(run.world) as changed:
        return trial.storm("store", run.world, Plan(run.seed, len(papers), 1, steps), papers, calm, changed=changed)
