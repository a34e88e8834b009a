# SPDX-License-Identifier: Apache-2.0
"""One giant scan and 999 small documents on one partition: the small ones hardly notice it, at half load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from ream_chaos.figures import p95, waits
from ream_chaos.papers import Paper, make, scanned_giant
from ream_chaos.result import Result
from ream_chaos.run import Run
from ream_chaos.storm import Storm
from ream_chaos.trial import PATIENCE, ground, unsettled
from ream_chaos.verdict import Verdict, account

ORDER = 8
SMALL, ALONE, TRIAL = 999, 200, 100
"""Small documents beside the giant, without it, and to find out what load the machine takes."""
GIANT_PAGES = 200
WANTED_TIMES = 1.2
_PARTITION = 5


def run(run: Run) -> Result:
    """Measures the small ones without the giant, then with it."""
    world, small = run.world, _on_one_partition("small")
    marked, calm = run.marked(), run.calm_of_marked()
    with ground(world, "giant") as own:
        witness, storm = own.witness, Storm(world, own.flow, own.witness, [])
        rate = 0.5 * storm.capacity(list(islice(small, TRIAL)), PATIENCE)
        world.tell(f"half load is {rate:.1f} documents a second")
        alone = storm.submit_at(rate, list(islice(small, ALONE)))
        witness.settle(storm.submitted, PATIENCE)
        giant = replace(scanned_giant(GIANT_PAGES), key=next(_on_one_partition("giant")).key)
        storm.submit_at(1_000.0, [giant])
        beside = storm.submit_at(rate, list(islice(small, SMALL)))
        ended_beside = giant.document_id not in witness.indexed_at
        storm.submit_at(rate, marked)
        settled = witness.settle(storm.submitted, PATIENCE * 4)
        expected = dict.fromkeys(storm.submitted, "complete") | {one.document_id: one.outcome for one in marked}
        verdict: Verdict = account(expected, witness.snapshot(), calm)
        problems = (*unsettled(settled, verdict), *storm.endings())
        without, with_giant = p95(waits(alone, witness.indexed_at)), p95(waits(beside, witness.indexed_at))
    times = with_giant / max(without, 0.001)
    aims = [] if times <= WANTED_TIMES else [f"p95 of the small ones at most {WANTED_TIMES} times, it is {times:.2f}"]
    if not ended_beside:
        aims.append("a giant that lasts as long as the small ones: it ended before them")
    figures = {"small_p95_alone": without, "small_p95_beside_the_giant": with_giant, "times": times, "rate": rate}
    return own.proven(Result("giant", 0, verdict, problems, figures, tuple(aims)))


def _on_one_partition(series: str) -> Iterator[Paper]:
    """Texts whose ids all lead to one partition of every topic."""
    for number in count(1):
        paper = Paper(f"giant {series}/{number}", "", b"")
        if paper.partition == _PARTITION:
            yield replace(make(f"giant {series}", number, "text"), key=paper.key)
