# SPDX-License-Identifier: Apache-2.0
"""Decides what happens to a record, by whose fault a try failed; the same for the runner and for the bus of tests.

A record passes through up to three phases: its handler; if it is given up, the messages that say so to others; then
its dead letter. Each phase starts only when the broker has everything of the one before, so that whoever finds the
dead letter can rely on the failed part being there.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ream_contracts import codec
from ream_kit import dead_letters, envelope, log
from ream_kit.attempts import SERVICE_DIED, Again, Attempt, Done, Next, Outcome, Phase, Step, Stop, pause
from ream_kit.clock import Clock
from ream_kit.errors import Contained, Erased, Reject, Retry, Skip
from ream_kit.metrics import METRICS, Metrics, media_type
from ream_kit.records import Output
from ream_kit.routing import Router, each
from ream_kit.stage import AnyStage
from ream_kit.store import Store
from ream_kit.streak import Streak

TRIES = 3
"""Tries of a record that fails by our fault."""

_LOG = log.logger("kit.execution")


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation may choose.

    Attributes:
        failures_in_row: so many documents in a row failing by our own fault end the stage; the last is kept.
        error_pause_seconds: pause after the first failure of our own; five times as long after the second.
    """

    failures_in_row: int = 100
    error_pause_seconds: float = 1.0


Emit = Callable[[Attempt, Output], None]


@runtime_checkable
class Proven(Protocol):
    """Something a stage needs that can show that it still works.

    Where everything that a stage reads in cells fails, either the documents are bad or what reads them is: this tells.
    """

    def prove(self) -> None:
        """Does a small piece of known work. Raises whatever goes wrong."""


class Execution:
    """A stage with everything it needs open: runs one phase of a record at a time. Safe to use from many threads.

    Attributes:
        streak: how many documents in a row failed by our own fault.
    """

    def __init__(
        self,
        stage: AnyStage,
        *,
        store: Store,
        clock: Clock,
        needs: Mapping[str, Any],
        rules: Rules | None = None,
        metrics: Metrics = METRICS,
    ) -> None:
        self.stage = stage
        self._store = store
        self._clock = clock
        self._rules = rules or Rules()
        self._metrics = metrics
        self._router = Router(stage, clock)
        given = {"store": store, "clock": clock, **needs}
        self._provers = [need for need in needs.values() if isinstance(need, Proven)]
        self._given = {name: given[name] for name in stage.injected if name != "origin"}
        self._wants_origin = "origin" in stage.injected
        self.streak = Streak(self._rules.failures_in_row)

    def step(self, attempt: Attempt, emit: Emit) -> Step:
        """Runs the present phase of one record; what it writes is handed to `emit` as it comes."""
        if self.stage.batch is not None and attempt.phase is Phase.HANDLE and attempt.refused is None:
            steps: dict[Attempt, Step] = {}
            self._run_together([attempt], steps, emit)
            return steps[attempt]
        with _bound(attempt):
            try:
                if attempt.refused is not None:
                    raise Undeliverable(attempt.refused)
                return self._run(attempt, emit)
            except (Exception, SystemExit) as error:
                return self._judge(attempt, error)

    def run(self, attempts: Sequence[Attempt], emit: Emit) -> list[Step]:
        """Runs the present phase of records that were taken together; one answer each, in order.

        Where the stage takes batches, those that may be handled together are; a record whose key has an earlier one
        among them that is not finished is not handled at all, but comes again after it.
        """
        if self.stage.batch is None:
            return [self.step(attempt, emit) for attempt in attempts]
        steps: dict[Attempt, Step] = {}
        group: list[Attempt] = []
        for attempt in attempts:
            if attempt.phase is Phase.HANDLE and not attempt.alone and attempt.refused is None:
                group.append(attempt)
            else:
                self._run_together(group, steps, emit)
                group = []
                steps[attempt] = self._behind(attempt, steps) or self.step(attempt, emit)
        self._run_together(group, steps, emit)
        return [steps[attempt] for attempt in attempts]

    def _run_together(self, group: Sequence[Attempt], steps: dict[Attempt, Step], emit: Emit) -> None:
        good = []
        for attempt in group:
            behind = self._behind(attempt, steps)
            if behind is not None:
                steps[attempt] = behind
                continue
            try:
                self._decode(attempt)
                good.append(attempt)
            except codec.Malformed as error:
                steps[attempt] = self._malformed(attempt, error)
        for attempt, result in zip(good, self._call_batch(good), strict=True):
            steps[attempt] = self._behind(attempt, steps) or self._settle_item(attempt, result, emit)

    def _behind(self, attempt: Attempt, steps: Mapping[Attempt, Step]) -> Again | None:
        """Says to come again when an earlier record of the same key is not finished."""
        if attempt.ordered and any(o.lane == attempt.lane and not isinstance(s, Done) for o, s in steps.items()):
            self._metrics.count("ream_records_retried_total", "order")
            return Again(0.0, None, "an earlier record with its key is tried again")
        return None

    def _run(self, attempt: Attempt, emit: Emit) -> Step:
        if attempt.phase is not Phase.BURY:  # a record that processes died of is given up without having been decoded
            try:
                self._decode(attempt)
            except codec.Malformed as error:
                return self._malformed(attempt, error)
        if attempt.phase is Phase.HANDLE:
            origin = {"origin": attempt.record.origin} if self._wants_origin else {}
            started, said = self._clock.monotonic(), list[Any]()
            try:
                self._emit_all(attempt, self.stage.handler(attempt.message, **self._given, **origin), emit, said)
            finally:
                self._observe(started, [attempt], said)
            return Done("done")
        assert attempt.given_up is not None  # noqa: S101 (the two later phases are entered by _give_up alone)
        if attempt.phase is Phase.GIVE_UP:
            if attempt.given_up.cause == SERVICE_DIED and self.streak.failed(attempt.lane):
                return self._stop("the process died of it each time")
            if self.stage.give_up is not None:
                given_up = attempt.given_up
                self._emit_all(attempt, self.stage.give_up(attempt.message, given_up.cause, given_up.attempts), emit)
            return self._after_give_up(attempt)
        if dead_letters.is_buried(attempt.record.topic):
            _LOG.error("dead_letter_given_up", **_place(attempt), cause=attempt.given_up.cause)
            return Done(attempt.outcome)
        letter = dead_letters.build(
            attempt.record, attempt.given_up, self.stage.name, self.stage.version, self._store, attempt.message
        )
        emit(attempt, self._router.dead_letter(attempt.record, letter))
        self._metrics.count("ream_dead_letters_total", letter.cause)
        _LOG.warning("dead_letter", **_place(attempt), cause=letter.cause, attempts=letter.attempts, text=letter.detail)
        return Done(attempt.outcome)

    def _after_give_up(self, attempt: Attempt) -> Step:
        if attempt.outcome == "erased":
            # A dead letter would keep what was to be erased, and sending it again could only be refused again.
            return Done("erased")
        attempt.phase, attempt.tries, attempt.waits = Phase.BURY, 0, 0
        return Next()

    def _decode(self, attempt: Attempt) -> None:
        if attempt.message is None:
            attempt.message = codec.decode(attempt.record.topic, attempt.record.value)

    def _emit_all(self, attempt: Attempt, result: Any, emit: Emit, said: list[Any] | None = None) -> None:
        mark = "" if attempt.phase is Phase.HANDLE else "given-up-"
        for ordinal, item in enumerate(each(result)):
            if said is not None and not said and hasattr(item, "media_type"):
                said.append(item)
            emit(attempt, self._router.message(attempt.record, item, f"{mark}{ordinal}"))

    def _call_batch(self, attempts: Sequence[Attempt]) -> list[Any]:
        """Returns one result or exception an item; when the call itself failed, its exception for every item."""
        if not attempts:
            return []
        origin = {"origin": tuple(attempt.record.origin for attempt in attempts)} if self._wants_origin else {}
        started = self._clock.monotonic()
        try:
            results = list(self.stage.handler(tuple(a.message for a in attempts), **self._given, **origin))
            if len(results) != len(attempts):
                raise ValueError(f"the batch handler gave {len(results)} results for {len(attempts)} messages")
        except (Exception, SystemExit) as error:
            if isinstance(error, Retry) or len(attempts) == 1:
                return [error] * len(attempts)
            _LOG.warning("batch_failed", stage=self.stage.name, size=len(attempts), error=log.where(error))
            return [_Alone(error)] * len(attempts)
        finally:
            self._observe(started, attempts)
        return results

    def _observe(self, started: float, attempts: Sequence[Attempt], said: Sequence[Any] = ()) -> None:
        label = media_type([attempt.message for attempt in attempts], said)
        self._metrics.observe("ream_handler_seconds", self._clock.monotonic() - started, self.stage.name, label)

    def _settle_item(self, attempt: Attempt, result: Any, emit: Emit) -> Step:
        with _bound(attempt):
            try:
                if isinstance(result, _Alone):
                    attempt.alone = True
                    return Again(0.0, None, "its batch failed; it is tried by itself")
                if isinstance(result, BaseException):
                    raise result
                self._emit_all(attempt, result, emit)
                return Done("done")
            except (Exception, SystemExit) as error:
                return self._judge(attempt, error)

    def _malformed(self, attempt: Attempt, error: codec.Malformed) -> Step:
        attempt.outcome = "malformed"
        attempt.given_up = dead_letters.GivenUp(error.cause, error.reason, 1)
        attempt.phase = Phase.BURY
        return Next()

    def _judge(self, attempt: Attempt, error: BaseException) -> Step:
        """Says what follows from an error, by whose fault it is."""
        attempt.refused = None
        if isinstance(error, Retry):
            attempt.waits += 1
            self._metrics.count("ream_records_retried_total", "waiting")
            return Again(pause(attempt.waits), error.waiting_for, error.reason)
        attempt.waits = 0
        if attempt.phase is Phase.HANDLE and isinstance(error, Skip):
            return Done("skipped")
        if attempt.phase is Phase.HANDLE and isinstance(error, Reject):
            outcome: Outcome = "erased" if isinstance(error, Erased) else "rejected"
            return self._give_up(attempt, outcome, error.cause, error.reason)
        return self._our_fault(attempt, error)

    def _our_fault(self, attempt: Attempt, error: BaseException) -> Step:
        attempt.tries += 1
        _LOG.warning("try_failed", **_place(attempt), attempt=attempt.tries, error=log.where(error))
        if attempt.tries < TRIES:
            self._metrics.count("ream_records_retried_total", "error")
            return Again(self._rules.error_pause_seconds * 5 ** (attempt.tries - 1), None, type(error).__name__)
        if attempt.phase is Phase.GIVE_UP:
            # What should have told others is itself broken: the dead letter must be written all the same.
            return self._after_give_up(attempt)
        if attempt.phase is Phase.BURY:
            return Stop(f"{self.stage.name} can not write a dead letter ({log.where(error)}); the record is kept")
        if self.streak.failed(attempt.lane) and not (isinstance(error, Contained) and self._works()):
            return self._stop(log.where(error))
        text = "".join(traceback.format_exception(error))
        return self._give_up(attempt, "failed", dead_letters.cause_of(error), text)

    def _stop(self, last: str) -> Stop:
        limit = self.streak.limit
        return Stop(
            f"the last {self.streak.failures} documents of {self.stage.name} all failed by its own fault (the last: "
            f"{last}); it stops instead of giving up everything. Mend it, start it, then redrive. "
            f"Until one is done it stops at each failure; with REAM_FAILURES_IN_ROW={2 * limit} it gives up "
            f"{limit} more"
        )

    def _works(self) -> bool:
        """Whether what reads documents does known work; then it was the documents, and the count begins anew."""
        if not self._provers:
            return False
        try:
            for prover in self._provers:
                prover.prove()
        except Exception as error:
            _LOG.error("known_work_fails", stage=self.stage.name, error=log.where(error))
            return False
        _LOG.warning("documents_fail_in_row", stage=self.stage.name, documents=self.streak.failures)
        self.streak.begin_anew()
        return True

    def _give_up(self, attempt: Attempt, outcome: Outcome, cause: str, detail: str) -> Step:
        attempt.outcome = outcome
        attempt.given_up = dead_letters.GivenUp(dead_letters.code(cause), detail, attempt.tries + (outcome != "failed"))
        attempt.phase, attempt.tries, attempt.waits = Phase.GIVE_UP, 0, 0
        return Next()


class Undeliverable(Exception):
    """The broker would never take what was written (too large for its topic, most often): a defect of the stage."""

    cause = "undeliverable"


class _Alone(Exception):
    """Stands for the result of each item of a batch whose call failed as a whole."""


def _bound(attempt: Attempt) -> AbstractContextManager[None]:
    """Has every line that is logged meanwhile say of which document and trace it is."""
    record = attempt.record
    return log.bound(document_id=dead_letters.document_of(record), trace_id=envelope.trace_id(record.origin.headers))


def _place(attempt: Attempt) -> dict[str, Any]:
    origin = attempt.record.origin
    return {"topic": origin.topic, "partition": origin.partition, "offset": origin.offset}
