# SPDX-License-Identifier: Apache-2.0
"""Reads pictures with Tesseract in this process, through tesserocr: the default, at half the CPU of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tesserocr  # type: ignore[import-untyped]
from PIL import Image

from ream_ocr import tsv
from ream_ocr.engine import SURE_SCRIPT, EngineError, PageRead

_SMALLEST_DPI, _LARGEST_DPI = 70, 600
"""Beyond these Tesseract takes letters for dust, or dust for letters."""


class TesserocrEngine:
    """Keeps one recogniser for the languages last used, because loading one costs as much as reading some lines.

    The wheel brings Tesseract and no language data, so the folder is always handed over: without it the library walks
    the working directory.
    """

    name = "tesserocr"

    def __init__(self, tessdata: Path) -> None:
        self._folder = f"{tessdata}/"
        self._languages: tuple[str, ...] = ()
        self._reader: tesserocr.PyTessBaseAPI | None = None
        self._turner: tesserocr.PyTessBaseAPI | None = None
        self._can_turn = (tessdata / "osd.traineddata").is_file()

    @property
    def version(self) -> str:
        """Version of the Tesseract inside the wheel."""
        return str(tesserocr.tesseract_version()).split("\n")[0].removeprefix("tesseract").strip()

    def read(self, picture: Image.Image, languages: tuple[str, ...], dpi: int) -> PageRead:
        """Reads a grey picture as it stands."""
        reader = self._open(languages)
        try:
            reader.SetImage(picture)
            reader.SetSourceResolution(max(_SMALLEST_DPI, min(_LARGEST_DPI, dpi)))
            return tsv.parse(reader.GetTSVText(0))
        finally:
            reader.Clear()

    def turn(self, picture: Image.Image) -> int | None:
        """Says how to bring a picture upright."""
        found = self._looked_at(picture)
        return (360 - int(found["orient_deg"])) % 360 if found else None

    def script(self, picture: Image.Image) -> str | None:
        """Says which script its letters are of."""
        found = self._looked_at(picture)
        return str(found["script_name"]) if found and found["script_conf"] >= SURE_SCRIPT else None

    def _looked_at(self, picture: Image.Image) -> dict[str, Any] | None:
        """How a picture lies and what its letters are; None where there are too few, or no data to tell with."""
        if not self._can_turn:
            return None
        if self._turner is None:
            self._turner = self._api("osd", tesserocr.PSM.OSD_ONLY)
        try:
            self._turner.SetImage(picture)
            found: dict[str, Any] | None = self._turner.DetectOrientationScript()
        except RuntimeError:  # what the library raises for a picture with too few letters
            return None
        finally:
            self._turner.Clear()
        return found

    def _open(self, languages: tuple[str, ...]) -> tesserocr.PyTessBaseAPI:
        if self._reader is None or self._languages != languages:
            if self._reader is not None:
                self._reader.End()
                self._reader = None
            self._reader = self._api("+".join(languages), tesserocr.PSM.AUTO)
            self._languages = languages
        return self._reader

    def _api(self, languages: str, mode: int) -> tesserocr.PyTessBaseAPI:
        try:
            return tesserocr.PyTessBaseAPI(path=self._folder, lang=languages, psm=mode)
        except RuntimeError as error:
            raise EngineError(
                f"Tesseract cannot load {languages} from {self._folder} ({error}): install the language packs "
                f"(tesseract-ocr-{languages.split('+')[0]} …), or name others in REAM_OCR_LANGUAGES"
            ) from error
