# SPDX-License-Identifier: Apache-2.0
"""An hour of everything: 110 faults of all kinds over 550 documents, and nothing stuck 60 s after the last."""

from __future__ import annotations

from ream_chaos import plan, trial
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import kinds

ORDER = None
DOCUMENTS, STRIKES = 550, 110
PACE_SECONDS = 31.0
"""Least time between two faults, so that they fill an hour with what they themselves take."""
WITHIN_SECONDS = 60.0


def run(run: Run) -> Result:
    """Deals out every fault that there is."""
    papers = run.papers(DOCUMENTS)
    made = plan.make(run.seed, DOCUMENTS, STRIKES, kinds(frozenset({"broker", "search"})))
    return trial.storm(
        "hour", run.world, made, papers, run.calm.of(papers), pace_seconds=PACE_SECONDS, within_seconds=WITHIN_SECONDS
    )
