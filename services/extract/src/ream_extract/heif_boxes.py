# SPDX-License-Identifier: Apache-2.0
"""Decides how many pictures a HEIF file shows, by a walk of our own over its boxes; nothing is decoded."""

import struct
from collections.abc import Iterator
from pathlib import Path

_DIRECTORY = 16 << 20
"""Bytes of the box that lists the pictures."""
_CODED = frozenset({b"hvc1", b"grid", b"iden", b"iovl", b"av01", b"jpeg", b"unci"})
_BELONGS = frozenset({b"thmb", b"auxl"})
"""A picture that is so related to another belongs to it: thumbnails, depth, transparency."""


def pictures(path: Path) -> int:
    """Counts the pictures that a program shows; 0 where the list cannot be read."""
    try:
        meta = _meta(path)
        if meta is None:
            return 0
        shown: set[int] = set()
        belonging: set[int] = set()
        for kind, inner in _boxes(meta[4:]):
            if kind == b"iinf":
                shown |= set(_listed(inner))
            elif kind == b"iref":
                belonging |= set(_related(inner))
        return len(shown - belonging)
    except (struct.error, IndexError):
        return 0


def _meta(path: Path) -> bytes | None:
    end = path.stat().st_size
    with path.open("rb") as held:
        while held.tell() + 8 <= end:
            size, kind = struct.unpack(">I4s", held.read(8))
            head = 8
            if size == 1:
                size, head = struct.unpack(">Q", held.read(8))[0], 16
            if kind == b"meta":
                return held.read(min(size - head if size else end, _DIRECTORY))
            if size < head or size - head > end - held.tell():
                return None
            held.seek(size - head, 1)
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = size or len(data) - at
        if size < head:
            return
        yield kind, data[at + head : at + size]
        at += size


def _listed(inner: bytes) -> Iterator[int]:
    """Yields the numbers of pictures that are not hidden: tiles of a larger one are."""
    entries = inner[6 if inner[0] == 0 else 8 :]
    for kind, entry in _boxes(entries):
        if kind == b"infe" and entry[0] >= 2:
            hidden = entry[3] & 1
            number, at = (struct.unpack_from(">H", entry, 4)[0], 8) if entry[0] == 2 else _wide(entry)
            if not hidden and entry[at : at + 4] in _CODED:
                yield number


def _wide(entry: bytes) -> tuple[int, int]:
    return struct.unpack_from(">I", entry, 4)[0], 10


def _related(inner: bytes) -> Iterator[int]:
    wide = inner[0] > 0
    for kind, entry in _boxes(inner[4:]):
        if kind in _BELONGS:
            yield struct.unpack_from(">I" if wide else ">H", entry)[0]
