# SPDX-License-Identifier: Apache-2.0
"""The tesseract command, as it is installed, with its English model: scanned pages, receipts and degraded pages."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ream_quality import made, ocr_pages, receipts
from ream_quality.library import Library
from ream_quality.peers.environment import heard, outputs

NAME = "tesseract"
_PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")


def measure(library: Library) -> dict[str, float]:
    """Returns the metrics of text in pictures."""
    with tempfile.TemporaryDirectory() as folder:
        files = dict(_files(library, Path(folder)))
        texts = outputs(("tesseract", path, "-", "-l", "eng") for path in files.values())
        theirs = heard(library, dict(zip(files, texts, strict=True)))
    degraded = made.wrong_letters(theirs) if any(name.startswith(made.FOLDER) for name in files) else {}
    return {**ocr_pages.measure(theirs), **receipts.measure(theirs), **degraded}


def _files(library: Library, folder: Path) -> dict[str, Path]:
    found = {
        path.relative_to(library.root).as_posix(): path
        for kind in (ocr_pages.FOLDER, receipts.FOLDER)
        for path in library.files(kind, *_PICTURES)
    }
    for number, page in enumerate(made.taken_in(library, made.degraded)):
        found[page.name] = folder / f"{number}.png"
        found[page.name].write_bytes(page.content)
    return found
