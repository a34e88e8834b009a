# SPDX-License-Identifier: Apache-2.0
"""Counts the cells of a sheet that hold a value, by its bytes alone: nothing of how they are read is shared."""

import re
import struct
from itertools import pairwise

_VALUE = re.compile(
    rb"<(?:\w{1,20}:)?v(?:\s[^<>]*)?>\s*[^<\s]"
    rb"|<(?:\w{1,20}:)?is(?:\s[^<>]*)?>\s*(?:<(?!/(?:\w{1,20}:)?is\b)[^<>]*>\s*)*[^<\s]"
)
"""A value that is not blank, or words that stand in the cell itself: in a sheet's part only cells have either."""
_XLSB = frozenset({*range(2, 12), 62})
"""Numbers, errors, truths, words, formulas by their results, rich text; not cells that are only coloured (1)."""
_XLS = frozenset({0x203, 0x27E, 0xFD, 0x204, 0xD6, 0x205})
_XLS_MANY, _XLS_FORMULA, _XLS_BEGIN, _XLS_END = 0xBD, 0x06, 0x809, 0x0A
_TABLE = re.compile(rb"<table:table(?=[\s/>])")
_TYPED = re.compile(
    rb"<table:(?:covered-)?table-cell\s[^<>]*\boffice:value-type="
    rb"(?:\"(?!string)|\"string\"[^<>]*>\s*(?:<(?!/?table:)[^<>]*>\s*)*[^<\s])"
)
"""A cell with a number, day or truth, or with a text that has a letter."""
_NO_TEXT = (0xFFFF, 3)
"""What the result of a formula of XLS ends and begins with where it is a text without a letter."""


def in_xml(data: bytes) -> int:
    """Counts in the part of a sheet of XLSX."""
    return sum(1 for _ in _VALUE.finditer(data))


def in_xlsb(data: bytes) -> int:
    """Counts in the part of a sheet of XLSB, up to a record that is cut off."""
    found = at = 0
    while at + 2 <= len(data):
        kind, at = data[at], at + 1
        if kind > 0x7F:
            kind, at = kind & 0x7F | data[at] << 7, at + 1
        size = shift = 0
        while at < len(data) and shift < 28:
            byte, at = data[at], at + 1
            size, shift = size | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                break
        at += size
        found += kind in _XLSB and at <= len(data)
    return found


def in_xls(stream: bytes, at: int) -> int:
    """Counts in the sheet that begins at a place of the stream of XLS; charts in it have sheets of their own."""
    found = depth = 0
    while 0 <= at <= len(stream) - 4:
        kind, size = struct.unpack_from("<2H", stream, at)
        body, at = at + 4, at + 4 + size
        depth += (kind == _XLS_BEGIN) - (kind == _XLS_END)
        if depth <= 0:
            break
        if depth > 1 or at > len(stream):
            continue
        if kind == _XLS_MANY:
            found += max(0, size - 6) // 6
        elif kind == _XLS_FORMULA and size >= 14:
            found += (struct.unpack_from("<H", stream, body + 12)[0], stream[body + 6]) != _NO_TEXT
        else:
            found += kind in _XLS
    return found


def in_open_document(content: bytes) -> list[int]:
    """Counts in each sheet of ODS; a cell that stands for many like it is one."""
    starts = [found.start() for found in _TABLE.finditer(content)]
    places = pairwise([*starts, len(content)])
    return [len(_TYPED.findall(content, start, end)) for start, end in places]
