# SPDX-License-Identifier: Apache-2.0
"""Scores tables of scanned pages as cells where it is told in which region of a page each lies.

The pages of `tables` are drawn as pictures, without their text, and read by OCR's reader, which is then asked for the
regions of the truth. As with `tables_given`, nobody tells the services where to look, so they are not measured here. A
letter that is read badly makes all the neighbours of its cell wrong: this figure is of the reading as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table
from ream_extract.pdf_place import shown_by
from ream_ocr.engine import OcrEngine
from ream_ocr.engines import open_engine
from ream_ocr.languages import installed, tessdata
from ream_ocr.pdf import open_pdf
from ream_ocr.reading import read_page
from ream_ocr.tables import table_at
from ream_ocr.views import Budget
from ream_quality.library import Library
from ream_quality.spans import Tally
from ream_quality.tables import FOLDER, Pair, pairs_of, wanted_pairs
from ream_quality.tables_given import Place, places

DPI = 300
"""Resolution of the pictures, which is what offices scan with."""


def measure(library: Library) -> dict[str, float]:
    """Returns the mean F1 over the documents of which regions and cells are known."""
    f1s = [tally.f1 for _, tally in scored(library)]
    return {"tables_scanned_cell_f1_regions_given": sum(f1s) / len(f1s)} if f1s else {}


def scored(library: Library, dpi: int = DPI) -> Iterator[tuple[Path, Tally]]:
    """Yields the documents of which regions and cells are known."""
    engine: OcrEngine | None = None
    for path in library.files(FOLDER, ".pdf"):
        truth, regions = (path.with_name(f"{path.stem}-{kind}.xml") for kind in ("str", "reg"))
        if truth.is_file() and regions.is_file():
            engine = engine or open_engine("tesserocr", tessdata(None))
            found = found_pairs(path, list(places(regions)), engine, dpi)
            yield path, Tally.between(found, wanted_pairs(truth))


def found_pairs(path: Path, given: list[Place], engine: OcrEngine, dpi: int) -> Counter[Pair]:
    """The neighbours in what OCR's reader makes of the regions."""
    languages = ("eng",) if "eng" in installed(tessdata(None)) else tuple(sorted(installed(tessdata(None))))[:1]
    found: list[Table] = []
    with open_pdf(path, Budget(dpi=dpi)) as file:
        for number in sorted({number for number, _ in given}):
            with file.page(number) as page:
                seen = read_page(page, engine, languages).seen
            boxes = _shown(path, number, [box for on, box in given if on == number])
            if seen is not None and not seen.place.turn:
                tables = (table_at(seen, box) for box in boxes)
                found += [table for table in tables if table is not None]
    return pairs_of(found)


def _shown(
    path: Path, number: int, boxes: list[tuple[float, float, float, float]]
) -> Iterator[tuple[float, float, float, float]]:
    """Yields boxes in points from the top left of the page."""
    document = pdfium.PdfDocument(path)
    try:
        page = document[number - 1]
        place = shown_by(page)
        page.close()
        yield from (place.box(*box) for box in boxes)
    finally:
        document.close()
