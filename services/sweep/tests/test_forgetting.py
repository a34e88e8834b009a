# SPDX-License-Identifier: Apache-2.0
"""What may go goes when it is old enough, and not before."""

from datetime import UTC, datetime, timedelta

from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted, PartForget
from ream_sweep.forgetting import Forgetting, Passing, stale
from ream_sweep.settings import SweepSettings

DAY_MS = 86_400_000
NOW = datetime(2026, 1, 10, tzinfo=UTC)


def completed(document_id: str) -> DocumentCompleted:
    return DocumentCompleted(
        document_id, 1, 1, 1, 5, document_id, None, "complete", None, "text/plain", 1, None, "body", 1, 1, 0, 0, 0,
        (), 1, 0, "unknown", 0, (), "internal", {}, {},
    )  # fmt: skip


def test_an_entry_is_forgotten_after_its_days_in_the_order_of_its_partition() -> None:
    forgetting = Forgetting(days=7)
    for offset, day in ((0, 0), (1, 1), (2, 5)):
        forgetting.completed(completed(f"{offset}"), partition=3, offset=offset, timestamp_ms=day * DAY_MS)
    assert forgetting.due(6.9 * DAY_MS) == ([], {})
    for _ in range(2):
        due = forgetting.due(8 * DAY_MS)
        assert due == ([PartForget("0", 1, 1), PartForget("1", 1, 1)], {3: 2}), "due until it is done"
    forgetting.done(due[1])
    assert forgetting.due(8 * DAY_MS) == ([], {})
    assert forgetting.due(12 * DAY_MS) == ([PartForget("2", 1, 1)], {3: 3})


def test_what_ingest_passed_a_day_ago_may_be_deleted() -> None:
    passing = Passing(hours=24)
    for hour in range(48):
        passing.note(NOW + timedelta(hours=hour), {0: hour})
    assert passing.deletable(NOW + timedelta(hours=23)) == {}
    assert passing.deletable(NOW + timedelta(hours=30)) == {0: 6}
    assert passing.deletable(NOW + timedelta(hours=30)) == {}


def test_only_what_was_brought_long_ago_is_stale() -> None:
    names = ["incoming/20260101T000000-x/1", "incoming/20260109T000000-x/1", "incoming/by hand.pdf"]
    assert list(stale(names, NOW, 8)) == names[:1]


def test_what_was_brought_is_kept_longer_than_the_dead_letters_that_name_it() -> None:
    assert SweepSettings().incoming_days > topics.DOCUMENTS_SUBMITTED.dead_letter_retention_days
