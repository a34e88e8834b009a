# SPDX-License-Identifier: Apache-2.0
"""Decides what a legacy Word file says of its own text, story by story: body, headers, notes, comments, boxes.

Read from the file's own header and its table of pieces, which shares nothing with the programs that convert it: what a
conversion leaves out is found by comparing.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import olefile  # type: ignore[import-untyped]

from ream_extract.reading import Unreadable

WORD_97 = 0xC1
"""Version of the format from which the numbers of letters stand where we read them."""
_ENCRYPTED, _COMPLEX, _SECOND_TABLE = 0x0100, 0x0004, 0x0200
_ORDER = ("body", "notes", "headers", "macros", "comments", "notes", "boxes", "headers")
"""What the numbers of letters in the header count, in the order in which the stories follow one another."""
_CHECKED = ("body", "headers", "notes", "comments", "boxes")
_FIELD, _RESULT, _END = "\x13", "\x14", "\x15"
_DRAWN = re.compile("[\x01\x08]")
_WORDS = re.compile(r"[^\W_]+")
_EIGHT_BIT = 1 << 30


@dataclass(frozen=True, slots=True)
class Head:
    """The part of the file's header that counts."""

    letters: tuple[int, ...]
    """Of each story, in the file's order; signs, marks and codes of fields are among them."""
    stream: bytes
    table: tuple[int, int] | None
    """Where the list of pieces lies in the table stream; None where the format has none of the kind read here."""
    second_table: bool
    plain: tuple[int, int] | None
    """Where the text lies in one piece, in files older than the list of pieces."""


def head_of(held: olefile.OleFileIO) -> Head:
    """Reads the header.

    Raises:
        Unreadable: encrypted, damaged, or no Word document after all.
    """
    try:
        stream = held.openstream("WordDocument").read()
        magic, version = struct.unpack_from("<2H", stream)
        flags = struct.unpack_from("<H", stream, 0x0A)[0]
        if flags & _ENCRYPTED:
            raise Unreadable(
                "encrypted", "The document is encrypted and opens only with a password, which nobody gave."
            )
        if version >= WORD_97:
            counts = struct.unpack_from("<8i", stream, 0x4C)
            start, size = struct.unpack_from("<2I", stream, 0x1A2) if len(stream) >= 0x1AA else (0, 0)
            table, plain = ((start, size) if size else None), None
        else:
            counts = struct.unpack_from("<i", stream, 0x34)
            table, plain = None, (None if flags & _COMPLEX else struct.unpack_from("<2I", stream, 0x18))
    except (OSError, struct.error, ValueError, TypeError, IndexError) as failure:
        raise Unreadable("damaged", "The document's header cannot be read: it is cut off or broken.") from failure
    if magic not in (0xA5EC, 0xA5DC):
        raise Unreadable("damaged", "The document's header is not one of Word's.")
    letters = tuple(max(0, int(count)) for count in counts)
    return Head(letters, stream, table, bool(flags & _SECOND_TABLE), plain)


def stories(held: olefile.OleFileIO, head: Head, most: int) -> dict[str, str]:
    """Returns the text that people see of each story that has words; nothing where the file does not tell it.

    Pictures in the body are a story without text.

    Args:
        held: the file.
        head: as `head_of` reads it.
        most: letters that are read, so that pieces which name the same letters again and again end somewhere.
    """
    text = _text(held, head, min(most, sum(head.letters)))
    found: dict[str, str] = {}
    start = 0
    for kind, count in zip(_ORDER, head.letters, strict=False):
        story = text[start : start + count]
        start += count
        if kind in _CHECKED and _WORDS.search(shown(story)):
            found[kind] = f"{found.get(kind, '')}\r{story}"
    if _DRAWN.search(text, 0, head.letters[0]):
        found["pictures"] = ""
    said = {kind: shown(story) for kind, story in found.items()}
    if "headers" in said:
        # Each section has headers of its own, which mostly say the same.
        said["headers"] = "\n".join(dict.fromkeys(said["headers"].splitlines()))
    return said


def _text(held: olefile.OleFileIO, head: Head, most: int) -> str:
    if head.plain is not None:
        first, last = head.plain
        return head.stream[first : min(last, first + most)].decode("cp1252", "replace")
    if head.table is None:
        return ""
    try:
        table = held.openstream("1Table" if head.second_table else "0Table").read()
        return "".join(_pieces(head.stream, table[head.table[0] : sum(head.table)], most))
    except (OSError, struct.error, ValueError, TypeError, IndexError):
        return ""


def _pieces(stream: bytes, table: bytes, most: int) -> Iterator[str]:
    """Yields the text piece by piece, no more than so many letters."""
    at = 0
    while table[at : at + 1] == b"\x01":  # changes of formats stand before the pieces
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    if table[at : at + 1] != b"\x02":
        return
    size = struct.unpack_from("<I", table, at + 1)[0]
    count = (min(size, len(table)) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table, at + 5)
    for number in range(count):
        letters = min(places[number + 1] - places[number], most)
        if letters <= 0:
            continue
        most -= letters
        where = struct.unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * number + 2)[0]
        if where & _EIGHT_BIT:
            start = (where & ~_EIGHT_BIT) // 2
            yield stream[start : start + letters].decode("cp1252", "replace")
        else:
            yield stream[where : where + 2 * letters].decode("utf-16-le", "replace")


def shown(story: str) -> str:
    """Leaves out what Word does not show: codes of fields, marks, soft hyphens. Lines end in a line feed."""
    kept: list[str] = []
    codes: list[bool] = []
    for piece in re.split("([\x13-\x15])", story):
        if piece == _FIELD:
            codes.append(True)
        elif piece == _RESULT and codes:
            codes[-1] = False
        elif piece == _END and codes:
            codes.pop()
        elif not any(codes):
            kept.append(piece)
    return "".join(kept).replace("\x1e", "-").translate(_MARKS)


_MARKS = {**dict.fromkeys(range(0x20), " "), 0x1F: None, 0x0D: "\n", 0x0B: "\n", 0x0C: "\n", 0x07: "\n", 0xAD: None}


def lacking(said: Mapping[str, str], came: str) -> tuple[str, ...]:
    """Names the stories of which too few words came out.

    Args:
        said: the text of each story, as `stories` gives it.
        came: the text that came out of the conversion.
    """
    there = Counter(_words(came))
    missing = []
    for kind, text in said.items():
        wanted = Counter(_words(text))
        found = (wanted & there).total()
        if found < (WHOLE if wanted.total() >= MANY else HALF) * wanted.total():
            missing.append(kind)
    return tuple(missing)


WHOLE, HALF, MANY = 0.8, 0.5, 25
"""Share of the words of a story below which it is missing, of many words and of few: numbers of pages and dates in
headers are worked out anew by whoever shows them."""


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
