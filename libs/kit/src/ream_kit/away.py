# SPDX-License-Identifier: Apache-2.0
"""Decides how a process says for whom it waits: since when, why, for how many records, and how the breaker stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ream_kit.clock import timestamp
from ream_kit.guard import Condition, Guard
from ream_kit.task import Hold


def entries(holds: Iterable[Hold], guards: Iterable[Guard]) -> list[dict[str, Any]]:
    """Lists who is away, by name: whom somebody waits for, and whom a breaker found away though nobody waits yet."""
    found: dict[str, list[Hold]] = {}
    for hold in holds:
        found.setdefault(hold.waiting_for, []).append(hold)
    conditions = {guard.server: guard.condition() for guard in guards}
    away = {name for name, condition in conditions.items() if condition.since is not None}
    return [_entry(name, found.get(name, []), conditions.get(name)) for name in sorted(away | found.keys())]


def first(found: Sequence[dict[str, Any]]) -> str | None:
    """Says for people who is away, None when nobody is."""
    return f"waiting for {found[0]['for']}: {found[0]['reason']}" if found else None


def _entry(name: str, holds: Sequence[Hold], condition: Condition | None) -> dict[str, Any]:
    since = [hold.since for hold in holds]
    if condition is not None and condition.since is not None:
        since.append(condition.since)
    return {
        "for": name,
        "since": timestamp(min(since)),
        "reason": (condition.reason if condition else "") or holds[-1].reason,
        "records": len(holds),
        "breaker": condition.breaker if condition else None,
    }
