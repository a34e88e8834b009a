# SPDX-License-Identifier: Apache-2.0
"""The entry says what is known, and the receipt names every unit."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ream_contracts import codec, layout
from ream_contracts.artifacts import Manifest, SegmentRecord, SegmentText, Source, UnitKind, UnitText
from ream_contracts.messages import DocumentCompleted, Missing
from ream_contracts.receipts import lines
from ream_index import documents
from ream_index.contents import Contents

DOCUMENT = "a" * 32
SOURCE = Source(
    "a.pdf",
    "store:incoming/a",
    "default",
    None,
    ("t",),
    None,
    "2026-01-01T00:00:00Z",
    5,
    "f" * 64,
    "application/pdf",
    None,
)
MANIFEST = Manifest(
    DOCUMENT, 1, "application/pdf", "page", (UnitKind("page", 1, 4), UnitKind("attachment", 5, 5)), 5, ((1, 5),), 0,
    None, None, None, {"title": "A title"}, "pdf", "1",
)  # fmt: skip


SAID = {"keyphrases": ["harbour"]}


def completed(**changes: object) -> DocumentCompleted:
    values: dict[str, object] = {
        "document_id": DOCUMENT, "generation": 1, "run": 1, "revision": 18, "version": 7, "root_id": DOCUMENT,
        "parent_id": None, "outcome": "partial", "cause": "out-of-time", "media_type": "application/pdf", "size": 5,
        "manifest": "m", "unit_kind": "page", "units": 5, "read": 2, "not_applicable": 1, "failed": 2, "expired": 0,
        "missing": (Missing(((3, 3), (5, 5)), "failed", "out-of-time"),), "characters": 8, "children": 0,
        "type": "unknown", "type_confidence": 0, "languages": ("en",), "sensitivity": "internal",
        "personal_data": {"email": 2, "iban": 1}, "scores": {}, **changes,
    }  # fmt: skip
    return DocumentCompleted(**values)  # type: ignore[arg-type]


def unit(number: int, text: str) -> UnitText:
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


RECORD = SegmentRecord(DOCUMENT, 1, 1, 1, ((1, 2),), ((4, 4),), "t", "c", "text-layer", 100, 8, ())
TEXT = SegmentText(DOCUMENT, 1, 1, "extract", "1", (unit(1, "page one"), unit(2, "page two"), unit(4, "")), ())


def contents(limit: int = 1000) -> Contents:
    taken = Contents(limit)
    taken.add(RECORD, TEXT)
    return taken


def test_what_is_missing_is_said_in_words() -> None:
    entry = documents.completed(completed(), SOURCE, MANIFEST, contents(), SAID, "2026-01-01T00:00:00Z")
    assert entry.body["missing"] == "page 3 failed (out-of-time); page 5 failed (out-of-time)"
    assert (entry.body["text"], entry.body["keyphrases"]) == ("page one\n\npage two", ["harbour"])
    assert (entry.body["title"], entry.body["name"], entry.version) == ("A title", "a.pdf", 7)
    assert (entry.body["personal_data"], entry.body["personal_data_hits"]) == (["email", "iban"], 3)


def test_a_record_names_what_it_was_made_from() -> None:
    entry = documents.completed(completed(), SOURCE, MANIFEST, contents(), SAID, "2026-01-01T00:00:00Z")
    record = documents.record(completed(), entry, MANIFEST, contents())
    assert record.artifacts == ("t", "c", "m")
    assert record.document == entry.body


def test_every_unit_is_in_the_receipt() -> None:
    receipt = contents().receipt(completed(), MANIFEST)
    assert [(line.unit, line.way.kind, line.way.state, line.way.cause) for line in lines(receipt)] == [
        (1, "page", "read", None),
        (2, "page", "read", None),
        (3, "page", "failed", "out-of-time"),
        (4, "page", "not-applicable", None),
        (5, "attachment", "failed", "out-of-time"),
    ]


def test_what_lies_beyond_the_limit_is_one_number_however_much_it_is() -> None:
    done = completed(missing=(Missing(((6, 10**10),), "beyond", "too-many-units"),), units=10**10)
    receipt = contents().receipt(done, MANIFEST)
    assert (len(receipt.units), receipt.beyond) == (5, 10**10 - 5)


def test_units_that_the_completion_has_no_room_to_name_have_a_line_too() -> None:
    *_, last = lines(contents().receipt(completed(missing=()), MANIFEST))
    assert (last.unit, last.way.kind, last.way.state, last.way.cause) == (5, "attachment", "failed", "various-causes")
    *_, last = lines(contents().receipt(completed(missing=(), outcome="superseded"), MANIFEST))
    assert (last.way.state, last.way.cause) == ("unanswered", None)


def test_a_unit_that_is_not_whole_says_so_and_keeps_its_text() -> None:
    taken = Contents(1000)
    taken.add(replace(RECORD, incomplete=((2, 2),)), TEXT)
    _, second, *_ = lines(taken.receipt(completed(), MANIFEST))
    assert (second.way.state, second.way.cause, second.characters) == ("incomplete", "text-missing", 8)
    assert taken.text == "page one\n\npage two"


def test_a_unit_whose_reader_knows_why_it_is_not_whole_says_that() -> None:
    taken = Contents(1000)
    damaged = replace(TEXT, units=tuple(replace(one, lacking="damaged-content") for one in TEXT.units))
    taken.add(replace(RECORD, incomplete=((2, 2),)), damaged)
    first, second, *_ = lines(taken.receipt(completed(), MANIFEST))
    assert (first.way.cause, second.way.cause) == (None, "damaged-content")


@pytest.mark.slow
def test_a_receipt_of_a_hundred_thousand_units_stays_small() -> None:
    taken = Contents(0)
    methods: list[Any] = ["ocr", "text-layer"]
    units = tuple(replace(unit(n, "x" * 999), method=methods[n % 2], confidence=n % 101) for n in range(1, 100_001))
    taken.add(replace(RECORD, read=((1, 100_000),)), replace(TEXT, units=units))
    receipt = taken.receipt(completed(units=100_000, read=100_000, missing=()), None)
    assert len(json.dumps(codec.to_json(receipt), separators=(",", ":"))) < 16 * 100_000
    assert [line.unit for line in lines(receipt)] == list(range(1, 100_001))


def test_confidence_and_sources_are_in_the_entry() -> None:
    scores = {"method:ocr": 2, "method:text-layer": 5, "method:none": 0, "language:en": 9}
    done = completed(scores=scores, confidence=91, confidence_lowest=40, incomplete=1)
    body = documents.completed(done, SOURCE, MANIFEST, contents(), SAID, "2026-01-01T00:00:00Z").body
    assert (body["confidence"], body["confidence_lowest"], body["methods"]) == (91, 40, ["text-layer", "ocr"])
    assert body["units_incomplete"] == 1


def test_the_whole_text_has_a_limit_and_says_so() -> None:
    assert (contents(11).text, contents(11).truncated) == ("page one\n\np", True)
    assert (contents(9).text, contents(9).truncated) == ("page one", True)
    assert (contents(18).text, contents(18).truncated) == ("page one\n\npage two", False)
    assert (Contents(11).text, Contents(11).truncated) == ("", False)


def test_a_unit_that_two_segments_answer_counts_once() -> None:
    taken = contents()
    taken.add(RECORD, TEXT)
    assert taken.text == "page one\n\npage two"
    assert [line.characters for line in lines(taken.receipt(completed(missing=()), MANIFEST))] == [8, 8, 0, 0, 0]


def test_the_seconds_to_completion_are_said_where_both_times_are_known() -> None:
    def seconds(submitted: str, at: str) -> Any:
        entry = documents.completed(completed(), replace(SOURCE, submitted=submitted), MANIFEST, Contents(9), SAID, at)
        return entry.body["seconds_to_complete"]

    assert seconds("2026-01-01T00:00:00Z", "2026-01-01T00:01:30.250000+00:00") == 90.25
    assert seconds("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:05+00:00") == 5
    assert seconds("yesterday", "2026-01-01T00:00:05+00:00") is None
    assert seconds("2026-01-01T00:00:00", "2026-01-01T00:00:05+00:00") is None


@pytest.mark.parametrize(
    ("outcome", "kind", "text", "named"),
    [
        ("complete", "body", True, True),
        ("partial", "page", True, True),
        ("empty", "page", False, True),  # a blank sheet can be seen
        ("empty", "body", False, False),
        ("complete", "member", False, False),  # an archive shows nothing of itself
        ("failed", "page", False, False),
    ],
)
def test_what_can_be_seen_names_its_thumbnail(outcome: Any, kind: str, text: bool, named: bool) -> None:
    held = contents() if text else Contents(9)
    done = completed(outcome=outcome, unit_kind=kind)
    entry = documents.completed(done, SOURCE, MANIFEST, held, SAID, "2026-01-01T00:00:00Z")
    assert entry.body["thumbnail"] == (layout.thumbnail(done.document_id, done.generation) if named else None)


def test_the_time_until_it_is_found_is_told_by_stage() -> None:
    source = replace(SOURCE, submitted="2026-01-01T00:00:00Z")
    told = ("2026-01-01T00:00:09.500Z", "2026-01-01T00:00:07Z")
    body = documents.completed(completed(), source, MANIFEST, contents(), SAID, *told).body
    assert (body["seconds_to_complete"], body["seconds_to_read"], body["seconds_to_index"]) == (9.5, 7.0, 2.5)
    body = documents.completed(completed(), source, MANIFEST, contents(), SAID, told[0]).body
    assert (body["seconds_to_read"], body["seconds_to_index"]) == (None, None)
