# SPDX-License-Identifier: Apache-2.0
"""Holds which words are a mark, and which are only part of a sentence."""

import time
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


FLOWING = "\n".join(f"In part {number} the plan of the board is told in full." for number in range(12))


@pytest.mark.parametrize(
    ("phrase", "level"),
    [
        ("CONFIDENTIAL DRAFT", "confidential"),
        ("STRICTLY PRIVATE & CONFIDENTIAL", "restricted"),
        ("OFFICIAL-SENSITIVE", "confidential"),
        ("OFFICIAL \u2013 SENSITIVE", "confidential"),
        ("TLP:RED", "restricted"),
        ("TLP:AMBER+STRICT", "confidential"),
        ("TLP:GREEN", "internal"),
        ("TLP:CLEAR", "public"),
        ("VS-NfD", "internal"),
        ("VS \u2013 Nur für den Dienstgebrauch", "internal"),
        ("UNCLASSIFIED//FOUO", "internal"),
        ("SECRET//NOFORN", "restricted"),
        ("Vertrauliche Unterlage", "confidential"),
        ("Strängt konfidentiellt", "restricted"),
        ("Fortroligt", "confidential"),
        ("Unntatt offentlighet", "confidential"),
        ("Luottamuksellinen", "confidential"),
        ("Přísně důvěrné", "restricted"),
        ("Bizalmas", "confidential"),
        ("Hizmete özel", "internal"),
        ("Конфиденциально", "confidential"),
        ("Для служебного пользования", "internal"),
        ("Εμπιστευτικό", "confidential"),
        ("社外秘", "confidential"),
        ("【極秘】", "restricted"),
        ("机密", "confidential"),
        ("内部资料", "internal"),
        ("대외비", "confidential"),
    ],
)
def test_marks_of_authorities_and_of_other_languages_are_found(phrase: str, level: str) -> None:
    for text in (phrase, f"Plan\n{phrase}\n{FLOWING}", f"{FLOWING}\n{phrase} | 3\n{FLOWING}"):
        assert [score for score, _ in marks(text)] == [f"mark:{level}"]


@pytest.mark.parametrize(
    ("word", "level"),
    [("Secret", "restricted"), ("RESTRICTED", "restricted"), ("Geheim", "restricted"), ("Internal", "internal"),
     ("Intern", "internal"), ("Public", "public"), ("Öffentlich", "public"), ("Секретно", "restricted")],
)  # fmt: skip
def test_a_word_that_is_often_no_mark_is_one_at_the_edge_of_a_page_or_where_it_is_announced(
    word: str, level: str
) -> None:
    for line in (word, f"*** {word} ***", f"[{word}]", f"{word} | Page 3 of 7", f"Seite 3 \u2013 {word}"):
        assert marks(f"{line}\n{FLOWING}") == [(f"mark:{level}", word)]
        assert marks(f"{FLOWING}\nThe end.\n{line}\n") == [(f"mark:{level}", word)]
        assert marks(f"{FLOWING}\n{line}\n{FLOWING}") == []
    for label in ("Classification:", "Security classification =", "Klassifizierung:", "Vertraulichkeitsstufe:",
                  "Clasificación:", "Niveau de confidentialité :", "Гриф:"):  # fmt: skip
        assert marks(f"{FLOWING}\n{label} {word.lower()}\n{FLOWING}") == [(f"mark:{level}", word.lower())]


@pytest.mark.parametrize(
    "text",
    [
        "Status: Offen",
        "Access: Public",
        "Owner type: Public",
        "Type: Sensitive",
        "Net assets: Restricted | Unrestricted",
        "Cash - Restricted",
        "Restricted: 300",
        "Restricted 1,200",
        "Audit: Internal / External",
        "Bewerbung: intern",
        "Unrestricted funds\n\nRestricted\n\nA total of both follows.",
        "\u2022 Public\n\u2022 Private\n\u2022 Voluntary bodies",
        "public\n\nand private",
        "Interne | Externe",
        "Reclassification: Restricted cash of 300",
        "Classification: Public companies only",
        "Zugang: öffentlich",
        "отчёт: секретно ли это",
        "会議は機密を扱う",
    ],
)
def test_such_words_are_no_marks_elsewhere(text: str) -> None:
    assert marks(text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["Public|", "Secret\n", "classification: ", "internal" + " " * 90, "\n", "機密 ", "x"]
)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def cpu(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        marks(text)
        return time.process_time() - start

    cpu(1_000)
    assert cpu(160_000) < 8 * 4 * max(cpu(20_000), 0.005)


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
