# SPDX-License-Identifier: Apache-2.0
"""Scores tables as cells where it is told in which region of a page each lies, as the ICDAR 2013 competition also does.

Nobody tells the services where to look, so this one metric is not measured through the flow: the reader that they use
is called with the regions of the truth (`<name>-reg.xml`), and scored as `tables` scores what the services find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table
from ream_extract.pdf_tables import table_at
from ream_quality.library import Library
from ream_quality.spans import Tally
from ream_quality.tables import FOLDER, Pair, pairs_of, wanted_pairs

Place = tuple[int, tuple[float, float, float, float]]
"""A page from 1, and a box in points from its bottom left."""


def measure(library: Library) -> dict[str, float]:
    """Returns the mean F1 over the documents of which regions and cells are known."""
    f1s = [tally.f1 for _, tally in scored(library)]
    return {"tables_cell_f1_regions_given": sum(f1s) / len(f1s)} if f1s else {}


def scored(library: Library) -> Iterator[tuple[Path, Tally]]:
    """Yields the documents of which regions and cells are known."""
    for path in library.files(FOLDER, ".pdf"):
        truth, regions = (path.with_name(f"{path.stem}-{kind}.xml") for kind in ("str", "reg"))
        if truth.is_file() and regions.is_file():
            found = found_pairs(path, list(places(regions)))
            yield path, Tally.between(found, wanted_pairs(truth))


def places(regions: Path) -> Iterator[Place]:
    """Yields the regions in a file of the competition."""
    root = etree.fromstring(regions.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    for region in root.iter("region"):
        box = region.find("bounding-box")
        if box is not None:
            x0, y0, x1, y1 = (float(box.get(name)) for name in ("x1", "y1", "x2", "y2"))
            yield int(region.get("page")), (x0, y0, x1, y1)


def found_pairs(path: Path, given: list[Place]) -> Counter[Pair]:
    """The neighbours in what the reader makes of the regions."""
    document = pdfium.PdfDocument(path)
    try:
        found: list[Table] = []
        for number, box in given:
            page = document[number - 1]
            table = table_at(page, box)
            page.close()
            found += [table] if table is not None else []
        return pairs_of(found)
    finally:
        document.close()
