# SPDX-License-Identifier: Apache-2.0
"""What is seen of a running worker, and that it is ended where it does not get on."""

import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from ream_aggregate import logs
from ream_aggregate.begun import Begun
from ream_aggregate.connection import Connection
from ream_aggregate.overseer import Overseer, see
from ream_aggregate.watch import Partition, Patience
from ream_kit import log
from ream_kit.guard import Guard
from ream_kit.metrics import Metrics

SOURCE, CHANGELOG = TP("documents.parts", 3), TP("changelog", 3)
PATIENCE = Patience(head=10, stall=60, recovery=30, frozen=1e9)


def _app(base: int | None = 5, oldest: float | None = None, **fields: Any) -> Any:
    consumer = SimpleNamespace(
        assignment=lambda: {SOURCE, CHANGELOG},
        base=lambda tp: base,
        highwater=lambda tp: 9,
        head_open=lambda tp: False,
        in_flight=lambda: 3,
        oldest=lambda: oldest,
    )
    recovery = SimpleNamespace(active_offsets={CHANGELOG: 40, TP("changelog", 4): None})
    return SimpleNamespace(
        _consumer=consumer,
        tables=SimpleNamespace(recovery=recovery),
        begun=Begun(),
        topics=SimpleNamespace(acks_enabled_for=lambda topic: topic == SOURCE.topic),
        **{"rebalancing": False, "in_recovery": False, "rebalancing_count": 2, **fields},
    )


def _connection() -> Connection:
    return Connection(Guard("kafka", lambda: threading.Event().wait(60), metrics=Metrics()), "no broker answers")


def _client(there: bool) -> Any:
    connections = {0: SimpleNamespace(connected=lambda: there)}
    return SimpleNamespace(_consumer=SimpleNamespace(_client=SimpleNamespace(_conns=connections)))


@pytest.mark.parametrize("recovering", [False, True])
def test_a_worker_whose_broker_is_away_is_not_ended_for_what_does_not_move(recovering: bool) -> None:
    app = _app(in_recovery=recovering)
    app._consumer._thread = _client(there=False)
    overseer = Overseer(app, PATIENCE, Metrics(), _connection())
    ended: list[str] = []
    overseer.end = lambda reason, **_: ended.append(reason)
    start = overseer.looked_at
    for second in range(600):
        overseer.look(start + second)
    assert (ended, overseer.sight.waits) == ([], True)
    app._consumer._thread = _client(there=True)
    for second in range(600, 700):
        overseer.look(start + second)
    assert ended[:1] == ["recovery_stalls" if recovering else "stalled"], "it is back, and still nothing moves"


def test_a_worker_that_alone_has_lost_its_broker_is_ended() -> None:
    app, connection = _app(), _connection()
    app._consumer._thread = _client(there=False)
    overseer = Overseer(app, replace(PATIENCE, stall=1e9), Metrics(), connection)
    ended: list[str] = []
    overseer.end = lambda reason, **_: ended.append(reason)
    start = overseer.looked_at
    overseer.look(start)
    overseer.look(start + 4)
    connection._guard.answered()
    for second in (5, 70):
        overseer.look(start + second)
    assert ended == ["cut_off"]


def test_a_working_worker() -> None:
    seen = see(_app())
    assert seen.partitions == {3: Partition(5, 9, False)}
    assert (seen.recovering, seen.recovered, seen.in_flight) == (False, 42, 3)


@pytest.mark.parametrize("app", [_app(rebalancing=True), _app(in_recovery=True), _app(base=None)])
def test_a_worker_that_is_not_yet_working_is_recovering(app: Any) -> None:
    assert see(app).recovering


def test_a_worker_that_starts_is_recovering() -> None:
    def not_started() -> None:
        raise ConsumerNotStarted

    app = _app()
    app._consumer.assignment = not_started
    assert see(app).recovering
    app._consumer = None
    assert see(app).recovering


def test_a_worker_without_partitions_is_well() -> None:
    app = _app()
    app._consumer.assignment = set
    assert see(app).recovering is False


def test_a_worker_that_does_not_get_on_is_ended() -> None:
    metrics = Metrics()
    overseer = Overseer(_app(), PATIENCE, metrics, _connection())
    ended: list[str] = []
    overseer.end = lambda reason, **_: ended.append(reason)
    start = overseer.looked_at
    for second in (1, 30, 61):
        overseer.look(start + second)
    assert ended == []
    assert metrics.value("ream_lag_records", "documents.parts") == 4
    overseer.look(start + 62)
    assert ended == ["stalled"]
    assert overseer.looked_at == start + 62


@pytest.mark.parametrize(("reason", "left"), [("stalled", (3, 5)), ("frozen", None)])
def test_only_where_nothing_moves_is_the_record_that_is_worked_on_suspected(
    reason: str, left: tuple[int, int] | None
) -> None:
    app = _app()
    app.begun.begin(3, 5)
    overseer = Overseer(app, replace(PATIENCE, frozen=1e9 if reason == "stalled" else 10), Metrics(), _connection())
    ended: list[str] = []
    overseer.end = lambda reason, **_: ended.append(reason)
    start = overseer.looked_at
    for second in (1, 62) if reason == "stalled" else (11,):
        overseer.look(start + second)
    assert (ended, app.begun.left()) == ([reason], left)


def test_ending_says_why_and_runs_nothing_else() -> None:
    program = """
import atexit
from ream_aggregate.ending import end_process
atexit.register(print, "a commit on the way out")
try:
    end_process("defect", offset=7)
finally:
    print("clean-up")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 70
    assert done.stdout == ""
    assert "ending_process reason=defect offset=7" in done.stderr


def test_warnings_of_the_libraries_become_lines_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, root = StringIO(), logging.root
    # Other tests' libraries may have switched logging down in this process.
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
    before = (root.handlers[:], root.level)
    try:
        logs.configure("info", "plain")
        log.configure(stream=lines)
        library = logging.getLogger("a_library.somewhere")  # noqa: TID251 - stands for the library
        library.info("not this")
        library.warning("topic %s is slow", "x")
        try:
            raise OSError("text")
        except OSError:
            library.exception("it failed")
    finally:
        root.handlers[:], root.level = before
        log.configure()
    assert "not this" not in lines.getvalue()
    assert 'a_library.somewhere library message="topic x is slow"' in lines.getvalue()
    assert "error=OSError" in lines.getvalue()


def test_who_waits_for_somebody_is_not_ended_and_shows_what_it_holds() -> None:
    metrics, ended = Metrics(), []
    overseer = Overseer(_app(), PATIENCE, metrics, _connection())
    overseer.end = lambda reason, **_: ended.append(reason)
    overseer.waits = lambda: True
    begun = overseer.looked_at
    for second in range(1000):
        overseer.look(begun + second)
    assert (ended, overseer.still_for(begun + 999)) == ([], 0)
    assert metrics.value("ream_in_flight_records") == 3
    assert metrics.value("ream_lag_records", "documents.parts") == 4
    overseer.waits = lambda: False
    for second in range(1000, 1100):
        overseer.look(begun + second)
    assert ended[:1] == ["stalled"], "nobody is away any more, and still nothing moves"


def test_a_record_ages_also_while_none_is_taken() -> None:
    metrics = Metrics()
    overseer = Overseer(_app(oldest=time.time() - 5 * 86_400), PATIENCE, metrics, _connection())
    overseer.look(overseer.looked_at)
    assert metrics.value("ream_oldest_record_seconds") == pytest.approx(5 * 86_400, abs=60)
    assert metrics.value("ream_retention_share") == pytest.approx(5 / 7, abs=0.001)
    overseer = Overseer(_app(oldest=None), PATIENCE, metrics, _connection())
    overseer.look(overseer.looked_at)
    assert metrics.value("ream_oldest_record_seconds") == metrics.value("ream_retention_share") == 0
