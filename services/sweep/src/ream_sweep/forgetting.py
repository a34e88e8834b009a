# SPDX-License-Identifier: Apache-2.0
"""Decides when aggregate may drop a document's entry, and when brought files and messages may go."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from ream_contracts import layout
from ream_contracts.messages import DocumentCompleted, PartForget

STAMP = "%Y%m%dT%H%M%S"
"""How the first step of a name in incoming/ begins: when it was brought, UTC."""


class Forgetting:
    """Waits with completed documents until they are old enough; each partition in its own order."""

    def __init__(self, days: float) -> None:
        self._age_ms = days * 86_400_000
        self._waiting: dict[int, deque[tuple[int, int, PartForget]]] = {}

    def completed(self, message: DocumentCompleted, partition: int, offset: int, timestamp_ms: int) -> None:
        """Takes note of a completed document."""
        forget = PartForget(message.document_id, message.generation, message.run)
        self._waiting.setdefault(partition, deque()).append((offset, timestamp_ms, forget))

    def due(self, now_ms: float) -> tuple[list[PartForget], dict[int, int]]:
        """Returns what is old enough; with the offset of documents.completed that each partition is then done up to.

        It is returned again until it is said to be `done`.
        """
        parts: list[PartForget] = []
        done: dict[int, int] = {}
        for partition, waiting in self._waiting.items():
            for offset, _, forget in takewhile(lambda one: now_ms - one[1] >= self._age_ms, waiting):
                parts.append(forget)
                done[partition] = offset + 1
        return parts, done

    def done(self, offsets: Mapping[int, int]) -> None:
        """Drops what lies before these offsets."""
        for partition, offset in offsets.items():
            waiting = self._waiting[partition]
            while waiting and waiting[0][0] < offset:
                waiting.popleft()


class Passing:
    """Remembers how far ingest was, so that what it passed long enough ago can be deleted."""

    def __init__(self, hours: float) -> None:
        self._age = timedelta(hours=hours)
        self._samples: deque[tuple[datetime, dict[int, int]]] = deque()

    def note(self, now: datetime, passed: Mapping[int, int]) -> None:
        """Takes a sample; at most one for each hundredth of the time to wait."""
        if not self._samples or now - self._samples[-1][0] >= self._age / 100:
            self._samples.append((now, dict(passed)))

    def deletable(self, now: datetime) -> dict[int, int]:
        """Returns by partition the offset below which everything was passed long enough ago."""
        found: dict[int, int] = {}
        while self._samples and now - self._samples[0][0] >= self._age:
            found = self._samples.popleft()[1]
        return found


def stale(names: Iterable[str], now: datetime, days: float) -> Iterator[str]:
    """Yields the names in incoming/ that were brought longer ago than so many days."""
    for name in names:
        stamp = name.removeprefix(layout.INCOMING)[:15]
        try:
            brought = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue  # somebody else's naming: theirs to tidy
        if now - brought > timedelta(days=days):
            yield name
