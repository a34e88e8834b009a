# SPDX-License-Identifier: Apache-2.0
"""Holds which fields receipts, invoices and contracts are said to have, where, and that no text is slow."""

import time

import pytest

from ream_classify import rules
from ream_classify.classes import classify
from ream_classify.fields import contracts, sales
from ream_contracts.artifacts import SegmentText, UnitText

RECEIPT = """RIVERSIDE HARDWARE SDN BHD
(CO REG: 123456-X)
NO. 12, JALAN PUTRA 3,
81200 JOHOR BAHRU
TEL: 07-1234567
DATE: 25/12/2018 10:31
HAMMER 2 X 10.00 20.00
NAILS 1 X 3.48 3.48
SUBTOTAL 23.48
ROUNDING ADJ 0.02
TOTAL RM 23.50
CASH RM 50.00
CHANGE RM 26.50
"""
INVOICE = """INVOICE INV/2025/0042
Feldahorn GmbH
Lindenweg 7
10115 Berlin
Invoice date: 3 May 2025
Due date: 2 June 2025
VAT DE123456789
IBAN DE89 3704 0044 0532 0130 00
Net amount 1.000,00
VAT 19 % 190,00
Amount due EUR 1.190,00
"""
CONTRACT = """SERVICES AGREEMENT
This Agreement is entered into as of February 8, 2019 by and between Northwind
Traders, Inc. ("Company") and John E. Warnock ("Consultant").
1. This Agreement shall remain in effect for a period of two (2) years.
2. The Consultant shall not solicit employees for twelve (12) months.
3. It is governed by the laws of the State of New York.
"""


def unit(text: str, number: int = 1) -> UnitText:
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


POLISH = """FAKTURA VAT nr 42/2025
Północny Wiatr S.A.
ul. Portowa 4, 80-001 Gdańsk
Data wystawienia: 12.05.2025
Kartony 30 cm 500 szt. 0,80 400,00 92,00 492,00
Etykiety 1000 szt. 0,05 50,00 11,50 61,50
Razem {rows}
{due}
Termin płatności: 26.05.2025
"""


@pytest.mark.parametrize(
    ("rows", "due", "total"),
    [
        ("450,00 103,50 553,50", "Słownie: pięćset", "553.50"),
        ("450,00 103,50 553,50", "Do zapłaty: 553,50 zł", "553.50"),
        ("553,50 zł", "w tym podatek VAT 103,50", "553.50"),
        ("brutto: 1 553,50 zł", "Zapłacono: 553,50 zł\nPozostało do zapłaty: 1 000,00 zł", "1553.50"),
        ("netto: 450,00", "Do zapłaty\n553,50 PLN", "553.50"),
    ],
)
def test_polish_totals(rows: str, due: str, total: str) -> None:
    found = [one for one in sales.find(unit(POLISH.format(rows=rows, due=due)), "invoice") if one.name == "total"]
    assert max(found, key=lambda one: one.confidence).normal == total


def test_a_polish_receipt_with_cash_and_change() -> None:
    goods = "SKLEP PORTOWY\nPARAGON FISKALNY\nMLEKO 3,50\nCHLEB 4,50\nPTU A 1,20\n"
    text = f"{goods}SUMA PTU 1,20\nSUMA PLN 8,00\nGOTÓWKA 10,00\nRESZTA 2,00\n"
    found = [one for one in sales.find(unit(text), "receipt") if one.name == "total"]
    best = max(found, key=lambda one: one.confidence)
    assert (best.normal, best.confidence) == ("8.00", 99)


def test_a_polish_invoice_is_one() -> None:
    classes = classify(
        SegmentText(
            "a" * 32, 1, 1, "extract", "1", (unit(POLISH.format(rows="553,50", due="Do zapłaty: 553,50 zł")),), ()
        ),
        rules.load(),
    )
    totals = [one for one in classes.fields if (one.document, one.name) == ("invoice", "total")]
    assert {one.normal for one in totals} == {"553.50"}


def test_a_receipt() -> None:
    found = {field.name: field for field in sales.find(unit(RECEIPT), "receipt")}
    assert found["company"].normal == "RIVERSIDE HARDWARE SDN BHD"
    assert found["address"].normal == "NO. 12, JALAN PUTRA 3, 81200 JOHOR BAHRU"
    assert (found["date"].normal, found["total"].normal) == ("2018-12-25", "23.50")
    assert found["total"].confidence == 99
    for field in found.values():
        assert " ".join(RECEIPT[field.start : field.end].split()) == field.text


def test_an_invoice() -> None:
    found = {field.name: field.normal for field in sales.find(unit(INVOICE), "invoice")}
    assert found["company"] == "Feldahorn GmbH"
    assert (found["date"], found["total"], found["net"]) == ("2025-05-03", "1190.00", "1000.00")
    assert (found["number"], found["vat"]) == ("INV/2025/0042", "DE123456789")
    assert found["iban"] == "DE89370400440532013000"


def test_a_contract() -> None:
    found = [(field.name, field.normal) for field in contracts.find(unit(CONTRACT))]
    assert found == [
        ("party", "Northwind Traders, Inc"),
        ("party", "John E. Warnock"),
        ("effective_date", "2019-02-08"),
        ("jurisdiction", "New York"),
        ("term", "2 years"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234",
        "Total",
        "TOTAL QTY 3.00",
        "SUBTOTAL 5.00",
        "Change 4.00",
        "\ud800\x00",
        "\u202e\u0645\u0631\u062d\u0628\u0627",
    ],
)
def test_what_is_no_total(text: str) -> None:
    assert [field for field in sales.find(unit(text), "receipt") if field.name == "total"] == []


def test_of_totals_the_most_final_one_holds() -> None:
    text = "TOTAL AMOUNT: 49.60\nSERV CHARGE 4.96\nTOTAL AMOUNT: 57.80\nGST SUMMARY\nTOTAL: 54.56\n"
    (total,) = (field for field in sales.find(unit(text), "receipt") if field.name == "total")
    assert total.normal == "57.80"


def found(text: str, kind: str = "receipt") -> dict[str, str]:
    return {one.name: one.normal for one in sales.find(unit(text), kind)}


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Total 1,200.00\nAmount paid 200.00\nAmount due 1,000.00", "1200.00"),
        ("Total 1,200.00\nDeposit paid 200.00\nAmount paid 200.00\nAmount due 1,000.00", "1200.00"),
        ("Total: 1,200.00\nPayment received 01/03/2024 -200.00\nBalance due: 1,000.00", "1200.00"),
        ("Total 1,200.00\nLess deposit 150.00\nLess payment 50.00\nBalance due 1,000.00", "1200.00"),
        ("Gesamtbetrag 1.200,00 \u20ac\nAnzahlung 200,00 \u20ac\nRestbetrag 1.000,00 \u20ac", "1200.00"),
        ("Rechnungsbetrag 1.200,00\nabzgl. bereits gezahlt 200,00\nnoch zu zahlen 1.000,00", "1200.00"),
        ("Total TTC 1 200,00 \u20ac\nAcompte 200,00 \u20ac\nReste \u00e0 payer 1 000,00 \u20ac", "1200.00"),
        ("Total 1,200.00\nPaid 1,200.00\nBalance due 0.00", "1200.00"),
        ("Total 1,200.00\nAmount paid 200.00", "1200.00"),
        ("Total paid 200.00\nTotal 1,200.00\nTotal due 1,000.00", "1200.00"),
        ("Total 1,000.00\nBalance brought forward 50.00\nAmount due 1,050.00", "1050.00"),
        ("Amount paid 200.00\nAmount due 1,000.00", "1000.00"),
        ("Total\nPaid 20.00\n", "20.00"),
        ("Total 23.50\nCash 50.00\nChange 26.50", "23.50"),
    ],
)
def test_the_total_is_of_the_sale_also_where_a_part_was_paid(text: str, total: str) -> None:
    assert found(f"Feldahorn Ltd\nInvoice 1001\n{text}\n", "invoice")["total"] == total


def test_what_was_paid_does_not_confirm_itself() -> None:
    text = "Total 1,200.00\nAmount paid 200.00\n"
    (total,) = (one for one in sales.find(unit(text), "invoice") if one.name == "total")
    assert (total.normal, total.confidence) == ("1200.00", 75)


@pytest.mark.parametrize(
    ("below", "rest"),
    [
        ("TAXINVOICE", ""),
        ("Guest Check", ""),
        ("Table for two", ""),
        ("JOHOR", " JOHOR"),
        ("DARUL TAKZIM", " DARUL TAKZIM"),
        ("(THE SHOP AT THE MALL)", " (THE SHOP AT THE MALL)"),
    ],
)
def test_an_address_ends_after_its_postcode_unless_a_place_follows(below: str, rest: str) -> None:
    text = f"RIVERSIDE HARDWARE SDN BHD\nLEVEL 2, BANGUNAN PUTRA,\n81200 JOHOR BAHRU\n{below}\nA COAT 12.00\n"
    assert found(text)["address"] == f"LEVEL 2, BANGUNAN PUTRA, 81200 JOHOR BAHRU{rest}"


@pytest.mark.parametrize(
    "address",
    [
        "Hauptstraße 5\n80331 München",
        "Am Hauptstrasse 5\n8001 Zürich",
        "Ringstr. 3\n04157 Leipzig",
        "Lindenweg 12a\n1010 Wien",
        "Unter den Linden 77\n10117 Berlin",
        "Kerkstraat 10\n3511 LN Utrecht",
        "Storgatan 14\n111 23 Stockholm",
        "Vestergade 2\n8000 Aarhus",
        "12 rue des Lilas\n69003 Lyon",
        "Calle Mayor 12, 28013 Madrid",
        "Rua Augusta 100, 1100-053 Lisboa",
        "ul. Długa 5, 00-238 Warszawa",
        "Via Garibaldi 21\n10122 Torino (TO)",
        "45 Kings Road\nLondon SW3 4ND",
        "1200 Market St, San Francisco, CA 94102",
    ],
)
@pytest.mark.parametrize("below", ["Rechnung Nr. 45012", "Fatura FT 2024/113", "1 Hammer 2 10,00 20,00"])
def test_an_address_has_its_street_and_its_place(address: str, below: str) -> None:
    text = f"Feldahorn AG\n{address}\n{below}\nTotal 12.00\n"
    assert found(text, "invoice")["address"] == " ".join(address.split())


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Total due: $12,000", "12000"),
        ("Total JPY 110,000", "110000"),
        ("Total 110,000", "110000"),
        ("Gesamtbetrag 1.200 \u20ac", "1200"),
        ("Summa att betala\nTotal 450 kr", "450"),
        ("Total CHF 1'250", "1250"),
        ("Subtotal\nVAT\nTotal\nGBP 100.00\nGBP 20.00\nGBP 120.00", "120.00"),
        ("Net amount\nTax\nAmount due\n$100\n$20\n$120", "120"),
        ("Zwischensumme\nMwSt 19 %\nGesamtbetrag\n100,00 \u20ac\n19,00 \u20ac\n119,00 \u20ac", "119.00"),
        ("Total\n12.00\n5.00", "12.00"),
    ],
)
def test_totals_without_decimals_and_in_columns(text: str, total: str) -> None:
    assert found(f"Feldahorn Ltd\nInvoice 1001\n{text}\n", "invoice")["total"] == total


@pytest.mark.parametrize(
    "text", ["Total 3", "Total 2024", "Total items: 12", "Total 1,2345", "Total weight 12 kg", "Total 19 %"]
)
def test_numbers_that_are_no_amount_are_no_total(text: str) -> None:
    assert "total" not in found(f"Feldahorn Ltd\n{text}\n", "invoice")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Invoice INV-9", "INV-9"),
        ("Invoice No. 88", "88"),
        ("Invoice #7", "7"),
        ("Credit Note CN-22", "CN-22"),
        ("Rechnung Nr. 5", "5"),
        ("Fatura FT 2024/113", "FT2024/113"),
        ("Faktura VAT nr FV/12/03/2024", "FV/12/03/2024"),
        ("Invoice date 12/03/2024", None),
        ("Invoice 12/03/2024", None),
        ("Invoice no. 1 of 3", None),
    ],
)
def test_the_number_of_an_invoice(text: str, number: str | None) -> None:
    assert found(f"Feldahorn Ltd\n{text}\nTotal 12.00\n", "invoice").get("number") == number


@pytest.mark.parametrize(
    ("name", "company"),
    [
        ("Talleres Garc\u00eda S.L.", "Talleres Garc\u00eda S.L."),
        ("Officina Bianchi S.r.l.", "Officina Bianchi S.r.l."),
        ("Bakker Installatie B.V.", "Bakker Installatie B.V."),
        ("Feldahorn Co., Ltd.", "Feldahorn Co., Ltd"),
    ],
)
def test_a_form_of_letters_and_dots_keeps_its_last_dot(name: str, company: str) -> None:
    assert found(f"{name}\n", "invoice")["company"] == company


@pytest.mark.parametrize(
    ("text", "date", "confidence"),
    [
        ("1200 Market St, San Francisco, CA 94102\nDate: 03/04/2024\nTotal $12.00", "2024-03-04", 90),
        ("500 5th Ave, New York, NY 10110-0001\nInvoice date: 3/4/24\nTotal $12.00", "2024-03-04", 90),
        ("Date: 03/04/2024\nDue date: 04/13/2024", "2024-03-04", 90),
        ("Date: 03/04/2024\nSales tax 1.00\nTotal $12.00", "2024-03-04", 90),
        ("Dayton, OH 45402\nDate: 03.04.2024", "2024-04-03", 90),
        ("Dayton, OH 45402\nDate: 13/04/2024", "2024-04-13", 90),
        ("Date: 03/04/2024\nDue date: 13/04/2024", "2024-04-03", 90),
        ("Date: 03/04/2024\nVAT 2.00\nTotal \u00a312.00", "2024-04-03", 90),
        ("Date: 03/04/2024\nTotal $12.00", "2024-04-03", 75),
        ("Date: 03/04/2024\nDayton, OH 45402\nTotal \u00a312.00", "2024-04-03", 75),
        ("Date: 04/04/2024\nTotal $12.00", "2024-04-04", 90),
        ("Date: 12 March 2024\nTotal $12.00", "2024-03-12", 90),
    ],
)
def test_the_paper_tells_whether_day_or_month_is_first(text: str, date: str, confidence: int) -> None:
    (one,) = (one for one in sales.find(unit(f"Feldahorn Shop\n{text}\n"), "invoice") if one.name == "date")
    assert (one.normal, one.confidence) == (date, confidence)


CUSTOMER = "Beispiel AG\nLange Gasse 12\n50667 Köln\n"


@pytest.mark.parametrize(
    ("text", "company", "address"),
    [
        (f"Anna Schmidt Grafikdesign\nLindenweg 7\n04109 Leipzig\n{CUSTOMER}", "Anna Schmidt Grafikdesign",
         "Lindenweg 7 04109 Leipzig"),
        (f"Feldahorn GmbH · Lindenweg 7 · 10115 Berlin\n{CUSTOMER}", "Feldahorn GmbH", "Lindenweg 7, 10115 Berlin"),
        (f"Feldahorn GmbH | Lindenweg 7 | 10115 Berlin\n{CUSTOMER}", "Feldahorn GmbH", "Lindenweg 7, 10115 Berlin"),
        (f"Anna Schmidt • Lindenweg 7 • 10115 Berlin\n{CUSTOMER}", "Anna Schmidt", "Lindenweg 7, 10115 Berlin"),
        ("Feldahorn, Lda\nRua Augusta 100, 1100-053 Lisboa\nCliente: Empresa Exemplo SA\n", "Feldahorn, Lda",
         "Rua Augusta 100, 1100-053 Lisboa"),
        (f"Bill To:\n{CUSTOMER}Feldahorn Ltd\n45 Kings Road\nLondon SW3 4ND\n", "Feldahorn Ltd",
         "45 Kings Road London SW3 4ND"),
        ("ABC Sp. z o.o.\nul. Długa 5, 00-238 Warszawa\nNabywca: XYZ S.A., ul. Krótka 1, 30-001 Kraków\n",
         "ABC Sp. z o.o.", "ul. Długa 5, 00-238 Warszawa"),
        ("Feldahorn S.r.l.\nVia Garibaldi 21\n10122 Torino (TO)\nSpett.le\nRossi SpA\nCorso 100\n10143 Torino\n",
         "Feldahorn S.r.l.", "Via Garibaldi 21 10122 Torino (TO)"),
    ],
)  # fmt: skip
def test_the_seller_is_not_who_is_written_to(text: str, company: str, address: str) -> None:
    got = found(f"{text}Invoice 1001\nTotal 12.00\n", "invoice")
    assert (got["company"], got["address"]) == (company, address)


def test_the_rest_of_a_name_is_no_name() -> None:
    text = "RIVERSIDE HARDWARE &\nELECTRICAL\nNO. 12, JALAN PUTRA 3,\n81200 JOHOR BAHRU\nREG NO: SA0371155\n"
    assert found(text)["company"] == "RIVERSIDE HARDWARE & ELECTRICAL"
    text = "RIVERSIDE ENTERPRISE (JOHOR\nBAHRU) SDN BHD\n12, JALAN PUTRA 3,\n81200 JOHOR BAHRU\n"
    assert found(text)["company"] == "RIVERSIDE ENTERPRISE (JOHOR BAHRU) SDN BHD"


def test_what_was_paid_is_no_company() -> None:
    assert "company" not in found("PAID CARD RM 5.00\nDEPOSIT 2.00\n")


def test_the_amounts_of_a_row_that_add_up_say_which_is_before_tax() -> None:
    assert found("Total facture 24,99 5,00 29,99\n", "invoice")["net"] == "24.99"
    assert "net" not in found("Total facture 24,99 5,00 30,99\n", "invoice")


def test_a_number_may_stand_below_its_head() -> None:
    text = "Klant Datum Factuur\nK00817 8-9-2025 VF100519\n"
    assert found(text, "invoice")["number"] == "VF100519"
    assert "number" not in found("Klant Factuur\nWelkom hier in 2 winkels\n", "invoice")


def test_a_tax_number_is_known_by_its_check_digits_however_it_is_spaced() -> None:
    assert found("TVA intra: FR 604 219 388 61\n", "invoice")["vat"] == "FR60421938861"
    assert "vat" not in found("TVA intra: FR 604 219 388 62\n", "invoice")
    text = "Uw BTW nummer: NL815254295B01\nBTW NL810433941B01\n"
    assert found(text, "invoice")["vat"] == "NL810433941B01"


def test_parties_stand_in_the_first_unit_and_the_rest_anywhere() -> None:
    assert [field.name for field in contracts.find(unit(CONTRACT, 2))] == ["jurisdiction", "term"]


def test_fields_are_looked_for_where_the_segment_speaks_for_the_type() -> None:
    def found(text: str) -> set[str]:
        segment = SegmentText("a" * 32, 1, 1, "extract", "1", (unit(text),), ())
        return {field.document for field in classify(segment, rules.load()).fields}

    assert found(CONTRACT) == {"contract"}
    assert "invoice" in found(INVOICE)
    assert found("A letter. It was governed by the laws of the State of New York.") == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["1", "Aa ", "total 1.00\n", "total\n", "between Aa Inc ", "laws of the ", "two (2) ",
    "1 Elm Street\n", "(\n",
              "invoice 12a ", "Aa, ", "term of 2 years ", "sdn bhd\n", ". ",
              "total 9.00\npaid 1.00\ndue 8.00\n", "less - paid ", "Hauptstr", "Hauptstr. ",
              "hauptstraße 5\n", "total\ntax\n", "total 1,000", "01/02/2003 ", "CA ", "a \u00b7 10115 B\n"]
)  # fmt: skip
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    text = unit(piece * (60_000 // len(piece)))
    started = time.process_time()
    list(sales.find(text, "invoice"))
    list(contracts.find(text))
    assert time.process_time() - started < 5
