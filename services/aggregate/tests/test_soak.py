# SPDX-License-Identifier: Apache-2.0
"""Two workers, 16,000 parts, four kills: nothing lost, stuck or doubled, told apart by names and not by counts."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_bench.fanin import parts
from ream_bench.fanin.place import Place
from ream_bench.fanin.soak import SETTINGS, Plan, soak
from ream_bench.fanin.verdict import collect, judge

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

PAGES = 3


@pytest.fixture
def place(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Place]:
    with Place(kafka_bootstrap, tmp_path, SETTINGS) as made:
        yield made
        print(made.log())


def whole(documents: list[str], without: set[tuple[str, int]] | None = None) -> list[tuple[str, bytes]]:
    return [
        (document, parts.part(document, number, PAGES))
        for document, number in parts.rounds(documents, PAGES)
        if (document, number) not in (without or set())
    ]


def test_nothing_is_lost_stuck_or_doubled_while_workers_are_killed(kafka_bootstrap: str, tmp_path: Path) -> None:
    done = soak(kafka_bootstrap, tmp_path, Plan(documents=3_200, pages=PAGES))
    print(done.log[-20_000:])
    assert len(done.faults) == 4
    assert len(done.verdict.sent) == 16_000
    assert done.fine, done.line()
    assert done.proof.finished == 16_000


def test_nothing_is_lost_while_workers_are_frozen_added_and_killed(kafka_bootstrap: str, tmp_path: Path) -> None:
    """Frozen beyond their session and woken: another has their partitions, and they must have no second effect."""
    faults = ("freeze", "add", "kill", "freeze")
    done = soak(kafka_bootstrap, tmp_path, Plan(documents=1_000, pages=PAGES, faults=faults, seed=2, rate=150))
    print(done.log[-20_000:])
    assert len(done.faults) == 4
    assert done.fine, done.line()
    assert "reason=frozen" in done.log


def test_a_killed_worker_is_at_work_again_before_its_session_ends(place: Place) -> None:
    """It is the same member of the group by its folder: nobody waits for the one that died."""
    session = 60
    documents = [parts.name(number) for number in range(50)]
    worker = place.start(REAM_AGGREGATE_SESSION_SECONDS=str(session))
    place.send(whole(documents))
    assert place.until(place.caught_up, 60)
    place.kill(worker)
    killed = time.monotonic()
    place.start(REAM_AGGREGATE_SESSION_SECONDS=str(session))
    place.send(whole(documents))
    assert place.until(place.caught_up, session - 10)
    assert time.monotonic() - killed < session


def test_the_verdict_names_what_was_lost_stuck_and_doubled(place: Place) -> None:
    """Planted: a worker that swallows one part, one whose sums are counted twice, and parts that nobody reads."""
    documents = [parts.name(number) for number in range(20)]
    defect = f"""
import ream_aggregate.app as app, ream_aggregate.merge as merge
real, added = app.take, merge._added
def take(key, value, *rest):
    if key == {documents[0].encode()!r} and b'"segment": 1,' in value:
        return app.Passed()
    return real(key, value, *rest)
app.take = take
def twice(state, part):
    once = added(state, part)
    return added(once, part) if part.document_id == {documents[1]!r} and part.segment == 2 else once
merge._added = twice
from ream_aggregate.worker import main
raise SystemExit(main())"""
    worker = place.start(program=defect)
    place.send(whole(documents))
    assert place.until(place.caught_up, 60)
    place.kill(worker)
    place.send([(documents[2], parts.part(documents[2], 2, PAGES))])
    verdict = judge(collect(place, PAGES))
    assert verdict.lost == {(documents[0], 2)}
    assert verdict.doubled == {(documents[1], 3)}
    assert verdict.stuck == {(documents[2], 2)}
    assert not verdict.fine
    assert (verdict.untold, verdict.contradicted, verdict.refused) == (set(), set(), set())
