# SPDX-License-Identifier: Apache-2.0
"""Decides which documents of a corpus go through the flow, and under which names; see the README of the benchmarks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from ream_contracts.artifacts import SegmentText, UnitText

PAGES = 16
"""Units of the largest segment."""
FOLDERS: dict[str, tuple[str, ...]] = {
    "contracts": (".pdf",),
    "formats": ("",),
    "invoices": (".pdf",),
    "news": (".txt",),
    "ocr-pages": (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pdf"),
    "receipts/img": (".jpg", ".jpeg", ".png"),
    "reports": (".pdf",),
    "tables": (".pdf",),
}
"""Folders of a corpus, and how the documents in them end; the rest of a folder is the truth about them."""
SENTENCES = "personal-data"


@dataclass(frozen=True, slots=True)
class Given:
    """A document that goes through the flow: a file, or a text.

    Attributes:
        name: its path below the corpus; of what is no file by itself, a name like one.
    """

    name: str
    content: Path | str | bytes


def given(corpus: Path) -> Iterator[Given]:
    """Yields the documents of a corpus; parts of it that are missing have none."""
    for folder, endings in FOLDERS.items():
        for path in documents(corpus / folder, *endings):
            yield Given(path.relative_to(corpus).as_posix(), path)
    for path in documents(corpus / SENTENCES, ".json"):
        for number, sentence in enumerate(json.loads(path.read_text("utf-8"))):
            yield Given(f"{path.relative_to(corpus).as_posix()}#{number}", sentence["full_text"])


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
        if file.name.lower().endswith(endings) and file.is_file():
            yield file
