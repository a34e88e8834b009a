# SPDX-License-Identifier: Apache-2.0
"""How often a record ended the worker."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ream_aggregate.begun import Begun
from ream_aggregate.defects import MOST_TRIES, Defects


def died(file: Path, partition: int, offset: int) -> Defects:
    """The start after a process that a record was begun in, and not done."""
    begun, defects = Begun(file.with_name("begun")), Defects(file)
    begun.begin(partition, offset)
    defects.count(begun)
    return defects


def test_tries_are_counted_over_processes_and_for_one_record_alone(tmp_path: Path) -> None:
    file = tmp_path / "defects.json"
    for number in range(1, MOST_TRIES + 1):
        assert not Defects(file).exhausted(3, 70)
        died(file, 3, 70)
        assert Defects(file).tries(3, 70) == number
    found = Defects(file)
    assert found.exhausted(3, 70)
    assert (found.tries(3, 71), found.tries(4, 70)) == (0, 0)


def test_each_partition_has_a_record_of_its_own_and_the_next_one_begins_at_none(tmp_path: Path) -> None:
    file = tmp_path / "defects.json"
    for partition, offset in ((1, 5), (2, 9), (1, 5), (1, 8)):
        died(file, partition, offset)
    found = Defects(file)
    assert (found.tries(1, 5), found.tries(1, 8), found.tries(2, 9)) == (0, 1, 1)


def test_who_died_of_a_later_record_of_a_partition_has_survived_those_before_it_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "defects.json"
    for offset in (100, 60, 100):
        died(file, 1, offset)
    assert [Defects(file).tries(1, offset) for offset in (60, 100)] == [0, 2], "a kill from outside came in between"


def test_a_death_is_counted_once_and_an_end_without_a_record_is_none(tmp_path: Path) -> None:
    file, begun = tmp_path / "defects.json", Begun(tmp_path / "begun")
    Defects(file).count(begun)
    assert not file.exists(), "nothing was begun, so nothing is written"
    died(file, 1, 5)
    Defects(file).count(Begun(tmp_path / "begun"))
    assert Defects(file).tries(1, 5) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from ream_aggregate.begun import Begun
begun = Begun(Path(sys.argv[1]))
for offset in range(5):
    begun.begin(11, (1 << 40) + offset)
    if sys.argv[2] == "in the middle" and offset == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    begun.done()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("when", "left"), [("in the middle", (11, (1 << 40) + 3)), ("between two", None)])
def test_what_was_begun_outlives_a_process_that_is_killed(
    tmp_path: Path, when: str, left: tuple[int, int] | None
) -> None:
    file = tmp_path / "begun"
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), when], check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert Begun(file).left() == left


@pytest.mark.parametrize("text", ["", "{", "[1]", "[[1, 2]]", '[["a", 1, 1]]', "null"])
def test_a_file_that_cannot_be_read_counts_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "defects.json").write_text(text)
    assert Defects(tmp_path / "defects.json").tries(1, 1) == 0
