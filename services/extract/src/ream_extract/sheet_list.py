# SPDX-License-Identifier: Apache-2.0
"""Decides how many sheets a workbook has, by its own list of them, which shares nothing with the reading of cells."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ream_extract import sheet_binary
from ream_extract.opc import Package
from ream_extract.open_document import OpenDocument
from ream_extract.reading import Unreadable
from ream_extract.text_clean import tidy

_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s")
_TABLE = re.compile(rb"<table:table\s")
_REL = re.compile(r"\{[^}]*/relationships\}id")
_BOUND_SHEET, _PASSWORD, _BEGIN, _END, _TEXT, _CONTINUED = 0x85, 0x2F, 0x809, 0x0A, 0x1B6, 0x3C
_MARGINS = (0x14, 0x15)
TEXTS = 100_000
"""Comments and boxes of one file of the old format."""


@dataclass(frozen=True, slots=True)
class SheetList:
    """The sheets of a workbook; `parts` are their names in the package, empty where that is not told."""

    count: int
    parts: tuple[str, ...] = ()


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
    binary = not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    rels = list(sheet_binary.relations(data)) if binary else list(_relations(package, main))
    parts = tuple(links[rel].target if rel in links else "" for rel in rels)
    return SheetList(len(rels) if binary else len(_SHEET.findall(data)), parts)


def _relations(package: Package, main: str) -> Iterator[str]:
    for element in package.xml(main).iter("{*}sheet"):
        yield next((value for name, value in element.attrib.items() if _REL.fullmatch(name)), "")


def in_open_document(document: OpenDocument) -> SheetList:
    """Counts the sheets of ODS."""
    return SheetList(len(_TABLE.findall(document.data("content.xml") or b"")))


@dataclass(frozen=True, slots=True)
class OldBook:
    """What the records of an old workbook (XLS) say beside its cells."""

    count: int
    texts: tuple[tuple[str, ...], ...]
    """Comments and boxes of each sheet, in the order of the sheets."""
    margins: tuple[tuple[str, ...], ...]
    """Printed headers and footers of each sheet, with the codes in them."""


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
    for kind, body in _records(stream):
        if kind == _PASSWORD:
            raise Unreadable(
                "encrypted", "The workbook is encrypted and opens only with a password, which nobody gave."
            )
        if kind == _BOUND_SHEET:
            count += 1
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
        count, tuple(tuple(text for text in sheet if text) for sheet in said), tuple(map(tuple, margins[1:]))
    )


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


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
