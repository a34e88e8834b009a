# SPDX-License-Identifier: Apache-2.0
"""Makes small documents that pass every seam: text, scans, a doubtful layer, pictures, notes, tables, children."""

from __future__ import annotations

import io
import zipfile

import docx
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

WORDS = "The committee met to review what had been promised and what had been delivered so far. "


def papers() -> dict[str, bytes]:
    """Returns the documents by name."""
    return {"report.pdf": report(), "minutes.docx": minutes(), "files.zip": files(), "long.txt": long_text()}


def report() -> bytes:
    """Text with a heading, a picture and a note; a scan; a scan under a stamp; text and a screenshot; an attachment."""
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1)
    photo = ImageReader(picture())
    canvas.setFont("Helvetica", 30)
    canvas.drawString(72, 780, "Annual report")
    canvas.setFont("Helvetica", 11)
    for line in range(12):
        canvas.drawString(72, 700 - 20 * line, WORDS)
    canvas.drawImage(photo, 72, 100, 120, 90)
    canvas.showPage()
    canvas.drawImage(photo, 0, 0, 595, 842)
    canvas.showPage()
    canvas.drawImage(photo, 0, 0, 595, 842)
    canvas.drawString(20, 20, "RECEIVED 12 May")
    canvas.showPage()
    for line in range(12):
        canvas.drawString(72, 700 - 20 * line, WORDS)
    canvas.drawImage(ImageReader(screenshot()), 72, 100, 400, 130)
    canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(held.getvalue())))
    for page in (0, 2):
        writer.add_annotation(page, Text(rect=(50, 50, 80, 80), text="A note in the margin"))
    writer.add_attachment("figures.txt", b"Figures of the year: 12, 14, 15.")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def picture() -> io.BytesIO:
    """A photograph, as far as a reader can tell."""
    held = io.BytesIO()
    Image.effect_noise((240, 180), 90).convert("RGB").save(held, "PNG")
    held.seek(0)
    return held


def screenshot() -> io.BytesIO:
    """Writing, as far as a reader can tell."""
    drawn = Image.new("L", (600, 200), 255)
    for line in range(5):
        ImageDraw.Draw(drawn).text(
            (20, 15 + 36 * line), WORDS[line * 9 :][:45], fill=0, font=ImageFont.load_default(18)
        )
    held = io.BytesIO()
    drawn.save(held, "PNG")
    held.seek(0)
    return held


def minutes() -> bytes:
    """Headings, a table, a picture, and a file inside."""
    document = docx.Document()
    document.add_heading("Minutes of the meeting", 1)
    for _ in range(6):
        document.add_paragraph(WORDS)
    document.add_picture(picture())
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Item", "Price", "Paper", "12.50"), strict=True):
        cell.text = text
    held = io.BytesIO()
    document.save(held)
    made = io.BytesIO()
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("word/embeddings/letter.txt", WORDS * 3)
    return made.getvalue()


def files() -> bytes:
    """Two documents and one that is damaged."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as made:
        made.writestr("page.html", f"<title>Prices</title><h1>Prices</h1><p>{WORDS * 3}</p>")
        made.writestr("letter.txt", WORDS * 5)
        made.writestr("broken.txt", b"THESE BYTES ARE CHANGED LATER")
    return held.getvalue().replace(b"CHANGED LATER", b"CHANGED AFTER", 1)


def long_text() -> bytes:
    """Text of several bodies."""
    return (WORDS * 900).replace(". ", ".\n").encode()
