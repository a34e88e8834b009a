# SPDX-License-Identifier: Apache-2.0
"""Which sample has which name, and who makes it."""

from collections.abc import Callable, Mapping

from ream_samples import (
    archive,
    broken,
    claim_file,
    complaint,
    ferry_review,
    invoice,
    kitchen_paper,
    landlord_letter,
    lease_fax,
    minutes,
    pictures_with_text,
    plain,
    pump_report,
    secrecy_agreement,
    yearbook,
)

MAKERS: Mapping[str, Callable[[], bytes]] = {
    "accord-de-confidentialite.docx": secrecy_agreement.make,
    "acta-comunidad.txt": plain.neighbours,
    "avis-travaux.html": plain.notice,
    "carta-reclamacion.pdf": complaint.make,
    "contrato-nave-fax.tif": lease_fax.make,
    "courriel-emplacement.txt": plain.mail,
    "dossier-sinistre.pdf": claim_file.make,
    "ferry-review-q1.pdf": ferry_review.make,
    "hydrological-yearbook-2024.pdf": yearbook.make,
    "minutes-february.doc": minutes.make,
    "nebenkosten-scan.pdf": landlord_letter.make,
    "orchard-mail-screenshot.png": pictures_with_text.screenshot,
    "payslip-encrypted.pdf": broken.encrypted,
    "rechnung-2025-0417.pdf": invoice.make,
    "receipt-hardware-store.jpg": pictures_with_text.receipt,
    "rundbrief-ruderverein.txt": plain.circular,
    "scan-0007.pdf": broken.empty,
    "school-kitchen-paper.docx": kitchen_paper.make,
    "tarifblatt-abgebrochen.pdf": broken.truncated,
    "uebergabe.zip": archive.make,
    "voicemail.wav": archive.recording,
}
"""Samples whose bytes are the same whenever they are made (by the same versions of fonts and libraries)."""

BY_OFFICE: Mapping[str, Callable[[], bytes]] = {"wartungsbericht-pumpe.doc": pump_report.make}
"""Samples that need LibreOffice, which writes the time into them: made only when asked for."""
