# SPDX-License-Identifier: Apache-2.0
"""Submits documents at given moments and waits for their end, while everything they cost is measured."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ream_bench.inputs import Paper
from ream_bench.installation import BenchError, Installation
from ream_bench.trips import FOLLOWED, HitWatch, Trip, note
from ream_bench.usage import MemoryWatch, Used, between, moment
from ream_cli.feeding import folder_name
from ream_contracts import identity, topics
from ream_contracts.messages import DocumentSubmitted
from ream_index.opensearch import Indices
from ream_kit.clock import SystemClock
from ream_kit.observe import Announcer, Tail

NAMESPACE = "bench"
_LOOK_SECONDS = 0.1
_CHECK_SECONDS = 2.0
_LATE_HIT_SECONDS = 5.0
_LIFT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Load:
    """Documents that were sent through the installation together.

    Attributes:
        began: when the first was submitted, in seconds since 1970.
        limit: seconds after which the rest was not waited for any more.
        used: CPU and memory meanwhile.
        failed_polls: questions for first hits that OpenSearch did not answer.
    """

    trips: tuple[Trip, ...]
    began: float
    limit: float
    used: Used
    failed_polls: int

    @property
    def ended(self) -> list[Trip]:
        """Those that are searchable as a whole."""
        return [trip for trip in self.trips if trip.ended]

    @property
    def seconds(self) -> float:
        """From the first submission until the last document was searchable, or until nobody waited any more."""
        if len(self.ended) < len(self.trips):
            return self.limit
        return max(trip.moments["indexed"] for trip in self.trips) - self.began


@dataclass(frozen=True, slots=True)
class _Staged:
    paper: Paper
    message: DocumentSubmitted
    document_id: str


@dataclass(slots=True)
class _Way:
    """Those on their way, shared by the threads: only ever added to."""

    trips: dict[str, Trip] = field(default_factory=dict)
    sent: threading.Event = field(default_factory=threading.Event)

    def all(self) -> list[Trip]:
        return list(self.trips.values())


def run(
    installation: Installation, papers: Sequence[Paper], arrivals: Sequence[float], limit: float, hit_every: int = 1
) -> Load:
    """Sends documents through the installation.

    Args:
        installation: with all services running.
        papers: lie in the store before the clock starts, as uploads do; submitting them is what counts.
        arrivals: for each its moment of submission, in seconds after the beginning; ascending.
        limit: seconds after the beginning until which ends are waited for.
        hit_every: of so many documents, the first passage of one is looked for; looking costs OpenSearch something.

    Raises:
        BenchError: a service ended.
        Retry: Kafka is away.
    """
    staged = [_stage(installation, paper) for paper in papers]
    way = _Way()
    kafka = installation.surroundings.kafka()
    with Tail(kafka, FOLLOWED) as tail, _hits(installation, way) as hits, _memory(installation) as memory:
        before = moment(installation)
        began = time.time() + _LIFT_SECONDS
        sender = threading.Thread(
            target=_send, args=(Announcer(kafka, "bench"), staged, arrivals, began, way, hit_every), daemon=True
        )
        sender.start()
        _follow(installation, tail, way, began + limit)
        after = moment(installation)
        peak = memory.stop()
    return Load(tuple(way.all()), began, limit, between(before, after, peak), hits.failed)


def _stage(installation: Installation, paper: Paper) -> _Staged:
    store = installation.surroundings.store()
    name = f"{folder_name(SystemClock().now())}/{paper.path.name}"
    store.put(name, paper.path)
    key = f"bench:{name}"
    message = DocumentSubmitted(source=f"store:{name}", key=key, name=paper.path.name, namespace=NAMESPACE)
    return _Staged(paper, message, identity.document_id(NAMESPACE, key))


def _send(
    announcer: Announcer, staged: Sequence[_Staged], arrivals: Sequence[float], began: float, way: _Way, every: int
) -> None:
    """Submits each at its moment. That moment is what counts, even where we are late: nobody waits unseen."""
    pause = threading.Event()
    for number, (each, arrival) in enumerate(zip(staged, arrivals, strict=True)):
        at = began + arrival
        if (early := at - time.time()) > 0:
            pause.wait(early)
        way.trips[each.document_id] = Trip(each.paper, each.document_id, at, number % every == 0, {})
        announcer.send(topics.DOCUMENTS_SUBMITTED, each.message)
    announcer.flush()
    way.sent.set()


def _follow(installation: Installation, tail: Tail, way: _Way, deadline: float) -> None:
    """Comes back when all have ended and are found, or at the deadline."""
    check = patience = 0.0
    while (now := time.time()) < deadline:
        for seen in tail.poll(_LOOK_SECONDS):
            note(way.trips, seen.message, seen.timestamp_ms / 1000)
        if now > check:
            installation.require_running()
            check = now + _CHECK_SECONDS
        trips = way.all()
        if way.sent.is_set() and all(trip.ended for trip in trips):
            patience = patience or now + _LATE_HIT_SECONDS
            if now > patience or all(trip.hit is not None or not trip.wants_hit for trip in trips):
                return


@contextmanager
def _hits(installation: Installation, way: _Way) -> Iterator[HitWatch]:
    surroundings = installation.surroundings
    with surroundings.opensearch() as client:
        watch = HitWatch(client, Indices(client, surroundings.index_prefix).passages, way.all)
        watch.start()
        try:
            yield watch
        finally:
            watch.stop()


@contextmanager
def _memory(installation: Installation) -> Iterator[MemoryWatch]:
    watch = MemoryWatch(installation)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def require_some(load: Load, what: str) -> Load:
    """Makes sure that anything came out at all.

    Raises:
        BenchError: nothing did.
    """
    if not load.ended:
        raise BenchError(f"{what}: none of {len(load.trips)} documents was searchable after {load.limit:.0f} s")
    return load
