# SPDX-License-Identifier: Apache-2.0
"""Decides how stages run without a broker: in memory, in one thread, by the same rules as on the real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from ream_contracts import codec
from ream_contracts.messages import DeadLetter
from ream_contracts.topic import Topic
from ream_kit import envelope
from ream_kit.attempts import MOST_DEATHS, Again, Attempt, Done, Step, Stop, died
from ream_kit.execution import Execution, Rules
from ream_kit.metrics import Metrics
from ream_kit.records import Origin, Output, Record
from ream_kit.stage import AnyStage
from ream_kit.store import Store
from ream_kit.store_memory import memory_store
from ream_kit.suspects import next_of
from ream_kit.turns import Turns
from ream_kit.unread import DeletedUnread

PATIENCE = 3
"""Tries within one `run` of a record that waits for somebody; then it is left, and the next `run` tries it again."""


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        """The date and time, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since it was made."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


class ProcessDied(BaseException):
    """Raised by a handler in a test: stands for what ends a whole process, as a crash or a kill for want of memory."""


class StageStopped(Exception):
    """A stage decided that going on would do harm; the runner would end its process with this text."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A record that is held because somebody is away."""

    stage: str
    waiting_for: str
    reason: str
    origin: Origin


@dataclass(eq=False)
class _Seat:
    """One stage on the bus: how far it has read, and what it holds."""

    stage: AnyStage
    execution: Execution
    read: dict[str, int] = field(default_factory=dict)
    turns: Turns[Attempt] = field(default_factory=Turns)
    held: dict[Attempt, Waits] = field(default_factory=dict)
    suspects: list[Attempt] = field(default_factory=list)


class LocalBus:
    """Topics in memory with stages on them: routing, order, retry, giving up and dead letters as on the broker.

    What `needs` names is used in place of the stages' own factories; the others are opened at the first `run` and
    closed by `close`, or at the end of a `with` block. Pauses pass at once: they only move the clock.
    """

    def __init__(
        self,
        *stages: AnyStage,
        store: Store | None = None,
        needs: Mapping[str, Any] | None = None,
        clock: FakeClock | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.store = store or memory_store()
        self.clock = clock or FakeClock()
        self.metrics = Metrics()
        self.stages = stages
        self._needs = dict(needs or {})
        self._rules = rules or Rules()
        self._opened = ExitStack()
        self._seats: list[_Seat] = []
        self._topics: dict[str, list[Record]] = {}
        self._begins: dict[str, int] = {}
        self._deleted = DeletedUnread(self.clock, self.metrics)

    def __enter__(self) -> LocalBus:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes what was opened for the stages; the bus can run again and opens anew."""
        self._seats.clear()
        self._opened.close()

    def put(self, topic: Topic[Any], message: Any, key: str | bytes | None = None) -> None:
        """Writes a message as a client would; the key is its document id where none is given."""
        if key is None:
            key = getattr(message, "document_id", None)
        self.put_raw(topic, codec.encode(message), key)

    def put_raw(
        self,
        topic: Topic[Any],
        value: bytes | None,
        key: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Writes any bytes, as a stranger could."""
        raw = key.encode() if isinstance(key, str) else key
        self._append(topic, raw, value, dict(headers or {}))

    def delete_before(self, topic: Topic[Any], offset: int) -> None:
        """Deletes the records of a topic below an offset, as its retention does in time."""
        self._begins[topic.name] = offset

    def run(self) -> None:
        """Runs every stage until nothing is left to do but what waits for somebody who is away.

        Raises:
            StageStopped: a stage would have ended its process.
        """
        if not self._seats:
            self._seats = [self._seat(stage) for stage in self.stages]
        for seat in self._seats:
            for attempt in seat.held:
                seat.turns.back(attempt)
            seat.held.clear()
        while any([self._turn(seat) for seat in self._seats]):
            pass

    def run_until_stopped(self) -> str:
        """Runs until a stage would end its process, and says why; the next `run` is as that of another process.

        Raises:
            AssertionError: no stage did.
        """
        try:
            self.run()
        except StageStopped as stopped:
            return str(stopped)
        raise AssertionError("no stage would have ended its process")

    def records(self, topic: Topic[Any] | str) -> list[Record]:
        """Everything that was written to a topic, in order, as bytes with headers."""
        name = topic if isinstance(topic, str) else topic.name
        return self._topics.get(name, [])[self._begins.get(name, 0) :]

    def sent(self, topic: Topic[Any]) -> list[Any]:
        """Every message that was written to a topic, in order; what cannot be decoded is left out."""
        return list(self._decoded(topic))

    @property
    def dead_letters(self) -> list[DeadLetter]:
        """Every record that was given up, in order."""
        found = [(name, records) for name, records in self._topics.items() if name.endswith(".dlq")]
        return [codec.loads(DeadLetter, record.value or b"") for _, records in found for record in records]

    @property
    def waiting(self) -> list[Waits]:
        """Records that are held after the last `run` because somebody is away."""
        return [waits for seat in self._seats for waits in seat.held.values()]

    def _decoded(self, topic: Topic[Any]) -> Iterator[Any]:
        for record in self.records(topic):
            try:
                yield codec.decode(topic, record.value)
            except codec.Malformed:
                continue

    def _seat(self, stage: AnyStage) -> _Seat:
        needs = {
            name: self._needs[name] if name in self._needs else self._opened.enter_context(factory())
            for name, factory in stage.needs.items()
        }
        execution = Execution(
            stage, store=self.store, clock=self.clock, needs=needs, rules=self._rules, metrics=self.metrics
        )
        return _Seat(stage, execution)

    def _turn(self, seat: _Seat) -> bool:
        """Lets a stage take its next records, one by one or as a batch; False when there are none."""
        for topic in seat.stage.reads:
            records, begin = self._topics.get(topic.name, []), self._begins.get(topic.name, 0)
            at = seat.read.get(topic.name, begin)
            self._deleted.add(topic.name, 0, [range(at, begin)])
            for record in records[max(at, begin) :]:
                seat.turns.put(Attempt(record._replace(topic=topic)))
            seat.read[topic.name] = len(records)
        taken = self._suspect(seat) or seat.turns.take(seat.stage.batch or 1)
        try:
            steps = seat.execution.run(taken, self._emit)
        except ProcessDied:
            self._die(seat, taken)
            return True
        stops = [step.reason for step in steps if isinstance(step, Stop)]
        for attempt, step in zip(taken, steps, strict=True):
            self._settle(seat, attempt, step)
        if stops:
            raise StageStopped(stops[0])
        return bool(taken)

    def _suspect(self, seat: _Seat) -> list[Attempt]:
        """Takes one record that the stage may have died of, or the one of its key that must go before it."""
        waiting = [suspect for suspect in seat.suspects if suspect not in seat.held]
        heads = [head for suspect in waiting if (head := seat.turns.first(suspect)) is not None]
        attempt = next_of(heads)
        if attempt is None:
            return []
        seat.turns.pick(attempt)
        return [attempt]

    def _die(self, seat: _Seat, taken: Sequence[Attempt]) -> None:
        """Lets a stage begin anew, as its next process would: what it was working on is run one at a time."""
        for attempt in taken:
            self._begin_anew(seat, attempt, attempt.deaths + 1)

    def _begin_anew(self, seat: _Seat, attempt: Attempt, deaths: int) -> None:
        """Puts a record back as the next process finds it."""
        anew = Attempt(attempt.record, deaths=deaths)
        if deaths >= MOST_DEATHS:
            died(anew)
        seat.turns.back(anew)
        seat.suspects = [suspect for suspect in seat.suspects if suspect is not attempt]
        if deaths:
            seat.suspects.append(anew)

    def _settle(self, seat: _Seat, attempt: Attempt, step: Step) -> None:
        if isinstance(step, Stop):
            self._begin_anew(seat, attempt, attempt.deaths)
            return
        if isinstance(step, Done):
            self.metrics.count("ream_records_finished_total", step.outcome)
            seat.execution.streak.finished(step.outcome)
            seat.turns.release(attempt)
            seat.suspects = [suspect for suspect in seat.suspects if suspect is not attempt]
            return
        if isinstance(step, Again):
            self.clock.advance(step.pause_seconds)
            if step.waiting_for is not None and attempt.waits % PATIENCE == 0:
                waits = Waits(seat.stage.name, step.waiting_for, step.reason, attempt.record.origin)
                seat.held[attempt] = waits
                return
        seat.turns.back(attempt)

    def _emit(self, attempt: Attempt, output: Output) -> None:
        written = {topic.name: topic for seat in self._seats for topic in seat.stage.writes}
        topic = written.get(output.topic, attempt.record.topic)
        self._append(topic, output.key, output.value, envelope.as_text(output.headers), output.topic)
        self.metrics.count("ream_messages_sent_total", output.topic)

    def _append(
        self, topic: Topic[Any], key: bytes | None, value: bytes | None, headers: Mapping[str, str], name: str = ""
    ) -> None:
        records = self._topics.setdefault(name or topic.name, [])
        moment = int(self.clock.now().timestamp() * 1000)
        origin = Origin(name or topic.name, 0, len(records), key, headers, moment)
        records.append(Record(topic, origin, value))
