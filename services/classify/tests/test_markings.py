# SPDX-License-Identifier: Apache-2.0
"""Holds which words are a mark, and which are only part of a sentence."""

from importlib.resources import files

import pytest

from ream_classify import markings
from ream_classify.scan import Scan
from ream_classify.yaml_lines import RuleError

SHIPPED = markings.load(files("ream_classify").joinpath("markings.yaml").read_text("utf-8"), "markings.yaml")


def marks(text: str) -> list[tuple[str, str]]:
    return [(hit.score, text[hit.start : hit.end]) for hit in markings.find(Scan(text), SHIPPED)]


MARKED = [
    ("STRICTLY CONFIDENTIAL", "restricted"),
    ("Top secret", "restricted"),
    ("Privileged and Confidential", "restricted"),
    ("Streng vertraulich", "restricted"),
    ("Strictement confidentiel", "restricted"),
    ("Estrictamente confidencial", "restricted"),
    ("Strettamente confidenziale", "restricted"),
    ("Confidential", "confidential"),
    ("Private and Confidential", "confidential"),
    ("Vertraulich", "confidential"),
    ("Confidentiel", "confidential"),
    ("CONFIDENCIAL", "confidential"),
    ("Vertrouwelijk", "confidential"),
    ("Poufne", "confidential"),
    ("Internal use only", "internal"),
    ("For official use only", "internal"),
    ("Nur für den internen Gebrauch", "internal"),
    ("Usage interne", "internal"),
    ("Uso interno", "internal"),
    ("Not for circulation outside the governing body", "internal"),
    ("For public release", "public"),
    ("Press release", "public"),
    ("Zur Veröffentlichung freigegeben", "public"),
    ("Communiqué de presse", "public"),
    ("Nota de prensa", "public"),
]


@pytest.mark.parametrize(("phrase", "level"), MARKED)
def test_marks_are_found_where_they_stand_alone(phrase: str, level: str) -> None:
    for frame in ("{}", "Title\n{}\nText goes on", "Page 3 | {} | Draft", "[{}]", "*** {} ***", "{}!"):
        ((score, value),) = marks(frame.format(phrase))
        assert score == f"mark:{level}"
        assert phrase.startswith(value)


@pytest.mark.parametrize(
    "text",
    [
        "Each party shall keep strictly confidential what it learns.",
        "Confidential Information means all information disclosed by a party.",
        "it is\nconfidential, and remains so\nfor five years",
        "to be held in trust and\nconfidential\nby the receiving party",
        "Internal control over financial reporting",
        "Internal-use software is capitalised",
        "the public debt rose",
        "unser Umgang mit vertraulichen Angaben",
        "Ce document n'est pas confidentiel pour autant que",
        "El acuerdo confidencial fue firmado",
        "REPORT\nOF\nINDEPENDENT\nREGISTERED\nPUBLIC\nACCOUNTING\nFIRM",
        "and\nRestricted\nCash\nThe company",
        "nonconfidential",
        "Do not distribute this leaflet\nto anyone in the street",
        "A confidential letter",
        "confidentialité",
        "secretary",
        "Public transport",
        "internal medicine",
        "Restricted stock units vest over four years",
    ],
)
def test_words_in_sentences_are_no_marks(text: str) -> None:
    assert marks(text) == []


def test_of_two_that_fit_the_more_secret_counts() -> None:
    assert marks("STRICTLY CONFIDENTIAL") == [("mark:restricted", "STRICTLY CONFIDENTIAL")]


def test_every_page_counts_anew() -> None:
    assert len(marks("Confidential | Page 1\ntext\nConfidential | Page 2\n")) == 2


def test_users_may_bring_their_own_words() -> None:
    own = markings.load("confidential:\n  en: [red label]\n", "own.yaml")
    assert [hit.score for hit in markings.find(Scan("RED LABEL\nConfidential"), own)] == ["mark:confidential"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "empty"),
        ("confidential:\n  en: [a]\nsecretish:\n  en: [b]\n", 3, "no level 'secretish'"),
        ("confidential: [a]\n", 1, "must be a mapping"),
        ("confidential:\n  en: secret\n", 2, "must be a list"),
        ("confidential:\n  en:\n    - a\n    -\n", 4, "not empty"),
        ("confidential:\n  en: [a]\nconfidential:\n  de: [b]\n", 3, "comes twice"),
        ("confidential:\n  en: [a\n", 3, "no YAML"),
        ("confidential:\n\ten: [a]\n", 2, "no YAML"),
        ("public:\n  en: [\x00]\n", 1, "no YAML"),
    ],
)
def test_mistakes_are_named_with_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(RuleError, match=reason) as raised:
        markings.load(text, "own.yaml")
    assert raised.value.line == line
    assert str(raised.value).startswith(f"own.yaml, line {line}: ")
