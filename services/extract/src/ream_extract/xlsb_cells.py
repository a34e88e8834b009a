# SPDX-License-Identifier: Apache-2.0
"""Decides what the cells of XLSB show: records one after another, numbers by the formats of their styles."""

import struct
from collections.abc import Iterator, Sequence

from ream_extract.number_format import LONGEST, built_in
from ream_extract.opc import Package
from ream_extract.reading import Unreadable
from ream_extract.sheet_binary import records, text_at
from ream_extract.sheet_cells import Cells
from ream_extract.sheet_tables import MERGED
from ream_extract.xlsx_cells import COLUMNS, ROWS

_ROW, _MERGED, _SHARED, _FORMAT, _STYLE, _STYLES, _STYLES_END = 0, 176, 19, 44, 47, 617, 618
_RK, _ERROR, _BOOL, _REAL, _TEXT, _REFERENCE = 2, 3, 4, 5, 6, 7
_F_TEXT, _F_REAL, _F_BOOL, _F_ERROR, _RICH = 8, 9, 10, 11, 62
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip


STEP = 100_000
"""Records between two signs that work goes on."""


def fill(cells: Cells, data: bytes, shared: Sequence[str], formats: Sequence[str], since_1904: bool) -> Iterator[None]:
    """Reads the cells of a sheet's part, some at a time.

    Raises:
        TooLarge: more cells than may be held.
    """
    row = -1
    for count, (kind, body) in enumerate(records(data)):
        if not count % STEP:
            yield
        if kind == _ROW and len(body) >= 4:
            row = struct.unpack_from("<I", body)[0]
        elif kind == _MERGED and len(body) >= 16 and len(cells.merged) < MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            if top <= bottom < ROWS and left <= right < COLUMNS:
                cells.merged.append((top, left, bottom - top + 1, right - left + 1))
        elif (_RK <= kind <= _F_ERROR or kind == _RICH) and len(body) >= 9 and 0 <= row < ROWS:
            column, style = struct.unpack_from("<2I", body)
            number = style & 0xFFFFFF
            code = formats[number] if number < len(formats) else "General"
            if column < COLUMNS:
                _take(cells, row, column, kind, body[8:], shared, code, since_1904)


def _take(
    cells: Cells, row: int, column: int, kind: int, body: bytes, shared: Sequence[str], code: str, since_1904: bool
) -> None:
    if kind in (_TEXT, _F_TEXT):
        cells.words(row, column, text_at(body, 0)[0], code)
    elif kind == _RICH:
        cells.words(row, column, text_at(body, 1)[0], code)
    elif kind == _REFERENCE and len(body) >= 4:
        number = struct.unpack_from("<I", body)[0]
        if number < len(shared):  # else its words are lost, and the count of cells says so
            cells.words(row, column, shared[number], code)
    elif kind in (_REAL, _F_REAL) and len(body) >= 8:
        cells.number(row, column, struct.unpack_from("<d", body)[0], code, since_1904)
    elif kind == _RK and len(body) >= 4:
        cells.number(row, column, packed(body[:4]), code, since_1904)
    elif kind in (_BOOL, _F_BOOL):
        cells.put(row, column, "TRUE" if body[0] else "FALSE")
    elif kind in (_ERROR, _F_ERROR):
        cells.put(row, column, ERRORS.get(body[0], "#ERROR"))


def packed(data: bytes) -> float:
    """Reads a number of four bytes: a short integer or the head of a long one, perhaps in hundredths."""
    raw = struct.unpack("<I", data)[0]
    if raw & 2:
        value = float(struct.unpack("<i", data)[0] >> 2)
    else:
        value = struct.unpack("<d", bytes(4) + struct.pack("<I", raw & ~3))[0]
    return value / 100 if raw & 1 else value


def shared_texts(package: Package, main: str) -> list[str]:
    """Reads the texts that cells refer to by number."""
    found: list[str] = []
    for name in package.of_kind(main, "sharedStrings") or ["xl/sharedStrings.bin"]:
        found += [text_at(body, 1)[0] for kind, body in records(package.data(name) or b"") if kind == _SHARED]
    return found


def formats(package: Package, main: str) -> list[str]:
    """Reads the format code of each style; none where the styles are broken."""
    found: list[str] = []
    for name in package.of_kind(main, "styles") or ["xl/styles.bin"]:
        try:
            data = package.data(name) or b""
        except Unreadable:
            continue
        codes: dict[int, str] = {}
        inside = False
        for kind, body in records(data):
            if kind == _FORMAT and len(body) >= 6:
                codes[struct.unpack_from("<H", body)[0]] = text_at(body, 2)[0]
            elif kind in (_STYLES, _STYLES_END):
                inside = kind == _STYLES
            elif kind == _STYLE and inside and len(body) >= 4:
                number = struct.unpack_from("<H", body, 2)[0]
                code = codes.get(number) or built_in(number)
                found.append(code if len(code) <= LONGEST else "General")
    return found
