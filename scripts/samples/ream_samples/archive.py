# SPDX-License-Identifier: Apache-2.0
"""A ZIP with two documents in it, and a sound recording, which has no text."""

import io
import math
import wave
import zipfile

from ream_samples import word

_KEYS = """\
Schlüsselliste Museum am Salztor, Stand 1. Juli 2025

Nr.   Raum                       Ausgegeben an          Datum
01    Haupteingang               Aurelia Hohenstett     03.02.2025
02    Kasse und Garderobe        Ignaz Pflügler         03.02.2025
03    Depot, Untergeschoss       Wilhelmine Straßner    17.03.2025
04    Werkstatt                  Ignaz Pflügler         17.03.2025
05    Turmzimmer                 nicht ausgegeben
06    Technik und Heizung        Hausdienst, Tresor B

Der Ersatzschlüssel zum Depot liegt im versiegelten Umschlag bei der
Stadtverwaltung, Zimmer 114. Verluste bitte sofort melden.
"""


def _memo() -> bytes:
    document = word.new("Handover of the museum office", "Aurelia Hohenstett", "en-GB")
    document.add_heading("Handover of the museum office", level=1)
    document.add_paragraph("To: Clementine Barrowclough · From: Aurelia Hohenstett · 30 June 2025")
    document.add_paragraph(
        "Dear Clementine, these are the things you cannot know on your first day. The alarm is switched off at the "
        "panel behind the cloakroom within forty seconds, not sixty as the label says. The lift stops between "
        "floors when the salt store is damp; the engineer's card is taped inside the door."
    )
    document.add_paragraph(
        "The loan of the two ship models to the Brackwater Gallery ends on 14 September. Their courier needs the "
        "crates a week before, and the crates are in the depot under the blue sheet. The list of keys is in the "
        "same archive as this memo."
    )
    document.add_paragraph("With all good wishes, Aurelia")
    return word.saved(document)


def make() -> bytes:
    """A folder with a non-ASCII name that holds a DOCX and a text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("Übergabe/memo.docx", _memo()), ("Übergabe/Schlüsselliste.txt", _KEYS.encode("utf-8"))):
            archive.writestr(zipfile.ZipInfo(name, (2025, 7, 1, 8, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def recording() -> bytes:
    """One and a half seconds of a telephone's tones, 8 kHz, 8 bit, mono, as an answering machine sends by mail."""
    rate = 8000
    frames = bytearray()
    for low, high in ((697, 1336), (770, 1477), (852, 1209)):
        for i in range(rate // 2):
            level = math.sin(2 * math.pi * low * i / rate) + math.sin(2 * math.pi * high * i / rate)
            frames.append(round(128 + 50 * level) if i < rate * 0.4 else 128)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(rate)
        sound.writeframes(bytes(frames))
    return buffer.getvalue()
