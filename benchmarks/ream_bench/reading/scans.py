# SPDX-License-Identifier: Apache-2.0
"""Who reads scanned pages: ocr's cell, and the tesseract command, one page and one thread at a time."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ream_bench.reading.race import Runner
from ream_ocr.cell import read
from ream_ocr.languages import tessdata

MEDIA_TYPES = {".tif": "image/tiff", ".tiff": "image/tiff", ".png": "image/png", ".jpg": "image/jpeg"}
LANGUAGES = ("eng",)
_SECONDS = 600


def runners() -> list[Runner]:
    """Both, with the same language."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    return [Runner("ocr's cell", _by_ocr, own=True), Runner("tesseract", _by_tesseract)]


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
