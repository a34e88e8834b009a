# SPDX-License-Identifier: Apache-2.0
"""The same documents are submitted three times, interleaved with kills: they come out as if they had come once."""

from __future__ import annotations

from ream_chaos import plan, trial
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import kinds

ORDER = 5


def run(run: Run) -> Result:
    """Submits all three times and kills twelve times meanwhile."""
    papers = run.papers()
    made = plan.make(run.seed, len(papers), 12, kinds(frozenset(), ("kill",)), times=3)
    return trial.storm("thrice", run.world, made, papers, run.calm.of(papers))
