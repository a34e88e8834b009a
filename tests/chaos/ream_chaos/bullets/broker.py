# SPDX-License-Identifier: Apache-2.0
"""The broker is killed and comes back while documents are under way and our processes die too."""

from __future__ import annotations

from ream_chaos import plan, trial
from ream_chaos.plan import Kind
from ream_chaos.result import Result
from ream_chaos.run import Run

ORDER = 2


def run(run: Run) -> Result:
    """Kills the broker three times, and a service between."""
    papers = run.papers()
    kinds = {"broker": Kind(2, 0, 0, False), "kill": Kind(1, 0, 0, True)}
    made = plan.make(run.seed, len(papers), 5, kinds)
    return trial.storm("broker", run.world, made, papers, run.calm.of(papers))
