# SPDX-License-Identifier: Apache-2.0
"""Decides who is next: documents in turn, the records of one key in order where their topic asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Waiting(Protocol):
    """What can stand in the queue.

    Attributes:
        lane: those with the same lane share one turn.
        position: order inside an ordered lane.
        ordered: a lane of these is worked on by one caller at a time, in order.
        bulk: may be told to wait while others go first.
    """

    @property
    def lane(self) -> Hashable: ...  # noqa: D102
    @property
    def position(self) -> int: ...  # noqa: D102
    @property
    def ordered(self) -> bool: ...  # noqa: D102
    @property
    def bulk(self) -> bool: ...  # noqa: D102


T = TypeVar("T", bound=Waiting)


@dataclass(slots=True, eq=False)
class _Lane(Generic[T]):
    """Is in the ring while it has something to give: items wait, and none is running where it is ordered."""

    ordered: bool
    bulk: bool
    queue: deque[T] = field(default_factory=deque)
    running: int = 0
    in_ring: bool = False


class Turns(Generic[T]):
    """A fair queue. Not safe for use by several threads at once: the caller holds a lock.

    Every item that `take` gave is given back once, by `release` (finished) or `back` (to be taken again).
    """

    def __init__(self) -> None:
        self._lanes: dict[Hashable, _Lane[T]] = {}
        # One ring for small work and one for bulk, served by turns: neither can keep the other waiting.
        self._rings: tuple[deque[_Lane[T]], deque[_Lane[T]]] = (deque(), deque())
        self._bulk_next = False
        self._queued = 0

    def __len__(self) -> int:
        """Items that wait."""
        return self._queued

    def put(self, item: T) -> None:
        """Adds an item at the end of its lane; in an ordered lane positions must rise."""
        lane = self._lanes.get(item.lane)
        if lane is None:
            lane = self._lanes[item.lane] = _Lane(item.ordered, item.bulk)
        lane.queue.append(item)
        self._queued += 1
        self._enter(lane)

    def take(self, limit: int = 1, *, bulk: bool = True) -> list[T]:
        """Takes up to `limit` items, one lane after another; with `bulk=False` none that is bulk.

        More than one item of an ordered lane is taken only together, in order, when nobody else has a turn.
        """
        taken: list[T] = []
        again: deque[_Lane[T]] = deque()
        while len(taken) < limit:
            lane = self._next(bulk) or (again.popleft() if again else None)
            if lane is None:
                break
            taken.append(lane.queue.popleft())
            lane.running += 1
            self._queued -= 1
            self._enter(lane)
            if lane.queue and lane.ordered:
                again.append(lane)
        return taken

    def release(self, item: T) -> None:
        """Says that an item is finished: the next of an ordered lane may go."""
        lane = self._lanes[item.lane]
        lane.running -= 1
        self._enter(lane)
        if not lane.queue and not lane.running:
            del self._lanes[item.lane]

    def back(self, item: T) -> None:
        """Gives an item back to be taken again, before those behind it."""
        lane = self._lanes[item.lane]
        at = 0
        while lane.ordered and at < len(lane.queue) and lane.queue[at].position < item.position:
            at += 1
        lane.queue.insert(at, item)
        self._queued += 1
        lane.running -= 1
        self._enter(lane)

    def discard(self, unwanted: Callable[[T], bool]) -> list[T]:
        """Takes waiting items out for good and returns them; those that were taken must still be given back."""
        found: list[T] = []
        for key, lane in list(self._lanes.items()):
            out = [item for item in lane.queue if unwanted(item)]
            if not out:
                continue
            found += out
            lane.queue = deque(item for item in lane.queue if not unwanted(item))
            if not lane.queue and not lane.running:
                del self._lanes[key]
        self._queued -= len(found)
        for ring in self._rings:
            for _ in range(len(ring)):
                lane = ring.popleft()
                lane.in_ring = bool(lane.queue)
                if lane.in_ring:
                    ring.append(lane)
        return found

    def _next(self, bulk: bool) -> _Lane[T] | None:
        small, large = self._rings
        if bulk and large and (self._bulk_next or not small):
            ring = large
        elif small:
            ring = small
        else:
            return None
        self._bulk_next = ring is small
        lane = ring.popleft()
        lane.in_ring = False
        return lane

    def _enter(self, lane: _Lane[T]) -> None:
        if lane.queue and not lane.in_ring and not (lane.ordered and lane.running):
            lane.in_ring = True
            self._rings[lane.bulk].append(lane)
