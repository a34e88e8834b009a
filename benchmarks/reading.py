# SPDX-License-Identifier: Apache-2.0
"""Measures the speed of reading beside other programs, on the same files, in one run.

`python benchmarks/reading.py [CORPUS]`: PDFs of 200 pages and more from its `reports` (shorter ones are bound
together), scanned pages from its `ocr-pages`; without a corpus, files that are made. What counts is CPU: who measures
shares a machine with others.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from ream_bench import machine, papers
from ream_bench.command import teller
from ream_bench.inputs import SAMPLE_DOC
from ream_bench.installation import Tell
from ream_bench.reading import legacy, scans, texts, tika
from ream_bench.reading.race import race, table
from ream_local.errors import LocalStackError

RESULTS = Path(__file__).parent / "results"
LONG, DOCUMENTS = 200, 5
"""Fewest pages of a PDF that takes part; DOC files that are converted."""


def main() -> int:
    """Measures, shows and keeps the result."""
    parser = argparse.ArgumentParser(prog="reading.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("corpus", type=Path, nargs="?", help="folder of documents; default: REAM_CORPUS")
    parser.add_argument("--rounds", type=int, default=2, help="of which the one with the least CPU counts")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the result")
    options = parser.parse_args()
    corpus = options.corpus or (Path(os.environ["REAM_CORPUS"]) if os.environ.get("REAM_CORPUS") else None)
    tell = teller()
    with tempfile.TemporaryDirectory(prefix="ream-bench-") as folder:
        tables = list(measured(corpus, Path(folder), options.rounds, tell))
    cpu = machine.processor(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    about = f"{cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the best of {options.rounds} rounds"
    text = "\n".join(("# Speed of reading\n", f"{about}\n", *tables))
    print(text)
    options.results.mkdir(parents=True, exist_ok=True)
    target = options.results / f"{datetime.now(UTC).date().isoformat()}-reading.md"
    target.write_text(text, encoding="utf-8")
    tell(f"written: {target}")
    return 0


def measured(corpus: Path | None, folder: Path, rounds: int, tell: Tell) -> Iterator[str]:
    """Yields a table for each kind of file."""
    files = long_texts(corpus, folder)
    tell(f"{len(files)} PDFs with text, {sum(files.values())} pages")
    runners = texts.runners()
    try:
        with tika.runners(tell) as servers:
            rows = race([*runners, *servers], files, rounds)
    except LocalStackError as error:
        tell(f"Tika is left out: {error}")
        rows = race(runners, files, rounds)
    yield table("PDFs with text, of 200 pages and more", rows, sum(files.values()), "page")
    scanned = scanned_pages(corpus, folder)
    tell(f"{len(scanned)} scanned pages")
    yield table("Scanned pages", race(scans.runners(tell), scanned, rounds), len(scanned), "page")
    if shutil.which("soffice"):
        documents = {folder / f"{number}.doc": 1 for number in range(DOCUMENTS)}
        for path in documents:
            papers.legacy_doc(path, path.stem, SAMPLE_DOC)
        tell(f"{len(documents)} documents of legacy Word")
        with legacy.runners() as competitors:
            yield table("Legacy DOC", race(competitors, documents, rounds), len(documents), "document")


def long_texts(corpus: Path | None, folder: Path) -> Mapping[Path, int]:
    """PDFs of many pages with their numbers: reports of a corpus, short ones bound together, else one that is made."""
    target, bound, pages = folder / "long.pdf", pdfium.PdfDocument.new(), 0
    found: dict[Path, int] = {}
    for path in sorted((corpus / "reports").glob("*.pdf")) if corpus else ():
        with closing(pdfium.PdfDocument(path)) as document:
            if len(document) >= LONG:
                found[path] = len(document)
            elif pages < LONG:
                bound.import_pages(document)
                pages += len(document)
    if pages >= LONG:
        bound.save(target)
        found[target] = pages
    if not found:
        papers.text_pdf(target, "long", LONG)
        found = {target: LONG}
    return found


def scanned_pages(corpus: Path | None, folder: Path) -> Mapping[Path, int]:
    """Pictures of one page each: those of a corpus, else those that are drawn."""
    every = sorted((corpus / "ocr-pages").iterdir()) if corpus and (corpus / "ocr-pages").is_dir() else []
    found = {path: 1 for path in every if path.suffix.lower() in scans.MEDIA_TYPES}
    if not found:
        papers.scanned_pdf(folder / "scan.pdf", "scan", 5)
        with closing(pdfium.PdfDocument(folder / "scan.pdf")) as document:
            for number, page in enumerate(document):
                target = folder / f"scan-{number}.png"
                page.render(scale=200 / 72).to_pil().convert("L").save(target, dpi=(200, 200))
                found[target] = 1
    return found


if __name__ == "__main__":
    sys.exit(main())
