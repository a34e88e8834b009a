# SPDX-License-Identifier: Apache-2.0
"""A restart counts what was counted before it, says so while it does not yet, and forgets what topics forget."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from ream_contracts import topics
from ream_contracts.messages import Allowance, DocumentIndexed, DocumentIngested
from ream_kit.observe import Announcer, Observer, Seen, Tail
from ream_kit.testing import FakeClock, memory_store
from ream_sweep.service import DAYS, FOLLOWED, LETTERS, Sweep, starts
from ream_sweep.settings import SweepSettings

INGESTED, INDEXED = topics.DOCUMENTS_INGESTED.name, topics.DOCUMENTS_INDEXED.name
NAMES = [letter * 32 for letter in "abcdefg"]


class Log:
    """A broker with one partition a topic that keeps everything, and who follows it."""

    def __init__(self) -> None:
        self.records: dict[str, list[Seen]] = {name: [] for name in FOLLOWED}
        self.committed: dict[str, dict[int, int]] = {LETTERS: {0: 3}, topics.DOCUMENTS_COMPLETED.name: {0: 7}}

    def say(self, name: str, message: Any, at: datetime) -> None:
        log = self.records[name]
        log.append(Seen(name, message, 0, len(log), int(at.timestamp() * 1000)))

    def ends(self, names: Any) -> dict[str, dict[int, int]]:
        return {name: {0: len(self.records.get(name, ()))} for name in names}

    def begins(self, names: Any) -> dict[str, dict[int, int]]:
        return {name: {0: 0} for name in names}

    def passed(self, group: str, names: Any) -> dict[str, dict[int, int]]:
        return {name: self.committed.get(name, {}) for name in names}

    def delete_before(self, name: str, offsets: Any) -> None:
        """Keeps everything."""

    def commit(self, group: str, name: str, offsets: Any) -> None:
        """Remembers nothing."""

    def flush(self, seconds: float) -> None:
        """Nothing is ever sent."""


class Follower:
    """Reads a log from its beginning, a few records at a time."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.stands = dict.fromkeys(log.records, 0)

    def poll(self, seconds: float) -> list[Seen]:
        found = []
        for name, records in self.log.records.items():
            found += records[self.stands[name] : self.stands[name] + 2]
            self.stands[name] = min(len(records), self.stands[name] + 2)
        return found

    def positions(self) -> dict[str, dict[int, int]]:
        return {name: {0: stand} for name, stand in self.stands.items()}


def started(log: Log, clock: FakeClock) -> Sweep:
    clients = cast(Tail, Follower(log)), cast(Observer, log), cast(Announcer, log)
    return Sweep(SweepSettings(), memory_store(), *clients, clock)


def caught_up(sweep: Sweep) -> Sweep:
    while sweep.to_read():
        sweep.look(0)
    sweep.look(0)
    return sweep


def document(log: Log, name: str, at: datetime, answered: bool = True) -> None:
    message = DocumentIngested(
        name, 1, 1, name, None, 0, "o", 1, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
    )
    log.say(INGESTED, message, at)
    if answered:
        log.say(INDEXED, DocumentIndexed(name, 1, 1, 5, name, None, "complete", None, 1), at)


def test_the_totals_after_a_restart_are_those_before_it() -> None:
    log, clock = Log(), FakeClock()
    before = started(log, clock)
    for hours, name in zip((0, 10, 100, 160, 167, 200, 300), NAMES, strict=True):
        clock.advance(max(0.0, 3600.0 * hours - clock.monotonic()))
        document(log, name, clock.now(), answered=name != NAMES[-1])
        caught_up(before).act()
        after = caught_up(started(log, clock))
        assert after.ledger.totals() == before.ledger.totals()
    assert before.ledger.totals()["submitted"] == 4
    assert before.status()["days"] == DAYS


def test_while_it_still_reads_it_says_that_the_totals_are_too_low() -> None:
    log, clock = Log(), FakeClock()
    for name in NAMES:
        document(log, name, clock.now())
    sweep = started(log, clock)
    assert sweep.to_read() == 14
    sweep.look(0)
    assert "10 records to go" in sweep.status()["wave"]["waits_for"]
    assert caught_up(sweep).status()["totals"]["complete"] == 7
    assert "records to go" not in sweep.status()["wave"]["waits_for"]
    document(log, "h" * 32, clock.now())
    assert sweep.to_read() == 0, "what comes later is no part of it"


def test_a_document_whose_answer_the_topics_have_forgotten_is_not_run_again() -> None:
    """Of two topics with the same retention one forgets sooner: a file of records goes when its last is old enough."""
    log, clock = Log(), FakeClock()
    document(log, NAMES[0], clock.now() - timedelta(days=DAYS, hours=1), answered=False)
    document(log, NAMES[1], clock.now(), answered=False)
    assert [each.document_id for each in caught_up(started(log, clock)).ledger.unanswered()] == [NAMES[1]]


def test_a_record_with_an_old_time_that_comes_while_sweep_runs_is_followed() -> None:
    """Whose clock is wrong is followed all the same."""
    log, clock = Log(), FakeClock()
    sweep = started(log, clock)
    document(log, NAMES[0], datetime(2001, 1, 1, tzinfo=UTC), answered=False)
    assert len(list(caught_up(sweep).ledger.unanswered())) == 1


def test_a_backlog_of_days_makes_nothing_partial() -> None:
    """A stage is away for five days, and looked at every hour: nothing is said of what waits for it."""
    log, clock = Log(), FakeClock()
    document(log, NAMES[0], clock.now(), answered=False)
    sweep = caught_up(started(log, clock))
    for _ in range(5 * 24):
        clock.advance(3600)
        sweep.act()
    assert (sweep.resent, sweep.expired) == (0, 0)
    assert "extract" in sweep.status()["wave"]["waits_for"]
    assert sweep.ledger.totals()["outstanding"] == 1


def test_absurd_numbers_are_passed_over() -> None:
    log, clock = Log(), FakeClock()
    sweep = started(log, clock)
    name = NAMES[0]
    message = DocumentIngested(
        name, 10**30, 1, name, None, 0, "o", 1, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
    )
    log.say(INGESTED, message, clock.now())
    log.say(INDEXED, DocumentIndexed(name, 1, 1, 10**30, name, None, "complete", None, 1), clock.now())
    document(log, NAMES[1], clock.now())
    assert caught_up(sweep).ledger.totals()["submitted"] == 1


def test_it_begins_behind_what_it_is_done_with() -> None:
    """documents.completed is never deleted: read from its beginning, a restart would take longer every year."""
    assert starts(cast(Observer, Log())) == {(LETTERS, 0): 3, (topics.DOCUMENTS_COMPLETED.name, 0): 7}
