# SPDX-License-Identifier: Apache-2.0
"""Decides what hangs on a sheet of ODS besides its cells: comments, shapes, charts, pictures, printed margins."""

from collections.abc import Iterator
from typing import Any

from ream_contracts.artifacts import Annotation
from ream_extract.flow import Block
from ream_extract.odf_objects import drawn_below, text_of
from ream_extract.odf_text import Picture, blocks_of, rows_of
from ream_extract.open_document import OpenDocument, annotations, attribute, local, paragraph_text
from ream_extract.reading import Unreadable
from ream_extract.sheet_drawings import Hanging

_MARGINS = ("{*}header", "{*}header-left", "{*}header-first", "{*}footer", "{*}footer-left", "{*}footer-first")
_OF_CELLS = frozenset({"p", "annotation"})
"""What the reader of cells reads, and comments."""


def printed(document: OpenDocument) -> Any:
    """Returns the element that holds what is printed around sheets; None when there is none, or it is broken."""
    try:
        return document.xml("styles.xml")
    except Unreadable:
        return None


def hanging_on(document: OpenDocument, table: Any, styles: Any, kept: Picture | None) -> Hanging:
    """Reads what hangs on a sheet; `styles` is what `printed` returns."""
    notes = [Annotation("comment", *one) for one in annotations(table)]
    found = Hanging([note.text for note in notes], notes)
    for block in _shapes(table, kept):
        found.texts += [block.text] if block.text.strip() else []
        found.notes += block.annotations
        found.pictures += block.pictures
    for name in drawn_below(document, table):
        found.texts += [block.text for block in text_of(document, name, titles=True)]
    found.margins += _margins(table, styles)
    return found


def _shapes(table: Any, kept: Picture | None) -> Iterator[Block]:
    for shapes in table.findall("{*}shapes"):
        yield from blocks_of(shapes, kept)
    for cell in (cell for row in rows_of(table) for cell in row):
        yield from blocks_of([child for child in cell if local(child) not in _OF_CELLS], kept)


def _margins(table: Any, styles: Any) -> list[str]:
    """Returns what is printed above and below each page of a sheet."""
    pages = {
        attribute(one, "master-page-name") or "Default"
        for one in table.getroottree().getroot().iterfind("{*}automatic-styles/{*}style")
        if attribute(one, "name") == attribute(table, "style-name") and attribute(one, "family") == "table"
    } or {"Default"}
    lines = [
        paragraph_text(paragraph).strip()
        for page in (styles.iter("{*}master-page") if styles is not None else ())
        if attribute(page, "name") in pages
        for margin in page.iterchildren(*_MARGINS)
        if attribute(margin, "display") != "false"
        for paragraph in margin.iter("{*}p")
    ]
    return [line for line in dict.fromkeys(lines) if any(map(str.isalnum, line))]
