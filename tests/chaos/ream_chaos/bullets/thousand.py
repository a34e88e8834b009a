# SPDX-License-Identifier: Apache-2.0
"""1,000 documents are submitted at the same moment; none is lost."""

from __future__ import annotations

import time

from ream_chaos.papers import make
from ream_chaos.plan import Plan, Submit
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import Storm
from ream_chaos.trial import PATIENCE, unsettled
from ream_chaos.verdict import account
from ream_chaos.witness import Witness
from ream_tests.flow import installed

ORDER = 6
DOCUMENTS = 1_000


def run(run: Run) -> Result:
    """Submits them and accounts for each."""
    papers = [make("thousand", number, "text") for number in range(1, DOCUMENTS + 1)]
    world = run.world
    with installed(world.bootstrap, world.opensearch, world.place("thousand")) as flow, Witness(flow) as witness:
        storm = Storm(world, flow, witness, papers)
        began = time.monotonic()
        storm.run(Plan(run.seed, DOCUMENTS, 1, (Submit(1, DOCUMENTS),)))
        settled = witness.settle(storm.submitted, PATIENCE)
        taken = max(witness.indexed_at.values(), default=began) - began
        verdict = account({paper.document_id: "complete" for paper in papers}, witness.snapshot())
        problems = (*unsettled(settled, verdict), *storm.endings())
    return Result(
        "thousand", 0, verdict, problems, {"seconds": taken, "documents_per_second": DOCUMENTS / max(taken, 0.1)}
    )
