# SPDX-License-Identifier: Apache-2.0
"""Planted pages whose text layer is real and is not what the page says."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.reading import Source, UnitRead, UnitScanned

STAMP = "Downloaded from archive.example.org by the library of the university on 3 March 2024. Page 3 of 40."
BODY = "The auditors examined the accounts of the company and found no reason to doubt the figures at all."


def page(path: Path, draw: Callable[[Canvas], None]) -> UnitRead | UnitScanned:
    canvas = Canvas(str(path / "a.pdf"))
    draw(canvas)
    canvas.showPage()
    canvas.save()
    (item,) = EXTRACTOR.read(Source(path / "a.pdf", "application/pdf"), 1, 1, path)
    assert isinstance(item, (UnitRead, UnitScanned))
    return item


def scan(canvas: Canvas, top: int = 842) -> None:
    picture = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(picture).line((0, 0, 600, 800), fill=0, width=5)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, top)


def body(canvas: Canvas, lines: int, invisible: bool = False) -> None:
    for line in range(lines):
        written = canvas.beginText(72, 780 - 14 * line)
        written.setTextRenderMode(3 if invisible else 0)
        written.setFont("Helvetica", 10)
        written.textOut(f"{line}. {BODY}")
        canvas.drawText(written)


def outlines(canvas: Canvas, number: int) -> None:
    """Draws things the size of letters, as programs do that turn fonts into curves."""
    rolled = random.Random(7)
    for place in range(number):
        x, y = 72 + 9 * (place % 50), 760 - 14 * (place // 50)
        path = canvas.beginPath()
        path.moveTo(x, y)
        for _ in range(4):
            path.curveTo(*(start + rolled.uniform(0, 8) for start in (x, y) * 3))
        canvas.drawPath(path, fill=1, stroke=0)


def test_long_stamp_over_a_scan_is_left_to_ocr(tmp_path: Path) -> None:
    def stamped(canvas: Canvas) -> None:
        scan(canvas)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(40, 20, STAMP)
        canvas.drawString(40, 10, STAMP)

    item = page(tmp_path, stamped)
    assert isinstance(item, UnitScanned)
    assert item.reason == "no-text"
    assert item.kept is not None
    assert item.kept.text == f"{STAMP}\n{STAMP}"


def test_page_number_under_half_a_page_of_scan_is_left_to_ocr(tmp_path: Path) -> None:
    def numbered(canvas: Canvas) -> None:
        scan(canvas, 380)
        canvas.drawString(290, 820, "- 3 -")

    item = page(tmp_path, numbered)
    assert isinstance(item, UnitScanned)
    assert item.kept is not None
    assert item.kept.text == "- 3 -"


@pytest.mark.parametrize("together", [False, True])
def test_letters_drawn_as_outlines_are_left_to_ocr(tmp_path: Path, together: bool) -> None:
    def outlined(canvas: Canvas) -> None:
        if together:
            path = canvas.beginPath()
            for place in range(900):
                path.rect(72 + 9 * (place % 50), 760 - 30 * (place // 50), 6, 8)
            canvas.drawPath(path, fill=1, stroke=0)
        else:
            outlines(canvas, 1_000)
        canvas.drawString(290, 20, "- 3 -")

    item = page(tmp_path, outlined)
    assert isinstance(item, UnitScanned)
    assert item.kept is not None
    assert item.kept.text == "- 3 -"


def test_text_on_a_background_or_beside_a_picture_is_read(tmp_path: Path) -> None:
    def on_paper(canvas: Canvas) -> None:
        scan(canvas)
        body(canvas, 30)

    def beside(canvas: Canvas) -> None:
        scan(canvas, 380)
        body(canvas, 20)

    def framed(canvas: Canvas) -> None:
        canvas.rect(20, 20, 555, 800, fill=0)
        outlines(canvas, 30)
        canvas.drawString(72, 20, "A short page")

    for draw in (on_paper, beside, framed):
        item = page(tmp_path, draw)
        assert isinstance(item, UnitRead)
        assert item.confidence == 100


def test_text_that_ocr_laid_over_a_scan_is_read_stamp_and_all(tmp_path: Path) -> None:
    def laid_over(canvas: Canvas) -> None:
        canvas.drawString(40, 20, STAMP[:40])
        scan(canvas)
        body(canvas, 4, invisible=True)

    item = page(tmp_path, laid_over)
    assert isinstance(item, UnitRead)
    assert item.confidence == 80
