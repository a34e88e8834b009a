# SPDX-License-Identifier: Apache-2.0
"""Holds what is wanted of Ream's speed and memory, and says whether a measurement meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ream_bench.results import Part

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure that must not be exceeded.

    Attributes:
        only_full: means something only with the documents of a full measurement.
    """

    text: str
    part: str
    figure: str
    at_most: float
    unit: str
    only_full: bool = False


AIMS = (
    Aim(
        "files under 5 MB with at most 10 scanned pages complete, p95 at 70 %", "steady", "small_complete_p95", 20, "s"
    ),
    Aim("first page of the larger scans, the slowest, at 70 %", "steady", "large_scan_hit_worst", 20, "s", True),
    Aim("text PDF of 300 pages complete", "long", "complete_p50", 20, "s"),
    Aim("text PDF of 100 MB complete", "heavy", "complete_p50", 300, "s", True),
    Aim("idle memory of all services, just started", "idle", "bytes", GIB, "bytes"),
    Aim("idle memory of all services, after load", "idle-after", "bytes", GIB, "bytes"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an aim.

    Attributes:
        met: None when it was not measured.
    """

    aim: Aim
    measured: float | None
    met: bool | None


def judge(parts: Mapping[str, Part], full: bool) -> list[Verdict]:
    """Compares a measurement with the aims."""
    verdicts = []
    for aim in AIMS:
        part = parts.get(aim.part)
        measured = part.figures.get(aim.figure) if part is not None and (full or not aim.only_full) else None
        verdicts.append(Verdict(aim, measured, None if measured is None else measured <= aim.at_most))
    return verdicts
