# SPDX-License-Identifier: Apache-2.0
"""The checker of commit logs is silent about a clean run, whatever was killed in it, and names planted violations."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import topics
from ream_kit.commit_check import Finding, Proof, Unreadable, check, check_folder, main, read
from ream_kit.commit_log import CommitLog, Done

TOPIC = "kit.in"
COMPACTED = topics.DOCUMENTS_COMPLETED.name


class Times:
    """A clock that goes on by one each time it is asked."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., CommitLog]:
    times = Times()
    return lambda group="g": CommitLog(tmp_path, group, times)


def finish(log: CommitLog, *offsets: int, outcome: str = "done", topic: str = TOPIC) -> None:
    for offset in offsets:
        log.finished(topic, 0, offset, outcome, Done())


def commit(log: CommitLog, next_offset: int, topic: str = TOPIC) -> None:
    log.commit(topic, 0, next_offset)
    log.committed(topic, 0, next_offset)


def proof(folder: Path, *logs: CommitLog, **more: Any) -> Proof:
    for log in logs:
        log.close()
    return check_folder(folder, **more)


def kinds(found: Proof) -> list[str]:
    return [finding.kind for finding in found.findings]


def test_a_clean_run_with_a_kill_and_a_handover_is_proven(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    killed = log()
    killed.assigned(TOPIC, 0, None)
    finish(killed, 0, 2, 1)
    commit(killed, 3)
    finish(killed, 4)
    killed.commit(TOPIC, 3, 3)  # sent, and the process died before it heard of it
    second = log()
    second.assigned(TOPIC, 0, 3, [range(4, 5)])
    finish(second, 3, 5)
    commit(second, 6)
    second.left(TOPIC, 0, "revoked")
    third = log()
    third.assigned(TOPIC, 0, 6)
    finish(third, 6)
    commit(third, 7)
    found = proof(tmp_path, killed, second, third, from_beginning=True)
    assert found.findings == []
    assert (found.processes, found.partitions, found.finished, found.commits) == (3, 1, 7, 3)


def test_records_that_were_run_twice_are_counted_and_allowed(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    first, second = log(), log()
    first.assigned(TOPIC, 0, 0)
    finish(first, 0, 1)
    second.assigned(TOPIC, 0, 0)
    finish(second, 0)
    finish(second, 1, outcome="failed")
    commit(second, 2)
    found = proof(tmp_path, first, second)
    assert (found.findings, found.finished, found.repeated, found.differing) == ([], 2, 2, 1)


def test_an_offset_that_nobody_finished_is_a_hole(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    one = log()
    one.assigned(TOPIC, 0, 10)
    finish(one, 10, 11, 14)
    commit(one, 15)
    finish(one, 12)  # too late: it was not finished when the commit was sent
    found = proof(tmp_path, one)
    (hole,) = found.findings
    assert (hole.kind, hole.group, hole.topic, hole.partition) == ("hole", "g", TOPIC, 0)
    assert hole.text.endswith("committed 15, and nobody had finished offsets 12 to 13")


def test_what_was_never_taken_up_is_a_hole(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    """A start beyond the last commit passes records over, and so does one that is not at the beginning."""
    one, two = log(), log()
    one.assigned(TOPIC, 0, 2)
    finish(one, 2)
    commit(one, 3)
    one.left(TOPIC, 0, "ended")
    two.assigned(TOPIC, 0, 5)
    finish(two, 5)
    commit(two, 6)
    assert kinds(proof(tmp_path, one, two)) == ["hole"]
    assert kinds(proof(tmp_path, one, two, from_beginning=True)) == ["hole", "hole"]


def test_a_commit_that_goes_back_is_named(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    one = log()
    one.assigned(TOPIC, 0, 0)
    finish(one, 0, 1, 2)
    commit(one, 3)
    commit(one, 2)
    assert kinds(proof(tmp_path, one)) == ["back"]


@pytest.mark.parametrize("begins", [1, None])
def test_a_start_below_what_the_broker_had_is_named(
    log: Callable[..., CommitLog], tmp_path: Path, begins: int | None
) -> None:
    one, two = log(), log()
    one.assigned(TOPIC, 0, 0)
    finish(one, 0, 1, 2)
    commit(one, 3)
    one.left(TOPIC, 0, "lost")
    two.assigned(TOPIC, 0, begins)
    assert kinds(proof(tmp_path, one, two)) == ["back"]


def test_a_commit_for_a_partition_of_another_is_an_overlap(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    """A frozen process that wakes: refused by the broker it does no harm, accepted it does."""
    frozen, owner = log(), log()
    frozen.assigned(TOPIC, 0, 0)
    finish(frozen, 0, 1)
    owner.assigned(TOPIC, 0, 0)
    frozen.commit(TOPIC, 0, 2)
    assert kinds(proof(tmp_path, frozen, owner)) == []
    frozen, owner = log("h"), log("h")
    frozen.assigned(TOPIC, 0, 0)
    finish(frozen, 0, 1)
    owner.assigned(TOPIC, 0, 0)
    commit(frozen, 2)
    assert kinds(proof(tmp_path, frozen, owner)) == ["overlap"]


def test_gaps_are_believed_of_compacted_topics_alone(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    for topic in (COMPACTED, topics.DOCUMENTS_PARTS.name):
        one = log(topic)
        one.assigned(topic, 0, 0)
        finish(one, 0, 3, topic=topic)
        one.gap(topic, 0, 1, 2)
        commit(one, 4, topic)
        one.close()
    found = proof(tmp_path)
    assert [(finding.kind, finding.topic) for finding in found.findings] == [("hole", topics.DOCUMENTS_PARTS.name)]


def test_a_gap_that_holds_a_record_is_named(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    one, two = log(), log()
    one.assigned(COMPACTED, 0, 0)
    one.gap(COMPACTED, 0, 0, 2)
    two.assigned(COMPACTED, 0, 0)
    finish(two, 1, topic=COMPACTED)
    assert kinds(proof(tmp_path, one, two)) == ["gap"]


def test_groups_and_partitions_are_told_apart(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    one, two = log("one"), log("two")
    for each in (one, two):
        each.assigned(TOPIC, 0, 0)
    finish(one, 0)
    commit(one, 1)
    commit(two, 1)
    assert [finding.group for finding in proof(tmp_path, one, two).findings] == ["two"]


def test_what_was_done_has_a_hash(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    """Same outputs and outcome, same hash; keys, values, topics, their order and the outcome all matter."""
    digests = set()
    for outputs in ([("t", b"k", b"v")], [("t", b"v", b"k")], [("t", None, b"v")], [("tk", b"", b"v")], []):
        for outcome in ("done", "failed"):
            done, again = Done(), Done()
            for topic, key, value in outputs:
                done.add(topic, key, value)
                again.add(topic, key, value)
            digests.add(done.hexdigest(outcome))
            assert done.hexdigest(outcome) == again.hexdigest(outcome)
    assert len(digests) == 10


def test_a_commit_is_on_disk_before_it_is_sent(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    one = log()
    one.assigned(TOPIC, 0, 0)
    finish(one, 0)
    one.commit(TOPIC, 0, 1)
    (file,) = tmp_path.glob("*.jsonl")
    assert [line["is"] for line in read(file)] == ["start", "assigned", "finished", "commit"]
    one.close()
    finish(one, 1)  # a worker that outlives the log does no harm


def test_the_last_line_of_a_killed_process_may_be_cut_off(log: Callable[..., CommitLog], tmp_path: Path) -> None:
    one = log()
    one.assigned(TOPIC, 0, 0)
    finish(one, 0)
    one.close()
    (file,) = tmp_path.glob("*.jsonl")
    file.write_text(file.read_text()[:-5])
    assert [line["is"] for line in read(file)] == ["start", "assigned"]


@pytest.mark.parametrize("text", ["hello\n", "{}\n", "[1]\n", '{"is":"start","format":2}\n'])
def test_other_files_are_refused_with_their_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(text)
    with pytest.raises(Unreadable, match=r"x\.jsonl"):
        read(file)


def test_the_command_says_what_it_found(
    log: Callable[..., CommitLog], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "set REAM_COMMIT_LOG" in capsys.readouterr().err
    one = log()
    one.assigned(TOPIC, 0, 0)
    finish(one, 0)
    commit(one, 1)
    one.close()
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        "1 processes, 1 partitions, 1 commits, 1 records finished (0 repeated, 0 of them differently): "
        "0 hole, 0 back, 0 overlap, 0 gap\n"
    )
    two = log("other")
    two.assigned(TOPIC, 0, 0)
    commit(two, 1)
    two.close()
    assert main([str(tmp_path), "--from-beginning"]) == 1
    assert "hole: other kit.in[0]: " in capsys.readouterr().out


def test_no_logs_prove_nothing() -> None:
    assert check([[]]) == Proof()
    assert str(Finding("hole", "g", "t", 0, "x")) == "hole: g t[0]: x"
    line = {"is": "start", "format": 1, "group": "g", "process": "p", "time": 1}
    assert check([[json.loads(json.dumps(line))]]).processes == 1
