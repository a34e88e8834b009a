# SPDX-License-Identifier: Apache-2.0
"""How often a record ended the worker."""

from pathlib import Path

import pytest

from ream_aggregate.defects import MOST_TRIES, Defects


def test_tries_are_counted_over_processes_and_for_one_record_alone(tmp_path: Path) -> None:
    file = tmp_path / "defects.json"
    for number in range(1, MOST_TRIES + 1):
        assert not Defects(file).exhausted(3, 70)
        Defects(file).add(3, 70)
        assert Defects(file).tries(3, 70) == number
    found = Defects(file)
    assert found.exhausted(3, 70)
    assert (found.tries(3, 71), found.tries(4, 70)) == (0, 0)


def test_each_partition_has_a_record_of_its_own_and_the_next_one_begins_at_none(tmp_path: Path) -> None:
    file = tmp_path / "defects.json"
    for partition, offset in ((1, 5), (2, 9), (1, 5), (1, 8)):
        Defects(file).add(partition, offset)
    found = Defects(file)
    assert (found.tries(1, 5), found.tries(1, 8), found.tries(2, 9)) == (0, 1, 1)


@pytest.mark.parametrize("text", ["", "{", "[1]", "[[1, 2]]", '[["a", 1, 1]]', "null"])
def test_a_file_that_cannot_be_read_counts_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "defects.json").write_text(text)
    assert Defects(tmp_path / "defects.json").tries(1, 1) == 0
