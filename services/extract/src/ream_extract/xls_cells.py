# SPDX-License-Identifier: Apache-2.0
"""Decides what the cells of XLS (BIFF5 and BIFF8) show: records one after another, numbers by their formats."""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ream_extract.number_format import LONGEST, built_in
from ream_extract.sheet_cells import Cells
from ream_extract.sheet_tables import MERGED
from ream_extract.xlsb_cells import ERRORS, STEP, packed

_BEGIN, _END, _CONTINUED = 0x809, 0x0A, 0x3C
_CODEPAGE, _FROM_1904, _FORMAT, _STYLE, _SHARED = 0x42, 0x22, 0x41E, 0xE0, 0xFC
_NUMBER, _RK, _MANY_RK, _LABEL_SHARED, _LABEL, _RICH = 0x203, 0x27E, 0xBD, 0xFD, 0x204, 0xD6
_BOOL_OR_ERROR, _FORMULA, _STRING, _MERGED = 0x205, 0x06, 0x207, 0xE5
_BIFF8 = 0x600
_CODECS = {10_000: "mac-roman", 32_768: "mac-roman", 32_769: "cp1252", 1_200: "cp1252", 367: "cp1252"}


@dataclass(slots=True)
class Globals:
    """What holds for all sheets of a workbook."""

    wide: bool = True
    """Whether texts say how wide their letters are (BIFF8)."""
    codec: str = "cp1252"
    since_1904: bool = False
    shared: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)


def records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yields kind and body of each record from a place on, to the end of the stream."""
    while at >= 0 and at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def workbook(stream: bytes) -> Globals:
    """Reads what holds for all sheets: the first part of the stream."""
    found = Globals()
    codes: dict[int, str] = {}
    styles: list[int] = []
    pieces: list[bytes] | None = None
    for kind, body in records(stream):
        if kind == _CONTINUED and pieces is not None:
            pieces.append(body)
            continue
        if pieces is not None:
            found.shared, pieces = list(_shared(pieces)), None
        if kind == _BEGIN and len(body) >= 2:
            found.wide = struct.unpack_from("<H", body)[0] >= _BIFF8
        elif kind == _CODEPAGE and len(body) >= 2:
            found.codec = _codec(struct.unpack_from("<H", body)[0])
        elif kind == _FROM_1904:
            found.since_1904 = body[:1] == b"\x01"
        elif kind == _FORMAT and len(body) > 3:
            codes[struct.unpack_from("<H", body)[0]] = (
                _text(body, 2, found) if found.wide else body[3 : 3 + body[2]].decode(found.codec, "replace")
            )
        elif kind == _STYLE and len(body) >= 4:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _SHARED:
            pieces = [body[8:]]
        elif kind == _END:
            break
    if pieces is not None:
        found.shared = list(_shared(pieces))
    written = (codes.get(number) or built_in(number) for number in styles)
    found.formats = [code if len(code) <= LONGEST else "General" for code in written]
    return found


def _codec(number: int) -> str:
    name = _CODECS.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def fill(cells: Cells, stream: bytes, at: int, book: Globals) -> Iterator[None]:
    """Reads the cells of the sheet that begins at a place of the stream, some at a time; charts in it have none.

    Raises:
        TooLarge: more cells than may be held.
    """
    depth = 0
    waiting: tuple[int, int, str] | None = None
    for count, (kind, body) in enumerate(records(stream, at)):
        if not count % STEP:
            yield
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                break
        elif depth > 1:
            continue
        elif kind == _STRING and waiting is not None:
            cells.words(waiting[0], waiting[1], _text(body, 0, book), waiting[2])
            waiting = None
        elif kind == _MERGED and len(body) >= 2:
            _merge(cells, body)
        elif len(body) >= 6:
            waiting = _take(cells, kind, body, book) or waiting


def _take(cells: Cells, kind: int, body: bytes, book: Globals) -> tuple[int, int, str] | None:
    """Takes a cell; returns the place and format of one whose words come in the next record."""
    row, column, style = struct.unpack_from("<3H", body)
    code = book.formats[style] if style < len(book.formats) else "General"
    rest = body[6:]
    if kind == _NUMBER and len(rest) >= 8:
        cells.number(row, column, struct.unpack_from("<d", rest)[0], code, book.since_1904)
    elif kind == _RK and len(rest) >= 4:
        cells.number(row, column, packed(rest[:4]), code, book.since_1904)
    elif kind == _MANY_RK:
        for number in range((len(body) - 6) // 6):
            (style,) = struct.unpack_from("<H", body, 4 + 6 * number)
            code = book.formats[style] if style < len(book.formats) else "General"
            value = packed(body[6 + 6 * number : 10 + 6 * number])
            cells.number(row, column + number, value, code, book.since_1904)
    elif kind == _LABEL_SHARED and len(rest) >= 4:
        number = struct.unpack_from("<I", rest)[0]
        if number < len(book.shared):  # else its words are lost, and the count of cells says so
            cells.words(row, column, book.shared[number], code)
    elif kind in (_LABEL, _RICH):
        cells.words(row, column, _text(body, 6, book), code)
    elif kind == _BOOL_OR_ERROR and len(rest) >= 2:
        _bool_or_error(cells, row, column, rest[0], bool(rest[1]))
    elif kind == _FORMULA and len(rest) >= 8:
        if rest[6:8] != b"\xff\xff":
            cells.number(row, column, struct.unpack_from("<d", rest)[0], code, book.since_1904)
        elif rest[0] == 0:
            return row, column, code
        elif rest[0] in (1, 2):
            _bool_or_error(cells, row, column, rest[2], rest[0] == 2)
    return None


def _bool_or_error(cells: Cells, row: int, column: int, value: int, error: bool) -> None:
    cells.put(row, column, ERRORS.get(value, "#ERROR") if error else "TRUE" if value else "FALSE")


def _merge(cells: Cells, body: bytes) -> None:
    for number in range(min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 8)):
        top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
        if top <= bottom and left <= right and len(cells.merged) < MERGED:
            cells.merged.append((top, left, bottom - top + 1, right - left + 1))


def _text(body: bytes, at: int, book: Globals) -> str:
    """Reads a text behind its length of two bytes."""
    if at + 2 > len(body):
        return ""
    length = struct.unpack_from("<H", body, at)[0]
    if not book.wide:
        return body[at + 2 : at + 2 + length].decode(book.codec, "replace")
    wide = body[at + 2 : at + 3] == b"\x01"
    data = body[at + 3 : at + 3 + length * (2 if wide else 1)]
    return data.decode("utf-16-le" if wide else "latin-1", "replace")


class _Pieces:
    """The bytes of a record and of those that continue it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces, self._number, self._at = pieces, 0, 0

    def more(self) -> bool:
        """Says whether anything is left; goes to the next record where one is at its end."""
        while self._number < len(self._pieces) and self._at >= len(self._pieces[self._number]):
            self._number, self._at = self._number + 1, 0
        return self._number < len(self._pieces)

    def take(self, size: int) -> bytes:
        """Takes bytes, across records where it must be."""
        taken = b""
        while len(taken) < size and self.more():
            piece = self._pieces[self._number][self._at : self._at + size - len(taken)]
            self._at += len(piece)
            taken += piece
        return taken

    def letters(self, count: int, wide: bool) -> str:
        """Takes letters; a record that continues them says anew how wide they are."""
        out = ""
        while count > 0 and self._number < len(self._pieces):
            piece = self._pieces[self._number]
            width = 2 if wide else 1
            data = piece[self._at : self._at + count * width]
            data = data[: len(data) - len(data) % width]
            out += data.decode("utf-16-le" if wide else "latin-1", "surrogatepass")
            count -= len(data) // width
            self._at += len(data)
            if count > 0:
                self._number, self._at = self._number + 1, 1
                wide = self._number < len(self._pieces) and self._pieces[self._number][:1] == b"\x01"
        return out.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _shared(pieces: list[bytes]) -> Iterator[str]:
    held = _Pieces(pieces)
    while held.more():
        head = held.take(3)
        if len(head) < 3:
            return
        length, flags = struct.unpack("<HB", head)
        runs = int.from_bytes(held.take(2), "little") if flags & 8 else 0
        aside = int.from_bytes(held.take(4), "little") if flags & 4 else 0
        yield held.letters(length, bool(flags & 1))
        held.take(4 * runs + min(aside, 1 << 24))
