# SPDX-License-Identifier: Apache-2.0
"""Reads pictures with the installed program tesseract, through pytesseract: where no wheel of tesserocr serves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytesseract  # type: ignore[import-untyped]
from PIL import Image

from ream_ocr import tsv
from ream_ocr.engine import SURE_SCRIPT, EngineError, PageRead

_SMALLEST_DPI, _LARGEST_DPI = 70, 600
"""Beyond these Tesseract takes letters for dust, or dust for letters."""


class PytesseractEngine:
    """Starts the program for every picture, with one thread.

    The program's threads fight when several pages are read side by side (measured: 3.5 times slower), so this process
    and all that it starts are limited to one.
    """

    name = "pytesseract"

    def __init__(self, tessdata: Path) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"
        self._tessdata = tessdata
        self._can_turn = (tessdata / "osd.traineddata").is_file()
        try:
            self._version = str(pytesseract.get_tesseract_version())
        except pytesseract.TesseractNotFoundError as error:
            raise EngineError(
                "the program tesseract is not installed: install the package tesseract-ocr, "
                "or set REAM_OCR_ENGINE=tesserocr"
            ) from error

    @property
    def version(self) -> str:
        """Version of the installed program."""
        return self._version

    def read(self, picture: Image.Image, languages: tuple[str, ...], dpi: int) -> PageRead:
        """Reads a grey picture as it stands."""
        dpi = max(_SMALLEST_DPI, min(_LARGEST_DPI, dpi))
        try:
            table = pytesseract.image_to_data(
                picture, lang="+".join(languages), config=f"--psm 3 --dpi {dpi} {self._data()}"
            )
        except pytesseract.TesseractError as error:
            if "traineddata" not in str(error.message):
                raise
            raise EngineError(
                f"tesseract cannot load {'+'.join(languages)} from {self._tessdata}: install the language packs "
                f"(tesseract-ocr-{languages[0]} …), or name others in REAM_OCR_LANGUAGES"
            ) from error
        return tsv.parse(table)

    def turn(self, picture: Image.Image) -> int | None:
        """Says how to bring a picture upright."""
        found = self._looked_at(picture)
        return int(found["rotate"]) % 360 if found else None

    def script(self, picture: Image.Image) -> str | None:
        """Says which script its letters are of."""
        found = self._looked_at(picture)
        return str(found["script"]) if found and float(found["script_conf"]) >= SURE_SCRIPT else None

    def _looked_at(self, picture: Image.Image) -> dict[str, Any] | None:
        """How a picture lies and what its letters are; None where there are too few, or no data to tell with."""
        if not self._can_turn:
            return None
        try:
            found: dict[str, Any] = pytesseract.image_to_osd(
                picture, config=f"--psm 0 {self._data()}", output_type=pytesseract.Output.DICT
            )
        except pytesseract.TesseractError:  # too few letters; the program says no more than that it failed
            return None
        return found

    def _data(self) -> str:
        # pytesseract splits this the way a shell would.
        return f'--tessdata-dir "{self._tessdata}"'
