# SPDX-License-Identifier: Apache-2.0
"""The end of `ream ingest`: its JSON object, its exit code, and names of what needs attention."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ream_cli import ingest
from ream_cli.accounting import Account, Totals
from ream_cli.finding import PassedOver
from ream_cli.outcome_list import Ending, Names, Report, endings, outstanding
from ream_contracts import identity, layout
from ream_contracts.artifacts import DocumentRecord, Receipt, Source
from ream_contracts.messages import Allowance, DocumentCompleted, DocumentIndexed, DocumentIngested
from ream_contracts.outcomes import Outcome
from ream_kit.testing import memory_store

ROOT, CHILD = "a" * 32, "b" * 32
NO_UNITS = Receipt((), (), 0)


def totals(outstanding: int = 0, refused: int = 0, **outcomes: int) -> Totals:
    counts = {outcome.value: outcomes.get(outcome.value, 0) for outcome in Outcome}
    submitted = sum(counts.values()) + outstanding
    return Totals(counts, submitted, 0, outstanding, refused, 0, 0, 0, 0, 0, 0)


def report(counts: Totals, *not_submitted: PassedOver) -> Report:
    return Report(counts, 1.23456, (), {}, not_submitted, interrupted=False)


@pytest.mark.parametrize("outcome", [outcome.value for outcome in Outcome if outcome is not Outcome.FAILED])
def test_no_outcome_but_failed_is_a_failure(outcome: str) -> None:
    assert report(totals(**{outcome: 1})).fine


def test_what_is_not_fine() -> None:
    assert not report(totals(failed=1, complete=5)).fine
    assert not report(totals(outstanding=1)).fine
    assert not report(totals(refused=1)).fine
    assert not report(totals(), PassedOver(Path("x"), "unreadable", "no")).fine
    assert report(totals(), PassedOver(Path("x"), "link-loop", "no", lost=False)).fine


def test_the_object_has_a_number_for_each_outcome() -> None:
    found = report(totals(complete=2, failed=1), PassedOver(Path("a\nb\udcff"), "gone", "it is gone")).to_json()
    json.dumps(found)
    assert {outcome.value for outcome in Outcome} <= found.keys()
    assert (found["complete"], found["failed"], found["erased"]) == (2, 1, 0)
    assert (found["submitted"], found["children"], found["outstanding"], found["seconds"]) == (3, 0, 0, 1.235)
    assert found["not_submitted"] == [{"path": "a\\nb\\xff", "cause": "gone", "reason": "it is gone", "lost": True}]


def story(document_id: str, parent: str | None, outcome: Any, children: int) -> list[object]:
    version = identity.version(1, 1, 1)
    return [
        DocumentIngested(
            document_id, 1, 1, ROOT, parent, 0, "o", 1, "0" * 64, "a/b", None, None, Allowance(1, 1), ()
        ),
        DocumentCompleted(
            document_id, 1, 1, 1, version, ROOT, parent, outcome, "damaged", "a/b", 1, None, "page", 1, 0, 0, 1, 0, (),
            0, children, "unknown", 0, (), "public", {}, {},
        ),
        DocumentIndexed(document_id, 1, 1, version, ROOT, parent, outcome, "damaged", 0),
    ]  # fmt: skip


def test_what_did_not_come_out_whole_is_named_with_reason_and_advice() -> None:
    store, account = memory_store(), Account()
    account.submitted(ROOT)
    for message in story(ROOT, None, "empty", 2) + story(CHILD, ROOT, "failed", 0):
        account.note(message)
    source = Source("memo.pdf", None, "default", None, (), "in/memo.pdf", "now", 1, None, "a/b", None)
    store.put_artifact(layout.source(CHILD, 1), source)
    version = identity.version(1, 1, 1)
    record = DocumentRecord(CHILD, 1, 1, version, "failed", {"reason": "It is broken."}, NO_UNITS, (), ())
    store.put_artifact(layout.document_record(CHILD, version), record)
    names = Names(account, {ROOT: Path("/x/box.zip")}, store)
    [ending] = endings(account, names, store)
    assert (ending.name, ending.outcome) == ("/x/box.zip > in/memo.pdf", "failed")
    assert ending.reason == "It is broken."
    assert "another copy" in ending.advice
    assert outstanding(account, names) == {ROOT: "/x/box.zip (1 documents inside)"}


def test_people_see_markup_of_strangers_as_text() -> None:
    out = io.StringIO()
    shown = Report(
        totals(failed=1, outstanding=1),
        61.0,
        (Ending(ROOT, "[red]x[/red]\\x1b", "failed", "damaged", "broken", "mend it"),),
        {CHILD: "/late.pdf"},
        (PassedOver(Path("/a\x1b[31m"), "gone", "it is gone"),),
        interrupted=True,
    )
    ingest.show(shown, Console(file=out, width=160))
    text = out.getvalue()
    assert "[red]x[/red]" in text
    assert "\x1b" not in text
    assert "/a\\x1b[31m" in text
    assert "1 min 1 s" in text
    assert "/late.pdf" in text


def test_long_lists_say_how_much_they_leave_out() -> None:
    out = io.StringIO()
    many = tuple(PassedOver(Path(f"/{number}"), "gone", "gone") for number in range(60))
    ingest.show(report(totals(), *many), Console(file=out, width=160))
    assert "and 10 more" in out.getvalue()
