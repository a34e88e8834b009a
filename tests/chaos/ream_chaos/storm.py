# SPDX-License-Identifier: Apache-2.0
"""Carries out a plan on a running installation: submits, breaks, mends, and lets what died come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from ream_chaos import faults, registry
from ream_chaos.papers import Paper
from ream_chaos.plan import VICTIMS, Kind, Plan, Strike, Submit
from ream_chaos.witness import Witness
from ream_chaos.world import World
from ream_contracts import topics
from ream_kit import Retry
from ream_kit.observe import Announcer
from ream_tests.flow import Flow

PROGRESS_PATIENCE = 20.0
"""Seconds without anything said, after which the next fault does not wait for progress any more."""
_SUBMIT_SECONDS = 180.0
_NOT_NOW_SECONDS = 240.0
_AGAIN_SECONDS = 2.0
_MENDED_SECONDS = 600.0
_READY_SECONDS = 300.0


def kinds(own: frozenset[str], among: Sequence[str] | None = None) -> dict[str, Kind]:
    """The faults that may be used where these servers are the run's own."""
    found = {name: one for name, one in registry.modules(faults).items() if own >= one.NEEDS}
    return {name: one.KIND for name, one in found.items() if among is None or name in among}


@dataclass
class Storm:
    """A run under way.

    Attributes:
        broken: what is broken at this moment: when it is due to be mended, what it is, and how.
        ended_by_itself: processes that ended without being killed, with their exit codes.
    """

    world: World
    flow: Flow
    witness: Witness
    papers: Sequence[Paper]
    pace_seconds: float = 0.0
    broken: list[tuple[float, str, Callable[[], object]]] = field(default_factory=list)
    ended_by_itself: list[tuple[str, int]] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)

    def run(self, plan: Plan) -> None:
        """Does everything in order; when it returns, nothing is broken any more."""
        announcer = Announcer(self.flow.kafka, "chaos")
        try:
            for step in plan.steps:
                if isinstance(step, Submit):
                    self._submit(announcer, self.papers[step.first - 1 : step.last])
                else:
                    self._strike(step)
        finally:
            self.mend_all()

    def mend_all(self) -> None:
        """Waits until everything that is broken is over.

        Raises:
            NotNow: something cannot be mended.
        """
        until = time.monotonic() + _MENDED_SECONDS
        while self.broken:
            if time.monotonic() > until:
                raise faults.NotNow(f"not mended: {', '.join(one[1] for one in self.broken)}")
            self._turn()

    def await_ready(self) -> list[str]:
        """Waits until every process works again, so that nothing counts as stuck while a server still comes back.

        Returns:
            Which still do not when the patience is over, each with its reason.
        """
        until = time.monotonic() + _READY_SECONDS
        while (waiting := self._not_ready()) and time.monotonic() < until:
            self._turn()
        self.witness.moved = time.monotonic()
        return [f"{name} is not ready {_READY_SECONDS:.0f} s after the last fault: {why}" for name, why in waiting]

    def _not_ready(self) -> list[tuple[str, str]]:
        reasons = [(name, self.flow.not_ready(name)) for name in list(self.flow.processes)]
        return [(name, why) for name, why in reasons if why is not None]

    def _submit(self, announcer: Announcer, portion: Sequence[Paper]) -> None:
        """Submits documents until the broker has them; what it may have taken before is submitted again."""
        until = time.monotonic() + _SUBMIT_SECONDS
        while True:
            try:
                store = self.flow.store
                for paper in portion:
                    announcer.send(topics.DOCUMENTS_SUBMITTED, paper.message(store))
                announcer.flush(30)
                break
            except Retry:
                if time.monotonic() > until:
                    raise
                self._turn()
        self.submitted += [paper.document_id for paper in portion]
        self.world.tell(f"submitted {portion[0].key} to {portion[-1].key}")

    def submit_at(self, rate: float, portion: Sequence[Paper]) -> dict[str, float]:
        """Submits documents at a steady rate; returns the moment at which each was due."""
        announcer, store, began = Announcer(self.flow.kafka, "chaos"), self.flow.store, time.monotonic()
        due: dict[str, float] = {}
        for number, paper in enumerate(portion):
            due[paper.document_id] = began + number / rate
            while (left := due[paper.document_id] - time.monotonic()) > 0:
                self.witness.look(min(0.1, left))
            announcer.send(topics.DOCUMENTS_SUBMITTED, paper.message(store))
            announcer.flush(30)
            self.submitted.append(paper.document_id)
        return due

    def capacity(self, portion: Sequence[Paper], patience: float) -> float:
        """Submits documents all at once; returns how many a second had an outcome, when nobody has anything left.

        Args:
            portion: the documents.
            patience: seconds without anything said after which it is not waited any more.
        """
        began = time.monotonic()
        self.submit_at(1_000.0, portion)
        self.witness.settle(self.submitted, patience)
        ended = max(self.witness.indexed_at.get(paper.document_id, began) for paper in portion)
        return len(portion) / max(0.1, ended - began)

    def _strike(self, strike: Strike) -> None:
        wanted = strike.after * len(self.submitted)
        paced = time.monotonic() + self.pace_seconds
        while time.monotonic() < paced or (
            self.witness.ended(self.submitted) < wanted and time.monotonic() - self.witness.moved < PROGRESS_PATIENCE
        ):
            self._turn()
        what = f"{strike.fault} {strike.target}".rstrip()
        self.world.tell(f"{what} ({self.witness.ended(self.submitted)} of {len(self.submitted)} have ended)")
        begin, until = registry.modules(faults)[strike.fault].begin, time.monotonic() + _NOT_NOW_SECONDS
        while True:
            try:
                later = begin(self.world, self.flow, strike)
                break
            except faults.NotNow:
                if time.monotonic() > until:
                    raise
                self._turn()
        now = time.monotonic()
        self.broken += [(now + seconds, what, mend) for seconds, mend in later]
        self._turn()

    def _turn(self) -> None:
        """Looks, mends what is due, and starts again what ended by itself, as a supervisor does."""
        self.witness.look(0.25)
        for one in [one for one in sorted(self.broken, key=lambda one: one[0]) if one[0] <= time.monotonic()]:
            self.broken.remove(one)
            try:
                one[2]()
                self.world.tell(f"over: {one[1]}")
            except faults.NotNow:
                self.broken.append((time.monotonic() + _AGAIN_SECONDS, *one[1:]))
        self.revive()

    def endings(self, *, of: Container[str] = VICTIMS, but: Container[str] = ()) -> list[str]:
        """Says what ended by itself, as sentences; also what is found ended only now.

        Args:
            of: services that are told of.
            but: of these, those that are not.
        """
        gone = [(name, code) for name, one in self.flow.processes.items() if (code := one.poll()) is not None]
        told = [(name, code) for name, code in (*self.ended_by_itself, *gone) if _service(name) in of]
        return [f"{name} ended by itself with code {code}" for name, code in told if _service(name) not in but]

    def revive(self) -> None:
        """Starts again what ended by itself."""
        for name, process in list(self.flow.processes.items()):
            code = process.poll()
            if code is not None:
                self.ended_by_itself.append((name, code))
                self.world.tell(f"{name} ended by itself with code {code}; it is started again")
                self.flow.start(name)


def _service(process: str) -> str:
    """The service that a process runs: there may be a second one of it, with a number."""
    return process.partition("-")[0]
