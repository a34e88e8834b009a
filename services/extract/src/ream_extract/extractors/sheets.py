# SPDX-License-Identifier: Apache-2.0
"""Decides how a workbook is read: each sheet is a unit, its cells a table, hidden ones marked, notes with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import olefile  # type: ignore[import-untyped]
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ream_contracts.artifacts import Annotation, Heading
from ream_extract import odf_sheets
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
from ream_extract.sheet_drawings import Hanging, Keep, hanging_on, margin_lines
from ream_extract.sheet_list import in_old_book, in_open_document, in_package
from ream_extract.sheet_tables import Merged, table_of
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
MOST_CELLS = 5_000_000
"""Cells that a sheet may span: its writer says how far it reaches, and every cell up to there takes memory."""
_INSIDE, OBJECTS = "xl/embeddings/", "MBD"
"""Where embedded files lie: in a package, and in an old workbook."""


class SheetExtractor:
    """Reads XLSX, XLSM, XLSB, XLS and ODS; macros are never run, links to other files never followed."""

    name = "sheets"
    version = "4"
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

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the sheets, then embedded files, then what is missing."""
        kept = Keeper(scratch, source.limits, source.limits.entries)
        with _opened(source, kept) as book:
            if first <= book.sheets:
                cells = _book(source)
                for number in range(first, min(last, book.sheets) + 1):
                    yield kept.noted(_sheet(cells, number, book.hanging))
            whole = book.sheets + len(book.inside)
            begin = max(first, book.sheets + 1)
            yield from children(iter(book.inside), source, begin, min(last, whole), book.sheets, scratch)
            broken = book.lost() if last > whole else []
            yield from (UnitFailed(n, cause) for n, cause in enumerate(broken, whole + 1) if first <= n <= last)


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What a workbook holds beside its cells."""

    sheets: int
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
            parts = dict(enumerate(found.parts, 1))
            yield _Workbook(
                found.count,
                lambda number: hanging_on(package, parts.get(number, ""), taken),
                list(_parts(package)),
                package.metadata,
                lambda: lost(package, filter(None, found.parts), ON_SHEETS),
            )
    elif source.media_type == XLS:
        book = in_old_book(source.path)
        texts, margins = dict(enumerate(book.texts, 1)), dict(enumerate(book.margins, 1))
        with olefile.OleFileIO(source.path) as held:
            yield _Workbook(
                book.count,
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
            yield _Workbook(
                in_open_document(document).count,
                lambda number: (
                    odf_sheets.hanging_on(document, tables[number], styles, pictures) if number in tables else Hanging()
                ),
                embedded_in(document),
                document.metadata,
                lambda: [HEADERS] * no_styles + [TEXT] * is_broken(document),
            )


def _noted(texts: tuple[str, ...], margins: tuple[str, ...]) -> Hanging:
    lines = [line for margin in margins for line in margin_lines(tidy(margin))]
    return Hanging(list(texts), [Annotation("comment", text, None) for text in texts], [], lines)


def _tables(document: OpenDocument) -> Iterator[Any]:
    """Yields the sheets of a document, and not the tables inside of its drawings."""
    for sheets in document.content().iter("{*}spreadsheet"):
        yield from sheets.findall("{*}table")


def _book(source: Source) -> CalamineWorkbook:
    try:
        with source.path.open("rb") as held:
            return CalamineWorkbook.from_filelike(held)
    except (CalamineError, OSError, ValueError) as failure:
        raise Unreadable("damaged", "The workbook cannot be read: it is cut off or broken.") from failure


def _sheet(book: CalamineWorkbook, number: int, hanging: Any) -> Item:
    told = book.sheets_metadata
    if number > len(told):
        return UnitFailed(number, "not-read")
    rows: list[tuple[int, tuple[str, ...]]] = []
    first_column, merged = 0, list[Merged]()
    if told[number - 1].typ is SheetTypeEnum.WorkSheet:
        try:
            sheet = book.get_sheet_by_index(number - 1)
        except (CalamineError, ValueError, OSError):
            return UnitFailed(number, "damaged")
        if sheet.height * sheet.width > MOST_CELLS:
            return UnitFailed(number, "too-large")
        first, first_column = sheet.start or (0, 0)
        rows = list(_rows(sheet.to_python(skip_empty_area=True), first))
        merged = [(r, c, r2 - r + 1, c2 - c + 1) for (r, c), (r2, c2) in sheet.merged_cell_ranges or ()]
    more: Hanging = hanging(number)
    name = tidy(told[number - 1].name)[:500]
    hidden = told[number - 1].visible is not SheetVisibleEnum.Visible
    lines = ["\t".join(" ".join(cell.split()) for cell in row) for _, row in rows]
    table = table_of(rows, first_column, merged or more.merged)
    said = [*lines, *more.texts]
    # Nothing is printed of an empty sheet, nor above and below it.
    text = "\n".join([*said, *(more.margins if any(map(str.strip, said)) else ())])
    return UnitRead(
        number,
        "sheet",
        f"{name}\n{text}" if text.strip() else "",
        "markup" if text.strip() else "none",
        label=f"{name} (hidden)" if hidden else name,
        headings=(Heading(0, 1, name),) if text.strip() and name.strip() else (),
        pictures=tuple(more.pictures),
        tables=(table,) if table is not None else (),
        annotations=((Annotation("hidden", "This sheet is hidden.", None),) if hidden else ()) + tuple(more.notes),
    )


def _rows(values: list[list[Any]], first: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yields the rows that hold something, with their numbers; all are as wide as the widest."""
    for number, row in enumerate(values, first):
        cells = tuple(written(value) for value in row)
        if any(cells):
            yield number, cells


def written(value: Any) -> str:
    """Writes a cell's value: numbers without needless digits, dates as ISO 8601."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return tidy(str(value)).strip()


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
