# SPDX-License-Identifier: Apache-2.0
"""1,000 documents are submitted at the same moment; none is lost."""

from __future__ import annotations

import time

from ream_chaos.papers import make
from ream_chaos.plan import Plan, Submit
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import Storm
from ream_chaos.trial import PATIENCE, ground, unsettled
from ream_chaos.verdict import account

ORDER = 6
DOCUMENTS = 1_000


def run(run: Run) -> Result:
    """Submits them, accounts for each, and compares those that have a calm run."""
    marked, calm = run.marked(), run.calm_of_marked()
    papers = [*marked, *(make("thousand", number, "text") for number in range(1, DOCUMENTS - len(marked) + 1))]
    with ground(run.world, "thousand") as own:
        witness, storm = own.witness, Storm(run.world, own.flow, own.witness, papers)
        began = time.monotonic()
        storm.run(Plan(run.seed, DOCUMENTS, 1, (Submit(1, DOCUMENTS),)))
        settled = witness.settle(storm.submitted, PATIENCE)
        taken = max(witness.indexed_at.values(), default=began) - began
        verdict = account({paper.document_id: paper.outcome for paper in papers}, witness.snapshot(), calm)
        problems = (*unsettled(settled, verdict), *storm.endings())
    figures = {"seconds": taken, "documents_per_second": DOCUMENTS / max(taken, 0.1)}
    return own.proven(Result("thousand", 0, verdict, problems, figures))
