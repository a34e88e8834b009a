# SPDX-License-Identifier: Apache-2.0
"""A scorer counts what is right, wrong and missed, and nothing twice."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ream_classify import rules
from ream_classify.classes import classify
from ream_quality import entities, examples, fields, personal_data, topics, types
from ream_quality.corpus import given, pages, segments
from ream_quality.library import Library, Reading
from ream_quality.silent_loss import Ours
from ream_quality.spans import Span, Tallies, alike

pytestmark = pytest.mark.slow


def library(corpus: Path, entry: Mapping[str, Any] | None = None) -> Library:
    """What the flow would make of a corpus of texts, as far as classify is asked."""
    loaded, readings = rules.load(), {}
    for one in given(corpus):
        texts = [one.content] if isinstance(one.content, str) else pages(corpus / one.name)
        classes = tuple(classify(segment, loaded) for segment in segments(texts))
        units = tuple(unit for segment in segments(texts) for unit in segment.units)
        body = {"scores": {name: score for each in classes for name, score in each.scores.items()}, **(entry or {})}
        readings[one.name] = Reading({"media_type": "text/plain", **body}, units, classes, Ours("complete", {}))
    return Library(corpus, readings)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Span("a", 0, 10), Span("a", 0, 10), True),
        (Span("a", 0, 10), Span("a", 5, 10), True),
        (Span("a", 0, 10), Span("a", 6, 10), False),
        (Span("a", 0, 10), Span("b", 0, 10), False),
        (Span("a", 0, 10), Span("a", 10, 20), False),
    ],
)
def test_spans_are_alike_when_half_of_both_is_common(one: Span, other: Span, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_each_span_is_counted_once() -> None:
    tallies = Tallies()
    tallies.add([Span("a", 0, 4), Span("a", 0, 4), Span("b", 9, 12)], [Span("a", 0, 4), Span("a", 20, 24)])
    assert (tallies.kinds["a"].right, tallies.kinds["a"].wrong, tallies.kinds["a"].missed) == (1, 1, 1)
    assert tallies.over().f1 == pytest.approx(2 / 5)
    assert tallies.over(["b"]).f1 == 0.0


def test_what_is_planted_is_measured(tmp_path: Path) -> None:
    text = "Card 4111 1111 1111 1111, mail a@b.example."
    spans = [
        {"entity_type": "CREDIT_CARD", "start_position": 5, "end_position": 24},
        {"entity_type": "PHONE_NUMBER", "start_position": 0, "end_position": 4},
        {"entity_type": "PERSON", "start_position": 0, "end_position": 4},
    ]
    (tmp_path / "personal-data").mkdir()
    (tmp_path / "personal-data" / "some.json").write_text(json.dumps([{"full_text": text, "spans": spans}]))
    (tmp_path / "news" / "x").mkdir(parents=True)
    (tmp_path / "news" / "x" / "1.txt").write_text("Card 4111 1111 1111 1111 and ssn 123-45-6789.")
    figures = personal_data.measure(library(tmp_path))
    assert figures["personal_data_f1_card"] == 1.0
    assert figures["personal_data_f1_email"] == figures["personal_data_f1_phone"] == 0.0
    assert figures["personal_data_f1_formed"] == pytest.approx(0.5)
    assert (figures["false_cards_and_ibans"], figures["false_national_numbers"]) == (1, 1_000)


def test_a_topic_is_right_when_its_folder_says_so(tmp_path: Path) -> None:
    for topic, text in (("sport", "The coach's team won the match and the cup."), ("tech", "The match. The goal.")):
        (tmp_path / "news" / topic).mkdir(parents=True)
        (tmp_path / "news" / topic / "1.txt").write_text(text)
    assert topics.measure(library(tmp_path)) == {"news_accuracy_described": 0.5}
    assert topics.measure(library(tmp_path / "news")) == {}


def test_names_are_scored_by_span(tmp_path: Path) -> None:
    text = "Mr. John Smith went to Berlin."
    spans = [
        {"entity_type": "PERSON", "start_position": 4, "end_position": 14},
        {"entity_type": "ORGANIZATION", "start_position": 0, "end_position": 2},
    ]
    (tmp_path / "personal-data").mkdir()
    (tmp_path / "personal-data" / "some.json").write_text(json.dumps([{"full_text": text, "spans": spans}]))
    figures = entities.measure(library(tmp_path))
    assert figures["entities_f1_person"] == 1.0
    assert figures["entities_f1_organisation"] == figures["entities_f1_place"] == 0.0
    assert figures["entities_f1"] == pytest.approx(0.5)
    assert entities.measure(library(tmp_path / "personal-data")) == {}


def test_a_kind_of_paper_is_right_when_its_set_says_so(tmp_path: Path) -> None:
    """Unknown is a miss; what is taken for another set's kind is wrong there too."""
    (tmp_path / "news" / "x").mkdir(parents=True)
    for number in range(14):
        (tmp_path / "news" / "x" / f"{number}.txt").write_text("Said the minister.")
    some = library(tmp_path, {"type": "news"})
    assert types.measure(some)["type_f1_described"] == 1.0
    names = sorted(some.readings)
    for name, taken_for in ((names[0], "unknown"), (names[1], "receipt")):
        some.readings[name].entry["type"] = taken_for  # type: ignore[index]
    assert types.measure(some)["type_f1_described"] == pytest.approx(2 * 12 / (2 * 12 + 2))
    assert types.confused(some) == {("news", "news"): 12, ("news", "unknown"): 1, ("news", "receipt"): 1}
    few = Library(tmp_path, {name: some.readings[name] for name in names[:13]})
    assert types.measure(few) == {}


def test_what_was_learnt_is_scored_on_texts_that_it_never_saw(tmp_path: Path) -> None:
    said = {"sport": "oarlock paddle regatta", "tech": "firmware kernel bytecode"}
    for topic, text in said.items():
        (tmp_path / "news" / topic).mkdir(parents=True)
        for number in range(14):
            (tmp_path / "news" / topic / f"{number}.txt").write_text(text)
    figures = examples.measure(library(tmp_path))
    assert (figures["news_accuracy_10_examples"], figures["news_10_examples_held_back"]) == (1.0, 8.0)
    for number in range(14):  # nothing tells these apart
        (tmp_path / "news" / "tech" / f"{number}.txt").write_text(said["sport"])
    assert examples.measure(library(tmp_path))["news_accuracy_10_examples"] <= 0.5
    assert examples.measure(Library(tmp_path, {})) == {}


def test_key_fields_are_those_that_the_index_shows(tmp_path: Path) -> None:
    for folder in ("img", "key", "box"):
        (tmp_path / "receipts" / folder).mkdir(parents=True)
    key = {"company": "A & B Ltd", "date": "3/12/2019", "address": "1 Street", "total": "RM 12.5"}
    (tmp_path / "receipts" / "key" / "1.json").write_text(json.dumps(key))
    shown = {"company": ["a b ltd"], "date": ["2019-12-03"], "total": ["12.50", "9"], "address": ["2 Street"]}
    reading = Reading({"key_fields": shown}, (), (), Ours("complete", {}))
    figures = fields.measure(Library(tmp_path, {"receipts/img/1.jpg": reading}))
    assert figures["receipts_fields"] == 0.75
    assert figures["receipts_fields_address"] == 0.0
    (tmp_path / "contracts").mkdir()
    truth = "1.pdf\teffective_date=2019-02-08 party=High_Speed_Inc. party=Other_Ltd.\n2.pdf\tterm=1_year\n"
    (tmp_path / "contracts" / "expected.tsv").write_text(truth)
    contract = Reading({"key_fields": {"party": ["high speed inc", "Third"]}}, (), (), Ours("complete", {}))
    figures = fields.measure(Library(tmp_path, {"contracts/1.pdf": contract}))
    assert figures["contracts_fields"] == pytest.approx(2 / (2 + 1 + 2))
    assert fields.measure(Library(tmp_path, {})) == {}
