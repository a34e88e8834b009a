# SPDX-License-Identifier: Apache-2.0
"""The store alone tells how far a document is."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from ream_cli import documents, show, status, tables, words
from ream_cli.failures import CommandError
from ream_contracts import identity, layout, receipts
from ream_contracts.artifacts import (
    Annotation,
    ChildFound,
    DocumentRecord,
    LayoutBlock,
    Manifest,
    SegmentRecord,
    SegmentText,
    Source,
    Table,
    UnitKind,
    UnitText,
    Way,
)
from ream_contracts.messages import Allowance, DocumentIngested
from ream_contracts.receipts import Line, pack
from ream_contracts.words import packed
from ream_kit import Erased, Store
from ream_kit.retiring import delete_before, retire
from ream_kit.testing import memory_store

ID, CHILD = "a" * 32, "b" * 32
READ = Way("page", "read", "text-layer", None)


def taken_in(store: Store, generation: int = 1) -> None:
    source = Source(
        "memo.pdf", "store:incoming/1", "default", "file://host/memo.pdf", (), None, "now", 5, None, "a/b", None
    )
    ingested = DocumentIngested(
        ID, generation, 1, ID, None, 0, layout.original(ID, generation), 5, "0" * 64, "a/b", None, None,
        Allowance(1, 1), (),
    )  # fmt: skip
    store.put(layout.original(ID, generation), b"12345")
    store.put_artifact(layout.source(ID, generation), source)
    store.put_artifact(layout.ingested(ID, generation), ingested)


def planned(store: Store, units: int = 4) -> None:
    plan = Manifest(
        ID, 1, "a/b", "page", (UnitKind("page", 1, units),), units, ((1, units),), 0, None, None, None, {}, "pdf", "1"
    )
    store.put_artifact(layout.manifest(ID, 1, "m" * 12), plan)


def read(store: Store, first: int, last: int, empty: int | None = None) -> None:
    name = layout.text(ID, 1, first, "extract", "t" * 12)
    pages = tuple(
        UnitText(number, "page", f"page {number}", "text-layer", 100, None, 0, 0, 0, (), (), (), ())
        for number in range(first, last + 1)
    )
    store.put_artifact(name, SegmentText(ID, 1, first, "extract", "1", pages, ()))
    blank = ((empty, empty),) if empty else ()
    record = SegmentRecord(ID, 1, 1, first, ((first, last),), blank, name, "c", "text-layer", 100, 5, ())
    store.put_artifact(layout.segment_record(ID, 1, 1, first), record)


def recorded(store: Store, **document: Any) -> DocumentRecord:
    version = identity.version(1, 1, 9)
    lines = [Line(number, READ, 10, 90 + number) for number in (1, 2, 3)]
    receipt = pack([*lines, Line(4, Way("page", "failed", "none", "damaged"))], beyond=2)
    child = ChildFound(CHILD, "in.txt", "in.txt", 1, 3, "c", 7)
    artifacts = (layout.manifest(ID, 1, "m" * 12), "documents/gone")
    record = DocumentRecord(ID, 1, 1, version, "partial", document, receipt, (child,), artifacts)
    store.put_artifact(layout.document_record(ID, version), record)
    return record


def test_what_is_outstanding_is_told_step_by_step() -> None:
    store = memory_store()
    store.put(layout.original(ID, 1), b"12345")
    steps = [documents.known(store, ID).outstanding()]
    taken_in(store)
    steps.append(documents.known(store, ID).outstanding())
    planned(store)
    read(store, 1, 2, empty=4)
    steps.append(documents.known(store, ID).outstanding())
    read(store, 3, 3)
    steps.append(documents.known(store, ID).outstanding())
    recorded(store)
    steps.append(documents.known(store, ID).outstanding())
    assert steps == [
        "ingest has not finished taking it in",
        "extract has not planned it yet",
        "no text yet of page 3: extract, ocr or classify is on the way",
        "every unit has its answer: aggregate or index is on the way",
        None,
    ]


def test_a_newer_generation_or_run_is_outstanding_again() -> None:
    store = memory_store()
    taken_in(store)
    recorded(store)
    assert documents.known(store, ID).outstanding() is None
    store.put(layout.run(ID, 1, 2), b"{}")
    assert documents.known(store, ID).runs == (1, 2)
    assert documents.known(store, ID).outstanding() == "extract has not planned it yet"
    taken_in(store, 2)
    found = documents.known(store, ID)
    assert (found.generations, found.runs) == ((1, 2), (1,))
    assert found.outstanding() is not None


def test_the_text_is_what_was_read_in_order() -> None:
    store = memory_store()
    taken_in(store)
    read(store, 3, 4)
    read(store, 1, 2)
    assert documents.text(store, recorded(store)) == "page 1\n\npage 2\n\npage 3\n\npage 4"


def test_text_as_json_has_what_is_noted_beside_it() -> None:
    store = memory_store()
    taken_in(store)
    read(store, 1, 1)
    figure = LayoutBlock("figure", 0, 0, None, 0)
    left_out = Annotation("pictures", "2 pictures left out: 2 beyond the first 50.", None)
    units = [UnitText(4, "page", "", "none", 100, None, 0, 0, 0, (), (), (), (left_out,), blocks=(figure,))]
    units.append(UnitText(5, "page", "", "none", 100, None, 0, 0, 0, (), (), (), ()))
    name = layout.text(ID, 1, 4, "extract", "t" * 12)
    store.put_artifact(name, SegmentText(ID, 1, 4, "extract", "1", tuple(units), ()))
    record = SegmentRecord(ID, 1, 1, 4, (), ((4, 5),), name, "c", "text-layer", 100, 0, ())
    store.put_artifact(layout.segment_record(ID, 1, 1, 4), record)
    recorded(store)
    found = documents.known(store, ID)
    assert show.text_to_json(found, store)["units"] == [
        {"unit": 1, "text": "page 1", "annotations": [], "blocks": []},
        {
            "unit": 4,
            "text": "",
            "annotations": [{"kind": "pictures", "text": left_out.text, "author": None}],
            "blocks": [{"kind": "figure", "start": 0, "end": 0, "number": 0}],
        },
    ]
    assert documents.text(store, recorded(store)) == "page 1"


def test_an_id_may_be_shortened_while_it_is_clear() -> None:
    store = memory_store()
    store.put(f"documents/{'a' * 31}b/1/original", b"")
    store.put(f"documents/{'a' * 31}c/1/original", b"")
    store.put(f"documents/{'b' * 32}/1/original", b"")
    assert documents.resolve(store, "bbbb") == "b" * 32
    assert documents.resolve(store, "c" * 32) == "c" * 32
    with pytest.raises(CommandError, match="Several documents begin with aaaa"):
        documents.resolve(store, "aaaa")
    for nothing in ("cccc", "memo.pdf", "bb"):
        with pytest.raises(CommandError, match="no document"):
            documents.resolve(store, nothing)


def test_unknown_and_erased_are_told_apart() -> None:
    store = memory_store()
    with pytest.raises(CommandError, match="The store has no document"):
        documents.known(store, ID)
    taken_in(store)
    store.put(layout.erased(ID), b"")
    with pytest.raises(Erased):
        documents.known(store, ID)
    for name in list(store.names(f"documents/{ID}/")):
        store.delete(name)
    with pytest.raises(Erased):
        documents.known(store, ID)
    assert documents.outcome_of(store, ID) == "erased"
    assert documents.outcome_of(store, CHILD) == "outstanding"


def test_what_is_too_old_is_told_as_the_store_still_has_it() -> None:
    store = memory_store()
    taken_in(store)
    retire(store, ID, 1, "2026-11-27T12:00:00+00:00")
    found = documents.known(store, ID)
    assert (found.generations, found.retired, found.source is not None) == ((1,), "2026-11-27T12:00:00+00:00", True)
    delete_before(store, ID, 2, list(store.names(layout.document(ID))))
    with pytest.raises(CommandError, match="removed on 2026-11-27"):
        documents.known(store, ID)
    store.put(layout.claim(ID, 3), b"{}")
    found = documents.known(store, ID)
    assert (found.generations, found.retired) == ((3,), None)


def test_a_damaged_artifact_does_not_keep_the_rest_from_being_told() -> None:
    store = memory_store()
    taken_in(store)
    store.put(layout.manifest(ID, 1, "m" * 12), b"not json")
    assert documents.known(store, ID).manifest is None


def test_ranges_in_words() -> None:
    assert documents.in_words(((1, 3), (7, 7))) == "1 to 3, 7"
    assert documents.in_words(tuple((n, n) for n in range(1, 21, 2)), most=3) == "1, 3, 5 and 7 more"


def test_neighbouring_units_that_fared_alike_are_one_line() -> None:
    record = recorded(memory_store())
    first, lost = show.runs(receipts.lines(record.receipt))
    assert (first.first, first.last, first.characters, first.lowest, first.mean) == (1, 3, 30, 91, 92)
    assert (lost.first, lost.last, lost.state, lost.cause) == (4, 4, "failed", "damaged")


def test_the_receipt_as_json_has_an_object_for_each_unit() -> None:
    *_, third, lost, beyond = show.receipt_to_json(recorded(memory_store()))
    assert third == {
        "unit": 3, "kind": "page", "state": "read", "method": "text-layer", "cause": None, "characters": 10,
        "confidence": 93,
    }  # fmt: skip
    assert (lost["unit"], lost["state"], lost["cause"]) == (4, "failed", "damaged")
    assert beyond == {"beyond": 2, "state": "beyond", "cause": "too-many-units"}


def test_show_prints_record_receipt_children_and_artifacts() -> None:
    store, out = memory_store(), io.StringIO()
    taken_in(store)
    planned(store)
    recorded(store, type="report", languages=["de"], missing="page 4 failed (damaged)")
    found = documents.known(store, ID)
    show.show(found, store, Console(file=out, width=200), every=False)
    for expected in (
        ID, "memo.pdf", "file://host/memo.pdf", "partial", "report", "page 4 failed (damaged)", "1 to 3",
        "92 (lowest 91)", "damaged", "5 to 6", "too-many-units",
        CHILD, "in.txt", "outstanding", layout.original(ID, 1), "gone",
    ):  # fmt: skip
        assert expected in out.getvalue()
    as_json = show.to_json(found, store)
    assert as_json["artifacts"][layout.original(ID, 1)] == 5
    assert as_json["artifacts"]["documents/gone"] is None
    assert as_json["children"] == [{"document_id": CHILD, "path": "in.txt", "outcome": "outstanding"}]


def test_status_of_a_document_says_what_is_waited_for() -> None:
    store, out = memory_store(), io.StringIO()
    taken_in(store)
    found = documents.known(store, ID)
    status.show_document(found, found.outstanding(), Console(file=out, width=200))
    assert "outstanding: extract has not planned it yet" in out.getvalue()


def test_words_that_ocr_saw_are_listed_with_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    store = memory_store()
    taken_in(store)
    places = packed([((0, 0.5, 0.25, 1), 96), ((0.5, 0.5, 1, 1), 40)])
    sized = UnitText(1, "page", "one two\nStamp", "ocr", 90, None, 200, 100, 0, (), (), (), (), words=places)
    pages = (sized, replace(sized, unit=2, width=0, height=0), replace(sized, unit=3, words=None))
    name = layout.text(ID, 1, 1, "ocr", "t" * 12)
    store.put_artifact(name, SegmentText(ID, 1, 1, "ocr", "1", pages, ()))
    segment = SegmentRecord(ID, 1, 1, 1, ((1, 3),), (), name, "c", "ocr", 90, 5, ())
    store.put_artifact(layout.segment_record(ID, 1, 1, 1), segment)
    record = replace(recorded(store), artifacts=(name,))
    first, second = words.to_json(words.of(store, record))
    assert first["words"][0] == {
        "text": "one", "box": [0, 50, 50, 100], "share": [0, 0.50001, 0.25, 1], "confidence": 96,
    }  # fmt: skip
    assert (second["unit"], second["words"][1]["text"], second["words"][1]["box"]) == (2, "two", None)
    out = io.StringIO()
    words.show(words.of(store, record), Console(file=out, width=120))
    lines = [line.split() for line in out.getvalue().splitlines()[-4:]]
    assert lines[0] == ["page", "1", "one", "96", "0.0", "50.0", "50.0", "100.0"]
    assert lines[3] == ["page", "2", "two", "40", "50.0%", "50.0%", "100.0%", "100.0%"]
    assert [unit.unit for unit, _ in words.of(store, record, 2)] == [2]
    empty = io.StringIO()
    words.show(words.of(store, record, 3), Console(file=empty))
    assert empty.getvalue() == "No words that OCR saw.\n"


def with_tables(store: Store) -> DocumentRecord:
    taken_in(store)
    made = [Table((("Item", "Price"), ("Tea", "=4")), None), Table((("x", ""),), None, ((0, 0, 1, 2),), beyond=8)]
    pages = (
        UnitText(1, "page", "one", "text-layer", 100, None, 0, 0, 0, (), (), (made[0],), ()),
        UnitText(2, "page", "two", "text-layer", 100, "ii", 0, 0, 0, (), (), (made[1],), ()),
    )
    name = layout.text(ID, 1, 1, "extract", "t" * 12)
    store.put_artifact(name, SegmentText(ID, 1, 1, "extract", "1", pages, ()))
    record = SegmentRecord(ID, 1, 1, 1, ((1, 2),), (), name, "c", "text-layer", 100, 5, ())
    store.put_artifact(layout.segment_record(ID, 1, 1, 1), record)
    return replace(
        recorded(store), artifacts=(name, f"{layout.table(name, 1, 1)}.json", f"{layout.table(name, 1, 1)}.csv")
    )


def test_tables_are_listed_and_one_comes_as_csv(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    store = memory_store()
    record = with_tables(store)
    assert tables.count(record) == 1
    found = list(tables.of(store, record))
    assert [(one["place"], one["unit"], one["number"], one["columns"]) for one in tables.to_json(found)] == [
        (1, 1, 1, 2), (2, 2, 1, 2),
    ]  # fmt: skip
    out = io.StringIO()
    tables.show(found, Console(file=out, width=120))
    assert [line.split() for line in out.getvalue().splitlines()[-2:]] == [
        ["1", "page", "1", "2", "2", "Item", "|", "Price"], ["2", "page", "2", "(ii)", "1", "of", "9", "2", "x", "|"],
    ]  # fmt: skip
    tables.write_csv(tables.one(found, 1))
    assert capfdbinary.readouterr().out == b"Item,Price\r\nTea,'=4\r\n"
    with pytest.raises(CommandError, match="has 2"):
        tables.one(found, 3)
    empty = io.StringIO()
    tables.show([], Console(file=empty))
    assert empty.getvalue() == "No tables.\n"
