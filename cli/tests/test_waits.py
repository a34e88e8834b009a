# SPDX-License-Identifier: Apache-2.0
"""What waits for whom is shown whatever a service says of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from ream_cli.waits import longest_first, table, waits

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def entry(since: str, **more: Any) -> dict[str, Any]:
    return {
        "for": "opensearch",
        "since": since,
        "reason": "it answered 429",
        "records": 1200,
        "breaker": "open",
        **more,
    }


def shown(*entries: dict[str, Any]) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(table(waits("index", entries, NOW)))
    return out.getvalue()


def test_says_who_waits_for_whom_how_long_and_why() -> None:
    text = shown(entry("2026-01-01T11:47:55.000Z"))
    for expected in ("opensearch", "index", "12 min 5 s", "2026-01-01T11:47:55", "1,200", "left alone, probed", "429"):
        assert expected in text


@pytest.mark.parametrize(
    ("breaker", "words"),
    [("open", "left alone, probed"), ("half-open", "being probed"), ("closed", "tried again"), (None, "tried again")],
)
def test_says_what_is_done_meanwhile(breaker: str | None, words: str) -> None:
    assert words in shown(entry("2026-01-01T11:47:55Z", breaker=breaker))


def test_what_came_first_stands_first() -> None:
    found = waits("index", [entry("2026-01-01T11:59:00Z"), entry("2026-01-01T11:00:00Z"), entry("unknown")], NOW)
    assert [one.seconds for one in longest_first(found)] == [3600.0, 60.0, None]


@pytest.mark.parametrize("odd", [{}, {"for": None, "since": 5, "records": "x", "breaker": 1, "reason": None}])
def test_an_odd_answer_is_shown_as_far_as_it_goes(odd: dict[str, Any]) -> None:
    (found,) = waits("index", [odd], NOW)
    assert (found.seconds, found.records, found.breaker) == (None, 0, None)
    shown(odd)
