# SPDX-License-Identifier: Apache-2.0
"""Decides by one pass over the bytes of a PDF whether its pages need a second look, which costs far more than this.

Nothing is concluded from it but that: a stream that is damaged may belong to no page, and an encrypted one looks so.
"""

import mmap
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ream_extract.pdf_packed import Unknown, inflate, unpacked

MOST = 1 << 30
"""Bytes that are unpacked of one file; of more, each page gets its second look."""
PLAIN = 16 << 20
"""Size of a stream, packed twice, that is looked into at once."""
HEAD = 4_096
"""Bytes before a stream in which its dictionary begins."""

_STREAM = re.compile(rb"(?<!d)stream\r?\n")
_PACKED = re.compile(rb"/F(?:ilter)?\s*\[?\s*(/[A-Za-z0-9]+)\s*(/[A-Za-z0-9]+)?")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R)")
_NO_CONTENT = re.compile(rb"/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType|XML)|/Length1\b")
"""Pictures and fonts: large, and none of them is what a page says in words."""
_OBJECTS = re.compile(rb"/ObjStm\b")
_UPRIGHT = re.compile(rb"/Encoding\s*/(?:[\w-]+-)?V\b")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a look at pages may find."""

    damaged: bool = False
    """Something is packed that does not come out whole, or that cannot be told here."""
    upright: bool = False
    """Text is set in columns, from top to bottom."""


def suspicion(path: Path) -> Suspicion:
    """Looks through a file, once for all of its pages."""
    told = path.stat()
    return _looked(path, told.st_ino, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=1)
def _looked(path: Path, *identity: int) -> Suspicion:
    del identity
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file
            return Suspicion()
        with data:
            return _through(data)


def _through(data: mmap.mmap) -> Suspicion:
    damaged = data.find(b"/Encrypt") >= 0
    upright = _UPRIGHT.search(data) is not None
    place, left = 0, MOST
    while not damaged and (found := _STREAM.search(data, place)) is not None:
        start = place = found.end()
        head = _head(data, found.start())
        length = _LENGTH.search(head)
        end = start + int(length[1]) if length else start
        known = length is not None and b"endstream" in data[end : end + 20]
        packed = _PACKED.search(head)
        if packed is None or _NO_CONTENT.search(head):
            place = end if known else start
            continue
        names = [name.decode() for name in packed.groups() if name]
        if _OBJECTS.search(head) and known:
            whole, out = _unpacked(data[start:end], names)
            upright = upright or _UPRIGHT.search(out) is not None
            left -= len(out)
        elif names[0] in ("/FlateDecode", "/Fl"):
            whole, place, size = inflate(data, start, left)
            left -= size
        else:
            whole, _ = _unpacked(data[start:end] if known and end - start <= PLAIN else b"", names)
        place = max(place, end) if known else place
        damaged = not whole or left <= 0
    return Suspicion(damaged, upright)


def _head(data: mmap.mmap, end: int) -> bytes:
    """Returns the dictionary of a stream, or as much of it as is looked at."""
    head = data[max(0, end - HEAD) : end]
    return head[max(0, head.rfind(b" obj")) :]


def _unpacked(data: bytes, names: list[str]) -> tuple[bool, bytes]:
    try:
        out, whole = unpacked(data, names)
    except (Unknown, ValueError):
        return False, b""
    return whole and bool(data), out
