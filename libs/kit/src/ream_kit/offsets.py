# SPDX-License-Identifier: Apache-2.0
"""Decides what may be committed of a partition, what the metadata says of the rest, and what may be begun by it.

Committed is only the prefix of which every record is finished. The metadata names what is finished beyond it, so that
a restart repeats as little as possible, and what may have been begun, so that after a death each of those is run alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ream_kit.commit_note import Note, encode, runs

MOST_CHARACTERS = 1_600
"""So long the code of finished ranges may become; there is room in the metadata for a thousand more, for so many
records may come before the reading stops."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What is to be sent to the broker.

    Attributes:
        offset: that of the next record to read after a restart.
        text: its metadata.
        reserved: offsets not read yet that may be begun when the broker has this.
    """

    offset: int
    text: str
    reserved: range


_NONE = range(0)


class Offsets:
    """The records of one assigned partition, from the committed offset on.

    Gaps between offsets (compaction, control records) are no records: the broker hands over all there is, in order.
    """

    def __init__(
        self,
        start: int | None = None,
        note: Note | None = None,
        end: int | None = None,
        on_gap: Callable[[tuple[range, ...]], None] = lambda missing: None,
    ) -> None:
        """Begins at the committed offset.

        Args:
            start: None when nothing was committed: then it begins with the first record read.
            note: what the commit said; None when nothing is known.
            end: one past the newest record of the partition: what lies beyond was begun by nobody.
            on_gap: told of offsets that the broker passed over, but for those that were finished before.
        """
        self._on_gap = on_gap
        self._begin(start)
        if start is not None and note is not None:
            self._remember(note, end)

    def _begin(self, start: int | None) -> None:
        self._next = self._end = self._first = start
        self._open: set[int] = set()
        # The finished ranges beyond the prefix, apart from each other and rising: where they start, where they stop.
        self._starts: list[int] = []
        self._stops: list[int] = []
        self._known: deque[range] = deque()
        self._named: set[int] = set()
        self._alone: set[int] = set()
        self._suspects: dict[int, int] = {}
        self._reserved = _NONE
        self._committed: Commit | None = None

    def _remember(self, note: Note, end: int | None) -> None:
        for run in note.finished:
            if run:
                self._finish(run.start, run.stop)
        self._known = deque(self.finished)
        begun = (offset for run in note.suspects for offset in run if end is None or offset < end)
        self._suspects = {
            offset: max(1, note.deaths.get(offset, 1)) for offset in begun if not self._is_finished(offset)
        }

    def read(self, offset: int) -> bool:
        """Notes that a record was read; False when it was finished before, and must not be run again.

        Raises:
            ValueError: it is not beyond those read before.
        """
        if self._end is not None and offset < self._end:
            if self._end != self._first or self._open:
                raise ValueError(f"offset {offset} was read already")
            self._begin(offset)  # the topic was made anew: nothing that was known holds
        if self._end is None:
            self._next = self._end = self._first = offset
        if offset > self._end:
            self._on_gap(self.unfinished(self._end, offset))
            self._finish(self._end, offset)
            for gone in [suspect for suspect in self._suspects if self._end <= suspect < offset]:
                del self._suspects[gone]
        self._end = offset + 1
        while self._known and self._known[0].stop <= offset:
            self._known.popleft()
        if self._known and offset in self._known[0]:
            return False
        self._open.add(offset)
        return True

    def finish(self, offset: int) -> None:
        """Notes that a record that was read is finished; order does not matter, nor does saying it twice."""
        if offset in self._open:
            self._open.discard(offset)
            self._named.discard(offset)
            if self._suspects.pop(offset, None) is not None:
                self._alone.discard(offset)
            self._finish(offset, offset + 1)

    def deaths(self, offset: int) -> int:
        """How often a process died while it may have worked on this record; 0 for all but suspects."""
        return self._suspects.get(offset, 0)

    def suspect(self, offset: int) -> None:
        """Makes a record a suspect because it stands before one."""
        self._suspects.setdefault(offset, 1)

    def name(self, offset: int, *, alone: bool = False) -> None:
        """Lets the next commit say that a record may be begun; of a suspect, that this try is counted."""
        self._named.add(offset)
        if alone:
            self._alone.add(offset)

    def unname(self, offset: int) -> None:
        """Takes `name` back: nobody works on the record."""
        self._named.discard(offset)
        if self._alone:
            self._alone.discard(offset)

    def is_reserved(self, offset: int) -> bool:
        """Whether a record may be begun without being named: every commit that the broker may have says so."""
        return offset in self._reserved

    @property
    def suspects(self) -> Collection[int]:
        """Records that are not finished and that a process may have died of."""
        return self._suspects.keys()

    @property
    def reserved(self) -> int:
        """How many of the next records may be begun without being named."""
        return max(0, self._reserved.stop - max(self._reserved.start, self._end or 0))

    def commit(self, owner: str, *, reserve: int = 0, orderly: bool = False, failures: int = 0) -> Commit | None:
        """Says what is to be sent; None when the broker has the same, or nothing is known yet.

        Args:
            owner: name of this process.
            reserve: so many records after the last read may be begun before the next commit.
            orderly: the partition is given up in order: nothing of it will run here any more.
            failures: how many records in a row failed in this process by our own fault.
        """
        if self._next is None or self._end is None:
            return None
        end = max(self._end, self._next)
        ahead = _NONE if orderly or not reserve else range(end, end + reserve)
        begun = self._suspects.keys() if orderly else self._suspects.keys() | self._named
        counted = set() if orderly else self._alone
        deaths = {offset: number + (offset in counted) for offset, number in self._suspects.items()}
        note = Note(
            owner,
            orderly,
            suspects=_union(runs(sorted(begun)), ahead),
            deaths={offset: number for offset, number in deaths.items() if number > 1},
            finished=self.finished,
            failures=failures,
        )
        commit = Commit(self._next, encode(self._next, note), ahead)
        if self._committed is not None and (commit.offset, commit.text) == (
            self._committed.offset,
            self._committed.text,
        ):
            self._reserved = self._committed.reserved
            return None
        self._reserved = range(max(self._reserved.start, ahead.start), min(self._reserved.stop, ahead.stop))
        return commit

    def committed(self, commit: Commit) -> None:
        """Notes that the broker has a commit."""
        self._committed = commit
        self._reserved = commit.reserved

    def failed(self) -> None:
        """Notes that a commit may have arrived or not: nothing is reserved until the next one has."""
        self._committed = None
        self._reserved = _NONE

    @property
    def position(self) -> int | None:
        """The first offset that is not finished; None while nothing is known."""
        return self._next

    @property
    def end(self) -> int | None:
        """One past the last record read; None while nothing is known."""
        return self._end

    @property
    def span(self) -> int:
        """Offsets from the first unfinished one to the last one read."""
        return 0 if self._end is None or self._next is None else max(0, self._end - self._next)

    @property
    def characters(self) -> int:
        """The longest that the code of finished ranges can become, in whatever order the open records finish.

        A number takes a character, and one more from 32 on and from 1024 on; there are two numbers a range, no more
        ranges than open records and one, and no more characters than offsets.
        """
        span = self.span
        return min(span, 2 * (len(self._open) + 1) + span // 32 + span // 1024)

    @property
    def finished(self) -> tuple[range, ...]:
        """The finished ranges beyond the first unfinished record."""
        return tuple(range(*ends) for ends in zip(self._starts, self._stops, strict=True))

    def unfinished(self, start: int, stop: int) -> tuple[range, ...]:
        """What is not finished of a range of offsets that lie beyond the last record read."""
        found, at = [], start
        for run in self.finished:
            if run.start >= stop:
                break
            found.append(range(at, max(at, run.start)))
            at = max(at, run.stop)
        found.append(range(at, stop))
        return tuple(one for one in found if one)

    def _is_finished(self, offset: int) -> bool:
        at = bisect_right(self._starts, offset) - 1
        return (self._next is not None and offset < self._next) or (at >= 0 and offset < self._stops[at])

    def _finish(self, start: int, stop: int) -> None:
        if start == self._next and (not self._starts or stop < self._starts[0]):
            self._next = stop
            return
        first, last = bisect_left(self._stops, start), bisect_right(self._starts, stop)
        if first < last:
            start, stop = min(start, self._starts[first]), max(stop, self._stops[last - 1])
        self._starts[first:last], self._stops[first:last] = [start], [stop]
        if self._next is not None and self._starts[0] <= self._next:
            self._next = max(self._next, self._stops[0])
            del self._starts[0], self._stops[0]


def _union(begun: tuple[range, ...], ahead: range) -> tuple[range, ...]:
    """Adds a range to rising ones."""
    if not ahead:
        return begun
    before = [run for run in begun if run.stop < ahead.start]
    after = [run for run in begun if run.start > ahead.stop]
    touching = [ahead, *(run for run in begun if run.stop >= ahead.start and run.start <= ahead.stop)]
    return (*before, range(min(run.start for run in touching), max(run.stop for run in touching)), *after)
