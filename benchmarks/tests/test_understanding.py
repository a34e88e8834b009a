# SPDX-License-Identifier: Apache-2.0
"""A scorer counts what is right, wrong and missed, and nothing twice."""

import json
from pathlib import Path

import pytest

from ream_classify import rules
from ream_quality import entities, personal_data, topics, understanding
from ream_quality.spans import Span, Tallies, alike


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
    figures = personal_data.measure(tmp_path, rules.load())
    assert figures["personal_data_f1_card"] == 1.0
    assert figures["personal_data_f1_email"] == figures["personal_data_f1_phone"] == 0.0
    assert figures["personal_data_f1_formed"] == pytest.approx(0.5)
    assert (figures["false_cards_and_ibans"], figures["false_national_numbers"]) == (1, 1_000)


def test_a_topic_is_right_when_its_folder_says_so(tmp_path: Path) -> None:
    for topic, text in (("sport", "The coach's team won the match and the cup."), ("tech", "The match. The goal.")):
        (tmp_path / "news" / topic).mkdir(parents=True)
        (tmp_path / "news" / topic / "1.txt").write_text(text)
    assert topics.measure(tmp_path, rules.load()) == {"news_accuracy_described": 0.5}
    assert topics.measure(tmp_path / "news", rules.load()) == {}


def test_names_are_scored_by_span(tmp_path: Path) -> None:
    text = "Mr. John Smith went to Berlin."
    spans = [
        {"entity_type": "PERSON", "start_position": 4, "end_position": 14},
        {"entity_type": "ORGANIZATION", "start_position": 0, "end_position": 2},
    ]
    (tmp_path / "personal-data").mkdir()
    (tmp_path / "personal-data" / "some.json").write_text(json.dumps([{"full_text": text, "spans": spans}]))
    figures = entities.measure(tmp_path, rules.load())
    assert figures["entities_f1_person"] == 1.0
    assert figures["entities_f1_organisation"] == figures["entities_f1_place"] == 0.0
    assert figures["entities_f1"] == pytest.approx(0.5)
    assert entities.measure(tmp_path / "personal-data", rules.load()) == {}


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert understanding.main([str(tmp_path / "none")]) == 2
    assert "name a folder" in capsys.readouterr().err


def test_metrics_are_written_as_a_flat_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "1.txt").write_text("Nothing of interest.")
    assert understanding.main([str(tmp_path), str(tmp_path / "quality.json")]) == 0
    written = json.loads((tmp_path / "quality.json").read_text())
    assert written["false_cards_and_ibans"] == 0
    assert "quiet_pages" in capsys.readouterr().out
