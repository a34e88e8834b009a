# SPDX-License-Identifier: Apache-2.0
"""Decides which engine a name stands for; each is loaded only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ream_ocr.engine import EngineError, OcrEngine

ENGINES = {
    "tesserocr": "ream_ocr.engines.tesserocr_engine:TesserocrEngine",
    "pytesseract": "ream_ocr.engines.pytesseract_engine:PytesseractEngine",
}
"""Name of an engine to its class, which takes the folder of language data."""


def open_engine(name: str, tessdata: Path) -> OcrEngine:
    """Opens an engine over a folder of language data.

    Raises:
        EngineError: there is no engine of this name, or what it needs is not installed.
    """
    if name not in ENGINES:
        raise EngineError(f"there is no OCR engine {name!r}: REAM_OCR_ENGINE is one of {', '.join(ENGINES)}")
    module, _, attribute = ENGINES[name].partition(":")
    try:
        engine: OcrEngine = getattr(import_module(module), attribute)(tessdata)
    except ImportError as error:
        raise EngineError(f"the OCR engine {name} cannot be loaded ({error}): install the package {name}") from error
    return engine
