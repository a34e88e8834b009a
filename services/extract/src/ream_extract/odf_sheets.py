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
    found.merged += _merged(table)
    return found


def _shapes(table: Any, kept: Picture | None) -> Iterator[Block]:
    for shapes in table.findall("{*}shapes"):
        yield from blocks_of(shapes, kept)
    for cell in (cell for row in rows_of(table) for cell in row):
        # The reader of cells takes the words of shapes into the text of a cell that is words itself.
        read = attribute(cell, "value-type") == "string" and not attribute(cell, "string-value")
        for block in blocks_of([child for child in cell if local(child) not in _OF_CELLS], kept):
            yield Block("", 0, (), block.annotations, block.pictures) if read else block


def _merged(table: Any) -> Iterator[tuple[int, int, int, int]]:
    """Yields the cells that reach over others; rows and cells that are written once for many count as many."""
    at = 0
    for row in rows_of(table):
        column = 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            down, across = number(cell, "number-rows-spanned"), number(cell, "number-columns-spanned")
            if down > 1 or across > 1:
                yield at, column, down, across
            column += number(cell, "number-columns-repeated")
        at += number(row, "number-rows-repeated")


def number(element: Any, name: str) -> int:
    """Reads a number that is 1 where it is not said."""
    value = attribute(element, name)
    return max(1, int(value)) if value.isdecimal() and len(value) < 10 else 1


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
