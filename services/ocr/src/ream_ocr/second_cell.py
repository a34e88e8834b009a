# SPDX-License-Identifier: Apache-2.0
"""Reads pages with the second engine, inside a cell of its own: its networks take more memory than all else."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ream_ocr import pages
from ream_ocr.cell import failed, opened, tables_said
from ream_ocr.engine import SecondEngine
from ream_ocr.engines import open_second
from ream_ocr.pages import Look
from ream_ocr.places import place
from ream_ocr.tables import Seen, tables_of
from ream_ocr.views import Budget, Unreadable


def read(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    """Yields one answer a unit, as `cell.read` does.

    Args:
        request: `path`, `media_type`, `units` and `budget` as `cell.read` takes them; `engine`; `look`: how the first
            engine looked at the page (`dpi`, `turn` and `skew`).
        scratch: nothing is written to it.
    """
    engine = _engine(request["engine"])
    given = request["look"]
    look = Look(int(given["dpi"]), int(given["turn"]), float(given["skew"]))
    for unit in request["units"]:
        try:
            with (
                opened(Path(request["path"]), request["media_type"], Budget(**request["budget"])) as file,
                file.page(unit) as page,
            ):
                flat = page.render(look.dpi)
                laid = pages.laid(flat, look)
                found = engine.read(laid)
                seen = Seen(laid, look.dpi, found, place(flat, laid, look), tight=False)
                width, height = page.size
                yield {
                    "unit": unit,
                    "kind": page.kind,
                    "text": found.text,
                    "characters": len(found.text),
                    "words": seen.place.packed(found.words),
                    **tables_said(tables_of(seen, page.size)),
                    "confidence": found.confidence,
                    "label": page.label,
                    "width": round(width, 2),
                    "height": round(height, 2),
                    "rotation": look.turn,
                    "looks": 1,
                }
        except Unreadable as error:
            yield failed(unit, error)


@functools.cache
def _engine(name: str) -> SecondEngine:
    """Loads the networks with the first page, not with the cell: most installations wait long for one."""
    return open_second(name)
