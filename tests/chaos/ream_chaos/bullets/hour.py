# SPDX-License-Identifier: Apache-2.0
"""An hour of everything: 110 faults of all kinds over 550 documents, and nothing stuck 60 s after the last.

The store is in a bucket, so that it can break too; the calm run's is a folder: what comes out is the same.
"""

from __future__ import annotations

from ream_chaos import plan, trial
from ream_chaos.bucket import store_in_a_bucket
from ream_chaos.plan import Plan
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import kinds

ORDER = None
DOCUMENTS, STRIKES = 550, 110
PACE_SECONDS = 31.0
"""Least time between two faults, so that they fill an hour with what they themselves take."""
WITHIN_SECONDS = 60.0


def run(run: Run) -> Result:
    """Carries it out on a store that can break."""
    papers = run.papers(DOCUMENTS)
    calm = run.calm.of(papers)
    with store_in_a_bucket(run.world) as changed:
        return trial.storm(
            "hour", run.world, planned(run.seed), papers, calm,
            changed=changed, pace_seconds=PACE_SECONDS, within_seconds=WITHIN_SECONDS,
        )  # fmt: skip


def planned(seed: int) -> Plan:
    """Deals out every fault that there is."""
    return plan.make(seed, DOCUMENTS, STRIKES, kinds(frozenset({"broker", "search", "store"})))
