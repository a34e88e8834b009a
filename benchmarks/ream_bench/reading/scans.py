# SPDX-License-Identifier: Apache-2.0
"""Who reads scanned pages: ocr's cell, the tesseract command, and OCRmyPDF, one page and one thread at a time."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ream_bench.reading.race import Runner
from ream_ocr.cell import read
from ream_ocr.languages import tessdata
from ream_quality.peers.environment import Absent, program

MEDIA_TYPES = {".tif": "image/tiff", ".tiff": "image/tiff", ".png": "image/png", ".jpg": "image/jpeg"}
LANGUAGES = ("eng",)
_SECONDS = 600
_IMAGE_DPI = 300
"""Believed of pictures that do not say their resolution; OCRmyPDF refuses them without."""


def runners(tell: Callable[[str], None]) -> list[Runner]:
    """All, with the same language; one that cannot be installed is said and left out."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    found = [Runner("ocr's cell", _by_ocr, own=True), Runner("tesseract", _by_tesseract)]
    try:
        ocrmypdf = program("ocrmypdf")
    except Absent as error:
        tell(f"OCRmyPDF is left out: {error}")
        return found
    return [*found, Runner("OCRmyPDF, with a page that can be searched", lambda path: _by_ocrmypdf(ocrmypdf, path))]


def in_the_cell(engine: str, path: Path, media_type: str, languages: Sequence[str], scratch: Path) -> dict[str, Any]:
    """Reads a picture of one page with the function that runs inside ocr's cells; returns its answer."""
    request = {
        "path": str(path),
        "media_type": media_type,
        "units": [1],
        "engine": engine,
        "tessdata": str(tessdata(None)),
        "languages": list(languages),
        "budget": {},
    }
    (answer,) = read(request, scratch)
    return answer


def _by_ocr(path: Path) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        kind = MEDIA_TYPES[path.suffix.lower()]
        return len(in_the_cell("tesserocr", path, kind, LANGUAGES, Path(scratch)).get("text", ""))


def _by_tesseract(path: Path) -> int:
    command = ["tesseract", path, "-", "-l", "+".join(LANGUAGES)]
    return len(subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS).stdout)


def _by_ocrmypdf(command: Path, path: Path) -> int:
    """Makes a PDF with a layer of text, which is what it is for, and counts that text."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "text.txt")
        wanted = ["--output-type", "pdf", "--jobs", "1", "--language", "+".join(LANGUAGES), "--sidecar", text]
        asked = [command, "--quiet", "--image-dpi", str(_IMAGE_DPI), *wanted, path, Path(folder, "out.pdf")]
        subprocess.run(asked, capture_output=True, check=True, timeout=_SECONDS)
        return len(text.read_bytes())
