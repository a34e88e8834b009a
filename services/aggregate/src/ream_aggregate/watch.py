# SPDX-License-Identifier: Apache-2.0
"""Decides whether a worker still gets on: the committed offset moves, or there is nothing to do."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partition:
    """What is seen of one source partition.

    Attributes:
        base: the committed offset, None before the partition was resumed.
        end: one past its newest record, None before anything was fetched.
        head_open: records behind the base are answered, and the base is not.
    """

    base: int | None
    end: int | None
    head_open: bool

    @property
    def lag(self) -> int:
        """Records that are not committed yet."""
        return max(0, self.end - self.base) if self.base is not None and self.end is not None else 0


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of the worker at one moment.

    Attributes:
        partitions: by number.
        recovering: the worker is between owning partitions and working on them.
        recovered: changelog records read so far, as one number: whether it moves is all that counts.
        waits: somebody it needs is away, and it waits for him as long as it takes.
        in_flight: records that are answered and not committed.
        oldest: when the first record that is not committed was written, in seconds since 1970; None when all are.
    """

    partitions: Mapping[int, Partition]
    recovering: bool
    recovered: int
    waits: bool = False
    in_flight: int = 0
    oldest: float | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds each thing may last.

    Attributes:
        head: a head that stays open.
        stall: a lag without a commit.
        recovery: a recovery that reads nothing.
        frozen: the worker itself not running; another may own its partitions by then.
    """

    head: float
    stall: float
    recovery: float
    frozen: float


class Watch:
    """Remembers since when nothing has moved; asked about once a second."""

    def __init__(self, patience: Patience, now: float) -> None:
        self._patience = patience
        self._seen_at = now
        self._moved_at: dict[int, float] = {}
        self._bases: dict[int, int | None] = {}
        self._open_since: dict[int, float] = {}
        self._recovery: tuple[int, float] | None = None

    def frozen(self, now: float) -> bool:
        """Says whether the process stood still so long that its partitions may have another owner."""
        return now - self._seen_at > self._patience.frozen

    def look(self, sight: Sight, now: float) -> str | None:
        """Returns why the process has to end, or None.

        Args:
            sight: what is to be seen now.
            now: seconds of a clock that never goes back.
        """
        if self.frozen(now):
            return "frozen"
        self._seen_at = now
        if sight.recovering:
            self._moved_at.clear()
            self._open_since.clear()
            return self._look_at_recovery(sight, now)
        self._recovery = None
        for number, partition in sight.partitions.items():
            moves = partition.base != self._bases.get(number) or not partition.lag or sight.waits
            if moves or number not in self._moved_at:
                self._moved_at[number] = now
            self._bases[number] = partition.base
            if not partition.head_open or sight.waits:
                self._open_since.pop(number, None)
            elif now - self._open_since.setdefault(number, now) > self._patience.head:
                return "head_stays_open"
        gone = self._moved_at.keys() - sight.partitions.keys()
        for number in gone:
            del self._moved_at[number]
        return "stalled" if self.still_for(now) > self._patience.stall else None

    def still_for(self, now: float) -> float:
        """Returns for how many seconds the slowest partition with a lag, or a recovery, has not moved."""
        if self._recovery is not None:
            return now - self._recovery[1]
        return max((now - moved for moved in self._moved_at.values()), default=0.0)

    def _look_at_recovery(self, sight: Sight, now: float) -> str | None:
        if self._recovery is None or self._recovery[0] != sight.recovered or sight.waits:
            self._recovery = (sight.recovered, now)
        return "recovery_stalls" if now - self._recovery[1] > self._patience.recovery else None
