# SPDX-License-Identifier: Apache-2.0
"""Holds that documents of each kind, in several languages, are told apart, and why."""

from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from ream_classify import taxonomy
from ream_classify.document_type import Scorer, points_of
from ream_contracts.artifacts import Heading, Table, UnitText

SHIPPED = Scorer(taxonomy.load(files("ream_classify").joinpath("taxonomy.yaml").read_text("utf-8"), "taxonomy.yaml"))


def unit(text: str, number: int = 1, tables: tuple[Table, ...] = (), headings: tuple[Heading, ...] = ()) -> UnitText:
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, headings, (), tables, ())


def points(*pages: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for number, page in enumerate(pages, 1):
        total.update({label: points_of(found) for label, found in SHIPPED.score(unit(page, number)).items()})
    return total


def decided(*pages: str) -> str:
    """Decides as the README of this service says."""
    total = points(*pages)
    if not total:
        return "unknown"
    label, most = total.most_common(1)[0]
    return label if most >= 25 and most / total.total() >= 0.45 else "unknown"


FILE = Path(__file__).parent / "data" / "documents.yaml"
DOCUMENTS: dict[str, dict[str, str]] = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_each_kind_is_told_in_each_language(kind: str, language: str) -> None:
    assert decided(DOCUMENTS[kind][language]) == kind


TRADE: dict[str, dict[str, str]] = yaml.safe_load((FILE.parent / "papers_of_trade.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("kind", "language"), [(kind, one) for kind in TRADE for one in TRADE[kind]])
def test_papers_of_trade_and_pay_are_told_from_invoices(kind: str, language: str) -> None:
    assert decided(TRADE[kind][language]) == kind


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_an_invoice_that_names_other_papers_stays_one(language: str) -> None:
    named = {
        "en": "Purchase order: 77120\nDelivery note: D-8812 of 25 May 2025\nQuotation no: 118\n",
        "de": "Bestellung: 77120\nLieferschein D-8812 vom 25.05.2025\nAngebot Nr. 118\n",
        "fr": "Bon de commande : 77120\nBon de livraison : D-8812\nDevis n° 118\n",
        "es": "Orden de compra: 77120\nAlbarán: D-8812\nPresupuesto nº 118\n",
    }
    lines = DOCUMENTS["invoice"][language].splitlines(keepends=True)
    assert decided("".join([*lines[:2], named[language], *lines[2:]])) == "invoice"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Growth in Japan evaporated in the three months to September. Exports faltered, while demand stayed subdued.",
        "Mix the flour with the eggs. Bake for forty minutes and let the cake cool before it is cut.",
        "1234 5678 9012",
        "the invoice of life is due",
        '"I am told," said the old man, "that she left."\n\n"So it is," she said.\n\n"Then go," he added.',
        "Cook for 30 minutes, press the dough flat, and bake it. Serve with cash of lettuce and a change of sauce.",
        "She went to school in the north, where many children of the region lived.",
        "Sheet1\nName\tMarks\nAnil\t85\nVijay\t65\nRavi\t71",
        "Die Katze schlief auf dem Dach, und niemand wollte sie wecken, bis der Regen kam.",
        "Le chat dormait sur le toit et personne ne voulait le réveiller avant la pluie.",
        "El gato dormía en el tejado y nadie quería despertarlo antes de la lluvia.",
    ],
)
def test_what_is_of_no_kind_is_unknown(text: str) -> None:
    assert decided(text) == "unknown"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("receipt", DOCUMENTS["invoice"]["en"]),
        ("invoice", DOCUMENTS["receipt"]["en"]),
        ("receipt", "Thank you for the receipt of your letter of 3 May. Nothing will change here."),
        ("minutes", "Agenda of the meeting on 3 May: fence, gate, pond. Please be there ten minutes early."),
        ("news", "The talk with the minister is on Monday."),
        ("news", "\u201eJa\u201c, sagte er.\n\n\u201eNein\u201c, sagte sie.\n\n\u201eDoch\u201c, sagte er."),
        ("form", "Please complete the work by Friday and return the keys to the office."),
        ("resume", "In 2010 - 2012, 2013 - 2014 and 2015 - 2016 the river froze."),
        ("presentation", "Agenda\nWe meet again tomorrow."),
        ("scientific-paper", "Keywords: sale, spring\nAbstract art hangs in this room."),
        ("government-table", "1.0 2.0 3.0\n" * 12),
        ("manual", "The manual gearbox of the car was repaired; installation took an hour."),
    ],
)
def test_near_misses_are_not_of_the_kind(kind: str, text: str) -> None:
    assert decided(text) != kind


def test_a_receipt_that_calls_itself_a_tax_invoice_is_a_receipt() -> None:
    head, rest = DOCUMENTS["receipt"]["en"].split("\n", 1)
    assert decided(f"{head}\nTAX INVOICE\nInvoice no: 4711\nGST 6%\n{rest}") == "receipt"


def test_slides_are_a_presentation_whatever_they_say() -> None:
    slide = replace(unit("The quick brown fox"), kind="slide")
    assert {label: points_of(found) for label, found in SHIPPED.score(slide).items()} == {"presentation": 42}


def test_evidence_names_unit_source_word_and_points_and_adds_up() -> None:
    found = SHIPPED.score(unit(DOCUMENTS["invoice"]["en"]))["invoice"]
    by_name = {(one.source, one.name): one for one in found}
    assert by_name["word", "invoice number"].points == 18
    assert by_name["title", "invoice"].points == 45
    assert by_name["signal", "total_line"].unit == 1
    assert points_of(found) == sum(one.points for one in found)
    assert len(by_name) == len(found)


def test_words_count_once_a_unit_and_more_in_the_first() -> None:
    text = "This agreement, hereinafter this agreement, and the parties hereto. " * 30
    first, second = (points_of(SHIPPED.score(unit(text, number))["contract"]) for number in (1, 2))
    assert first == 3 * second
    assert second < 20


def test_a_stray_word_gives_nothing() -> None:
    assert SHIPPED.score(unit("We shall not forget the invoice.", 5)) == {}


def test_tables_and_headings_of_the_reader_count() -> None:
    plain = unit("Results for the fiscal year", 3)
    headings = tuple(Heading(0, 1, name) for name in ("Results", "Sales", "Outlook"))
    rich = unit("Results for the fiscal year", 3, tables=(Table((("a", "b"),), None),), headings=headings)
    assert "report" not in SHIPPED.score(plain)
    assert {one.name for one in SHIPPED.score(rich)["report"]} >= {"tables", "headings"}


def test_sums_do_not_depend_on_the_order_of_units() -> None:
    pages = [DOCUMENTS["contract"]["en"], "This Agreement and the parties hereto shall not waive.", "Exhibit"]
    scores = [SHIPPED.score(unit(page, number)) for number, page in enumerate(pages, 1)]
    total = Counter({label: 0 for label in ("contract",)})
    for score in reversed(scores):
        total.update({label: points_of(found) for label, found in score.items()})
    assert total["contract"] == points(*pages)["contract"]


def test_a_taxonomy_of_users_is_followed() -> None:
    own = Scorer(
        taxonomy.load(
            "unit_minimum: 1\nlabels:\n  recipe:\n    description: How to cook.\n    words: {en: {flour: 3}}\n", "x"
        )
    )
    assert points_of(own.score(unit("Mix the flour."))["recipe"]) == 3
    assert own.score(unit(DOCUMENTS["invoice"]["en"])) == {}
