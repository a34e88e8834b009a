# SPDX-License-Identifier: Apache-2.0
"""When records count as deleted unread: not for a gap of a transaction, nor while they may still come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ream_kit.bus_contract import IN
from ream_kit.commit_note import Note
from ream_kit.metrics import Metrics
from ream_kit.offsets import Offsets
from ream_kit.task import Partition
from ream_kit.testing import FakeClock
from ream_kit.unread import DeletedUnread, Unread


class Bench:
    """One partition, read up to 10, and a broker that says where it begins."""

    def __init__(self, note: Note | None = None, cleanup: str = "delete") -> None:
        self.clock, self.metrics = FakeClock(), Metrics()
        self.begin: int | None = 0
        self.asked = 0
        self.unread = Unread(self.ask, DeletedUnread(self.clock, self.metrics), self.clock)
        self.partition = Partition(replace(IN, cleanup="compact" if cleanup == "compact" else "delete"), 0)
        self.partition.offsets = Offsets(10, note, None, lambda missing: self.unread.gap(self.partition, missing))

    def ask(self, partition: Partition) -> int | None:
        self.asked += 1
        return self.begin

    def seconds(self, number: int) -> None:
        for _ in range(number):
            self.unread.second([self.partition])
            self.clock.advance(1)

    @property
    def deleted(self) -> float:
        return self.metrics.value("ream_records_deleted_unread_total", IN.name)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_gap_counts_as_far_as_the_partition_begins_beyond_it(bench: Bench) -> None:
    bench.begin = 25
    bench.partition.offsets.read(25)
    bench.unread.check()
    assert bench.deleted == 15


def test_a_gap_of_a_transaction_is_no_loss(bench: Bench) -> None:
    bench.partition.offsets.read(10)
    bench.partition.offsets.read(12)
    bench.unread.check()
    assert (bench.deleted, bench.asked) == (0, 1)
    bench.partition.offsets.read(13)
    bench.unread.check()
    assert bench.asked == 1, "what comes without a gap asks nobody"


def test_gaps_wait_for_a_broker_that_does_not_answer(bench: Bench) -> None:
    bench.begin = None
    bench.partition.offsets.read(25)
    bench.seconds(20)
    assert (bench.deleted, bench.asked) == (0, 1), "whoever polls does not wait for it each second"
    bench.begin = 25
    bench.seconds(20)
    assert bench.deleted == 15


def test_it_is_seen_though_nothing_comes_any_more(bench: Bench) -> None:
    """Everything unread was deleted, and nothing was written since."""
    bench.begin = 40
    bench.seconds(5)
    assert bench.deleted == 0, "it may have been fetched before it was deleted"
    bench.seconds(2)
    assert bench.deleted == 30
    bench.begin = 50
    bench.seconds(10)
    assert bench.deleted == 40
    bench.partition.offsets.read(55)
    bench.begin = 55
    bench.unread.check()
    assert bench.deleted == 45, "each once"


def test_what_was_fetched_before_it_was_deleted_is_no_loss(bench: Bench) -> None:
    """It still comes, one record after the other."""
    bench.begin = 40
    for offset in range(10, 40):
        bench.seconds(3)
        bench.partition.offsets.read(offset)
    bench.seconds(10)
    assert bench.deleted == 0


def test_what_was_finished_beyond_the_commit_is_no_loss() -> None:
    bench = Bench(Note("other", True, finished=(range(12, 15), range(18, 20))))
    bench.begin = 22
    bench.partition.offsets.read(22)
    bench.unread.check()
    assert bench.deleted == 12 - 5


def test_compaction_is_no_loss() -> None:
    bench = Bench(cleanup="compact")
    bench.begin = 40
    bench.seconds(20)
    bench.partition.offsets.read(40)
    bench.unread.check()
    assert (bench.deleted, bench.asked) == (0, 0)
