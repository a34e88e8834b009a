# SPDX-License-Identifier: Apache-2.0
"""What tests and benchmarks of reading need: pages with known words, how far a reading is off, a cell in memory."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ream_contracts import words
from ream_ocr.parameters import Parameters
from ream_ocr.reader import Call, Reader
from ream_ocr.views import Budget

TEXTS = {
    "eng": (
        "The committee met on the third Tuesday of the month to review what had been promised and what had been "
        "delivered. Although every member agreed that the figures were encouraging, several questions about the cost "
        "of storage, the length of the contract and the duty to give notice were left open. The chairman asked that "
        "all invoices be checked before the end of the quarter, and that the supplier be told in writing which of "
        "them would not be paid."
    ),
    "deu": (
        "Der Ausschuss trat am dritten Dienstag des Monats zusammen, um zu prüfen, was versprochen und was geliefert "
        "worden war. Obwohl alle Mitglieder die Zahlen für erfreulich hielten, blieben mehrere Fragen über die Kosten "
        "der Lagerung, die Länge des Vertrages und die Kündigungsfrist offen. Die Vorsitzende bat darum, sämtliche "
        "Rechnungen vor dem Ende des Vierteljahres zu überprüfen und dem Lieferanten mitzuteilen, welche davon nicht "
        "bezahlt würden."
    ),
    "fra": (
        "Le comité s'est réuni le troisième mardi du mois afin d'examiner ce qui avait été promis et ce qui avait été "
        "livré. Bien que tous les membres aient jugé les chiffres encourageants, plusieurs questions sur le coût de "
        "l'entreposage, la durée du contrat et le délai de préavis sont restées ouvertes. La présidente a demandé que "
        "toutes les factures soient vérifiées avant la fin du trimestre et que le fournisseur sache par écrit "
        "lesquelles ne seraient pas réglées."
    ),
    "spa": (
        "El comité se reunió el tercer martes del mes para revisar lo que se había prometido y lo que se había "
        "entregado. Aunque todos los miembros consideraron que las cifras eran alentadoras, quedaron abiertas varias "
        "preguntas sobre el coste del almacenamiento, la duración del contrato y el plazo de preaviso. La presidenta "
        "pidió que todas las facturas se comprobaran antes del fin del trimestre y que se comunicara por escrito al "
        "proveedor cuáles no serían pagadas."
    ),
}
"""A paragraph in each language, by name of the language pack."""


def draw(
    text: str,
    *,
    times: int = 1,
    letters: int = 28,
    size: tuple[int, int] = (1654, 2339),
    skew: float = 0.0,
    blur: float = 0.0,
    noise: float = 0.0,
) -> tuple[Image.Image, str]:
    """Draws a text on a white page, broken into lines; by default a sheet of A4 at 200 dpi.

    Args:
        text: what to draw.
        times: how often, one paragraph below another.
        letters: height of the font in pixels; 28 are 10 points at 200 dpi.
        size: of the page in pixels.
        skew: degrees counter-clockwise to lay it askew.
        blur: radius in pixels.
        noise: standard deviation of grey noise, mixed in to a quarter.

    Returns:
        The picture (mode L) and the text with the line breaks it was drawn with.
    """
    picture = Image.new("L", size, 255)
    pen = ImageDraw.Draw(picture)
    font = _font(letters)
    left = size[0] // 12
    across = max(8, int((size[0] - 2 * left) / (letters * 0.56)))
    lines: list[str] = []
    y = float(left)
    for _ in range(times):
        for line in textwrap.wrap(text, across):
            pen.text((left, y), line, fill=0, font=font)
            lines.append(line)
            y += letters * 1.4
        y += letters
    if skew:
        picture = picture.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        picture = Image.blend(picture, Image.effect_noise(size, noise), 0.25)
    return picture, "\n".join(lines)


def scatter(
    *, letters: int = 30, size: tuple[int, int] = (1000, 1300), skew: float = 0.0
) -> tuple[Image.Image, dict[str, tuple[float, float, float, float]]]:
    """Draws different words, here and there, on a white page.

    Args:
        letters: height of the font in pixels.
        size: of the page in pixels.
        skew: degrees counter-clockwise to lay it askew about its middle.

    Returns:
        The picture (mode L), and around the ink of each word left, top, right and bottom as shares of width and height.
    """
    picture = Image.new("L", size, 255)
    pen = ImageDraw.Draw(picture)
    font = _font(letters)
    angle = math.radians(-skew)
    wide, high = size
    places = {}
    for number, word in enumerate(dict.fromkeys(word for word in re.findall(r"[a-z]{5,}", TEXTS["eng"]))):
        at = (wide * (0.15 + 0.2 * (number % 4)), high * (0.12 + 0.06 * (number // 4)))
        pen.text(at, word, fill=0, font=font)
        left, top, right, bottom = pen.textbbox(at, word, font=font)
        corners = [(x - wide / 2, y - high / 2) for x in (left, right) for y in (top, bottom)]
        across = [math.cos(angle) * x - math.sin(angle) * y + wide / 2 for x, y in corners]
        down = [math.sin(angle) * x + math.cos(angle) * y + high / 2 for x, y in corners]
        places[word] = (min(across) / wide, min(down) / high, max(across) / wide, max(down) / high)
    if skew:
        picture = picture.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    return picture, places


def lay_table(
    rows: Sequence[Sequence[str]], *, ruled: bool, letters: int = 30, size: tuple[int, int] = (1240, 1000)
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Draws a table on a white page below a line of text: words at the left of their column, figures at its right.

    Args:
        rows: of cells as text, all of the same number.
        ruled: with lines around all cells.
        letters: height of the font in pixels.
        size: of the page in pixels.

    Returns:
        The picture (mode L), and left, top, right and bottom of the table in pixels.
    """
    picture = Image.new("L", size, 255)
    pen = ImageDraw.Draw(picture)
    font = _font(letters)
    pen.text((100, 60), "What was counted in the towns of the county", fill=0, font=font)
    wide, high = (size[0] - 200) // len(rows[0]), letters * 2
    left, top, right, bottom = 100, 160, 100 + wide * len(rows[0]), 160 + high * len(rows)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            at = left + across * wide + letters // 2
            if across:
                at = left + (across + 1) * wide - letters // 2 - round(font.getlength(cell))
            pen.text((at, top + down * high + letters // 3), cell, fill=0, font=font)
    if ruled:
        for y in range(top, bottom + 1, high):
            pen.line((left, y, right, y), fill=0, width=3)
        for x in range(left, right + 1, wide):
            pen.line((x, top, x, bottom), fill=0, width=3)
    return picture, (left, top, right, bottom)


def _font(letters: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype("DejaVuSans.ttf", letters)  # Debian's fonts-dejavu-core
    except OSError:
        return ImageFont.load_default(letters)  # has no letters with accents


def character_error_rate(read: str, truth: str) -> float:
    """Gives the edits that turn the reading into the truth, per character of it; any white space is one space."""
    found, wanted = " ".join(read.split()), " ".join(truth.split())
    above = list(range(len(wanted) + 1))
    for row, letter in enumerate(found, 1):
        current = [row]
        for column, other in enumerate(wanted, 1):
            current.append(min(above[column] + 1, current[-1] + 1, above[column - 1] + (letter != other)))
        above = current
    return above[-1] / max(1, len(wanted))


class Cell:
    """Answers in memory as a cell would; notes what it was asked.

    Attributes:
        failing: units that are answered as broken.
        error: raised in place of an answer; None where it answers.
        asked: the requests so far.
    """

    def __init__(self, *failing: int, error: Exception | None = None) -> None:
        self.failing = failing
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Answers unit by unit."""
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        for unit in request["units"]:
            if unit in self.failing:
                yield {"unit": unit, "cause": "damaged", "reason": "it is broken"}
            else:
                yield self.answer(unit)

    def answer(self, unit: int) -> dict[str, Any]:
        """What is read on a page that is whole."""
        text = f"text of page {unit}"
        answer = {"unit": unit, "kind": "page", "text": text, "characters": len(text), "confidence": 90, "label": None}
        answer |= {"tables": [], "cells": 0, "words": words.packed(((0.1, 0.1, 0.2, 0.2), 90) for _ in text.split())}
        return answer | {"width": 595.0, "height": 842.0, "rotation": 0, "looks": 1}


def reader(cell: Call, cells: int = 2, bulk: Call | None = None, second: Call | None = None) -> Reader:
    """A reader whose cells are the one given, and for bulk work and pages in doubt others if there are such."""
    return Reader(
        cell,
        call_bulk=bulk or cell,
        call_second=second,
        cells=cells,
        defaults=Parameters("tesserocr", ("eng", "deu"), 200, second="rapidocr" if second else "", sure=93),
        installed=frozenset({"eng", "deu", "fra"}),
        tessdata=Path("/tessdata"),
        budget=Budget(),
    )
