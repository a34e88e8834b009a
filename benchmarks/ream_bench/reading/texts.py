# SPDX-License-Identifier: Apache-2.0
"""Who reads PDFs with a text layer: extract's cell, bare pypdfium2, pypdf and pdftotext; Tika has a file of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdf import PdfReader

from ream_bench.reading.race import Runner
from ream_extract import cell
from ream_extract.registry import known

_MEDIA_TYPE = "application/pdf"
_SECONDS = 600


def runners() -> list[Runner]:
    """Those that need no server."""
    found = [
        Runner("extract's cell, text alone", lambda path: in_the_cell(path, whole=False), own=True),
        Runner("extract's cell, all that it extracts", lambda path: in_the_cell(path, whole=True), own=True),
        Runner("bare pypdfium2", _by_pdfium),
        Runner("pypdf", _by_pypdf),
    ]
    return found + ([Runner("pdftotext", _by_pdftotext)] if shutil.which("pdftotext") else [])


def in_the_cell(path: Path, *, whole: bool) -> int:
    """Plans and reads a file with the function that runs inside extract's cells.

    Args:
        path: of a PDF.
        whole: with tables and pictures.
    """
    extractor = next(one.name for one in known().extractors if _MEDIA_TYPE in one.media_types)
    request: dict[str, Any] = {
        "path": str(path),
        "media_type": _MEDIA_TYPE,
        "extractor": extractor,
        "limits": {},
        "ocr": True,
        "pictures": whole,
        "tables": whole,
        "converted": None,
        "child_budget": 1 << 30,
        "passwords": [],
    }
    with tempfile.TemporaryDirectory() as scratch:
        (planned,) = cell.work({**request, "do": "plan"}, Path(scratch))
        last = sum(run["count"] for run in planned["plan"]["units"])
        asked = {**request, "do": "read", "first": 1, "last": last}
        return sum(len(item.get("text") or "") for item in cell.work(asked, Path(scratch)))


def _by_pdfium(path: Path) -> int:
    with closing(pdfium.PdfDocument(path)) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document)


def _by_pypdf(path: Path) -> int:
    return sum(len(page.extract_text()) for page in PdfReader(path).pages)


def _by_pdftotext(path: Path) -> int:
    return len(subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, timeout=_SECONDS).stdout)
