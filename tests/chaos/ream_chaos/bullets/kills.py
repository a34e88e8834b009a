# SPDX-License-Identifier: Apache-2.0
"""Processes of ours are killed and frozen: 20 times over 50 documents."""

from __future__ import annotations

from ream_chaos import plan, trial
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import kinds

ORDER = 1
STRIKES = 20


def run(run: Run) -> Result:
    """Kills every service some times, freezes some."""
    papers = run.papers()
    made = plan.make(run.seed, len(papers), STRIKES, kinds(frozenset(), ("kill", "freeze")))
    return trial.storm("kills", run.world, made, papers, run.calm.of(papers))
