# SPDX-License-Identifier: Apache-2.0
"""Makes documents: PDFs with text, PDFs of scanned pages, DOCX, plain text; the same bytes for the same name."""

from __future__ import annotations

import io
import random
import textwrap
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from docx import Document
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab import rl_config  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_bench.prose import Author

rl_config.useA85 = 0  # pictures as they are: written as text they are a quarter larger, which costs a while

_LINES, _COLUMNS = 42, 88
_SCAN = (1654, 2339)  # A4 at 200 dpi
_LETTERS = 30
_GREY = 14
_PHOTOGRAPH = 362


def text_pdf(path: Path, name: str, pages: int, photograph_pages: bool = False, lines: int = _LINES) -> None:
    """Writes a PDF whose pages hold about 3,000 characters of text each, or as many lines of 70 as are wanted.

    Args:
        path: where to.
        name: other names, other text.
        pages: how many.
        photograph_pages: on each a photograph of about 100 KB too, which no packer makes smaller (22 lines at most).
        lines: on each page, at most 42.
    """
    author = Author(name)
    canvas = _canvas(path, name)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 10)
        text = canvas.beginText(60, A4[1] - 60)
        text.textLine(f"{name}  {number}/{pages}")
        for line in _lines(author, min(lines, 22) if photograph_pages else lines):
            text.textLine(line)
        canvas.drawText(text)
        if photograph_pages:
            canvas.drawImage(ImageReader(io.BytesIO(_photograph(author.chance))), 60, 80, 260, 260)
        canvas.showPage()
    canvas.save()


def scanned_pdf(path: Path, name: str, pages: int) -> None:
    """Writes a PDF of pictures of printed pages, a little askew and grainy: JPEG at 200 dpi, no text layer."""
    author = Author(name)
    canvas = _canvas(path, name)
    for _ in range(pages):
        canvas.drawImage(ImageReader(io.BytesIO(_scan(author))), 0, 0, *A4)
        canvas.showPage()
    canvas.save()


def docx(path: Path, name: str, paragraphs: int = 24) -> None:
    """Writes a DOCX with headings and a table, about 3 pages long."""
    author = Author(name)
    document = Document()
    document.add_heading(name, 1)
    for number in range(paragraphs):
        if number % 6 == 5:
            document.add_heading(author.sentence()[:60], 2)
        document.add_paragraph(author.paragraph(350))
    table = document.add_table(rows=0, cols=3)
    for row in range(8):
        for cell, words in zip(table.add_row().cells, (str(row + 1), author.sentence()[:40], "12,50"), strict=True):
            cell.text = words
    made = io.BytesIO()
    document.save(made)
    path.write_bytes(_without_dates(made.getvalue()))


def plain_text(path: Path, name: str, characters: int = 6_000) -> None:
    """Writes a text file in UTF-8."""
    author = Author(name)
    paragraphs = (textwrap.fill(author.paragraph(600), 80) for _ in range(characters // 600))
    path.write_text(f"{name}\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")


def legacy_doc(path: Path, name: str, sample: Path) -> None:
    """Copies a sample of the project, made another file by bytes behind its end, which readers do not look at."""
    path.write_bytes(sample.read_bytes() + name.encode().ljust(512, b"\0"))


def _canvas(path: Path, title: str) -> Canvas:
    canvas = Canvas(str(path), pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    return canvas


def _lines(author: Author, count: int) -> Iterator[str]:
    lines: list[str] = []
    while len(lines) < count:
        lines += [*textwrap.wrap(author.paragraph(500), _COLUMNS), ""]
    yield from lines[:count]


def _photograph(chance: random.Random) -> bytes:
    grain = Image.frombytes("RGB", (_PHOTOGRAPH, _PHOTOGRAPH), chance.randbytes(3 * _PHOTOGRAPH**2))
    made = io.BytesIO()
    grain.save(made, "JPEG", quality=85)
    return made.getvalue()


def _scan(author: Author) -> bytes:
    page = Image.new("L", _SCAN, 245)
    pen, font = ImageDraw.Draw(page), _font()
    for number, line in enumerate(_lines(author, 45)):
        pen.text((140, 150 + number * _LETTERS * 1.5), line, fill=20, font=font)
    page = page.rotate(author.chance.uniform(-0.7, 0.7), Image.Resampling.BICUBIC, fillcolor=245)
    grain = Image.frombytes("L", _SCAN, author.chance.randbytes(_SCAN[0] * _SCAN[1]))
    page = ImageChops.subtract(page, grain.point(lambda grey: grey * _GREY // 255))
    made = io.BytesIO()
    page.save(made, "JPEG", quality=50)
    return made.getvalue()


def scan_font() -> str:
    """Name of the letters that scans are printed with; OCR takes other times for others."""
    return " ".join(part or "" for part in _font().getname())


@cache
def _font() -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype("LiberationSerif-Regular.ttf", _LETTERS)
    except OSError:  # not installed: with Pillow's own letters German pages take Tesseract three times as long
        own = ImageFont.load_default(_LETTERS)
        assert isinstance(own, ImageFont.FreeTypeFont)  # a Pillow without FreeType cannot draw these pages
        return own


def _without_dates(data: bytes) -> bytes:
    """Packs a ZIP again with fixed dates: python-docx writes the present time into it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry), zipfile.ZIP_DEFLATED)
    return made.getvalue()
