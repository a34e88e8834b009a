# SPDX-License-Identifier: Apache-2.0
"""A German letter from a property manager with a statement of costs, signed and scanned: pictures of pages only."""

from ream_samples import paper, pictures, scanner

_COSTS = [
    ["Kostenart", "Gesamt", "Schlüssel", "Ihr Anteil"],
    ["Grundsteuer", "2.944,00 €", "Fläche", "214,91 €"],
    ["Wasser und Abwasser", "3.812,40 €", "Personen", "317,70 €"],
    ["Müllabfuhr", "1.506,00 €", "Personen", "125,50 €"],
    ["Gebäudeversicherung", "2.270,00 €", "Fläche", "165,71 €"],
    ["Aufzug, Wartung und Strom", "1.980,00 €", "Fläche", "144,54 €"],
    ["Hausreinigung", "2.640,00 €", "Wohnungen", "220,00 €"],
    ["Summe", "15.152,40 €", "", "1.188,36 €"],
]


def _letter() -> list[object]:
    return [
        paper.text("Hausverwaltung Sommerlatt &amp; Töchter", size=16, font="Serif-Bold", after=2),
        paper.text("Ulmenallee 52 · 00630 Brackenstedt · Telefon 030 23125 608", font="Serif", size=9.5, after=30),
        paper.text(
            "Herrn<br/>Valentin Osterkamp<br/>Am Güterbahnhof 7<br/>00630 Brackenstedt", font="Serif", size=12, after=24
        ),
        paper.text("Brackenstedt, den 3. Juni 2025", font="Serif", size=12, align="right", after=18),
        paper.text(
            "<b>Betriebskostenabrechnung 2024 für Ihre Wohnung im zweiten Obergeschoss</b>",
            font="Serif",
            size=12,
            after=12,
        ),
        paper.text("Sehr geehrter Herr Osterkamp,", font="Serif", size=12),
        *[paper.text(words, font="Serif", size=12, align="justify", after=9) for words in _BODY],
    ]


_BODY = [
    "in der Anlage erhalten Sie die Abrechnung der Betriebskosten für die Zeit vom 1. Januar bis zum 31. Dezember "
    "2024. Ihr Anteil beträgt 1.188,36 Euro. Dem stehen Vorauszahlungen von zwölf mal 90 Euro gegenüber, sodass "
    "sich eine Nachzahlung von 108,36 Euro ergibt.",
    "Der Anstieg gegenüber dem Vorjahr hat zwei Gründe: Die Stadtwerke haben den Wasserpreis zum 1. April erhöht, "
    "und der Aufzug musste nach dem Ausfall im September außerplanmäßig geprüft werden. Die Rechnung des "
    "Prüfdienstes können Sie wie alle anderen Belege nach Vereinbarung in unserem Büro einsehen.",
    "Wir bitten Sie, die Nachzahlung bis zum 15. Juli zu überweisen. Ihre monatliche Vorauszahlung passen wir ab "
    "August auf 100 Euro an. Falls Sie Einwendungen haben, teilen Sie uns diese bitte innerhalb von zwölf Monaten "
    "schriftlich mit.",
]
_SECOND = [
    "Außerdem möchten wir Sie darauf hinweisen, dass in der Woche vom 23. bis zum 27. Juni die Fallrohre im "
    "Hinterhof erneuert werden. Bitte stellen Sie in dieser Zeit keine Fahrräder vor die Kellertreppe. Die "
    "Handwerker beginnen um sieben Uhr dreißig; mit Lärm ist bis gegen sechzehn Uhr zu rechnen.",
    "Für Rückfragen steht Ihnen Frau Sommerlatt montags und donnerstags zwischen neun und zwölf Uhr gern zur "
    "Verfügung.",
    "Mit freundlichen Grüßen",
]


def make() -> bytes:
    """Three pages, each one grey picture at 200 dpi, skewed and grainy."""
    story = [
        *_letter(),
        paper.page_break(),
        *[paper.text(words, font="Serif", size=12, align="justify", after=9) for words in _SECOND],
        paper.picture(pictures.png(pictures.signature(11)), 52),
        paper.text("Friederike Sommerlatt", font="Serif", size=12),
        paper.text("Anlage: Abrechnung 2024", font="Serif", size=10.5, before=16),
        paper.page_break(),
        paper.heading("Anlage: Abrechnung der Betriebskosten 2024", size=15, font="Serif-Bold"),
        paper.text(
            "Wohnung 2. OG links, 73 Quadratmeter von 1.000, eine Person von zwölf, eine Wohnung von zwölf.",
            font="Serif",
            size=11,
        ),
        paper.table(_COSTS, [66, 34, 30, 32], size=11, colour="#555555", total=True, font="Serif"),
        paper.text(
            "Vorauszahlungen: 1.080,00 € &nbsp; · &nbsp; <b>Nachzahlung: 108,36 €</b>", font="Serif", size=12, before=12
        ),
    ]
    sheet = paper.Paper(title="Betriebskostenabrechnung", author="Hausverwaltung Sommerlatt", language="de-DE")
    skews = (0.8, -0.6, 0.4)
    printed = scanner.render(paper.pdf(story, sheet))
    scans = [
        flowable
        for i, (page, skew) in enumerate(zip(printed, skews, strict=True))
        for flowable in paper.scan(scanner.jpeg(scanner.scanned(page, seed=100 + i, skew=skew)))
    ]
    cover = paper.Paper(title="Scan", author="MFP 3. OG", language="de-DE")
    return paper.pdf(scans, cover, scans_only=True)
