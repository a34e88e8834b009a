# SPDX-License-Identifier: Apache-2.0
"""A German service report with a table and a picture, saved by a word processor in the format of 1997."""

import subprocess
import tempfile
from pathlib import Path

from ream_samples import pictures, word

_READINGS = [
    ["Messpunkt", "Vor der Wartung", "Nach der Wartung", "Grenzwert"],
    ["Schwingung Lager A", "6,8 mm/s", "1,9 mm/s", "4,5 mm/s"],
    ["Schwingung Lager B", "4,1 mm/s", "1,7 mm/s", "4,5 mm/s"],
    ["Lagertemperatur", "81 °C", "58 °C", "80 °C"],
    ["Förderdruck", "3,4 bar", "4,2 bar", "4,0 bar"],
    ["Stromaufnahme", "38 A", "33 A", "36 A"],
]


def _docx() -> bytes:
    document = word.new("Wartungsbericht Kreiselpumpe P 204", "Ottmar Kesselring", "de-DE")
    document.sections[0].header.paragraphs[0].text = "Wasserwerk Eichgrund · Instandhaltung"
    document.add_heading("Wartungsbericht Kreiselpumpe P 204", level=1)
    document.add_paragraph(
        "Bericht Nr. 0087/2025 · Ausgeführt am 21. und 22. Mai 2025 von Ottmar Kesselring und Jannika Brodersen"
    )
    document.add_heading("Anlass", level=2)
    document.add_paragraph(
        "Seit Anfang Mai meldete die Leitwarte erhöhte Schwingungen am antriebsseitigen Lager. Nach 14.200 "
        "Betriebsstunden war ohnehin die große Wartung fällig. Die Pumpe wurde außer Betrieb genommen, die "
        "Reservepumpe P 205 übernahm die Förderung."
    )
    word.picture(
        document,
        pictures.png(pictures.pump(["Druckstutzen", "Laufrad", "Kupplung", "Motor 22 kW"])),
        140,
        "Abbildung 1: Aufbau der Pumpe, Bauteile nach Stückliste.",
    )
    document.add_heading("Befund und Arbeiten", level=2)
    for words in (
        "Am Laufrad fanden sich Kavitationsspuren an vier von sechs Schaufeln; es wurde gegen ein neues aus Bronze "
        "getauscht.",
        "Das Wälzlager A hatte Laufspuren und wurde ersetzt. Ursache war vermutlich Wasser im Schmierfett.",
        "Die Kupplung war um drei Zehntel Millimeter versetzt und wurde mit dem Lasergerät neu ausgerichtet.",
    ):
        document.add_paragraph(words, style="List Bullet")
    word.table(document, _READINGS)
    document.add_heading("Empfehlung", level=2)
    document.add_paragraph(
        "Die Gleitringdichtung hält voraussichtlich noch ein Jahr. Eine neue sollte schon jetzt bestellt werden, da "
        "der Hersteller eine Lieferzeit von siebzehn Wochen angibt. Nächste Kontrolle der Schwingungen: 20. August "
        "2025."
    )
    return word.saved(document)


def make() -> bytes:
    """About two pages as a binary Word document; LibreOffice writes the time into it, so the bytes differ.

    Raises:
        FileNotFoundError: LibreOffice is not installed.
        subprocess.CalledProcessError: it could not convert.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.docx").write_bytes(_docx())
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "doc:MS Word 97",
            "--outdir",
            name,
            str(folder / "report.docx"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return (folder / "report.doc").read_bytes()
