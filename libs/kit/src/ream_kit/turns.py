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
        cleared: may be taken; others wait for `clear`.
        suspect: is taken by `pick` alone.
    """

    @property
    def lane(self) -> Hashable: ...  # noqa: D102
    @property
    def position(self) -> int: ...  # noqa: D102
    @property
    def ordered(self) -> bool: ...  # noqa: D102
    @property
    def bulk(self) -> bool: ...  # noqa: D102
    @property
    def cleared(self) -> bool: ...  # noqa: D102
    @property
    def suspect(self) -> bool: ...  # noqa: D102


T = TypeVar("T", bound=Waiting)


@dataclass(slots=True, eq=False)
class _Lane(Generic[T]):
    """What waits of one lane.

    Attributes:
        queue: cleared, to be taken.
        later: not cleared, to be named.
        named: not cleared, and named already.
        apart: suspects.
        in_ring: it stands where lanes are taken from; it may have nothing to give any more.
        in_later: it stands where items to be named are looked for.
        held: its cleared items when last counted, where it is ordered and none of them may be taken; else 0.
        wants: when last counted, it was ordered, and a name would have let something of it be taken.
    """

    ordered: bool
    bulk: bool
    queue: deque[T] = field(default_factory=deque)
    # Made when they are first needed: most lanes never need them, and there is one for each key in flight.
    later: deque[T] | None = None
    named: deque[T] | None = None
    apart: deque[T] | None = None
    running: int = 0
    in_ring: bool = False
    in_later: bool = False
    held: int = 0
    wants: bool = False

    @property
    def parts(self) -> tuple[deque[T], ...]:
        """Those that hold something."""
        return tuple(part for part in (self.queue, self.later, self.named, self.apart) if part)

    def gives(self) -> bool:
        """Whether something of it may be taken: of an ordered lane only the first of all, when none is running."""
        if not self.queue or not self.ordered:
            return bool(self.queue)
        return not self.running and not self.is_behind()

    def is_behind(self) -> bool:
        """Whether something stands before what is cleared."""
        if not (self.later or self.named or self.apart):
            return False
        at = self.queue[0].position
        return any(part and part[0].position < at for part in (self.later, self.named, self.apart))

    def lacks_name(self) -> bool:
        """Whether it is an ordered lane of which something could be taken if its first of all were named."""
        if not self.later:
            return False
        at = self.later[0].position
        return not self.running and not any(p and p[0].position < at for p in (self.queue, self.named, self.apart))

    def is_empty(self) -> bool:
        return not (self.running or self.queue or self.later or self.named or self.apart)


class Turns(Generic[T]):
    """A fair queue. Not safe for use by several threads at once: the caller holds a lock.

    Every item that `take` or `pick` gave is given back once, by `release` (finished) or `back` (to be taken again).
    Items that are not cleared are named in turn (`name`) and then cleared (`clear`).
    """

    def __init__(self) -> None:
        self._lanes: dict[Hashable, _Lane[T]] = {}
        # One ring for small work and one for bulk, served by turns: neither can keep the other waiting.
        self._rings: tuple[deque[_Lane[T]], deque[_Lane[T]]] = (deque(), deque())
        self._later: tuple[deque[_Lane[T]], deque[_Lane[T]]] = (deque(), deque())
        self._bulk_next = False
        self._queued = 0
        self._cleared = 0
        self._unnamed = 0
        self._held = 0
        self._wanting = 0
        self._unnamed_loose = 0

    def __len__(self) -> int:
        """Items that wait."""
        return self._queued

    @property
    def cleared(self) -> int:
        """Items that wait and may be taken as soon as it is their turn."""
        return self._cleared

    @property
    def ready(self) -> int:
        """Cleared items of lanes of which something may be taken now: none of an ordered lane whose first may not."""
        return self._cleared - self._held

    @property
    def wanting(self) -> int:
        """Items that could be taken if they were named: of ordered lanes the first, when none is running."""
        return self._wanting + self._unnamed_loose

    @property
    def unnamed(self) -> int:
        """Items that wait to be named."""
        return self._unnamed

    def put(self, item: T) -> None:
        """Adds an item at the end of its lane; in an ordered lane positions must rise."""
        lane = self._lanes.get(item.lane)
        if lane is None:
            lane = self._lanes[item.lane] = _Lane(item.ordered, item.bulk)
        self._part(lane, item).append(item)
        self._enter(lane)

    def take(self, limit: int = 1, *, bulk: bool = True) -> list[T]:
        """Takes up to `limit` cleared items, one lane after another; with `bulk=False` none that is bulk.

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
            self._cleared -= 1
            if lane.ordered:
                self._count(lane)
                if lane.queue and not lane.is_behind():
                    again.append(lane)
            elif lane.queue:
                self._enter(lane)
        return taken

    def name(self, limit: int) -> list[T]:
        """Names up to `limit` items that are not cleared, one lane after another; each is named once."""
        found: list[T] = []
        small, large = self._later
        while len(found) < limit and (small or large):
            for ring in (small, large):
                if ring and len(found) < limit:
                    lane = ring.popleft()
                    lane.in_later = False
                    if lane.later:
                        found.append(self._name(lane, lane.later))
                        self._enter(lane)
        return found

    def name_wanting(self, limit: int) -> list[T]:
        """Names up to `limit` items that can be taken then, one lane after another."""
        found: list[T] = []
        while self.wanting and len(found) < limit:
            for ring in self._later:
                for lane in [lane for lane in ring if lane.wants or not lane.ordered][: limit - len(found)]:
                    ring.remove(lane)  # it goes to the end: others are next
                    lane.in_later = False
                    if lane.later:
                        found.append(self._name(lane, lane.later))
                    self._enter(lane)
        return found

    def clear(self, item: T) -> None:
        """Lets a named item be taken, whose `cleared` is true now."""
        lane = self._lanes[item.lane]
        if lane.named:
            lane.named.remove(item)
        at = len(lane.queue)
        while lane.ordered and at and lane.queue[at - 1].position > item.position:
            at -= 1
        lane.queue.insert(at, item)
        self._cleared += 1
        self._enter(lane)

    def first(self, item: T) -> T | None:
        """Returns who must be taken before a waiting item: itself, or the first of its lane where that is ordered.

        None while one of an ordered lane is running.
        """
        lane = self._lanes[item.lane]
        if not lane.ordered:
            return item
        waiting = [part[0] for part in lane.parts]
        return None if lane.running else min(waiting, key=lambda one: one.position)

    def pick(self, item: T) -> None:
        """Takes this waiting item, wherever it stands; it must be `first`."""
        lane = self._lanes[item.lane]
        part = next(part for part in lane.parts if item in part)
        part.remove(item)
        self._cleared -= part is lane.queue
        if part is lane.later:
            self._unname(lane, 1)
        self._queued -= 1
        lane.running += 1
        if lane.ordered:
            self._count(lane)

    def is_named(self, item: T) -> bool:
        """Whether an item waits, was named and is not cleared."""
        lane = self._lanes.get(item.lane)
        return lane is not None and lane.named is not None and item in lane.named

    def is_unnamed(self, item: T) -> bool:
        """Whether an item waits to be named."""
        later = self._lanes[item.lane].later
        return later is not None and item in later

    def set_apart(self, item: T) -> None:
        """Moves a waiting item, that is a suspect now, to the suspects of its lane."""
        self.pick(item)
        self.back(item)

    def release(self, item: T) -> None:
        """Says that an item is finished: the next of an ordered lane may go."""
        lane = self._lanes[item.lane]
        lane.running -= 1
        if lane.ordered:
            self._enter(lane)
        if not lane.running and lane.is_empty():
            del self._lanes[item.lane]

    def back(self, item: T) -> None:
        """Gives an item back to be taken again, before those behind it."""
        lane = self._lanes[item.lane]
        lane.running -= 1
        part, at = self._part(lane, item), 0
        while lane.ordered and at < len(part) and part[at].position < item.position:
            at += 1
        part.insert(at, item)
        self._enter(lane)

    def discard(self, unwanted: Callable[[T], bool]) -> list[T]:
        """Takes waiting items out for good and returns them; those that were taken must still be given back."""
        found: list[T] = []
        for key, lane in list(self._lanes.items()):
            out = [item for part in lane.parts for item in part if unwanted(item)]
            if not out:
                continue
            found += out
            self._cleared -= sum(unwanted(item) for item in lane.queue)
            self._unname(lane, sum(unwanted(item) for item in lane.later or ()))
            for part in lane.parts:
                kept = [item for item in part if not unwanted(item)]
                part.clear()
                part.extend(kept)
            self._enter(lane)
            if lane.is_empty():
                del self._lanes[key]
        self._queued -= len(found)
        for rings in (self._rings, self._later):
            for ring in rings:
                for lane in list(ring):
                    if lane.is_empty():
                        ring.remove(lane)
        return found

    def _part(self, lane: _Lane[T], item: T) -> deque[T]:
        """Counts an item that comes in, and says where it belongs."""
        self._queued += 1
        if item.suspect:
            lane.apart = deque() if lane.apart is None else lane.apart
            return lane.apart
        if item.cleared:
            self._cleared += 1
            return lane.queue
        self._unname(lane, -1)
        lane.later = deque() if lane.later is None else lane.later
        return lane.later

    def _next(self, bulk: bool) -> _Lane[T] | None:
        small, large = self._rings
        while small or (bulk and large):
            ring = large if bulk and large and (self._bulk_next or not small) else small
            lane = ring.popleft()
            lane.in_ring = False
            if lane.queue and (not lane.ordered or lane.gives()):
                self._bulk_next = ring is small
                return lane
        return None

    def _name(self, lane: _Lane[T], later: deque[T]) -> T:
        item = later.popleft()
        lane.named = deque() if lane.named is None else lane.named
        lane.named.append(item)
        self._unname(lane, 1)
        return item

    def _unname(self, lane: _Lane[T], number: int) -> None:
        """Counts items that wait to be named no more."""
        self._unnamed -= number
        if not lane.ordered:
            self._unnamed_loose -= number

    def _count(self, lane: _Lane[T]) -> None:
        """Counts what an ordered lane holds back, whenever that may have changed."""
        held = 0 if lane.gives() else len(lane.queue)
        wants = lane.later is not None and lane.lacks_name()
        self._held += held - lane.held
        self._wanting += wants - lane.wants
        lane.held, lane.wants = held, wants

    def _enter(self, lane: _Lane[T]) -> None:
        """Lets a lane stand where it is looked for; called whenever what waits of it has changed."""
        if lane.ordered:
            self._count(lane)
        if not lane.in_ring and len(lane.queue) > lane.held:
            lane.in_ring = True
            self._rings[lane.bulk].append(lane)
        if lane.later and not lane.in_later:
            lane.in_later = True
            self._later[lane.bulk].append(lane)
