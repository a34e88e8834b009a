# SPDX-License-Identifier: Apache-2.0
"""Decides how it is shown what waits for whom: a line for each service and whoever it waits for, the longest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from ream_cli import screen

_BREAKERS = {
    "open": "left alone, probed",
    "half-open": "being probed",
    "closed": "tried again",
    None: "tried again",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """A service that waits for somebody.

    Attributes:
        waiting_for: who is away.
        since: ISO 8601; None where the service does not say.
        seconds: for how long.
        records: held by the service for this; those on the broker behind them come on top.
        breaker: open, half-open or closed; None where whoever is away has no breaker.
    """

    service: str
    waiting_for: str
    since: str | None
    seconds: float | None
    records: int
    breaker: str | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return asdict(self)


def waits(service: str, entries: Iterable[Mapping[str, Any]], now: datetime | None = None) -> list[Wait]:
    """Reads what a service says of whom it waits for."""
    now = now or datetime.now(UTC)
    return [_wait(service, entry, now) for entry in entries]


def longest_first(found: Iterable[Wait]) -> list[Wait]:
    """Puts those in front that have waited longest: what came first is most often the cause of the rest."""
    return sorted(found, key=lambda one: -(one.seconds or 0.0))


def table(found: Iterable[Wait]) -> Table:
    """Shows waits for people."""
    made = screen.table("waiting for", "who waits", "for", "since", "records held", "meanwhile", "why",
                        right=("records held",))  # fmt: skip
    for one in found:
        made.add_row(
            screen.cell(one.waiting_for, "yellow"),
            screen.cell(one.service),
            "" if one.seconds is None else screen.duration(one.seconds),
            screen.cell((one.since or "")[:19]),
            screen.number(one.records),
            _BREAKERS.get(one.breaker, ""),
            screen.cell(one.reason),
        )
    return made


def _wait(service: str, entry: Mapping[str, Any], now: datetime) -> Wait:
    since = entry.get("since")
    records, breaker = entry.get("records"), entry.get("breaker")
    return Wait(
        service=service,
        waiting_for=str(entry.get("for")),
        since=since if isinstance(since, str) else None,
        seconds=_seconds(since, now),
        records=records if isinstance(records, int) else 0,
        breaker=breaker if isinstance(breaker, str) else None,
        reason=str(entry.get("reason") or ""),
    )


def _seconds(since: Any, now: datetime) -> float | None:
    try:
        return max(0.0, (now - datetime.fromisoformat(since)).total_seconds())
    except (TypeError, ValueError):
        return None
