# SPDX-License-Identifier: Apache-2.0
"""Holds what a text is said to be about, by which words, and which files of topics are refused."""

from importlib.resources import files

import pytest

from ream_classify import topics
from ream_classify.yaml_lines import RuleError

SHIPPED = topics.load(files("ream_classify").joinpath("topics.yaml").read_text("utf-8"), "topics.yaml")
HEAD = "labels:\n  tea:\n    description: Tea.\n    words:\n      en: {4: [tea, green tea], 2: [cup, city]}\n"


def about(text: str) -> str:
    points = {label: sum(one.points for one in words) for label, words in SHIPPED.score(1, text).items()}
    return max(points, key=lambda label: (points[label], label)) if points else ""


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("sport", "The coach praised his team after the match: two goals in the second half won the cup."),
        ("sport", "Der Trainer lobte die Mannschaft nach dem Spiel; zwei Tore brachten den Sieg im Pokal."),
        ("politics", "The prime minister told parliament that the government would call an election in May."),
        ("politics", "Le premier ministre a annoncé au parlement que le gouvernement retirait la réforme."),
        (
            "technology",
            "The update closes a security flaw in the operating system's software; users should download it.",
        ),
        ("business", "Annual sales rose and the retailer's profit beat forecasts, so the share price gained."),
        ("culture", "La película ganó el premio a la mejor actriz; el actor y la cantante saludaron al público."),
        (
            "law",
            "The receiving party shall keep confidential information; this agreement has Ohio as its jurisdiction.",
        ),
        (
            "finance-reporting",
            "Consolidated balance sheets, deferred tax, goodwill and cash flow are shown in the notes.",
        ),
        (
            "property-and-building",
            "Der Vermieter rechnet Nebenkosten und Betriebskosten der Wohnung mit dem Mieter ab.",
        ),
        ("health", "Le patient a quitté l'hôpital ; le médecin a changé son traitement et ses médicaments."),
        ("", "Mix the flour with the eggs and let the cake cool."),
        ("", ""),
        ("", "1234 5678"),
    ],
)
def test_what_a_text_is_about(topic: str, text: str) -> None:
    assert about(text) == topic


def test_words_count_in_their_plural_and_three_times_at_most() -> None:
    tea = topics.load(HEAD, "x")
    cities, *_ = tea.score(1, "Cities, cities, a city and the city's cup: cities.")["tea"]
    assert (cities.name, cities.count, cities.points) == ("city", 3, 6)
    assert [(one.name, one.points) for one in tea.score(2, "Green teas; green tea, TEA.")["tea"]] == [
        ("green tea", 4),
        ("tea", 12),
    ]


def test_few_points_in_a_unit_are_none() -> None:
    least = topics.load("unit_minimum: 6\n" + HEAD, "x")
    assert least.score(1, "a cup of tea, a cup") != {}
    assert least.score(1, "tea") == {}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "empty"),
        ("labels: {}", 1, "1 to 200 labels"),
        ("colours: 3\n" + HEAD, 1, "no part of a file of topics"),
        ("unit_minimum: many\n" + HEAD, 1, "whole number"),
        (HEAD.replace("tea:", "Tea:"), 2, "no label"),
        (HEAD.replace("description", "about"), 3, "no part of a label"),
        ("labels:\n  tea:\n    description: Tea.\n", 2, "needs a description and words"),
        (HEAD.replace("en:", "english:"), 5, "no language"),
        (HEAD.replace("4:", "40:"), 5, "whole number from 1 to 20"),
        (HEAD.replace("cup", "'--'"), 5, "no word"),
        (HEAD.replace("[cup, city]", "cup"), 5, "list"),
        (HEAD + "  tea:\n    description: Again.\n", 6, "twice"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(RuleError, match=reason) as caught:
        topics.load(text, "own.yaml")
    assert caught.value.line == line
    assert str(caught.value).startswith(f"own.yaml, line {line}: ")
