# SPDX-License-Identifier: Apache-2.0
"""Decides which figures a load gives, by names that stay the same from one measurement to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ream_bench.figures import percentile, rate
from ream_bench.loads import Load
from ream_bench.trips import STEPS, Trip
from ream_bench.usage import Used

SMALL_BYTES, SMALL_SCANNED = 5_000_000, 10


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the measurement.

    Attributes:
        name: stays the same.
        title: for people.
        figures: by name; None where nothing could be measured.
        outcomes: how many documents ended how; `not finished` among them.
        usage: CPU seconds by who used them, and memory in bytes, as JSON.
        limit: what kept it from being faster, or smaller, where that is known.
        slowest: the documents that took longest, and all large scans.
    """

    name: str
    title: str
    figures: dict[str, float | None]
    outcomes: dict[str, int] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    limit: str = ""
    slowest: list[dict[str, Any]] = field(default_factory=list)


def of_load(name: str, title: str, load: Load, cores: int) -> Part:
    """The figures of a load."""
    ended = load.ended
    pages = sum(trip.paper.wanted.pages for trip in ended)
    figures = {
        "failed_polls": float(load.failed_polls),
        "documents": float(len(load.trips)),
        "seconds": load.seconds,
        "documents_per_second": rate(len(ended), load.seconds),
        "pages_per_second": rate(pages, load.seconds) if pages else None,
        **_waiting("hit", [trip.to_hit for trip in load.trips]),
        **_waiting("complete", [trip.to_complete for trip in load.trips]),
        **_steps(ended),
        "cpu_seconds_a_document": rate_of(load.used.ours + load.used.readers, len(ended)),
        "own_cpu_seconds_a_document": rate_of(load.used.ours, len(ended)),
    }
    return Part(name, title, figures, outcomes(load.trips), usage(load.used), limit(load, cores), slowest(load))


def targets(load: Load) -> dict[str, float | None]:
    """What is wanted of small documents and of large scans, among those of a load."""
    small = [trip for trip in load.trips if is_small(trip)]
    large = [trip for trip in load.trips if trip.paper.wanted.scanned > SMALL_SCANNED]
    return {
        "small_complete_p95": percentile(_all_or_limit([trip.to_complete for trip in small], load), 0.95),
        "large_scan_hit_worst": percentile(_all_or_limit([trip.to_hit for trip in large], load), 1.0),
    }


def is_small(trip: Trip) -> bool:
    """Whether it is of the size that must be complete soon."""
    return trip.paper.size < SMALL_BYTES and trip.paper.wanted.scanned <= SMALL_SCANNED


def _all_or_limit(values: Sequence[float | None], load: Load) -> list[float]:
    """What has not ended took at least as long as was waited: leaving it out would make the figure better."""
    return [value if value is not None else load.limit for value in values]


def _waiting(name: str, values: Sequence[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    return {f"{name}_p50": percentile(known, 0.5), f"{name}_p95": percentile(known, 0.95)}


def _steps(ended: Sequence[Trip]) -> dict[str, float | None]:
    """Seconds from each step to the next, p50: where documents wait or are worked on."""
    found: dict[str, float | None] = {}
    for earlier, later in zip(("submitted", *STEPS), STEPS, strict=False):
        known = [
            trip.moments[later] - (trip.submitted if earlier == "submitted" else trip.moments[earlier])
            for trip in ended
            if later in trip.moments and (earlier == "submitted" or earlier in trip.moments)
        ]
        found[f"to_{later}_p50"] = percentile(known, 0.5)
    return found


def rate_of(amount: float, count: int) -> float | None:
    """How much for each; None when there is none."""
    return amount / count if count else None


def outcomes(trips: Sequence[Trip]) -> dict[str, int]:
    """How many ended how."""
    return dict(Counter(trip.outcome or "not finished" for trip in trips))


def usage(used: Used) -> dict[str, Any]:
    """What was used, as JSON."""
    return {
        "seconds": used.seconds,
        "cpu": {name: dict(kinds) for name, kinds in used.services.items()},
        "servers": used.servers,
        "bench": used.bench,
        "others": used.others,
        "memory": {name: dict(kinds) for name, kinds in used.memory.items()},
        "memory_together": used.together,
    }


def slowest(load: Load, count: int = 5) -> list[dict[str, Any]]:
    """The documents that took longest from submission to completion, and all large scans, the slowest first."""

    def taken(trip: Trip) -> float:
        return load.limit if trip.to_complete is None else trip.to_complete

    every = sorted(load.trips, key=taken, reverse=True)
    large = [trip for trip in every[count:] if trip.paper.wanted.kind == "large-scan"]
    return [
        {
            "kind": trip.paper.wanted.kind,
            "pages": trip.paper.wanted.pages,
            "submitted": trip.submitted - load.began,
            "hit": trip.to_hit,
            "complete": trip.to_complete,
        }
        for trip in (*every[:count], *large)
    ]


def largest(used: Used) -> str:
    """Says which services have most of the memory."""
    sizes = sorted(((sum(kinds.values()), name) for name, kinds in used.memory.items()), reverse=True)
    return ", ".join(f"{name} {size / 1024**2:.0f} MB" for size, name in sizes[:3])


def limit(load: Load, cores: int) -> str:
    """Says how busy the machine was, and who had the most of it."""
    used = load.used
    shares = {
        f"{name} ({'own' if kind == 'service' else kind})": spent
        for name, kinds in used.services.items()
        for kind, spent in kinds.items()
    }
    shares |= {**used.servers, "the measurement": used.bench, "other programs": used.others}
    busy = sum(shares.values())
    there = used.seconds * cores
    if not busy or not there:
        return ""
    first, second = sorted(shares, key=lambda who: -shares[who])[:2]
    most = ", ".join(f"{who} {shares[who] / busy:.0%}" for who in (first, second))
    whole = busy / there
    what = "the cores" if whole > 0.85 else "waiting (the cores were not all busy)"
    return f"{what}: {cores} cores {whole:.0%} busy, of that {most}"
