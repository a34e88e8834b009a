# SPDX-License-Identifier: Apache-2.0
"""Decides how a workbook is read: each sheet is a unit, its cells a table, hidden ones marked, notes with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import olefile  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation, Heading
from ream_extract import odf_cells, odf_sheets, sheet_count, xls_cells, xlsb_cells, xlsx_cells
from ream_extract.children import Inside, children
from ream_extract.extractors.doc import properties
from ream_extract.odf_objects import embedded as embedded_in
from ream_extract.odf_objects import is_broken, keeper
from ream_extract.ole_objects import embedded, taken_out
from ream_extract.opc import Package
from ream_extract.open_document import OpenDocument, open_document
from ream_extract.pictures import Keeper
from ream_extract.reading import (
    REST,
    Item,
    Plan,
    Source,
    UnitFailed,
    UnitRead,
    UnitRun,
    Unreadable,
)
from ream_extract.sheet_cells import Cells, TooLarge, exact_lines, spread
from ream_extract.sheet_drawings import Hanging, Keep, hanging_on, margin_lines
from ream_extract.sheet_list import OldBook, Sheet, SheetList, in_old_book, in_open_document, in_package
from ream_extract.sheet_tables import table_of
from ream_extract.side_parts import HEADERS, ON_SHEETS, TEXT, lost
from ream_extract.text_clean import tidy
from ream_extract.zip_check import opened

XLS = "application/vnd.ms-excel"
ODS = ("application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet-template")
OPC = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
    "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/vnd.ms-excel.template.macroenabled.12",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12",
)
_INSIDE, OBJECTS = "xl/embeddings/", "MBD"
"""Where embedded files lie: in a package, and in an old workbook."""


class SheetExtractor:
    """Reads XLSX, XLSM, XLSB, XLS and ODS; macros are never run, links to other files never followed."""

    name = "sheets"
    version = "6"
    media_types = (XLS, *ODS, *OPC)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the sheets by the workbook's own list, and embedded files by the directory.

        Where comments, boxes or charts cannot be opened, a unit for each of these fails.
        """
        with _opened(source, lambda _: None) as book:
            if not book.sheets:
                raise Unreadable("damaged", "The workbook lists no sheet: it is cut off or broken.")
            units = (
                UnitRun("sheet", book.sheets),
                UnitRun("attachment", len(book.inside)),
                UnitRun(REST, len(book.lost())),
            )
            metadata = book.metadata() | {"sheets": str(book.sheets)}
            size = sum(one.size for one in book.inside)
            return Plan(tuple(run for run in units if run.count), metadata, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the sheets, then embedded files, then what is missing."""
        kept = Keeper(scratch, source.limits, source.limits.entries)
        with _opened(source, kept) as book:
            if first <= book.sheets:
                for number in range(first, min(last, book.sheets) + 1):
                    for item in _sheet(book, number):
                        yield kept.noted(item) if item is not None else None
            whole = book.sheets + len(book.inside)
            begin = max(first, book.sheets + 1)
            yield from children(iter(book.inside), source, begin, min(last, whole), book.sheets, scratch)
            broken = book.lost() if last > whole else []
            yield from (UnitFailed(n, cause) for n, cause in enumerate(broken, whole + 1) if first <= n <= last)


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What a workbook holds beside its cells."""

    sheets: int
    told: tuple[Sheet, ...]
    fill: Callable[[Cells, int], Iterator[None]]
    """Reads the cells of a sheet, counted from 1, some at a time."""
    hanging: Callable[[int], Hanging]
    """Tells what hangs on a sheet, counted from 1."""
    inside: list[Inside]
    metadata: Callable[[], dict[str, str]]
    lost: Callable[[], list[str]]
    """Tells why something is missing that hangs on the sheets."""


@contextmanager
def _opened(source: Source, kept: Keep) -> Iterator[_Workbook]:
    taken = kept if source.pictures else None
    if source.media_type in OPC:
        with opened(source.path, source.limits.entries) as archive:
            package = Package(archive, source.limits)
            found = in_package(package)
            parts = {number: one.part for number, one in enumerate(found.sheets, 1)}
            yield _Workbook(
                found.count,
                found.sheets,
                _in_package(package, found),
                lambda number: hanging_on(package, parts.get(number, ""), taken),
                list(_parts(package)),
                package.metadata,
                lambda: lost(package, filter(None, parts.values()), ON_SHEETS),
            )
    elif source.media_type == XLS:
        book = in_old_book(source.path)
        texts, margins = dict(enumerate(book.texts, 1)), dict(enumerate(book.margins, 1))
        general = cache(partial(xls_cells.workbook, book.stream))
        with olefile.OleFileIO(source.path) as held:
            yield _Workbook(
                book.count,
                book.sheets,
                lambda cells, number: _in_old_book(cells, book, number, general()),
                lambda number: _noted(texts.get(number, ()), margins.get(number, ())),
                [Inside(one.folder, one.size, partial(taken_out, held, one)) for one in embedded(held, OBJECTS)],
                lambda: properties(held),
                list,
            )
    else:
        with open_document(source) as document:
            tables = dict(enumerate(_tables(document), 1))
            styles = odf_sheets.printed(document)
            no_styles = styles is None and "styles.xml" in document.parts
            pictures = keeper(document, taken) if taken is not None else None
            listed = in_open_document(document)
            counted = dict(enumerate(sheet_count.in_open_document(document.data("content.xml") or b""), 1))
            if len(counted) != len(tables):  # tables inside of others: nobody knows which count is whose
                counted = {}
            yield _Workbook(
                listed.count,
                listed.sheets,
                lambda cells, number: _in_table(cells, tables[number], counted.get(number, 0)),
                lambda number: (
                    odf_sheets.hanging_on(document, tables[number], styles, pictures) if number in tables else Hanging()
                ),
                embedded_in(document),
                document.metadata,
                lambda: [HEADERS] * no_styles + [TEXT] * is_broken(document),
            )


def _in_table(cells: Cells, table: Any, counted: int) -> Iterator[None]:
    cells.counted = counted
    yield from odf_cells.fill(cells, table)


def _in_old_book(cells: Cells, book: OldBook, number: int, general: xls_cells.Globals) -> Iterator[None]:
    place = book.sheets[number - 1].place
    cells.counted = sheet_count.in_xls(book.stream, place)
    yield from xls_cells.fill(cells, book.stream, place, general)


def _noted(texts: tuple[str, ...], margins: tuple[str, ...]) -> Hanging:
    lines = [line for margin in margins for line in margin_lines(tidy(margin))]
    return Hanging(list(texts), [Annotation("comment", text, None) for text in texts], [], lines)


def _tables(document: OpenDocument) -> Iterator[Any]:
    """Yields the sheets of a document, and not the tables inside of its drawings."""
    for sheets in document.content().iter("{*}spreadsheet"):
        yield from sheets.findall("{*}table")


def _in_package(package: Package, listed: SheetList) -> Callable[[Cells, int], Iterator[None]]:
    """Returns what reads the cells of a sheet of XLSX or XLSB."""
    reader = xlsb_cells if listed.binary else xlsx_cells

    @cache
    def general() -> tuple[list[str], list[str]]:
        return reader.shared_texts(package, listed.main), reader.formats(package, listed.main)

    def fill(cells: Cells, number: int) -> Iterator[None]:
        part = listed.sheets[number - 1].part
        data = package.data(part) if part else None
        if data is None:
            raise Unreadable("damaged", "A sheet that the workbook lists is not in the file.")
        cells.counted = sheet_count.in_xlsb(data) if listed.binary else sheet_count.in_xml(data)
        shared, formats = general()
        yield from reader.fill(cells, data, shared, formats, listed.since_1904)

    return fill


def _sheet(book: _Workbook, number: int) -> Iterator[Item | None]:
    """Yields the sheet, and before it None each time that some of its cells are read."""
    if number > len(book.told):
        yield UnitFailed(number, "not-read")
        return
    cells = Cells()
    try:
        for _ in book.fill(cells, number):
            yield None
    except TooLarge:
        yield UnitFailed(number, "too-large")
    except Unreadable as failure:
        yield UnitFailed(number, failure.cause)
    else:
        yield _written(book, number, cells)


def _written(book: _Workbook, number: int, cells: Cells) -> UnitRead:
    told = book.told[number - 1]
    rows, first_column = spread(cells)
    more = book.hanging(number)
    name = tidy(told.name)[:500]
    lines = ["\t".join(" ".join(cell.split()) for cell in row) for _, row in rows]
    table = table_of(rows, first_column, cells.merged)
    said = [*lines, *more.texts]
    # Nothing is printed of an empty sheet, nor above and below it.
    text = "\n".join([*said, *exact_lines(cells), *(more.margins if any(map(str.strip, said)) else ())])
    return UnitRead(
        number,
        "sheet",
        f"{name}\n{text}" if text.strip() else "",
        "markup" if text.strip() else "none",
        label=f"{name} (hidden)" if told.hidden else name,
        headings=(Heading(0, 1, name),) if text.strip() and name.strip() else (),
        pictures=tuple(more.pictures),
        tables=(table,) if table is not None else (),
        annotations=((Annotation("hidden", "This sheet is hidden.", None),) if told.hidden else ()) + tuple(more.notes),
        lacking="text-missing" if cells.lack(sum(map(bool, chain.from_iterable(row for _, row in rows)))) else None,
    )


def _embedded(package: Package) -> list[str]:
    return sorted(name for name in package.parts if name.lower().startswith(_INSIDE) and package.parts[name].file_size)


def _parts(package: Package) -> Iterator[Inside]:
    for name in _embedded(package):
        yield Inside(tidy(name)[:500], package.parts[name].file_size, partial(_part, package, name))


def _part(package: Package, name: str) -> tuple[str, bytes] | None:
    try:
        return tidy(name)[:500].rsplit("/", 1)[-1], package.data(name) or b""
    except Unreadable:
        return None


EXTRACTOR = SheetExtractor()
