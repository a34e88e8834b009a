# SPDX-License-Identifier: Apache-2.0
"""Decides what Faust may commit: only an unbroken run of records that this service itself called answered.

As it comes, faust-streaming 0.15.3 commits records that nobody worked on. A rebalance makes it drop records that it
has read already; it takes the gap for one that compaction left (`_add_gap`), and acknowledges what it skips (its
streams). It commits past an agent that raised, past a changelog record that was never written, and past a commit that
failed. Here its acknowledgements count for nothing. The agent says `answered`; the position really resumed from is the
base; what follows it without a gap, and whose messages the broker has, is committed. The repaired functions are pinned
by a hash of their source (tests/test_library_source.py): another version of the library has to be read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from ream_aggregate.ending import end_process
from ream_aggregate.fenced import FencedProducer
from ream_aggregate.proof import Proof, Work
from ream_kit import log

if TYPE_CHECKING:
    Base = Consumer
else:
    Base = object

SEND_SECONDS = 60.0
"""How long the broker may take to acknowledge what has to be there before a commit."""

HANDOVER_SECONDS = 10.0
"""How long a last commit may hold up a rebalance; without it records are only answered twice."""

_LOG = log.logger("ream.aggregate.commit")

Sends = Sequence["asyncio.Future[Any]"]


class Reply(NamedTuple):
    """What was done with a record: futures of all that was sent for it, and what the commit log says of it."""

    sends: Sends
    work: Work | None = None


def resume_at(committed: int | None, first: int, end: int) -> int:
    """Returns the offset to read on from.

    Args:
        committed: what the group committed, None when nothing.
        first: the oldest record that the partition still holds.
        end: one past its newest record.
    """
    if committed is None or committed < first or committed > end:
        return first
    return committed


class StrictCommit(Base):
    """Goes before Faust's consumer in the order of classes."""

    end: Callable[..., Any] = staticmethod(end_process)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answered: dict[TP, dict[int, Reply]] = {}
        self._expected: dict[TP, int] = {}
        self._written: dict[TP, dict[int, float]] = {}
        self._committing = asyncio.Lock()

    @property
    def proof(self) -> Proof:
        """Where commits are written down."""
        app: Any = self.app
        proof: Proof = app.proof
        return proof

    def answered(self, message: Any, sends: Sends, work: Work | None = None) -> None:
        """Says that a record was worked on to the end.

        Args:
            message: the record. When it was read before the last rebalance it is not counted: its partition's owner
                reads it again.
            sends: futures of all that was sent for it; the record is committed when the broker has them.
            work: what the commit log says of it.
        """
        if message.generation_id == self.app.consumer_generation_id and message.tp in self._answered:
            self._answered[message.tp][message.offset] = Reply(sends, work)

    async def settled(self, tp: TP) -> None:
        """Waits until the broker has everything that was sent for this partition so far."""
        await self._settle([send for reply in self._answered.get(tp, {}).values() for send in reply.sends])

    def base(self, tp: TP) -> int | None:
        """Returns the offset that the next commit must begin at, None before the partition was resumed."""
        return self._committed_offset[tp] if tp in self._answered else None

    def head_open(self, tp: TP) -> bool:
        """Says whether records behind the base are answered, and the base itself is not: it was dropped somewhere."""
        answered = self._answered.get(tp, {})
        return bool(answered) and self.base(tp) not in answered

    def in_flight(self) -> int:
        """Returns how many records are answered and not committed."""
        return sum(len(answered) for answered in self._answered.values())

    def oldest(self) -> float | None:
        """Returns when the oldest record was written that is read and not committed, in seconds since 1970."""
        firsts = (written.get(self._committed_offset[tp] or 0) for tp, written in self._written.items())
        return min((first for first in firsts if first is not None), default=None)

    # What follows replaces functions of the library.

    async def perform_seek(self) -> None:
        """Goes to where each source partition is to be read on from, and makes that the base.

        The library seeks neither to offset 0 nor where nothing is committed, so after a rebalance it goes on behind
        what it had read ahead. It is called more than once for one assignment: what is answered meanwhile must not be
        committed, or the base would be older than what the broker has, and the commits after it would go back.
        """
        async with self._committing:
            for tp in self.assignment():
                self._answered.pop(tp, None)
            asked = self.proof.now()
            committed = await self.seek_to_committed()
        sources = {tp for tp in self.assignment() if self.app.topics.acks_enabled_for(tp.topic)}
        self._read_offset.update({TP(*tp): offset for tp, offset in committed.items() if tp not in sources})
        if not sources:
            return
        first = await self.earliest_offsets(*sources)
        end = await self.highwaters(*sources)
        bases = {tp: resume_at(committed.get(tp), first[tp], end[tp]) for tp in sources}
        for tp, base in bases.items():
            if committed.get(tp) not in (None, base):
                _LOG.error(
                    "committed_position_is_gone", partition=tp.partition, committed=committed[tp], resumed_at=base
                )
            self._committed_offset[tp] = base
            self._expected[tp] = base
            self._answered[tp], self._written[tp] = {}, {}
            self.proof.resumed(tp.partition, committed.get(tp), asked)
        await self.seek_wait(bases)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        """Yields records in turn: what is not the next of its partition was fetched before a rebalance."""
        sought: set[TP] = set()
        async for tp, message in super().getmany(timeout):
            if not self.app.topics.acks_enabled_for(tp.topic):
                yield tp, message
            elif message.offset == self._expected.get(tp):
                self._expected[tp] = message.offset + 1
                if message.timestamp:
                    self._written[tp][message.offset] = message.timestamp
                yield tp, message
            elif tp in self._expected and message.offset > self._expected[tp] and tp not in sought:
                sought.add(tp)
                await self._add_gap(tp, self._expected[tp], message.offset - 1)
                await self.seek_wait({tp: self._expected[tp]})

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commits what is answered before the partitions go, and forgets the rest."""
        try:
            await asyncio.wait_for(self.commit(), HANDOVER_SECONDS)
        except TimeoutError:
            _LOG.warning("no_commit_before_rebalance", seconds=HANDOVER_SECONDS)
        for tp in revoked:
            if self._answered.pop(tp, None) is not None:
                self.proof.left(tp.partition)
            self._expected.pop(tp, None)
            self._written.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        # These topics are neither compacted nor written in transactions: a gap is a fault, and never an answer.
        _LOG.warning("gap_not_acknowledged", partition=tp.partition, first=offset_from, last=offset_to)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in list(self._answered) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        self._acked.pop(tp, None)  # the library's own acknowledgements: not believed, and not kept
        self._acked_index.pop(tp, None)
        base, answered = self._committed_offset[tp], self._answered.get(tp, {})
        if base is None:
            return None
        end = base
        while end in answered:
            end += 1
        return end if end > base else None

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assigned = self.assignment()
        mine = {tp: offset for tp, offset in offsets.items() if tp in assigned and tp in self._answered}
        if not mine:
            return False
        before = {tp: self._answered[tp] for tp in mine}
        await self._settle(_sends(before, mine))
        async with self._committing:
            mine = {tp: offset for tp, offset in mine.items() if self._answered.get(tp) is before[tp]}
            if not mine:
                return False  # all of them went, or were resumed, while the broker was waited for
            self._prove(mine)
            if not await self._commit(mine):
                return False  # nothing was taken away, so the next commit begins at the same base
        for tp, offset in mine.items():
            if self._answered.get(tp) is before[tp]:  # else the partition went, or was resumed, in the meantime
                self._committed_offset[tp] = offset
                self.proof.committed(tp.partition, offset)
                for kept in (before[tp], self._written[tp]):
                    for done in [each for each in kept if each < offset]:
                        del kept[done]
        self.app.monitor.on_tp_commit(mine)
        return True

    def _prove(self, offsets: Mapping[TP, int]) -> None:
        if not self.proof.wanted:
            return
        for tp, end in offsets.items():
            works = {offset: reply.work for offset, reply in self._answered[tp].items()}
            self.proof.committing(tp.partition, end, works)

    async def _settle(self, sends: Sends) -> None:
        waiting = [send for send in sends if not send.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=SEND_SECONDS)
        for send in sends:
            if not send.done() or send.cancelled() or send.exception() is not None:
                error = type(send.exception()).__name__ if send.done() and not send.cancelled() else "no answer"
                app: Any = self.app
                app.begun.done()  # what is worked on meanwhile has no part in it
                self.end("send_failed", error=error)


def _sends(answered: Mapping[TP, Mapping[int, Reply]], offsets: Mapping[TP, int]) -> list["asyncio.Future[Any]"]:
    found: Iterable[Sends] = (
        reply.sends for tp, end in offsets.items() for offset, reply in answered[tp].items() if offset < end
    )
    return [send for sends in found for send in sends]


class StrictConsumer(StrictCommit, Consumer):
    """Faust's consumer over aiokafka that commits strictly."""


class StrictTransport(Transport):
    """Faust's transport over aiokafka, with this consumer, and a producer that is too late for nothing."""

    Consumer = StrictConsumer
    Producer = FencedProducer
