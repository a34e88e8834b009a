# SPDX-License-Identifier: Apache-2.0
"""Decides which engine a name stands for; each is loaded only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ream_ocr.engine import EngineError, OcrEngine, SecondEngine

ENGINES = {
    "tesserocr": "ream_ocr.engines.tesserocr_engine:TesserocrEngine",
    "pytesseract": "ream_ocr.engines.pytesseract_engine:PytesseractEngine",
}
"""Name of an engine to its class, which takes the folder of language data."""

SECOND_ENGINES = {"rapidocr": "ream_ocr.engines.rapidocr_engine:RapidocrEngine"}
"""The same for engines that read what the first is not sure of; they bring their data with them."""


def open_engine(name: str, tessdata: Path) -> OcrEngine:
    """Opens an engine over a folder of language data.

    Raises:
        EngineError: there is no engine of this name, or what it needs is not installed.
    """
    if name not in ENGINES:
        raise EngineError(f"there is no OCR engine {name!r}: REAM_OCR_ENGINE is one of {', '.join(ENGINES)}")
    engine: OcrEngine = _loaded(name, ENGINES[name])(tessdata)
    return engine


def open_second(name: str) -> SecondEngine:
    """Opens an engine that reads what the first is not sure of.

    Raises:
        EngineError: it is not installed.
    """
    engine: SecondEngine = _loaded(name, SECOND_ENGINES[name])()
    return engine


def is_installed(name: str) -> bool:
    """Says whether the package of a second engine is there, without loading it."""
    return find_spec(name) is not None


def _loaded(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ImportError as error:
        raise EngineError(f"the OCR engine {name} cannot be loaded ({error}): install the package {name}") from error
