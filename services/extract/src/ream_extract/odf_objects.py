# SPDX-License-Identifier: Apache-2.0
"""Decides what else lies in an OpenDocument file: pictures, files of their own, and what is drawn in its own format."""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from ream_extract.children import Inside
from ream_extract.flow import Block
from ream_extract.odf_text import Picture, blocks_of
from ream_extract.open_document import OpenDocument, attribute, paragraph_text
from ream_extract.reading import PictureFound, Unreadable
from ream_extract.text_clean import tidy

_OBJECT = re.compile(r"(?:Object[^/]*|ObjectReplacements/[^/]*|[^/]+\.(?:bin|ole))", re.IGNORECASE)
_TITLES = ("{*}title", "{*}subtitle", "{*}footer")
PICTURES = 500


def keeper(document: OpenDocument, keep: Callable[[bytes], PictureFound | None]) -> Picture:
    """Returns what keeps pictures by their name in the package, and looks at each once."""

    @cache
    def kept(name: str) -> PictureFound | None:
        try:
            data = document.data(name.removeprefix("./"))
        except Unreadable:
            data = b"broken"  # the picture is; the text is not
        return keep(data) if data else None

    return kept


def embedded(document: OpenDocument) -> list[Inside]:
    """Returns objects that are files of their own; those in parts of the package are drawn in its own format."""
    return [
        Inside(tidy(name)[:500], info.file_size, partial(_taken, document, name))
        for name, info in sorted(document.parts.items())
        if _OBJECT.fullmatch(name) and info.file_size and "Repl" not in name
    ]


def _taken(document: OpenDocument, name: str) -> tuple[str, bytes] | None:
    try:
        return tidy(name)[:500], document.data(name) or b""
    except Unreadable:
        return None


def drawn(document: OpenDocument) -> list[str]:
    """Returns the parts in which sheets, charts and texts that are drawn inside have their text."""
    return sorted(name for name in document.parts if name.endswith("/content.xml"))


def drawn_below(document: OpenDocument, element: Any) -> Iterator[str]:
    """Yields those of these parts that are drawn below an element."""
    for one in element.iter("{*}object"):
        name = f"{attribute(one, 'href').removeprefix('./').rstrip('/')}/content.xml"
        if name in document.parts:
            yield name


def is_broken(document: OpenDocument) -> bool:
    """Says whether one of these parts cannot be opened."""
    return any(_xml(document, name) is None for name in drawn(document))


def text_of(document: OpenDocument, name: str, *, titles: bool = False) -> Iterator[Block]:
    """Yields the text of such a part; of a chart its titles alone where its numbers stand in the sheet anyway."""
    root = _xml(document, name)
    for body in root.iter("{*}body") if root is not None else ():
        charts = body.findall("{*}chart") if titles else []
        if not charts:
            yield from (block for block in blocks_of(body, None) if block.text.strip())
        for title in (found for chart in charts for found in chart.iter(*_TITLES)):
            text = "\n".join(paragraph_text(one) for one in title.iter("{*}p")).strip()
            if text:
                yield Block(text)


def _xml(document: OpenDocument, name: str) -> Any:
    try:
        return document.xml(name)
    except Unreadable:
        return None
