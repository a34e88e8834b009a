# SPDX-License-Identifier: Apache-2.0
"""Draws inside a cell: the only way in which pages of a stranger's file become pictures."""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ream_pages import drawing
from ream_pages.views import NotDrawn

# Parsers' warnings quote the documents that they read; no log may.
logging.disable(logging.CRITICAL)

WORDS = 20_000
"""Characters of a page's text that are looked at to know where in the document it begins."""


def draw(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    """Draws a page (`do` is page) or a thumbnail, or tells the words and sizes of all pages (words).

    Args:
        request: `do`, `path`, `media_type`, and for a page its `number` and `dpi`.
        scratch: takes the picture.

    Yields:
        `file` with `width`, `height` and `pages`; or one `text` with `width` and `height` in points for each page; or
        `cause` and `reason` where the document's own fault keeps it from being drawn.
    """
    path, media_type = Path(request["path"]), request["media_type"]
    try:
        if request["do"] == "words":
            with drawing.open_pages(path, media_type) as pages:
                for number in range(1, len(pages) + 1):
                    width, height = pages.size(number)
                    yield {"text": pages.text(number)[:WORDS], "width": round(width, 2), "height": round(height, 2)}
            return
        if request["do"] == "page":
            made = drawing.page(path, media_type, request["number"], request["dpi"], scratch / "page")
            yield {"file": "page", **asdict(made)}
        else:
            yield {"file": "thumbnail", **asdict(drawing.thumbnail(path, media_type, scratch / "thumbnail"))}
    except NotDrawn as failure:
        yield {"cause": failure.cause, "reason": str(failure)}
