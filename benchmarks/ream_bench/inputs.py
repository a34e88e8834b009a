# SPDX-License-Identifier: Apache-2.0
"""Decides which documents are measured: how many of which kind, in which order, and what the mix is."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ream_bench import papers

TEXT_PAGES = 10
SCAN_PAGES = (1, 2, 1, 3, 1, 5, 2, 1, 10, 1)
"""Pages of small scans, over and over: 2.7 on average."""

LARGE_SCAN_PAGES = 40
LONG_PAGES = 300
HEAVY_BYTES = 100_000_000
_PHOTOGRAPH_PAGE_BYTES = 103_000
SAMPLE_DOC = Path(__file__).resolve().parents[2] / "samples" / "wartungsbericht-pumpe.doc"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document to be made.

    Attributes:
        kind: text-pdf, scan, large-scan, docx, txt, doc, long-pdf or heavy-pdf.
        name: its file's name without ending; the text depends on it.
        pages: of PDFs; 0 where the format has none.
    """

    kind: str
    name: str
    pages: int = 0

    @property
    def scanned(self) -> int:
        """Pages that are read by OCR."""
        return self.pages if self.kind in ("scan", "large-scan") else 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that was made."""

    wanted: Wanted
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is measured.

    Attributes:
        text_pdfs: at once.
        scans: at once.
        mix: at once.
        arrivals: of the mix, one after the other.
        heavy_bytes: size of the heavy PDF.
    """

    text_pdfs: int
    scans: int
    mix: int
    arrivals: int
    heavy_bytes: int


FULL = Amounts(text_pdfs=200, scans=40, mix=200, arrivals=200, heavy_bytes=HEAVY_BYTES)
QUICK = Amounts(text_pdfs=20, scans=4, mix=20, arrivals=20, heavy_bytes=10_000_000)

MIX = {"text-pdf": 46, "docx": 20, "txt": 20, "doc": 4, "scan": 9, "large-scan": 1}
"""Of a hundred documents. A mix of less than a hundred has no large scan."""

MIX_IN_WORDS = (
    f"of 100 documents 46 text PDFs of {TEXT_PAGES} pages, 20 DOCX of about 3 pages with a table, "
    f"20 text files of 6 KB, 4 legacy DOC, 9 scans of 1 to 10 pages "
    f"({sum(SCAN_PAGES) / len(SCAN_PAGES)} on average), 1 scan of {LARGE_SCAN_PAGES} pages, in random order"
)


def alike(kind: str, name: str, count: int) -> tuple[Wanted, ...]:
    """Documents of one kind."""
    return tuple(_wanted(kind, f"{name}-{kind}-{number}", number) for number in range(count))


def warm_up(name: str) -> tuple[Wanted, ...]:
    """Two of every kind but the largest: models are loaded and programs started before anything is measured."""
    return tuple(one for kind in MIX if kind != "large-scan" for one in alike(kind, name, 2))


def trial(service: str, name: str) -> tuple[Wanted, ...]:
    """A small load in which there is something of all that options of a service change."""
    if service == "ocr":
        return alike("scan", name, 5)
    with_pictures = (Wanted("heavy-pdf", f"{name}-pictures", 20),)
    return alike("text-pdf", name, 10) + alike("docx", name, 4) + alike("doc", name, 2) + with_pictures


def mixed(name: str, count: int) -> tuple[Wanted, ...]:
    """The mix; in its order a large scan stands in the first half, for it must not be what all wait for at the end."""
    counts = {kind: round(count * share / 100) for kind, share in MIX.items()}
    counts["text-pdf"] += count - sum(counts.values())
    made = [wanted for kind, many in counts.items() for wanted in alike(kind, name, many)]
    random.Random(name).shuffle(made)
    large = [wanted for wanted in made if wanted.kind == "large-scan"]
    others = [wanted for wanted in made if wanted.kind != "large-scan"]
    for number, wanted in enumerate(large):
        others.insert(len(others) * number // (2 * len(large)), wanted)
    return tuple(others)


def make(wanted: Sequence[Wanted], folder: Path) -> Iterator[Paper]:
    """Writes documents into a folder, and yields each when it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in wanted:
        path = folder / f"{each.name}{_ending(each.kind)}"
        _write(each, path)
        yield Paper(each, path, path.stat().st_size)


def _wanted(kind: str, name: str, number: int) -> Wanted:
    pages = {
        "text-pdf": TEXT_PAGES,
        "scan": SCAN_PAGES[number % len(SCAN_PAGES)],
        "large-scan": LARGE_SCAN_PAGES,
        "long-pdf": LONG_PAGES,
    }
    return Wanted(kind, name, pages.get(kind, 0))


def heavy(name: str, size: int) -> Wanted:
    """A text PDF of about so many bytes: on each page text, and a photograph of 100 KB."""
    return Wanted("heavy-pdf", name, math.ceil(size / _PHOTOGRAPH_PAGE_BYTES))


def _ending(kind: str) -> str:
    return {"docx": ".docx", "txt": ".txt", "doc": ".doc"}.get(kind, ".pdf")


def _write(wanted: Wanted, path: Path) -> None:
    if wanted.kind == "docx":
        papers.docx(path, wanted.name)
    elif wanted.kind == "txt":
        papers.plain_text(path, wanted.name)
    elif wanted.kind == "doc":
        papers.legacy_doc(path, wanted.name, SAMPLE_DOC)
    elif wanted.scanned:
        papers.scanned_pdf(path, wanted.name, wanted.pages)
    else:
        papers.text_pdf(path, wanted.name, wanted.pages, photograph_pages=wanted.kind == "heavy-pdf")
