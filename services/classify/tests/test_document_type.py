# SPDX-License-Identifier: Apache-2.0
"""Holds that documents of each kind, in several languages, are told apart, and why."""

from collections import Counter
from importlib.resources import files

import pytest

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


DOCUMENTS = {
    ("invoice", "en"): "Northwind Ltd\nINVOICE\nInvoice number: 77-12\nInvoice date: 3 May 2025\nBill to: Acme\n"
    "Bolts 12.50 EUR\nNuts 8.00 EUR\nSubtotal 20.50 EUR\nVAT 20% 4.10\nTotal 24.60 EUR\nDue date: 2 June 2025",
    ("invoice", "de"): "Feldahorn GmbH\nRechnung Nr. 2025-0417\nRechnungsdatum: 03.05.2025\nKundennummer 4711\n"
    "Schrauben 12,50 €\nMuttern 8,00 €\nNettobetrag 20,50 €\nMwSt. 19 % 3,90 €\nGesamtbetrag 24,40 €\nZahlbar bis 1.6.",
    (
        "invoice",
        "fr",
    ): "Atelier Roche\nFACTURE N° 2025-118\nDate de facture : 03/05/2025\nDésignation Quantité Prix unitaire\n"
    "Vis 12,50 €\nTotal HT 20,50 €\nTVA 20 % 4,10 €\nNet à payer 24,60 €\nÉchéance : 02/06/2025",
    (
        "invoice",
        "es",
    ): "Talleres Ruiz S.L.\nFACTURA\nNúmero de factura: 118\nFecha de factura: 03/05/2025\nCliente: Pérez\n"
    "Tornillos 12,50 €\nBase imponible 20,50 €\nIVA 21% 4,31 €\nTotal a pagar 24,81 €\nForma de pago: transferencia",
    ("contract", "en"): 'SERVICES AGREEMENT\nThis Agreement is made between Acme Ltd (the "Client") and Bolt Ltd.\n'
    "WHEREAS the parties wish to work together, now therefore they agree:\n1. Services. Bolt shall work.\n"
    "2. Termination. Either party may terminate.\n3. Governing law. This Agreement is governed by English law.\n"
    "IN WITNESS WHEREOF\nBy: ________\nName: ________ Title: _______",
    (
        "contract",
        "de",
    ): "Mietvertrag\nZwischen Frau Kern, im Folgenden Vermieter, und Herrn Adler, Mieter, wird folgender\n"
    "Vertrag geschlossen:\n§ 1 Mietsache\n§ 2 Mietzins\n§ 3 Kündigungsfrist\nDieser Vertrag bedarf der Schriftform.\n"
    "Gerichtsstand ist Kassel.\nOrt, Datum\nUnterschrift",
    (
        "contract",
        "fr",
    ): "Contrat de prestation de services\nEntre les soussignés, d'une part la société A, ci-après le prestataire,\n"
    "et d'autre part la société B, il a été convenu ce qui suit.\nArticle 1 Objet du contrat\nArticle 2 Durée\n"
    "Article 3 Résiliation\nLe présent contrat est soumis au droit français.\nFait à Lyon\nLu et approuvé",
    (
        "contract",
        "es",
    ): "CONTRATO DE ARRENDAMIENTO\nReunidos, de una parte doña Ana, en adelante el arrendador, y de otra parte don\n"
    "Luis, el arrendatario, exponen:\nCláusula primera. Objeto\nCláusula segunda. Renta\nCláusula tercera. Duración\n"
    "El presente contrato se rige por la ley española.\nFirmado",
    (
        "letter",
        "en",
    ): "12 High Street\nLondon\n3 May 2025\n\nDear Mr Brown,\n\nI am writing about the fence between our gardens. "
    "Please do not hesitate to call on me.\n\nYours sincerely,\nAnn Lee",
    (
        "letter",
        "de",
    ): "Ruderverein Bucht\nSeehagen, den 3. Mai 2025\n\nSehr geehrte Frau Kern,\n\nwir danken Ihnen für den Kuchen. "
    "Für Rückfragen stehen wir bereit.\n\nMit freundlichen Grüßen\nOtto Adler",
    (
        "letter",
        "fr",
    ): "Lyon, le 3 mai 2025\nObjet : votre demande\n\nMadame,\n\nNous vous prions de trouver ci-joint le plan.\n"
    "Veuillez agréer, Madame, nos salutations distinguées.\nPaul Roche",
    (
        "letter",
        "es",
    ): "Sevilla, 3 de mayo de 2025\n\nEstimada señora Ruiz:\n\nMe dirijo a usted para reclamar la entrega.\n\n"
    "Le saluda atentamente,\nAna Gil",
    (
        "report",
        "en",
    ): "Annual Report 2024\nPrepared for the board\nTable of contents\n1 Overview\n2 Results of operations\n"
    "The fiscal year ended well: net sales rose by five per cent compared to the year before.\nTable 1: Net sales\n"
    "3 Recommendations",
    (
        "report",
        "de",
    ): "Wartungsbericht Pumpe 7\nDie Prüfung wurde am 3. Mai durchgeführt.\n1 Befund\n2 Messwerte\nTabelle 1: Drücke\n"
    "Empfehlung: Das Lager ist zu tauschen. Dieser Bericht umfasst drei Seiten.",
    (
        "report",
        "fr",
    ): "Rapport annuel 2024\nSynthèse\n1 Introduction\n2 Résultats\nLe chiffre d'affaires a crû de trois pour cent par "
    "rapport à l'exercice précédent.\nTableau 1 : Ventes\n3 Recommandations",
    (
        "report",
        "es",
    ): "Informe anual 2024\nResumen ejecutivo\n1 Introducción\n2 Resultados\nEste informe resume el ejercicio: las ventas "
    "crecieron respecto al año anterior.\nTabla 1: Ventas\n3 Conclusiones y recomendaciones",
    (
        "e-mail",
        "en",
    ): "From: Ann Lee <ann@example.com>\nTo: Bob <bob@example.com>\nSubject: Lunch\nDate: 3 May 2025\n\nHi Bob,\nnoon?\n"
    "Best regards\nAnn",
    (
        "e-mail",
        "de",
    ): "Von: Ann Lee\nAn: Bob\nBetreff: Mittagessen\nGesendet: 3. Mai 2025\n\nHallo Bob,\num zwölf?\nViele Grüße\nAnn",
    (
        "e-mail",
        "fr",
    ): "De : Ann Lee\nÀ : Bob\nObjet : Déjeuner\nEnvoyé : 3 mai 2025\n\nBonjour,\nà midi ?\nCordialement\nAnn",
    (
        "e-mail",
        "es",
    ): "De: Ann Lee\nPara: Bob\nAsunto: Comida\nFecha: 3 de mayo\n\nHola Bob:\n¿a las dos?\nSaludos\nAnn",
}


@pytest.mark.parametrize(("kind", "language"), DOCUMENTS)
def test_each_kind_is_told_in_each_language(kind: str, language: str) -> None:
    assert decided(DOCUMENTS[kind, language]) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Growth in Japan evaporated in the three months to September. Exports faltered, while demand stayed subdued.",
        "Mix the flour with the eggs. Bake for forty minutes and let the cake cool before it is cut.",
        "1234 5678 9012",
        "the invoice of life is due",
    ],
)
def test_what_is_of_no_kind_is_unknown(text: str) -> None:
    assert decided(text) == "unknown"


def test_evidence_names_unit_source_word_and_points_and_adds_up() -> None:
    found = SHIPPED.score(unit(DOCUMENTS["invoice", "en"]))["invoice"]
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
    pages = [DOCUMENTS["contract", "en"], "This Agreement and the parties hereto shall not waive.", "Exhibit"]
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
    assert own.score(unit(DOCUMENTS["invoice", "en"])) == {}
