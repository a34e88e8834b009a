# SPDX-License-Identifier: Apache-2.0
"""Reads documents of a corpus the way the flow hands them to classify: segments of units with text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from ream_contracts.artifacts import SegmentText, UnitText

PAGES = 16
"""Units of the largest segment."""


def pages(file: Path) -> list[str]:
    """Returns the text of each page of a PDF, or of a whole text file."""
    if file.suffix.lower() != ".pdf":
        return [file.read_text("utf-8", "replace")]
    document = pdfium.PdfDocument(file)
    try:
        return [
            document[number].get_textpage().get_text_range().replace("\r\n", "\n") for number in range(len(document))
        ]
    finally:
        document.close()


def unit(number: int, text: str) -> UnitText:
    """Makes a unit of a page of text."""
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


def segments(texts: list[str]) -> Iterator[SegmentText]:
    """Cuts a document of these pages into segments."""
    units = [unit(number, text) for number, text in enumerate(texts, 1)]
    for start in range(0, len(units), PAGES):
        run = tuple(units[start : start + PAGES])
        yield SegmentText("a" * 32, 1, run[0].unit, "extract", "1", run, ())


def documents(folder: Path, *endings: str) -> Iterator[Path]:
    """Yields the files below a folder that end so, in order."""
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in endings and file.is_file():
            yield file
