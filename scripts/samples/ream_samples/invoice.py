# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF001 - typographic dashes, quotes and signs are part of the text
"""A German invoice as a text PDF: positions, VAT, IBAN and VAT id with right check digits, invented parties."""

from ream_samples import paper

_SELLER = "Buchbinderei Feldahorn GmbH"
_POSITIONS = [
    ["Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Betrag"],
    ["1", "Jahresbände 2024, Halbleinen, Rückenprägung in Gold", "48 Stück", "31,50 €", "1.512,00 €"],
    ["2", "Schuber aus Graupappe, bezogen, Format 24 × 31 cm", "12 Stück", "18,90 €", "226,80 €"],
    ["3", "Reparatur Kartenmappe (Scharniere, neue Bänder)", "3 Stück", "64,00 €", "192,00 €"],
    ["4", "Abholung und Lieferung in zwei Fahrten", "1 pauschal", "85,00 €", "85,00 €"],
]
_SUMS = [
    ["", ""],
    ["Nettobetrag", "2.015,80 €"],
    ["Umsatzsteuer 19 %", "383,00 €"],
    ["Rechnungsbetrag", "2.398,80 €"],
]


def _letterhead() -> list[object]:
    return [
        paper.text(_SELLER, size=17, font="Serif-Bold", colour="#5b2c2c", after=2),
        paper.text(
            "Meisterbetrieb seit 1961 · Am Kupferhammer 14 · 00817 Wiesenbrück", size=9, colour="#5b2c2c", after=24
        ),
        paper.columns(
            [
                paper.text(
                    "Stadtarchiv Niederwald<br/>Frau Henrike Tollmann<br/>Klosterhof 3<br/>00944 Niederwald", size=10.5
                ),
                paper.text(
                    "<b>Rechnungsnummer:</b> 2025-0417<br/><b>Rechnungsdatum:</b> 17.04.2025<br/>"
                    "<b>Leistungszeitraum:</b> 10.03. – 11.04.2025<br/><b>Kundennummer:</b> 20388<br/>"
                    "<b>Ihre Bestellung:</b> NW-25/112",
                    size=9.5,
                ),
            ],
            [98, 68],
        ),
        paper.gap(12),
    ]


def make() -> bytes:
    """One page; the sums are right: 2,015.80 net, 383.00 VAT, 2,398.80 gross."""
    story = [
        *_letterhead(),
        paper.heading("Rechnung Nr. 2025-0417", size=15, colour="#5b2c2c"),
        paper.text("Sehr geehrte Frau Tollmann,"),
        paper.text(
            "für die Bindearbeiten an den Jahrgängen 2024 und die Instandsetzung der Kartenmappen berechnen wir Ihnen:"
        ),
        paper.table(_POSITIONS, [12, 78, 24, 26, 26], numbers_from=2, colour="#5b2c2c"),
        paper.table(_SUMS, [140, 26], colour="#ffffff", total=True, size=9.5),
        paper.text(
            "Bitte überweisen Sie den Rechnungsbetrag ohne Abzug bis zum <b>15. Mai 2025</b> auf das unten genannte "
            "Konto und geben Sie die Rechnungsnummer als Verwendungszweck an. Bei Zahlung bis zum 27. April "
            "gewähren wir 2 % Skonto.",
            before=14,
        ),
        paper.text("Die Bände 17 und 18 haben wir wie besprochen mit säurefreiem Vorsatz versehen."),
        paper.text("Mit freundlichen Grüßen", before=10, after=16),
        paper.text("Konrad Feldahorn"),
        paper.gap(10),
        paper.columns(
            [
                paper.text(
                    "Geschäftsführer: Konrad Feldahorn<br/>Amtsgericht Wiesenbrück HRB 00471<br/>USt-IdNr. DE123456788",
                    size=8,
                ),
                paper.text("Sparkasse Wiesenbrück<br/>IBAN DE89 3704 0044 0532 0130 00<br/>BIC EXMPDE00XXX", size=8),
                paper.text(
                    "Telefon 030 23125 417<br/>buero@feldahorn.example.org<br/>www.feldahorn.example.org", size=8
                ),
            ],
            [60, 56, 50],
        ),
    ]
    sheet = paper.Paper(title="Rechnung 2025-0417", author=_SELLER, language="de-DE", margin=22)
    return paper.pdf(story, sheet)
