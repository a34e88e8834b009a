# SPDX-License-Identifier: Apache-2.0
"""A stage runs again for the documents and units that a condition names, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_cli.condition import ConditionError, parse
from ream_cli.record_fields import FIELDS, Unit, read
from ream_cli.selection import Chosen, Wish, choose, select
from ream_contracts import identity, layout, units
from ream_contracts.artifacts import DocumentRecord, Manifest, SegmentClasses, SegmentRecord, SegmentText, Way
from ream_contracts.messages import Allowance, DocumentIngested, Redo
from ream_contracts.receipts import Line, pack
from ream_kit import Store
from ream_kit.rerun import next_run
from ream_kit.retiring import retire
from ream_kit.testing import memory_store


def name_of(number: int) -> str:
    return identity.document_id("selection", str(number))


def page(number: int, method: str = "ocr", confidence: int = 90, state: Any = "read", cause: str | None = None) -> Line:
    return Line(number, Way("page", state, method, cause), 100, confidence)


def document(store: Store, number: int, *pages: Line, run: int = 1, outcome: Any = "complete", **body: Any) -> str:
    """A completed document; units that ocr read have artifacts of ocr."""
    document_id = name_of(number)
    ingested(store, number)
    texts = [
        layout.text(document_id, 1, one.unit, "ocr" if one.way.method == "ocr" else "extract", "memo00000000")
        for one in pages
        if one.way.state == "read"
    ]
    version = identity.version(1, run, 4)
    manifest = layout.manifest(document_id, 1, "memo00000000")
    facts = {"completed": "2026-11-30T12:00:00Z", "name": f"{number}.pdf", "outcome": outcome, **body}
    record = DocumentRecord(document_id, 1, run, version, outcome, facts, pack(pages), (), (*texts, manifest))
    store.put_artifact(layout.document_record(document_id, version), record)
    return document_id


def ingested(store: Store, number: int) -> None:
    message = DocumentIngested(
        name_of(number), 1, 1, name_of(number), None, 0, "o", 1, "0" * 64, "application/pdf", None, None,
        Allowance(1, 1), (),
    )  # fmt: skip
    store.put_artifact(layout.ingested(name_of(number), 1), message)


def wish(text: str | None, stage: str = "ocr", **parameters: Any) -> Wish:
    return Wish(stage, parameters, None if text is None else parse(text, FIELDS))


@pytest.mark.parametrize("text", ["outcome = bogus", "sensitivity = bogus", "sensitivity in (public, bogus)"])
def test_a_value_that_nothing_can_have_is_refused(text: str) -> None:
    with pytest.raises(ConditionError, match="'bogus' is none of "):
        wish(text)


def chosen(store: Store, asked: Wish, *only: int) -> dict[str, units.Ranges]:
    with select(store, asked, [name_of(one) for one in only] or None) as selection:
        return {one.document_id: one.ranges for one in selection}


@pytest.fixture
def store() -> Store:
    made = memory_store()
    document(made, 1, page(1, "text-layer", 100), page(2, confidence=40), page(3, confidence=80), type="invoice")
    document(made, 2, page(1, confidence=30), page(2, confidence=59), type="letter", languages=["de"])
    document(made, 3, page(1, "text-layer", 50), type="invoice")
    document(made, 4, page(1, "none", 0, "failed", "out-of-time"), page(2), outcome="partial", type="invoice")
    document(made, 5, outcome="failed", cause="damaged")
    ingested(made, 6)
    return made


def test_a_condition_on_units_names_just_those_that_the_stage_works_on(store: Store) -> None:
    with select(store, wish("confidence < 60", dpi=400)) as selection:
        assert {one.document_id: (one.ranges, one.count) for one in selection} == {
            name_of(1): (((2, 2),), 1),
            name_of(2): ((), 2),
        }
        counts = selection.counts
    assert (counts.looked_at, counts.documents, counts.units) == (6, 2, 3)
    assert (counts.in_work, counts.without_work, counts.damaged_documents) == (1, 1, 0)


@pytest.mark.parametrize(
    ("stage", "text", "expected"),
    [
        ("ocr", "type = invoice", {1: (), 4: ()}),
        ("ocr", "type = invoice and confidence < 60", {1: ((2, 2),)}),
        ("ocr", "cause = out-of-time", {4: ((1, 1),)}),
        ("ocr", "state = failed or confidence < 35", {2: ((1, 1),), 4: ((1, 1),)}),
        ("classify", "type = invoice", {1: (), 3: (), 4: ()}),
        ("classify", "confidence < 60", {1: ((2, 2),), 2: (), 3: ()}),
        ("extract", "confidence < 60", {1: (), 2: (), 3: ()}),
        ("extract", "cause = damaged", {5: ()}),
        ("extract", "outcome in (failed, partial)", {4: (), 5: ()}),
        ("extract", "language = de and name ~ 2.*", {2: ()}),
        ("extract", "completed < 2026-11-30", {}),
        ("ocr", "unit > 2", {1: ((3, 3),)}),
    ],
)
def test_conditions_speak_of_documents_and_units(
    store: Store, stage: str, text: str, expected: dict[int, units.Ranges]
) -> None:
    assert chosen(store, wish(text, stage)) == {name_of(one): ranges for one, ranges in expected.items()}


def test_ocr_runs_again_for_what_it_may_have_lost_and_for_nothing_that_it_never_sees() -> None:
    store = memory_store()
    lost = {kind: Way(kind, "failed", "none", "damaged") for kind in ("page", "image", "attachment", "body", "rest")}
    for number, kinds in enumerate((["page", "attachment"], ["body", "rest"], ["image"]), 1):
        lines = [Line(unit, lost[kind], 0, 0) for unit, kind in enumerate(kinds, 1)]
        document(store, number, *lines, outcome="failed")
    with select(store, wish("cause = damaged")) as selection:
        assert {one.document_id: one.count for one in selection} == {name_of(1): 1, name_of(3): 1}
        assert selection.counts.without_work == 1


def test_all_and_some_documents_can_be_asked_about(store: Store) -> None:
    assert set(chosen(store, wish(None, "extract"))) == {name_of(number) for number in range(1, 6)}
    assert set(chosen(store, wish("type = invoice", "extract"), 1, 2)) == {name_of(1)}


def test_versions_of_stages_are_looked_up_in_the_artifacts(store: Store) -> None:
    own = (name_of(1), 1)
    for unit, stage, version in ((1, "extract", "1.1"), (2, "ocr", "2"), (3, "ocr", "10")):
        names = layout.text(*own, unit, stage, "memo00000000"), layout.classes(*own, unit, "memo00000000")
        store.put_artifact(names[0], SegmentText(*own, unit, stage, version, (), ()))
        store.put_artifact(names[1], SegmentClasses(*own, unit, "1.abc", (), (), False, {}, {}))
        record = SegmentRecord(*own, 1, unit, ((unit, unit),), (), *names, "ocr", 1, 1, ())
        store.put_artifact(layout.segment_record(*own, 1, unit), record)
    manifest = Manifest(*own, "a/b", "page", (), 3, (), 0, None, None, None, {}, "pdf", "1")
    store.put_artifact(layout.manifest(*own, "memo00000000"), manifest)
    assert chosen(store, wish("ocr.version < 3"), 1) == {name_of(1): ((2, 2),)}
    assert chosen(store, wish("ocr.version >= 3"), 1) == {name_of(1): ((3, 3),)}
    assert chosen(store, wish("classify.version ~ '1.*'", "classify"), 1) == {name_of(1): ()}
    assert chosen(store, wish("extractor = pdf", "extract"), 1) == {name_of(1): ()}
    assert chosen(store, wish("extractor = docx", "extract"), 1) == {}


def test_the_newest_record_counts(store: Store) -> None:
    next_run(store, name_of(2), 1)
    document(store, 2, page(1, confidence=95), page(2, confidence=50), run=2)
    assert chosen(store, wish("confidence < 60"), 2) == {name_of(2): ((2, 2),)}


def test_what_is_in_work_is_left_out_and_what_was_begun_for_this_is_said_again(store: Store) -> None:
    asked = wish("confidence < 60", dpi=400)
    next_run(store, name_of(1), 1, (Redo("ocr", {"dpi": 400}, units=((2, 2),)),))
    next_run(store, name_of(2), 1, (Redo("ocr", {"dpi": 300}),))
    with select(store, asked) as selection:
        assert list(selection) == [Chosen(name_of(1), 1, ((2, 2),), 1, begun=2)]
        assert (selection.counts.begun, selection.counts.in_work) == (1, 2)
    next_run(store, name_of(1), 1, (Redo("ocr", {"dpi": 400}, units=((2, 2),)),))
    assert chosen(store, asked) == {}


def test_what_is_too_old_is_not_run_again(store: Store) -> None:
    assert retire(store, name_of(1), 1, "2026-11-27T12:00:00+00:00") == 2
    with select(store, wish("confidence < 60")) as selection:
        assert name_of(1) not in [one.document_id for one in selection]
        assert selection.counts.retired == 1


def test_what_is_damaged_or_erased_stops_nobody(store: Store) -> None:
    (name,) = store.names(layout.document_records(name_of(1)))
    store.delete(name)
    store.put(name, b"[]")
    store.put(layout.erased(name_of(4)), b"")
    with select(store, wish("confidence < 60")) as selection:
        assert [one.document_id for one in selection] == [name_of(2)]
        assert selection.counts.erased == 1
        assert "is no record" in selection.counts.damaged[name_of(1)]


def test_a_receipt_that_counts_what_is_not_in_it_is_damage(store: Store) -> None:
    (name,) = store.names(layout.document_records(name_of(1)))
    record = store.get_artifact(DocumentRecord, name)
    store.delete(name)
    store.put_artifact(name, replace(record, receipt=replace(record.receipt, ways=())))
    with select(store, wish("confidence < 60")) as selection:
        assert [one.document_id for one in selection] == [name_of(2)]
        assert "the receipt" in selection.counts.damaged[name_of(1)]


@given(
    st.lists(st.tuples(st.sampled_from(["ocr", "text-layer"]), st.integers(0, 100)), min_size=1, max_size=400),
    st.integers(0, 100),
)
def test_every_page_below_is_read_again_whatever_the_document_is_like(pages: list[tuple[str, int]], limit: int) -> None:
    store = memory_store()
    receipts = [page(number, *one) for number, one in enumerate(pages, 1)]
    document(store, 1, *receipts)
    asked = wish(f"confidence < {limit}")
    found = choose(asked, read(store, name_of(1), identity.version(1, 1, 4), ()))
    below = {one.unit for one in receipts if one.way.method == "ocr" and one.confidence < limit}
    assert isinstance(found, Chosen) == bool(below)
    if isinstance(found, Chosen):
        named = [one.unit for one in receipts if not found.ranges or units.contains(found.ranges, one.unit)]
        assert below <= set(named)
        assert len(found.ranges) <= 64
        assert found.count == sum(pages[unit - 1][0] == "ocr" for unit in named)


def test_a_unit_has_the_fields_of_its_document(store: Store) -> None:
    (first, *_) = read(store, name_of(1), identity.version(1, 1, 4), ()).units()
    assert isinstance(first, Unit)
    assert (first.values["type"], first.values["confidence"], first.values["id"]) == (["invoice"], [100], [name_of(1)])
