# SPDX-License-Identifier: Apache-2.0
"""Decides how records are run that may have ended a process: one at a time, with nothing beside them at first.

While suspects wait that may be run, nothing else is begun. What runs already is given some time to finish, and so is a
suspect before anything else is begun beside it: work of hours must not keep a process idle. Who dies then is known but
for chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

PATIENCE_SECONDS = 30.0
"""So long what runs is waited for, and so long a suspect has the process for itself."""

CROWD = 40
"""From so many on that a process died of twice, these go first: a commit has room for the deaths of no more than fifty
of a partition (`commit_note`), and of whom it forgets one the count begins anew."""


class Suspect(Protocol):
    """A record that may have ended a process."""

    deaths: int

    @property
    def position(self) -> int: ...  # noqa: D102


T = TypeVar("T", bound=Suspect)


def next_of(heads: Sequence[T]) -> T | None:
    """Says who goes next, if anybody waits: the one with the fewest deaths, and in a crowd with the most."""
    crowded = sum(head.deaths > 1 for head in heads) >= CROWD
    return min(heads, key=lambda head: (-head.deaths if crowded else head.deaths, head.position), default=None)


class Suspects(Generic[T]):
    """The suspects of one process. Not safe for use by several threads at once: the caller holds a lock."""

    def __init__(self, first: Callable[[T], T | None], patience: float = PATIENCE_SECONDS) -> None:
        """Begins without any.

        Args:
            first: says for a suspect that waits who must go before it (itself, mostly); None while nobody may, because
                another one of its key is running or pauses.
            patience: seconds.
        """
        self._first = first
        self._patience = patience
        self._waiting: dict[T, None] = {}
        self._chosen: T | None = None
        self._cleared = False
        self._held_since: float | None = None
        self._running: T | None = None
        self._running_since = 0.0

    @property
    def waiting(self) -> bool:
        """Whether some wait."""
        return bool(self._waiting)

    @property
    def any(self) -> bool:
        """Whether some wait or one is running."""
        return bool(self._waiting) or self._running is not None

    def add(self, suspect: T) -> None:
        """Takes one that waits to be run."""
        self._waiting[suspect] = None

    def discard(self, suspect: T) -> None:
        """Forgets one that is finished, paused or given away."""
        self._waiting.pop(suspect, None)
        if self._chosen is suspect:
            self._chosen, self._cleared = None, False
        if self._running is suspect:
            self._running = None

    def holds(self, now: float) -> bool:
        """Whether nothing but a suspect may be begun."""
        if not self._ready():
            self._held_since = None
            return self._running is not None and self._alone(now)
        if self._alone(now):
            return True
        self._held_since = now if self._held_since is None else self._held_since
        return True

    def wants(self, now: float) -> bool:
        """Whether somebody is to be chosen."""
        return self._ready() and not self._cleared and not self._alone(now)

    def choose(self, now: float) -> T | None:
        """Chooses who is next, as `next_of` says; None when nobody is, or somebody was chosen.

        Args:
            now: seconds of a clock that never goes back.
        """
        if self._chosen is not None or self._alone(now):
            return None
        heads = [head for suspect in self._waiting if (head := self._first(suspect)) is not None]
        self._chosen = next_of(heads)
        if self._chosen is not None:
            self._waiting[self._chosen] = None
        return self._chosen

    def clear(self, suspect: T) -> None:
        """Says that the broker has it that this one's try is counted."""
        self._cleared = self._cleared or self._chosen is suspect

    def begin(self, now: float, busy: int) -> T | None:
        """Gives the one that is to be run now; None when none may be."""
        if self._chosen is None or not self._cleared or self._alone(now) or not self.holds(now):
            return None
        if busy and self._held_since is not None and now - self._held_since < self._patience:
            return None
        begun, self._chosen, self._cleared = self._chosen, None, False
        self._waiting.pop(begun)
        self._running, self._running_since, self._held_since = begun, now, None
        return begun

    def seconds(self, now: float) -> float | None:
        """After how long time alone may change an answer; None when it cannot."""
        if self._alone(now):
            return max(0.0, self._running_since + self._patience - now)
        if self._waiting and self._held_since is not None:
            return max(0.0, self._held_since + self._patience - now)
        return None

    def _ready(self) -> bool:
        """Whether one waits that may go: who waits for another of its key, which may pause, holds nobody."""
        return self._chosen is not None or any(self._first(suspect) is not None for suspect in self._waiting)

    def _alone(self, now: float) -> bool:
        return self._running is not None and now - self._running_since < self._patience
