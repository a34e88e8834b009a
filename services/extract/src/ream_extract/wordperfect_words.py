# SPDX-License-Identifier: Apache-2.0
"""Decides which words the body of a WordPerfect file holds, by its codes alone: what a conversion is held against.

Words with letters beyond ASCII are left out, whole: which letters these are takes WordPerfect's own tables. Headers and
notes lie in other places of the file, and are not looked for.
"""

import re
import struct
from dataclasses import dataclass

MARK = b"\xffWPC"
DOCUMENT = 10
"""Kind of file that holds a document; others are drawings, macros, fonts."""
_PLAIN = re.compile(rb"[\x21-\x7e]+")
_FOREIGN = re.compile(r"\S*\0\S*")
_SIX = {"hyphen": b"\x84", "nothing": b"\x82\x83\x85\x86", "apart": b"\xd0\xe0"}
_FIVE = {"hyphen": b"\xa9", "nothing": b"\xaa\xab\xac\xad\xae\xaf", "apart": b"\xdc\xdd"}
_SIX_FIXED = dict(zip(range(0xF0, 0xFF), (4, 5, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 8, 8), strict=True))
_FIVE_FIXED = dict(zip(range(0xC0, 0xD0), (4, 9, 11, 3, 3, 5, 6, 7, 4, 5, 6, 6, 8, 10, 10, 12), strict=True))
_TABS = (0xC1, 0xC2)


@dataclass(frozen=True, slots=True)
class Head:
    """The first 16 bytes of a file.

    Attributes:
        begin: where the body begins.
        kind: what the file is; see `DOCUMENT`.
        version: 5 (of 5.0 and 5.1) or 6 (of all later ones).
        encrypted: it opens only with a password.
    """

    begin: int
    kind: int
    version: int
    encrypted: bool


def head_of(data: bytes) -> Head | None:
    """Reads the head of a file; None where it is none of WordPerfect's."""
    if len(data) < 16 or data[:4] != MARK:
        return None
    begin, _, kind, major, _, key = struct.unpack_from("<I4BH", data, 4)
    return Head(begin, kind, 5 if major == 0 else 6, key != 0)


def words(data: bytes, head: Head) -> str:
    """Gives the words of the body, apart from each other."""
    codes = _six if head.version == 6 else _five
    pieces: list[str] = []
    at = max(16, head.begin)
    while at < len(data):
        if plain := _PLAIN.match(data, at):
            pieces.append(plain.group().decode("ascii"))
            at = plain.end()
        else:
            text, size = codes(data, at)
            pieces.append(text)
            at += size
    return _FOREIGN.sub(" ", "".join(pieces))


def _six(data: bytes, at: int) -> tuple[str, int]:
    """Returns what a code of WordPerfect 6 and later stands for, and its size."""
    code = data[at]
    if code <= 0x20:
        return "\0" if code else "", 1
    if code < 0xD0:
        return _single(code, _SIX), 1
    if code < 0xF0:
        size = struct.unpack_from("<H", data, at + 2)[0] if at + 4 <= len(data) else 0
        return (" " if code in _SIX["apart"] else "", size) if _closed(data, at, size) else ("", 1)
    size = _SIX_FIXED.get(code, 0)
    return ("\0" if code == 0xF0 else "", size) if _closed(data, at, size) else ("", 1)


def _five(data: bytes, at: int) -> tuple[str, int]:
    """Returns what a code of WordPerfect 5 stands for, and its size."""
    code = data[at]
    if code <= 0x20:
        return " " if code in b"\t\n\x0c\r " else "", 1
    if code < 0xC0:
        return _single(code, _FIVE), 1
    if code < 0xD0:
        size = _FIVE_FIXED[code]
        return ("\0" if code == 0xC0 else " " if code in _TABS else "", size) if _closed(data, at, size) else ("", 1)
    size = struct.unpack_from("<H", data, at + 2)[0] + 4 if at + 4 <= len(data) else 0
    return (" " if code in _FIVE["apart"] else "", size) if _closed(data, at, size) else ("", 1)


def _single(code: int, kinds: dict[str, bytes]) -> str:
    return "-" if code in kinds["hyphen"] else "" if code in kinds["nothing"] else " "


def _closed(data: bytes, at: int, size: int) -> bool:
    """Whether a code of several bytes ends as it begins; what does not is taken for a byte alone."""
    return size >= 2 and at + size <= len(data) and data[at + size - 1] == data[at]
