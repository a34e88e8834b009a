# SPDX-License-Identifier: Apache-2.0
"""Holds what a taxonomy may say, and that every mistake in one is named with its line."""

from importlib.resources import files

import pytest
import yaml

from ream_classify import taxonomy
from ream_classify.layout_signals import SIGNALS
from ream_classify.yaml_lines import RuleError

TEXT = files("ream_classify").joinpath("taxonomy.yaml").read_text("utf-8")
GOOD = """\
first_unit_factor: 2
unit_minimum: 5
labels:
  delivery-note:
    description: What comes with a delivery.
    sensitivity: confidential
    title_weight: 9
    titles: {en: [Delivery Note], de: ["*schein"]}
    words:
      en: {Delivered: 3, on: 1}
      de: {geliefert: 4, on: 2}
    signals: {tables: 2}
    examples:
      - We delivered the goods below to your warehouse today, please sign for receipt.
"""


KINDS = [
    "invoice", "contract", "letter", "report", "e-mail", "receipt", "form", "resume", "scientific-paper",
    "presentation", "news", "government-table", "minutes", "manual",
    "quotation", "order", "delivery-note", "bank-statement", "payslip",
]  # fmt: skip


def test_the_shipped_taxonomy_has_the_kinds_that_people_have() -> None:
    shipped = taxonomy.load(TEXT, "taxonomy.yaml")
    assert [label.name for label in shipped.labels] == KINDS
    for label in shipped.labels:
        assert len(label.words) >= 40
        assert label.description
        assert label.signals


def test_every_kind_has_titles_and_words_in_the_languages_of_the_file() -> None:
    written = yaml.load(TEXT, yaml.CSafeLoader)["labels"]
    for name, label in written.items():
        for part in ("titles", "words"):
            assert {"en", "de", "fr", "es"} <= label[part].keys(), (name, part)
        assert {"it", "nl", "pt"} <= label["words"].keys(), name


def test_every_signal_that_exists_is_described_in_the_shipped_file() -> None:
    head = TEXT.split("first_unit_factor: 3")[0]
    for signal in SIGNALS:
        assert signal in head


def test_what_is_written_is_read_in_lower_case_with_the_greatest_weight() -> None:
    read = taxonomy.load(GOOD, "own.yaml")
    (label,) = read.labels
    assert (read.first_unit_factor, read.unit_minimum) == (2, 5)
    assert label.titles == {"delivery note", "*schein"}
    assert label.words == {"delivered": 3, "on": 2, "geliefert": 4}
    assert label.signals == {"tables": 2}
    assert label.title_weight == 9
    assert label.sensitivity == "confidential"
    assert label.examples == ("We delivered the goods below to your warehouse today, please sign for receipt.",)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("first_unit_factor: 2", "first_unit_factor: 0", 1, "whole number from 1 to 10"),
        ("first_unit_factor: 2", "first_unit: 2", 1, "'first_unit' is no part of a taxonomy"),
        ("unit_minimum: 5", "unit_minimum: -5", 2, "whole number from 1 to 100"),
        ("unit_minimum: 5", "unit_minimum: [5]", 2, "whole number"),
        ("delivery-note:", "Delivery Note:", 4, "is no label"),
        ("delivery-note:", "unknown:", 4, "not `unknown`"),
        ("    description: What comes with a delivery.\n", "", 4, "needs a description"),
        ("What comes with a delivery.", "", 5, "must be a text that is not empty"),
        ("sensitivity: confidential", "sensitivity: public", 6, "must be one of internal, confidential, restricted"),
        ("title_weight: 9", "title_weight: 90", 7, "from 1 to 20"),
        ("titles: {en: [Delivery Note]", "titles: {en: Delivery Note", 8, "must be a list"),
        ("titles: {en:", "titles: {english:", 8, "two letters"),
        ("Delivered: 3", "Delivered: many", 10, "the weight of 'Delivered' must be a whole number"),
        ("Delivered: 3", "Delivered: 3.5", 10, "whole number"),
        ("Delivered: 3", "on: 3", 10, "comes twice"),
        ("signals: {tables: 2}", "signals: {sparkles: 2}", 12, "no signal 'sparkles'; there are amounts"),
        ("signals: {tables: 2}", "colours: {red: 2}", 12, "'colours' is no part of a label"),
        ("signals: {tables: 2}", "signals: {tables: 2", 13, "no YAML"),
        ("    examples:\n      - We", "    examples: We", 13, "must be a list"),
        ("- We delivered the goods below to your warehouse today,", "-", 14, "must be a short text: at least 5"),
        ("please sign", "please sign" + " x" * 1_000, 14, "at most 2000 characters"),
        ("please sign", "please: sign", 14, "text that is not empty"),
        ("Delivered: 3", "On: 3", 10, "'on' comes twice in words of label delivery-note; small"),
        ("Delivered: 3", "'...': 3", 10, "is no word"),
        ('"*schein"', '"*"', 8, "is no title"),
        ("labels:", "labels: {}\nother:", 4, "'other' is no part"),
    ],
)
def test_mistakes_are_named_with_line_and_reason(old: str, new: str, line: int, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError, match=reason) as raised:
        taxonomy.load(GOOD.replace(old, new, 1), "own.yaml")
    assert raised.value.line == line
    assert str(raised.value).startswith(f"own.yaml, line {line}: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("[]", "must be a mapping"),
        ("unit_minimum: 3", "at least one label"),
        ("labels:\n  a:\n    description: b\n", "nothing that speaks for it"),
        ("labels:\n  a:\n    description: b\n    words: {}\n", "nothing that speaks for it"),
        (
            "labels:\n  a:\n    description: b\n    words: {en: {}}\n    titles: {en: []}\n",
            "nothing that speaks for it",
        ),
        ("[" * 5_000, "too deeply"),
        ("{a: " * 5_000, "too deeply"),
        ("- " * 5_000, "too deeply"),
        ("[" * 250_000 + "]" * 250_000, "too deeply"),
        ("labels:\n  a: text\n", "must be a mapping"),
        ("x: " + "y" * 1_000_001, "larger than"),
        ("a: b: c", "no YAML"),
        ("? [a]\n: b", "a key of a taxonomy must be a text"),
    ],
)
def test_files_that_are_no_taxonomy_are_refused(text: str, reason: str) -> None:
    with pytest.raises(RuleError, match=reason):
        taxonomy.load(text, "own.yaml")


def test_tags_that_would_run_code_are_only_text() -> None:
    with pytest.raises(RuleError):
        taxonomy.load("!!python/object/apply:os.system ['true']", "own.yaml")


def test_examples_that_come_twice_or_are_too_many_are_refused() -> None:
    text = "We delivered the goods below to your warehouse, pallets on a lorry"
    for listed, reason in (([text, text], "comes twice"), ([f"{text} {'x' * n}" for n in range(3, 24)], "at most 20")):
        with pytest.raises(RuleError, match=reason):
            taxonomy.load(yaml.safe_dump({"labels": {"a": {"description": "b", "examples": listed}}}), "own.yaml")
