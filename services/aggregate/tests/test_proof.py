# SPDX-License-Identifier: Apache-2.0
"""What is committed is written down first, in the form that kit's checker reads."""

import json
from pathlib import Path

from ream_aggregate.fanin import Answered, Passed, Refused
from ream_aggregate.proof import Proof
from ream_kit.commit_check import check_folder
from ream_kit.commit_log import CommitLog

KEY = b"a" * 32


def test_without_a_log_nothing_is_worked_out() -> None:
    proof = Proof()
    assert (proof.wanted, proof.work(KEY, Passed()), proof.now()) == (False, None, None)
    proof.resumed(0, 3, None)
    proof.committing(0, 4, {})
    proof.committed(0, 4)
    proof.left(0)


def test_the_checker_finds_no_hole_and_finds_the_planted_one(tmp_path: Path) -> None:
    with CommitLog(tmp_path, "ream-aggregate") as log:
        proof = Proof(log)
        proof.resumed(3, 10, proof.now())
        works = {10: proof.work(KEY, Answered(b"{}")), 11: proof.work(KEY, Passed()), 13: proof.work(KEY, Passed())}
        proof.committing(3, 12, works)
        proof.committed(3, 12)
        proof.left(3)
    found = check_folder(tmp_path)
    assert (found.findings, found.finished, found.commits) == ([], 2, 1)
    (file,) = tmp_path.iterdir()
    lines = file.read_text().splitlines()
    said = ["start", "assigned", "finished", "finished", "commit", "committed", "left"]
    assert [json.loads(line)["is"] for line in lines] == said
    file.write_text("\n".join([*lines[:2], *lines[3:]]) + "\n")
    assert [finding.kind for finding in check_folder(tmp_path).findings] == ["hole"]


def test_the_same_effect_has_the_same_hash_and_another_one_another(tmp_path: Path) -> None:
    with CommitLog(tmp_path, "ream-aggregate") as log:
        proof = Proof(log)
        effects = (Answered(b"one"), Answered(b"one"), Answered(b"two"), Answered(None), Passed(), Refused("a", "b"))
        works = [work for effect in effects if (work := proof.work(KEY, effect)) is not None]
    hashes = [work.done.hexdigest(work.outcome) for work in works]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 5
    assert [work.outcome for work in works][-2:] == ["done", "rejected"]
