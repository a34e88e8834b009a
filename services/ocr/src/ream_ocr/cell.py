# SPDX-License-Identifier: Apache-2.0
"""Reads units of a file inside a cell: the only code of the service that touches a stranger's bytes."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from PIL import Image

from ream_contracts import codec
from ream_contracts.artifacts import Table
from ream_ocr.engine import DiskFull, OcrEngine
from ream_ocr.engines import open_engine
from ream_ocr.pdf import open_pdf
from ream_ocr.pictures import open_picture
from ream_ocr.reading import Page, read_page
from ream_ocr.second import UNREADABLE
from ream_ocr.tables import tables_of
from ream_ocr.views import Budget, FileView, Unreadable

_BLANK, _BLANK_DPI = (64, 64), 100
"""Pixels and resolution of what an engine is tried with: to read it, it has to load its languages."""


def read(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    """Yields one answer a unit, in order, as soon as it is read.

    Args:
        request: `path` of the file, its `media_type`, `units` (numbers from 1; none to see whether the engine reads at
            all), `engine` and its folder `tessdata`, `languages`, and the `budget` (fields of `Budget`).
        scratch: the only folder that may be written to.

    Yields:
        `unit` with `kind`, `text`, its `characters`, the places of its `words`, its `tables` and how many `cells` these
        have, `confidence`, `label`, `width`, `height`, `rotation`, `looks`, `picture_hash`, `script` (where the
        languages are not written in that of the page) and `look` (how it was looked at); or `unit` with `cause` and
        `reason` where the document's own fault keeps the unit from being read, and `look` where no word was recognised.

    Raises:
        EngineError: the engine cannot work on this machine.
        DiskFull: it has no room for its temporary files.
    """
    engine = _engine(request["engine"], request["tessdata"])
    languages = tuple(request["languages"])
    try:
        if not request["units"]:
            engine.read(Image.new("L", _BLANK, 255), languages, _BLANK_DPI)
            return
        yield from _units(request, engine, languages)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(os.strerror(error.errno)) from error


def _units(request: dict[str, Any], engine: OcrEngine, languages: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    budget = Budget(**request["budget"])
    answered = 0
    try:
        with opened(Path(request["path"]), request["media_type"], budget) as file:
            for unit in request["units"]:
                answer = _unit(file, unit, engine, languages)
                answered += 1
                yield answer
    except Unreadable as error:
        for unit in request["units"][answered:]:
            yield failed(unit, error)


@functools.cache
def _engine(name: str, tessdata: str) -> OcrEngine:
    """Keeps engines for the life of the cell: what they load is what makes them warm."""
    return open_engine(name, Path(tessdata))


def opened(path: Path, media_type: str, budget: Budget) -> AbstractContextManager[FileView]:
    """Opens a file of pages by its media type.

    Raises (when entered):
        Unreadable: the file cannot be opened, by its own fault.
    """
    if media_type == "application/pdf":
        return open_pdf(path, budget)
    return open_picture(path, media_type, budget)


def _unit(file: FileView, unit: int, engine: OcrEngine, languages: tuple[str, ...]) -> dict[str, Any]:
    try:
        with file.page(unit) as page:
            read = read_page(page, engine, languages)
            if read.unreadable:
                said = f"somebody has written on page {unit}, and no word of that was recognised"
                return failed(unit, Unreadable(UNREADABLE, said)) | {"looks": read.looks, "look": _look(read)}
            width, height = page.size
            return {
                "unit": unit,
                "kind": page.kind,
                "text": read.text,
                "characters": len(read.text),
                "words": read.words,
                **tables_said(tables_of(read.seen, page.size) if read.seen is not None else ()),
                "confidence": read.confidence,
                "label": page.label,
                "width": round(width, 2),
                "height": round(height, 2),
                "rotation": read.rotation,
                "looks": read.looks,
                "picture_hash": read.picture_hash,
                "script": read.script,
                "look": _look(read),
            }
    except Unreadable as error:
        return failed(unit, error)


def _look(read: Page) -> dict[str, float]:
    """How the page was looked at, for an engine that is to look at it in the same way."""
    return {"dpi": read.look.dpi, "turn": read.rotation, "skew": read.look.skew}


def tables_said(tables: Sequence[Table]) -> dict[str, Any]:
    """Tables as an answer says them."""
    cells = sum(len(row) for table in tables for row in table.rows)
    return {"tables": [codec.to_json(table) for table in tables], "cells": cells}


def failed(unit: int, error: Unreadable) -> dict[str, Any]:
    """The answer for a unit that cannot be read."""
    return {"unit": unit, "cause": error.cause, "reason": error.reason}
