# SPDX-License-Identifier: Apache-2.0
"""What a person can set for ocr, read from REAM_OCR_..."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ream_kit.settings import SettingsError, setting


@dataclass(frozen=True, slots=True)
class OcrSettings:
    """Engine, languages and limits."""

    engine: Literal["tesserocr", "pytesseract"] = setting("tesserocr", "tesserocr, or pytesseract (twice the CPU)")
    second_engine: Literal["rapidocr", "none"] = setting(
        "rapidocr", "engine that reads what the first is not sure of (up to 1.2 GB, 5 CPU seconds a page), or none"
    )
    sure: int = setting(93, "confidence of a page from which the second engine is not asked")
    languages: tuple[str, ...] = setting(
        ("eng", "deu", "fra", "spa"), "language packs every page is read with, the likeliest first"
    )
    tessdata: Path | None = setting(None, "folder of language packs; the distribution's where it is not set")
    dpi: int = setting(200, "resolution that a page of common size is looked at with first")
    pixels: int = setting(25_000_000, "pixels of a page that is read; a larger one is looked at with less resolution")
    decoded_pixels: int = setting(120_000_000, "a picture with more pixels is not decoded: its page fails as too-large")
    cells: int = setting(0, "pages read at once; 0 is one for each core, and one more kept for small documents")
    page_seconds: int = setting(240, "CPU seconds a page may take")
    memory_bytes: int = setting(3 << 30, "address space of one cell")
    idle_seconds: int = setting(300, "seconds without a page after which a cell is ended and its memory free")

    def __post_init__(self) -> None:
        """Refuses numbers with which no page could be read."""
        for name in ("pixels", "decoded_pixels", "page_seconds", "memory_bytes", "idle_seconds"):
            if getattr(self, name) < 1:
                raise SettingsError(f"REAM_OCR_{name.upper()} must be 1 or more")
        if not 50 <= self.dpi <= 600:
            raise SettingsError(f"REAM_OCR_DPI={self.dpi}: give a resolution from 50 to 600")
        if not 0 <= self.sure <= 100:
            raise SettingsError(f"REAM_OCR_SURE={self.sure}: give a confidence from 0 to 100")
        if self.cells < 0:
            raise SettingsError(f"REAM_OCR_CELLS={self.cells}: give 0 (one for each core, and one) or more")
