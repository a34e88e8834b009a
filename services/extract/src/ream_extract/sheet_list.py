# SPDX-License-Identifier: Apache-2.0
"""Decides how many sheets a workbook has, by its own list of them, which shares nothing with the reading of cells."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import olefile  # type: ignore[import-untyped]

from ream_extract import sheet_binary
from ream_extract.opc import Package
from ream_extract.open_document import OpenDocument, attribute
from ream_extract.reading import Unreadable
from ream_extract.text_clean import tidy
from ream_extract.xls_cells import records

_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s")
_TABLE = re.compile(rb"<table:table[\s/>]")
_REL = re.compile(r"\{[^}]*/relationships\}id")
_BOUND_SHEET, _PASSWORD, _BEGIN, _END, _TEXT, _CONTINUED = 0x85, 0x2F, 0x809, 0x0A, 0x1B6, 0x3C
_MARGINS = (0x14, 0x15)
TEXTS = 100_000
"""Comments and boxes of one file of the old format."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a workbook's list says of a sheet."""

    name: str
    hidden: bool
    part: str = ""
    """Its name in the package; empty where that is not told."""
    place: int = 0
    """Where it begins in the stream of an old workbook."""


@dataclass(frozen=True, slots=True)
class SheetList:
    """The sheets of a workbook: how many the bytes of the list name, and what a reading of it says of each."""

    count: int
    sheets: tuple[Sheet, ...] = ()
    main: str = ""
    binary: bool = False
    since_1904: bool = False


def in_package(package: Package) -> SheetList:
    """Counts the sheets of XLSX and XLSB.

    Raises:
        Unreadable: there is no workbook in it.
    """
    main = next((name for name in package.of_kind("", "officeDocument") if package.known(name)), "xl/workbook.xml")
    data = package.data(main)
    if data is None:
        raise Unreadable("damaged", "The file has no workbook part: it is cut off or not a workbook.")
    links = package.links(main)
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        told = tuple(
            Sheet(name, hidden, links[rel].target if rel in links else "")
            for rel, name, hidden in sheet_binary.sheets(data)
        )
        return SheetList(len(told), told, main, True, sheet_binary.counts_since_1904(data))
    root = package.xml(main)
    sheets = tuple(
        Sheet(
            one.get("name", ""),
            one.get("state", "visible") != "visible",
            links[rel].target if (rel := _relation(one)) in links else "",
        )
        for one in root.iter("{*}sheet")
    )
    settings = next(root.iter("{*}workbookPr"), None)
    since_1904 = settings is not None and settings.get("date1904", "0") in ("1", "true")
    return SheetList(len(_SHEET.findall(data)), sheets, main, False, since_1904)


def _relation(element: Any) -> str:
    return next((value for name, value in element.attrib.items() if _REL.fullmatch(name)), "")


def in_open_document(document: OpenDocument) -> SheetList:
    """Counts the sheets of ODS."""
    content = document.content()
    unseen = {
        attribute(style, "name")
        for style in content.iterfind("{*}automatic-styles/{*}style")
        if any(attribute(one, "display") == "false" for one in style.iterfind("{*}table-properties"))
    }
    sheets = tuple(
        Sheet(attribute(table, "name"), attribute(table, "style-name") in unseen)
        for spreadsheet in content.iter("{*}spreadsheet")
        for table in spreadsheet.iterfind("{*}table")
    )
    return SheetList(len(_TABLE.findall(document.data("content.xml") or b"")), sheets)


@dataclass(frozen=True, slots=True)
class OldBook:
    """What the records of an old workbook (XLS) say beside its cells."""

    count: int
    texts: tuple[tuple[str, ...], ...]
    """Comments and boxes of each sheet, in the order of the sheets."""
    margins: tuple[tuple[str, ...], ...]
    """Printed headers and footers of each sheet, with the codes in them."""
    sheets: tuple[Sheet, ...] = ()
    stream: bytes = b""


def in_old_book(path: Path) -> OldBook:
    """Counts the sheets of XLS by its records, and reads the texts that hang on them.

    Raises:
        Unreadable: encrypted, damaged.
    """
    try:
        with olefile.OleFileIO(path) as held:
            name = next(name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if held.exists(name))
            stream = held.openstream(name).read()
    except (
        OSError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        struct.error,
        StopIteration,
        RecursionError,
    ) as failure:
        raise Unreadable("damaged", "The workbook cannot be opened: its directory is cut off or broken.") from failure
    texts: list[list[bytearray]] = []
    count = depth = left = 0
    begun = False
    margins: list[list[str]] = []
    sheets: list[Sheet] = []
    for kind, body in records(stream):
        if kind == _PASSWORD:
            raise Unreadable(
                "encrypted", "The workbook is encrypted and opens only with a password, which nobody gave."
            )
        if kind == _BOUND_SHEET:
            count += 1
            sheets.append(_told(body))
        elif kind == _BEGIN:
            depth += 1
            if depth == 1:
                texts.append([])
                margins.append([])
        elif kind == _END:
            depth = max(0, depth - 1)
        elif kind in _MARGINS and margins:
            margins[-1].append(_margin(body))
        elif kind == _TEXT and len(body) >= 12:
            left, begun = struct.unpack_from("<H", body, 10)[0], False
        elif kind == _CONTINUED and left and texts and (begun or len(texts[-1]) < TEXTS):
            # A long text goes on in the next record, each of which says anew how wide its characters are.
            piece = _wide(body)[: 2 * left]
            left -= len(piece) // 2
            texts[-1] += [] if begun else [bytearray()]
            texts[-1][-1] += piece
            begun = True
    # The first part of the stream is the workbook's own; those of the sheets follow in their order.
    said = ([tidy(text.decode("utf-16-le", "replace")).strip() for text in sheet] for sheet in texts[1:])
    return OldBook(
        count,
        tuple(tuple(text for text in sheet if text) for sheet in said),
        tuple(map(tuple, margins[1:])),
        tuple(sheets),
        stream,
    )


def _told(body: bytes) -> Sheet:
    """Reads a line of the list; before the last form of the format no width follows the length of the name."""
    if len(body) < 8:
        return Sheet("", False)
    place, state, _, length = struct.unpack_from("<IBBB", body)
    wide = _wide(body[7:])
    name = wide.decode("utf-16-le", "replace") if len(wide) == 2 * length else body[7:].decode("cp1252", "replace")
    return Sheet(name, bool(state & 3), "", place)


def _margin(body: bytes) -> str:
    """Returns a header or footer; before the last form of the format its length has one byte, and no width follows."""
    if len(body) >= 3 and len(_wide(body[2:])) == 2 * struct.unpack_from("<H", body)[0]:
        return _wide(body[2:]).decode("utf-16-le", "replace")
    return body[1:].decode("cp1252", "replace")


def _wide(body: bytes) -> bytes:
    """Returns the characters of a record in UTF-16."""
    if body[:1] == b"\x01":
        return body[1 : len(body) - (len(body) - 1) % 2]
    return body[1:].decode("cp1252", "replace").encode("utf-16-le")
