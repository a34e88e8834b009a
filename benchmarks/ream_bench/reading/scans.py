# SPDX-License-Identifier: Apache-2.0
"""Who reads scanned pages: ocr's cell, and the tesseract command, one page and one thread at a time."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from ream_bench.reading.race import Runner
from ream_ocr.cell import read
from ream_ocr.languages import tessdata

MEDIA_TYPES = {".tif": "image/tiff", ".tiff": "image/tiff", ".png": "image/png", ".jpg": "image/jpeg"}
LANGUAGES = ("eng",)
_SECONDS = 600


def runners() -> list[Runner]:
    """Both, with the same language."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    return [Runner("ocr's cell", _in_the_cell, own=True), Runner("tesseract", _by_tesseract)]


def _in_the_cell(path: Path) -> int:
    request = {
        "path": str(path),
        "media_type": MEDIA_TYPES[path.suffix.lower()],
        "units": [1],
        "engine": "tesserocr",
        "tessdata": str(tessdata(None)),
        "languages": list(LANGUAGES),
        "budget": {},
    }
    with tempfile.TemporaryDirectory() as scratch:
        return sum(len(answer.get("text", "")) for answer in read(request, Path(scratch)))


def _by_tesseract(path: Path) -> int:
    command = ["tesseract", path, "-", "-l", "+".join(LANGUAGES)]
    return len(subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS).stdout)
