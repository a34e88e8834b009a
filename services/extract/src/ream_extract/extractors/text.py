# SPDX-License-Identifier: Apache-2.0
"""Decides how plain text is read: in any encoding, in pieces of about 64 KiB that end at the end of a line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ream_extract.encoding import Encoding, decode, detect
from ream_extract.reading import Item, Method, Plan, Source, UnitRead, UnitRun
from ream_extract.text_clean import tidy

PIECE = 64 << 10
"""Bytes of one unit, before its end is moved to the end of a line."""
REACH = 16 << 10
"""How far the end of a line is looked for before the piece is cut anywhere."""
HEAD = 1 << 20
"""Bytes from which the encoding is found."""
_PARTING = re.compile(r"(?<=\S)\x00+(?=\S)")
"""Zeros that part words: fields of fixed length, and lists of other programs."""
_LETTERS = bytes(byte for byte in range(128) if chr(byte).isalnum())
_LEADS = bytes((*range(0xC4, 0xCB), 0xD0, 0xD1, 0xD3, *range(0xE5, 0xEA), 0xEB, 0xEC))
"""First bytes, in UTF-8, of characters that are all letters: Latin, Cyrillic, Chinese, Korean."""


class TextExtractor:
    """Reads plain text and whatever else is text."""

    name = "text"
    version = "3"
    media_types = ("text/plain", "text/*", "application/yaml")
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts pieces by the size of the file alone; a file of 0 bytes has none."""
        size = source.path.stat().st_size
        with source.path.open("rb") as held:
            encoding = _encoding(held)
        pieces = -(-(size - encoding.mark) // PIECE)
        units = (UnitRun("body", pieces),) if pieces > 0 else ()
        return Plan(units, {"encoding": encoding.name, "encoding_confidence": str(encoding.confidence)})

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the pieces."""
        with source.path.open("rb") as held:
            encoding = _encoding(held)
            for unit in range(first, last + 1):
                start, end = _cut(held, encoding, unit - 1), _cut(held, encoding, unit)
                held.seek(start)
                data = held.read(max(0, end - start))
                text, confidence = decode(data, encoding)
                text = tidy(_PARTING.sub(" ", text))
                method: Method = "plain" if text.strip() else "none"
                fits = confidence == encoding.confidence
                counted = letters_in(data, encoding.name) if fits else None
                yield UnitRead(unit, "body", text, method, confidence, counted=counted)


def letters_in(data: bytes, encoding: str) -> int | None:
    """Counts bytes that can be nothing but letters or digits, without decoding; None where bytes alone do not tell."""
    if encoding == "utf-8":
        return len(data) - len(data.translate(None, _LETTERS + _LEADS))
    if encoding in ("utf-16-le", "utf-16-be"):
        low = encoding.endswith("be")
        return sum(one in _LETTERS and not other for one, other in zip(data[low::2], data[not low :: 2], strict=False))
    if encoding.startswith(("cp12", "iso8859", "koi8", "latin")):
        return len(data) - len(data.translate(None, _LETTERS))
    return None


def _encoding(held: BinaryIO) -> Encoding:
    held.seek(0)
    head = held.read(HEAD)
    return detect(head, whole=len(head) < HEAD)


def _cut(held: BinaryIO, encoding: Encoding, number: int) -> int:
    """Returns where the piece of this number (from 0) begins: after the first line end behind its share of bytes."""
    if number == 0:
        return encoding.mark
    share = encoding.mark + number * PIECE
    held.seek(share)
    near = held.read(REACH)
    for end in ("\n", "\r", " "):
        mark = end.encode(encoding.name if encoding.width > 1 else "ascii")
        at = near.find(mark)
        while at >= 0 and at % encoding.width:
            at = near.find(mark, at + 1)
        if at >= 0:
            return share + at + len(mark)
    # One word longer than the reach: UTF-8 says itself where a character begins, others are cut at their width.
    skip = 0
    while encoding.name == "utf-8" and skip < min(3, len(near)) and 0x80 <= near[skip] < 0xC0:
        skip += 1
    return share + skip


EXTRACTOR = TextExtractor()
