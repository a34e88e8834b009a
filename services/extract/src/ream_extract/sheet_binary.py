# SPDX-License-Identifier: Apache-2.0
"""Decides what the binary parts of a workbook (XLSB) say beside cells: sheets, comments, what is printed around."""

import struct
from collections.abc import Iterator

from ream_extract.sheet_cells import place
from ream_extract.text_clean import tidy

_SETTINGS, _SHEET, _MARGINS = 153, 156, 479
_BEGIN_COMMENTS, _END_COMMENTS, _AUTHOR, _BEGIN_COMMENT, _COMMENT_TEXT = 628, 629, 632, 635, 637
_NOTHING = 0xFFFFFFFF
"""Stands for the length of a text that is not there."""
LONGEST = 1 << 20
"""Letters of one text."""


def sheets(data: bytes) -> Iterator[tuple[str, str, bool]]:
    """Yields each sheet that a workbook lists: its relation, its name, whether it is hidden."""
    for kind, body in records(data):
        if kind == _SHEET and len(body) >= 12:
            relation, at = text_at(body, 8)
            yield relation, text_at(body, at)[0], body[0] != 0


def counts_since_1904(data: bytes) -> bool:
    """Says whether a workbook counts its days from 1904."""
    return any(kind == _SETTINGS and bool(body[:1]) and bool(body[0] & 1) for kind, body in records(data))


def comments(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Yields the comments of a sheet: author, cell, text."""
    authors: list[str] = []
    author = cell = ""
    for kind, body in records(data):
        if kind == _AUTHOR:
            authors.append(text_at(body, 0)[0])
        elif kind == _BEGIN_COMMENT and len(body) >= 20:
            number, row, _, column = struct.unpack_from("<4I", body)
            author = authors[number] if number < len(authors) else ""
            cell = place(row, column)
        elif kind == _COMMENT_TEXT:
            yield author, cell, text_at(body, 1)[0]


def are_whole(data: bytes) -> bool:
    """Says whether comments begin and end as they should."""
    first = last = 0
    for kind, _ in records(data):
        first, last = first or kind, kind
    return (first, last) == (_BEGIN_COMMENTS, _END_COMMENTS)


def margins(data: bytes) -> Iterator[str]:
    """Yields printed headers and footers of a sheet, with the codes in them."""
    for kind, body in records(data):
        if kind == _MARGINS:
            at = 2
            while at + 4 <= len(body):
                text, at = text_at(body, at)
                if text:
                    yield text


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields kind and body of each record; one that is cut off is none."""
    at = 0
    while at < len(data):
        kind, at = _kind(data, at)
        size, at = _varying(data, at)
        if at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size


def _kind(data: bytes, at: int) -> tuple[int, int]:
    """Reads the number of a record: one byte, or two where the first has its highest bit set."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    second = data[at + 1] if at + 1 < len(data) else 0
    return (first & 0x7F) | (second & 0x7F) << 7, at + 2


def _varying(data: bytes, at: int) -> tuple[int, int]:
    """Reads a number of seven bits a byte, four at most; returns it and where the next byte stands."""
    value = 0
    for shift in range(4):
        byte = data[at] if at < len(data) else 0
        at += 1
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            break
    return value, at


def text_at(body: bytes, at: int) -> tuple[str, int]:
    """Reads a text behind its length; returns it and where the next one begins."""
    if at + 4 > len(body):
        return "", len(body)
    length = struct.unpack_from("<I", body, at)[0]
    if length == _NOTHING:
        return "", at + 4
    end = at + 4 + 2 * min(length, LONGEST)
    return tidy(body[at + 4 : end].decode("utf-16-le", "replace")), end
