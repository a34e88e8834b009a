# SPDX-License-Identifier: Apache-2.0
"""A little of everything, on real servers: the short form of `make chaos`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_chaos import plan, trial
from ream_chaos.__main__ import tell
from ream_chaos.bullets import hostile_files, hostile_messages
from ream_chaos.plan import Plan, Strike, Submit
from ream_chaos.run import Run
from ream_chaos.stopwatch import Stopwatch
from ream_chaos.trial import Calm
from ream_chaos.world import World, own_server
from ream_hostile.catalogue import attacks
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.timeout(600)]
SEED = 1
DOCUMENTS = 15
MOST_SECONDS = 240.0


@pytest.fixture(scope="module", autouse=True)
def in_time(pytestconfig: pytest.Config) -> Iterator[None]:
    """All of it takes four minutes at most, on a machine that has time for it; in any case it says what it took."""
    watch = Stopwatch()
    yield
    taken = watch.taken()
    said = taken.line("the short form of make chaos", MOST_SECONDS)
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        tell(said)
    assert not taken.too_long(MOST_SECONDS), said


@pytest.fixture(scope="module")
def run(opensearch: OpenSearchServer) -> Iterator[Run]:
    """A run on a broker of its own, which it may kill, and on an OpenSearch that it shares."""
    with own_server("kafka", tell) as kafka, tempfile.TemporaryDirectory(prefix="ream-chaos-") as folder:
        world = World(Path(folder), kafka.endpoints().kafka_bootstrap_servers, opensearch, tell, kafka)
        yield Run(world, SEED, Calm(world), DOCUMENTS)


def test_nothing_is_lost_doubled_or_stuck_whatever_dies(run: Run) -> None:
    """Every service is killed, one is frozen beyond its session, the broker dies, the disk of the index is full."""
    papers = run.papers(DOCUMENTS)
    kills = plan.make(SEED, DOCUMENTS, len(plan.VICTIMS), {"kill": plan.Kind(1, 0, 0, True)}).steps
    frozen = Strike("freeze", "aggregate", 13.0, 0.0)
    full = Strike("search_full", "", 4.0, 0.2)
    again = (Submit(1, DOCUMENTS), Strike("broker", "", 0.0, 0.3))
    found = trial.storm(
        "smoke", run.world, Plan(SEED, DOCUMENTS, 1, (kills[0], frozen, *kills[1:], full, *again)), papers,
        run.calm.of(papers),
    )  # fmt: skip
    assert found.good, "\n".join(found.lines())


def test_hostile_messages_on_every_topic_stop_nobody(run: Run) -> None:
    found = hostile_messages.run(run)
    assert found.good, "\n".join(found.lines())


def test_hostile_files_among_good_ones_end_as_is_true_of_them(run: Run) -> None:
    found = hostile_files.trial(run, attacks(), [], good_count=20)
    assert found.good, "\n".join(found.lines())
