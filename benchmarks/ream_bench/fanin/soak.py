# SPDX-License-Identifier: Apache-2.0
"""Feeds workers while they are killed, frozen and added, and says by name what became of every part."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ream_bench.fanin import parts
from ream_bench.fanin.place import MAIN, Place
from ream_bench.fanin.verdict import Verdict, collect, judge
from ream_kit.commit_check import Proof, check_folder

SESSION_SECONDS = 6
"""The shortest that brokers allow: a killed worker's partitions are free as soon as can be."""

SETTINGS = {
    "REAM_AGGREGATE_SESSION_SECONDS": str(SESSION_SECONDS),
    "REAM_AGGREGATE_HEAD_SECONDS": "8",
    "REAM_AGGREGATE_COMMIT_SECONDS": "0.5",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done.

    Attributes:
        documents: how many.
        pages: of each; a document has two parts more.
        workers: that run at a time.
        faults: in which order what happens: kill, freeze (beyond the session, then woken), add (one worker more).
        seed: decides when, and to which worker; the same seed does the same.
        rate: parts a second.
        seconds: after the last part, within which all must be passed.
        environ: settings of the workers.
        program: Python that runs a worker.
    """

    documents: int = 3_200
    pages: int = 3
    workers: int = 2
    faults: tuple[str, ...] = ("kill",) * 4
    seed: int = 1
    rate: float = 400.0
    seconds: float = 100.0
    environ: dict[str, str] = field(default_factory=dict)
    program: str = MAIN

    def seeded(self, seed: int) -> Plan:
        """The same plan by another seed."""
        return replace(self, seed=seed)


@dataclass(frozen=True, slots=True)
class Soaked:
    """How it went.

    Attributes:
        proof: what the workers' commit logs prove.
        faults: what was done, in turn, with the second at which.
        ended: workers that ended themselves, as they may, and were started again.
        seconds: it took in all.
        log: of the workers.
    """

    verdict: Verdict
    proof: Proof
    faults: tuple[str, ...]
    ended: int
    seconds: float
    log: str

    @property
    def fine(self) -> bool:
        """Whether nothing is amiss, and every commit is proven."""
        return self.verdict.fine and not self.proof.findings

    def line(self) -> str:
        """Says it in one line."""
        return f"{self.verdict.line()}; {self.proof}"


class _Crew:
    """Keeps workers running as a supervisor does, and does harm to them."""

    def __init__(self, place: Place, plan: Plan, say: Callable[[str], object]) -> None:
        self._place, self._say, self._chance = place, say, random.Random(plan.seed)
        self._program = plan.program
        self._workers = [place.start(program=plan.program) for _ in range(plan.workers)]
        self._frozen: set[int] = set()
        self.ended = 0

    def supervise(self) -> None:
        """Starts again who ended."""
        for number, worker in enumerate(self._workers):
            if worker.poll() is not None:
                self.ended += 1
                self._workers[number] = self._place.start(program=self._program)

    def harm(self, fault: str, pause: Callable[[float], object]) -> None:
        """Does one fault to a worker that chance names."""
        number = self._chance.randrange(len(self._workers))
        worker = self._workers[number]
        if fault == "add":
            self._workers.append(self._place.start(program=self._program))
        elif fault == "freeze":
            self._freeze(worker, pause)
        else:
            self._place.kill(worker)
            self._workers[number] = self._place.start(program=self._program)
        self._say(f"{fault}: worker {number}")

    def _freeze(self, worker: subprocess.Popen[bytes], pause: Callable[[float], object]) -> None:
        """Beyond its session: another has its partitions when it wakes, and it must have no second effect."""
        self._place.freeze(worker)
        stand_in = self._place.start(program=self._program)
        pause(SESSION_SECONDS * 2)
        self._place.wake(worker)
        self._workers.append(stand_in)


def soak(bootstrap: str, folder: Path, plan: Plan, say: Callable[[str], object] = print) -> Soaked:
    """Runs a soak on topics of its own, and takes them away again.

    Args:
        bootstrap: addresses of a broker, which is left alone.
        folder: for logs and tables; the logs stay.
        plan: what is done.
        say: takes a line about each fault.
    """
    started = time.monotonic()
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(f"{time.monotonic() - started:.0f} s: {line}")
        say(told[-1])

    commits = folder / "commits"
    with Place(bootstrap, folder, {**SETTINGS, "REAM_COMMIT_LOG": str(commits), **plan.environ}) as place:
        crew = _Crew(place, plan, tell)
        place.until(lambda: "positions_seeded" in place.log(), 60)
        feeder = _Feeder(place, plan)
        feeder.start()
        _harm_all(crew, plan, feeder)
        feeder.join()
        if feeder.error is not None:
            raise feeder.error
        place.until(lambda: (crew.supervise(), place.caught_up())[1], plan.seconds)
        verdict = judge(collect(place, plan.pages))
        place.end_workers()
        proof = check_folder(commits, from_beginning=True)
        return Soaked(verdict, proof, tuple(told), crew.ended, time.monotonic() - started, place.log())


def _harm_all(crew: _Crew, plan: Plan, feeder: _Feeder) -> None:
    """Spreads the faults over the time in which parts arrive."""
    span = plan.documents * parts.count(plan.pages) / plan.rate
    chance, pause = random.Random(plan.seed + 1), threading.Event()
    for fault in plan.faults:
        wait = span / (len(plan.faults) + 1) * chance.uniform(0.7, 1.1)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            pause.wait(min(0.5, wait))
            crew.supervise()
        crew.harm(fault, pause.wait)


class _Feeder(threading.Thread):
    """Puts the parts on the topic while the workers are harmed."""

    def __init__(self, place: Place, plan: Plan) -> None:
        super().__init__(daemon=True)
        self._place, self._plan = place, plan
        self.error: Exception | None = None

    def run(self) -> None:
        """Sends everything at the rate of the plan."""
        plan = self._plan
        documents = [parts.name(number) for number in range(plan.documents)]
        try:
            self._place.send(
                (
                    (document, parts.part(document, number, plan.pages))
                    for document, number in parts.rounds(documents, plan.pages)
                ),
                plan.rate,
            )
        except Exception as error:
            self.error = error
