# SPDX-License-Identifier: Apache-2.0
"""Whatever order records finish in, the commit is the end of the prefix of which every record is finished."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from ream_kit.offsets import Offsets


class Model(RuleBasedStateMachine):
    """Reads, finishes and commits in any order, with gaps, beside a list that is searched from its start."""

    records = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.offsets = Offsets()
        self.read: list[int] = []
        self.finished: set[int] = set()
        self.commits: list[int] = []

    @rule(target=records, gap=st.integers(1, 5), count=st.integers(1, 4))
    def read_some(self, gap: int, count: int) -> object:
        first = (self.read[-1] if self.read else -1) + gap
        new = list(range(first, first + count))
        for offset in new:
            self.offsets.read(offset)
        self.read += new
        return multiple(*new)

    @rule(offset=records)
    def finish(self, offset: int) -> None:
        self.offsets.finish(offset)
        self.finished.add(offset)

    @rule()
    def commit(self) -> None:
        offset = self.offsets.committable()
        if offset is not None:
            self.commits.append(offset)
            self.offsets.committed(offset)
            assert self.offsets.committable() is None

    @invariant()
    def nothing_unfinished_lies_below_the_commit(self) -> None:
        prefix = 0
        while prefix < len(self.read) and self.read[prefix] in self.finished:
            prefix += 1
        wanted = self.read[prefix - 1] + 1 if prefix else None
        already = self.commits[-1] if self.commits else None
        assert self.offsets.committable() == (None if wanted == already else wanted)
        assert self.offsets.span == len(self.read) - prefix
        assert self.offsets.position == (self.read[prefix] if prefix < len(self.read) else wanted)
        assert self.commits == sorted(set(self.commits))


Model.TestCase.settings = settings(stateful_step_count=30)
TestOffsets = Model.TestCase


def test_an_offset_is_read_once() -> None:
    offsets = Offsets()
    offsets.read(5)
    with pytest.raises(ValueError, match="5 was read already"):
        offsets.read(5)
    offsets.finish(5)
    with pytest.raises(ValueError, match="4 was read already"):
        offsets.read(4)


def test_says_nothing_to_commit_before_anything_is_finished() -> None:
    offsets = Offsets()
    assert offsets.committable() is None
    offsets.read(0)
    offsets.read(1)
    offsets.finish(1)
    assert (offsets.committable(), offsets.span, offsets.position) == (None, 2, 0)
    offsets.finish(0)
    assert (offsets.committable(), offsets.span, offsets.position) == (2, 0, 2)
