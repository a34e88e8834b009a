# SPDX-License-Identifier: Apache-2.0
"""OpenSearch is stopped for two minutes, refuses with 429, and is read-only for a full disk."""

from __future__ import annotations

from ream_chaos import trial
from ream_chaos.plan import Plan, Strike, Submit
from ream_chaos.result import Result
from ream_chaos.run import Run

ORDER = 3


def run(run: Run) -> Result:
    """Breaks it in its three ways, one after another, each with documents that come meanwhile."""
    papers = run.papers()
    steps = (
        Submit(1, 10),
        Strike("search_busy", "", 20.0, 0.1),
        Submit(11, 20),
        Strike("search_full", "", 20.0, 0.5),
        Submit(21, 30),
        Strike("search_stopped", "", 120.0, 0.7),
        Submit(31, len(papers)),
    )
    return trial.storm("opensearch", run.world, Plan(run.seed, len(papers), 1, steps), papers, run.calm.of(papers))
