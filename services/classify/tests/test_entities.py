# SPDX-License-Identifier: Apache-2.0
"""Holds what is named in texts, with places and one form, also by a model of a user's own, and that no text is slow."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from ream_classify import rules
from ream_classify.classes import classify
from ream_classify.entities import MOST_CHARACTERS, Finder, organisations, times_and_money
from ream_classify.entities.model import NoModel, SpacyModel
from ream_classify.entities.named import Named
from ream_classify.scan import Scan
from ream_contracts.artifacts import SegmentText, UnitText

RULES = Finder()


def named(text: str, kind: str, language: str = "en") -> list[str]:
    found = sorted((one.start, one.end) for one in RULES.find(text, language) if one.kind == kind)
    return [text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("Yesterday Michael Johnson met Sarah Brown.", "person", ["Michael Johnson", "Sarah Brown"]),
        ("We wrote to Mr. Pálffy and to Dr. Ada Holm.", "person", ["Pálffy", "Ada Holm"]),
        ("Es schrieb Frau Hannelore Schmidt.", "person", ["Hannelore Schmidt"]),
        ("Contact: Maria van der Berg", "person", ["Maria van der Berg"]),
        ("Jan van 't Hof en Anna van het Veld", "person", ["Jan van 't Hof", "Anna van het Veld"]),
        ("Dhr. J. van der Meer en Mw. A.B. de Groot-Jansen", "person", ["J. van der Meer", "A.B. de Groot-Jansen"]),
        ("Mevrouw Van der Linden schreef aan de heer Van Beek.", "person", ["Van der Linden", "Van Beek"]),
        ("Willem Jan van der Molen, J.P. van den Brink", "person", ["Willem Jan van der Molen", "J.P. van den Brink"]),
        ("Gisteren sprak Jan in 't Veld met Willem op den Akker.", "person", ["Jan in 't Veld", "Willem op den Akker"]),
        ("contract met Hendrik Van Dijk", "person", ["Hendrik Van Dijk"]),
        ("Dr. van Leeuwen and Pieter de Vries", "person", ["van Leeuwen", "Pieter de Vries"]),
        ("signed by John E. Warnock today", "person", ["John E. Warnock"]),
        ("It was sold by Northwind Traders Inc. to Feldahorn GmbH & Co. KG.", "organisation",
         ["Northwind Traders Inc.", "Feldahorn GmbH & Co. KG."]),
        ("Talleres Ruiz S.L. y Atelier Roche S.A.S.", "organisation", ["Talleres Ruiz S.L.", "Atelier Roche S.A.S."]),
        ("The University of Ohio and the Bank of America agreed.", "organisation",
         ["University of Ohio", "Bank of America"]),
        ("the Harbour Commission and NATO", "organisation", ["Harbour Commission", "NATO"]),
        ("S.H.H. MOTOR (SUNGAI RENGIT) SDN. BHD. sells oil",
        "organisation", ["S.H.H. MOTOR (SUNGAI RENGIT) SDN. BHD."]),
        ("From Berlin to New York and South Africa", "place", ["Berlin", "New York", "South Africa"]),
        ("Er wohnt in Frankreich, sie in Turkey.", "place", ["Frankreich", "Turkey"]),
        ("It was bought with the Xperia Z3 and Windows\u00ae", "product", ["Xperia Z3", "Windows\u00ae"]),
        ("Paid $1.5 million, then EUR 12,50 and 1.000,00 \u20ac", "amount", ["$1.5 million", "EUR 12,50",
        "1.000,00 \u20ac"]),
        ("From 3 May 2025 until 2026-01-31, or 31.12.2027.", "date", ["3 May 2025", "2026-01-31", "31.12.2027"]),
    ],
)  # fmt: skip
def test_what_is_named(text: str, kind: str, names: list[str]) -> None:
    assert named(text, kind) == names


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Grant Notice was given. Will Power be cut? May Day is near.", "person"),
        ("De gemeente van Utrecht, de heer van de zaak, a white van Ford built, rijks van Nederland", "person"),
        ("Vereniging van Eigenaars, Bank van Leening, Hotel de France, Rue de Rivoli, L. de facto", "person"),
        ("in de Tweede Kamer, uit de Provincie, Over de Grens, Op de Hoogte", "person"),
        ("Human Resources, Global Services, Annual Report", "person"),
        ("the company and its partners limited the risk", "organisation"),
        ("Inc.", "organisation"),
        ("Nice work, Reading is fun, Turkey for dinner", "place"),
        ("Note 12a and Table A3 on Page 4b", "product"),
        ("32.01.2020, 2020-13-01, 30 February 2020, 1.2.3.4, 12/2019", "date"),
        ("12 apples, 1,234 people, version 3.50", "amount"),
    ],
)
def test_what_is_not(text: str, kind: str) -> None:
    assert named(text, kind) == []


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("on 3 May 2025", "2025-05-03"), ("on May 3rd, 2025", "2025-05-03"), ("am 3. Mai 2025", "2025-05-03"),
        ("le 1er août 2024", "2024-08-01"), ("el 5 de marzo de 2023", "2023-03-05"), ("25/12/2018", "2018-12-25"),
        ("12/25/2018", "2018-12-25"), ("12-01-19", "2019-01-12"), ("2024年3月9日", "2024-03-09"),
        ("this 8th day of February 1999", "1999-02-08"), ("$12", "USD 12"), ("$1,234.5", "USD 1234.50"),
        ("1.234,56 EUR", "EUR 1234.56"), ("CHF 1'234.50", "CHF 1234.50"), ("1 234,56 €", "EUR 1234.56"),
        ("£2.5bn", "GBP 2500000000"), ("RM 33.90", "MYR 33.90"), ("12,000 yen", "JPY 12000"),
    ],
)  # fmt: skip
def test_dates_and_amounts_have_one_form(text: str, normal: str) -> None:
    assert [one.normal for one in RULES.find(text, "en")] == [normal]


def test_names_never_overlap_and_stand_where_they_say() -> None:
    text = "Mr. John Smith of Smith & Sons Ltd, London, paid $5 on 3 May 2025 for the Xperia Z3. " * 5
    spans = sorted((one.start, one.end) for one in RULES.find(text, "en"))
    assert len(spans) == 30
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


HOSTILE = ["Aa ", "A. ", "A", "Aa of ", "Mr. ", "Aa & ", "1,000", "$1 ", "1. ", "3 May ", "Aa Inc ", "\ud800A ", "Aa-",
           "\u202eAa ", "\x00", "A1 ", "Aaaaaaaaaa", "1/1/", "Z3 Xperia ", "12.12", "1 day of "]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    started = time.process_time()
    list(RULES.find(piece * (2 * MOST_CHARACTERS // len(piece)), "en"))
    assert time.process_time() - started < 3


@dataclass(frozen=True)
class StandIn:
    """A model that knows one name."""

    name: str = "stand-in 1.0"

    def find(self, text: str, language: str) -> Iterator[Named]:
        start = text.find("Zaphod")
        if start >= 0 and language == "en":
            yield Named("person", start, start + 6, 75, self.name)
            yield Named("place", start, len(text) + 9, 75, self.name)


def segment(text: str) -> SegmentText:
    unit = UnitText(1, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    return SegmentText("a" * 32, 1, 1, "extract", "1", (unit,), ())


@pytest.mark.slow
def test_a_model_goes_first_is_named_in_the_record_and_its_people_are_personal_data() -> None:
    text = segment("In the evening Zaphod went to Berlin with his friends, and nobody saw them again.")
    with_model = rules.load(model=StandIn())
    classes = classify(text, with_model)
    assert [(one.text, one.source) for one in classes.entities] == [
        ("Zaphod", "stand-in 1.0"),
        ("Berlin", "gazetteer"),
    ]
    assert classes.scores["personal:name"] == classes.scores["entity:person"] == 1
    assert [one.value for one in classes.findings] == ["Zaphod"]
    assert "stand-in 1.0" in (classes.versions or {})["entities"]
    assert with_model.fingerprint != rules.load().fingerprint
    assert "personal:name" not in classify(text, rules.load()).scores


def test_long_lists_of_names_are_cut_and_say_so() -> None:
    classes = classify(segment("Berlin, Paris; " * 300), rules.load(listed=100))
    assert (len(classes.entities), classes.cut) == (100, ("entities",))
    assert classes.scores["entity:place"] == 600


def spacy_of(monkeypatch: pytest.MonkeyPatch, load: Any) -> None:
    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=load))


class Pipeline:
    """Answers as a pipeline of spaCy does."""

    meta: ClassVar[dict[str, str]] = {"lang": "en", "name": "core_web_sm", "version": "3.8.0"}

    def __call__(self, text: str) -> Any:
        found = [("PERSON", 0, 4), ("ORDINAL", 5, 7), ("GPE", 8, 12)]
        return SimpleNamespace(ents=[SimpleNamespace(label_=k, start_char=a, end_char=b) for k, a, b in found])


def test_spacy_is_asked_for_texts_of_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def load(package: str, exclude: list[str]) -> Pipeline:
        asked.append((package, exclude))
        return Pipeline()

    spacy_of(monkeypatch, load)
    model = SpacyModel("en_core_web_sm")
    assert model.name == "en_core_web_sm 3.8.0"
    assert asked[0][0] == "en_core_web_sm"
    assert [(one.kind, one.start, one.end) for one in model.find("Anna to Oslo", "en")] == [
        ("person", 0, 4),
        ("place", 8, 12),
    ]
    assert list(model.find("Anna nach Oslo", "de")) == []


def test_without_spacy_or_its_model_the_start_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(NoModel, match="pip install spacy"):
        SpacyModel("en_core_web_sm")

    def load(package: str, exclude: list[str]) -> Pipeline:
        raise OSError("[E050] Can't find model")

    spacy_of(monkeypatch, load)
    with pytest.raises(NoModel, match="'nowhere' is not there"):
        SpacyModel("nowhere")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CEO of Globex Corporation", "Globex Corporation"),
        ("Christian Democratic Union. General Assembly. Grant Thornton LLP.", "Grant Thornton LLP."),
        ("J. P. Holm Ltd", "J. P. Holm Ltd"),
        ("Feldahorn Corp. Holdings Ltd", "Feldahorn Corp. Holdings Ltd"),
        ("St. Mary Holdings Ltd", "St. Mary Holdings Ltd"),
    ],
)
def test_a_name_with_a_form_begins_where_it_begins(text: str, name: str) -> None:
    assert [text[one.start : one.end] for one in organisations.find(Scan(text, "en"))][:1] == [name]


@pytest.mark.parametrize(
    ("text", "normal"),
    [("INR 1,00,000", "INR 100000"), ("rs. 12,34,567.50", "INR 1234567.50"), ("$1,200,000.50", "USD 1200000.50")],
)
def test_amounts_in_lakhs(text: str, normal: str) -> None:
    assert [one.normal for one in times_and_money.find(Scan(text, "en"))] == [normal]
