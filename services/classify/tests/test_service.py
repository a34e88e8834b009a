# SPDX-License-Identifier: Apache-2.0
"""Holds what classify says on the bus and keeps in the store, when it runs twice, and when it gives up."""

import sys
from dataclasses import replace
from typing import Any

import pytest

from ream_classify import corrections, model_store, rules
from ream_classify.learnt import words_of
from ream_classify.service import classify, failed_part, open_rules
from ream_classify.training import Example, Unit, learn
from ream_contracts import layout, topics
from ream_contracts.artifacts import (
    ChildFound,
    Picture,
    SegmentClasses,
    SegmentRecord,
    SegmentText,
    Table,
    TableFile,
    UnitText,
)
from ream_contracts.messages import PartFailed, PartSegment, Redo, SegmentRead
from ream_contracts.topic import Topic
from ream_contracts.whole import holds, letters
from ream_kit.settings import SettingsError
from ream_kit.testing import LocalBus, StageContract, memory_store

ID = "a" * 32
CHILD = "b" * 32
TEXT = layout.text(ID, 1, 5, "extract", "memo12345678")
CHILD_BYTES = layout.child(ID, 1, 1, "m")
SECRET_WORD = "ann.lee@example.org"
RULES = rules.load()


def unit(number: int, text: str) -> UnitText:
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


SEGMENT = SegmentText(
    document_id=ID,
    generation=1,
    segment=5,
    stage="extract",
    stage_version="1",
    units=(
        unit(5, f"Dear Bob, write to {SECRET_WORD} before Tuesday, please."),
        unit(6, " \n"),
        unit(7, "The end of it."),
        UnitText(8, "attachment", "", "container", 100, "a.pdf", 0, 0, 0, (), (), (), ()),
    ),
    children=(ChildFound(CHILD, "a.pdf", "a.pdf", 1, 8, CHILD_BYTES, 12),),
)
CHARACTERS = sum(len(one.text) for one in SEGMENT.units)
READ = SegmentRead(
    document_id=ID,
    generation=1,
    run=1,
    segment=5,
    units=((5, 8),),
    text=TEXT,
    method="text-layer",
    confidence=90,
    characters=CHARACTERS,
    redo=(),
    holds=holds(SEGMENT.units, SEGMENT.children),
)
RECORD = layout.segment_record(ID, 1, 1, 5)


def test_its_time_is_told_by_the_type_of_the_document() -> None:
    bus = make_bus()
    bus.store.put_artifact(TEXT, SEGMENT)
    bus.put(topics.SEGMENTS_READ, replace(READ, media_type="application/pdf"))
    bus.run()
    line = 'ream_handler_seconds_count{media_type="application/pdf",stage="classify"} 1.0'
    assert line in bus.metrics.exposition().decode()


def test_tables_are_kept_as_files_and_named_by_the_record() -> None:
    table = Table((("Item", "Price"), ("Tea", "=4")), None, (), 1)
    segment = replace(SEGMENT, units=(replace(SEGMENT.units[0], tables=(table, table)), *SEGMENT.units[1:]))
    bus = make_bus()
    name = layout.text(ID, 1, 5, "ocr", "memo12345678")
    bus.store.put_artifact(name, segment)
    bus.put(topics.SEGMENTS_READ, replace(READ, text=name, holds=holds(segment.units, segment.children)))
    bus.run()
    record = bus.store.get_artifact(SegmentRecord, RECORD)
    assert record.tables == tuple(
        f"documents/{ID}/1/tables/5.{n}.5.ocr.memo12345678.{end}" for n in (1, 2) for end in ("json", "csv")
    )
    kept = bus.store.get_artifact(TableFile, record.tables[0])
    assert kept == TableFile(5, "page", None, 1, 2, table)
    assert bus.store.get(record.tables[3]) == b"Item,Price\r\nTea,'=4\r\n"


def make_bus() -> LocalBus:
    store = memory_store()
    store.put_artifact(TEXT, SEGMENT)
    store.put(CHILD_BYTES, b"twelve bytes")
    return LocalBus(classify, store=store, needs={"rules": RULES})


@pytest.fixture
def bus() -> LocalBus:
    return make_bus()


class TestContract(StageContract):
    @pytest.fixture
    def bus(self) -> LocalBus:
        return make_bus()

    @pytest.fixture
    def example(self) -> tuple[Topic[Any], Any]:
        return topics.SEGMENTS_READ, READ


def answer(bus: LocalBus, read: SegmentRead = READ) -> PartSegment:
    bus.put(topics.SEGMENTS_READ, read)
    bus.run()
    part = bus.sent(topics.DOCUMENTS_PARTS)[-1]
    assert isinstance(part, PartSegment)
    return part


def test_units_with_text_are_read_and_the_others_are_not_applicable(bus: LocalBus) -> None:
    part = answer(bus)
    assert part.read == ((5, 5), (7, 7))
    assert part.not_applicable == ((6, 6), (8, 8))
    assert (part.branch, part.segment, part.characters, part.children) == ("text", 5, CHARACTERS, 1)
    assert part.record == RECORD
    assert part.scores["personal:email"] == 1


def test_what_was_found_lies_in_the_store_and_not_in_the_event(bus: LocalBus) -> None:
    answer(bus)
    record = bus.store.get_artifact(SegmentRecord, RECORD)
    assert (record.text, record.method, record.confidence, record.children) == (TEXT, "text-layer", 90, (CHILD,))
    classes = bus.store.get_artifact(SegmentClasses, record.classes)
    assert [finding.value for finding in classes.findings] == [SECRET_WORD]
    (sent,) = bus.records(topics.DOCUMENTS_PARTS)
    assert SECRET_WORD.encode() not in (sent.value or b"")


def test_a_record_that_stands_is_used_as_it_is(bus: LocalBus) -> None:
    first = answer(bus)
    other = layout.text(ID, 1, 5, "extract", "other1234567")
    bus.store.put_artifact(other, replace(SEGMENT, units=()))
    assert answer(bus, replace(READ, text=other)) == first


def test_a_new_run_finds_the_classes_and_keeps_a_record_of_its_own(bus: LocalBus) -> None:
    answer(bus)
    before = set(bus.store.names(""))
    again = answer(bus, replace(READ, run=2))
    assert set(bus.store.names("")) - before == {again.record} == {layout.segment_record(ID, 1, 2, 5)}


def test_redo_with_parameters_works_anew(bus: LocalBus) -> None:
    first = bus.store.get_artifact(SegmentRecord, answer(bus).record)
    redo = (Redo("classify", {"findings": 0}),)
    second = bus.store.get_artifact(SegmentRecord, answer(bus, replace(READ, run=2, redo=redo)).record)
    assert first.classes != second.classes
    classes = bus.store.get_artifact(SegmentClasses, second.classes)
    assert (classes.findings, classes.truncated, classes.scores["personal:email"]) == ((), True, 1)


def test_redo_of_another_stage_changes_nothing_here(bus: LocalBus) -> None:
    first = bus.store.get_artifact(SegmentRecord, answer(bus).record)
    redo = (Redo("ocr", {"dpi": 300}),)
    second = bus.store.get_artifact(SegmentRecord, answer(bus, replace(READ, run=2, redo=redo)).record)
    assert first.classes == second.classes


def test_wrong_parameters_fail_the_units_and_are_a_dead_letter(bus: LocalBus) -> None:
    bus.put(topics.SEGMENTS_READ, replace(READ, redo=(Redo("classify", {"findings": -1}),)))
    bus.run()
    (failed,) = bus.sent(topics.DOCUMENTS_PARTS)
    assert isinstance(failed, PartFailed)
    assert (failed.cause, failed.units) == ("bad-parameters", READ.units)
    assert [letter.cause for letter in bus.dead_letters] == ["bad-parameters"]


PICTURE = Picture("documents/p", "image/png", 1, 1, None)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (replace(SEGMENT, units=SEGMENT.units[1:]), READ),
        (replace(SEGMENT, units=(*SEGMENT.units[:2], unit(7, "The end"), SEGMENT.units[3])), READ),
        (replace(SEGMENT, children=()), READ),
        (replace(SEGMENT, children=()), replace(READ, holds=None)),
        (SEGMENT, replace(READ, holds={**(READ.holds or {}), "cells": 1})),
        (replace(SEGMENT, children=(replace(SEGMENT.children[0], size=13),)), READ),
        (replace(SEGMENT, children=(replace(SEGMENT.children[0], object="documents/gone"),)), READ),
        (replace(SEGMENT, units=(replace(SEGMENT.units[0], pictures=(PICTURE,)), *SEGMENT.units[1:])),
         replace(READ, holds={**(READ.holds or {}), "pictures": 1})),
    ],
    ids=["unit", "text", "child", "child that was not counted", "table", "child cut off", "child's bytes", "picture"],
)  # fmt: skip
def test_what_was_lost_on_the_way_fails_the_units_and_is_a_dead_letter(stored: SegmentText, said: SegmentRead) -> None:
    bus = LocalBus(classify, store=memory_store(), needs={"rules": RULES})
    bus.store.put(CHILD_BYTES, b"twelve bytes")
    bus.store.put_artifact(TEXT, stored)
    bus.put(topics.SEGMENTS_READ, said)
    bus.run()
    (failed,) = bus.sent(topics.DOCUMENTS_PARTS)
    assert isinstance(failed, PartFailed)
    assert (failed.cause, failed.units, failed.attempts) == ("not-whole", READ.units, 3)
    assert [letter.cause for letter in bus.dead_letters] == ["not-whole"]


def test_units_in_which_more_was_counted_are_read_and_not_whole(bus: LocalBus) -> None:
    words = "Words that everybody sees. " * 20
    units = (
        replace(unit(5, words), counted=letters(words)),
        replace(unit(6, words), counted=2 * letters(words)),
        replace(unit(7, ""), counted=500),
        replace(unit(8, "4"), counted=90, lacking="damaged-content"),
    )
    name = layout.text(ID, 1, 5, "extract", "counted12345")
    bus.store.put_artifact(name, replace(SEGMENT, units=units, children=()))
    characters = sum(len(one.text) for one in units)
    part = answer(bus, replace(READ, text=name, characters=characters, holds=None))
    assert (part.read, part.not_applicable, part.incomplete) == (((5, 8),), (), ((6, 8),))
    assert bus.store.get_artifact(SegmentRecord, part.record).incomplete == part.incomplete


def test_units_with_text_are_counted_by_confidence_and_source(bus: LocalBus) -> None:
    scores = answer(bus).scores
    assert (scores["confidence:100"], scores["method:text-layer"]) == (2, 2)


def test_what_is_found_early_has_a_record_of_its_own_and_answers_nothing(bus: LocalBus) -> None:
    early = answer(bus, replace(READ, early=True))
    assert (early.branch, early.record, early.read) == ("early", layout.early_record(ID, 1, 1, 5), ((5, 5), (7, 7)))
    assert not bus.store.exists(RECORD)
    assert answer(bus).record == RECORD
    (given_up,) = failed_part(replace(READ, early=True), "defect", 3)
    assert given_up.branch == "early"


def test_a_text_that_is_not_there_is_given_up_after_three_tries(bus: LocalBus) -> None:
    bus.put(topics.SEGMENTS_READ, replace(READ, text=layout.text(ID, 1, 5, "extract", "absent123456")))
    bus.run()
    (failed,) = bus.sent(topics.DOCUMENTS_PARTS)
    assert isinstance(failed, PartFailed)
    assert (failed.stage, failed.branch, failed.units, failed.attempts) == ("classify", "text", READ.units, 3)
    assert len(bus.dead_letters) == 1


def test_giving_up_names_the_units() -> None:
    (part,) = failed_part(READ, "out-of-memory", 2)
    assert part == PartFailed(ID, 1, 1, "text", "classify", "out-of-memory", ((5, 8),), 2)


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("labels:\n  note:\n    description: A note.\n    words: {en: {note: 9}}\n", "utf-8")
    monkeypatch.setenv("REAM_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("REAM_CLASSIFY_TAXONOMY", str(own))
    monkeypatch.setenv("REAM_CLASSIFY_FINDINGS", "3")
    with open_rules() as opened:
        assert opened.listed == 3
        assert opened.fingerprint == rules.load(own, listed=3).fingerprint
        assert not opened.complaints()
    monkeypatch.setenv("REAM_CLASSIFY_FINDINGS", "-3")
    with pytest.raises(SettingsError, match="REAM_CLASSIFY_FINDINGS=-3"), open_rules():
        pass


def test_a_model_that_is_not_there_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.setenv("REAM_CLASSIFY_SPACY_MODEL", "en_core_web_sm")
    with pytest.raises(SettingsError, match=r"REAM_CLASSIFY_SPACY_MODEL.*pip install spacy"), open_rules():
        pass


def test_what_a_person_said_of_a_document_goes_along_from_its_second_run_on(bus: LocalBus) -> None:
    corrections.state(bus.store, ID, {"type": ("manual",), "topic": ("law",)})
    assert "stated-type:manual" not in answer(bus).scores
    part = answer(bus, replace(READ, run=2))
    assert (part.scores["stated-type:manual"], part.scores["stated-topic:law"]) == (1, 1)


@pytest.mark.slow
def test_what_was_learnt_is_in_the_record_with_its_version() -> None:
    labels = ("manual", "minutes")
    taught = [
        Example(f"{label}{n}", (label,), (Unit(1, words_of(text).nameless(), {}),))
        for label, text in zip(labels, (SEGMENT.units[0].text, "quite other words"), strict=True)
        for n in (1, 2)
    ]
    model = learn("type", taught)
    bus = make_bus()
    model_store.publish(bus.store, "type", model, {}, {})
    learnt, plain = answer(bus), answer(make_bus())
    classes = bus.store.get_artifact(SegmentClasses, bus.store.get_artifact(SegmentRecord, learnt.record).classes)
    assert (classes.versions or {})["learnt-type"] == model.version
    assert learnt.scores.get("type:manual", 0) > plain.scores.get("type:manual", 0)
    assert any(one["source"] == "learnt" for one in classes.evidence["manual"])
