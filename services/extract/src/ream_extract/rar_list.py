# SPDX-License-Identifier: Apache-2.0
"""Decides which files a RAR archive lists (versions 1.5 to 4, and 5), by a walk of our own over its blocks."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ream_extract.reading import Unreadable
from ream_extract.seven_zip import Listed

NEW = b"Rar!\x1a\x07\x01\x00"
HEADER = 2 << 20
"""Bytes of one block's head: more than the format allows."""
_MAIN, _FILE, _LOCKED = 1, 2, 4
_OLD_MAIN, _OLD_FILE, _OLD_END = 0x73, 0x74, 0x7B
_OLD_HEAD = struct.Struct("<HBHH")
_OLD_FILE_HEAD = struct.Struct("<IIBIIBBHI")
_OLD_MAIN_BYTES = 6
_LOST = "The archive is cut off or broken before its end."
LOCKED = "unsupported-encryption"
"""Cause of what is encrypted: nothing permissive decrypts RAR, so that naming a password would not help."""
_ENCRYPTED = "The list of files is encrypted; RAR is not opened here, also with a password: pack it anew as 7Z or ZIP."


@dataclass(frozen=True, slots=True)
class Walk:
    """What the blocks say."""

    files: list[Listed]
    whole: bool
    """The archive goes to its end, and is not one of several volumes that belong together."""


@dataclass(slots=True)
class _State:
    whole: bool = False


def walk(path: Path) -> Walk:
    """Lists the files of an archive as far as it can be read.

    Raises:
        Unreadable: the list is encrypted, or there is none.
    """
    state = _State()
    with path.open("rb") as held:
        is_new = held.read(8) == NEW
        held.seek(8 if is_new else 7)
        files = list((_new if is_new else _old)(held, path.stat().st_size, state))
    if not files and not state.whole:
        raise Unreadable("damaged", _LOST)
    return Walk(files, state.whole)


def _old(held: BinaryIO, end: int, state: _State) -> Iterator[Listed]:
    place = 0
    while len(head := held.read(_OLD_HEAD.size)) == _OLD_HEAD.size:
        _, kind, flags, size = _OLD_HEAD.unpack(head)
        rest = held.read(size - _OLD_HEAD.size) if size >= _OLD_HEAD.size else b""
        if len(rest) != size - _OLD_HEAD.size or not _is_sound(head, kind, flags, rest):
            return
        if kind == _OLD_MAIN and flags & 0x80:
            raise Unreadable(LOCKED, _ENCRYPTED)
        packed = int.from_bytes(rest[:4], "little") if flags & 0x8000 or kind == _OLD_FILE else 0
        if kind == _OLD_FILE:
            if len(rest) < _OLD_FILE_HEAD.size + 8 * bool(flags & 0x100):
                return
            file, more = _old_file(rest, flags, place)
            packed += more << 32
            place += 1
            if file is not None:
                yield file
        elif kind == _OLD_END:
            state.whole = not flags & 1
            return
        if packed > end - held.tell():
            return
        held.seek(packed, 1)
    state.whole = held.tell() == end and not head  # the oldest have no block that says so


def _is_sound(head: bytes, kind: int, flags: int, rest: bytes) -> bool:
    """Compares the checksum of a block's head; of those that hold a comment it covers what stands before that."""
    covered = {len(rest)}
    if kind == _OLD_MAIN and flags & 2:
        covered.add(_OLD_MAIN_BYTES)
    elif kind == _OLD_FILE and flags & 8 and len(rest) >= _OLD_FILE_HEAD.size:
        named = _OLD_FILE_HEAD.unpack_from(rest)[7]
        covered.add(_OLD_FILE_HEAD.size + 8 * bool(flags & 0x100) + named + 8 * bool(flags & 0x400))
    wanted = int.from_bytes(head[:2], "little")
    return any(zlib.crc32(head[2:] + rest[:end]) & 0xFFFF == wanted for end in covered)


def _old_file(rest: bytes, flags: int, place: int) -> tuple[Listed | None, int]:
    """Returns a file, None for a folder or a link, and the upper half of its packed size."""
    _, size, host, crc, _, _, _, named, attributes = _OLD_FILE_HEAD.unpack_from(rest)
    at, more = _OLD_FILE_HEAD.size, 0
    if flags & 0x100:
        more, above = struct.unpack_from("<2I", rest, at)
        size |= above << 32
        at += 8
    is_link = host == 3 and (attributes & 0o170000) == 0o120000
    if flags & 0xE0 == 0xE0 or is_link:
        return None, more
    name = rest[at : at + named].partition(b"\x00")[0].decode("utf-8", "replace")
    cause = LOCKED if flags & 4 else "damaged" if flags & 3 else None
    return Listed(place, name, size, crc, cause), more


def _new(held: BinaryIO, end: int, state: _State) -> Iterator[Listed]:
    place = 0
    while len(crc := held.read(4)) == 4:
        head = _head(held, int.from_bytes(crc, "little"))
        if head is None:
            return
        kind, flags = head.number(), head.number()
        if head.short:
            return
        extra = head.number() if flags & 1 else 0
        packed = head.number() if flags & 2 else 0
        if kind == _LOCKED:
            raise Unreadable(LOCKED, _ENCRYPTED)
        if kind == _FILE:
            file = _new_file(head, flags, extra, place)
            place += 1
            if head.short:
                return
            if file is not None:
                yield file
        elif kind == 5:
            state.whole = not head.number() & 1
            return
        if packed > end - held.tell():
            return
        held.seek(packed, 1)


def _new_file(head: "_Numbers", flags: int, extra: int, place: int) -> Listed | None:
    kind, size, _ = head.number(), head.number(), head.number()
    head.take(4 if kind & 2 else 0)
    crc = int.from_bytes(head.take(4), "little") if kind & 4 else None
    head.number()
    head.number()
    name = head.take(head.number()).decode("utf-8", "replace")
    records = _records(head, extra)
    if kind & 1 or 5 in records:
        return None
    cause = LOCKED if 1 in records else "damaged" if flags & 0x18 else None
    return Listed(place, name, size, crc, cause)


def _records(head: "_Numbers", extra: int) -> frozenset[int]:
    """Returns the kinds of what is said besides of a file: 1 that it is encrypted, 5 that it is a link."""
    inner = _Numbers(head.take(extra))
    found = set()
    while not inner.done:
        size = inner.number()
        found.add(_Numbers(inner.take(size)).number())
    return frozenset(found)


def _head(held: BinaryIO, crc: int) -> "_Numbers | None":
    raw = held.read(3)
    size = _Numbers(raw)
    length = size.number()
    if size.short or length > HEADER:
        return None
    held.seek(size.at - len(raw), 1)
    data = held.read(length)
    sound = len(data) == length and zlib.crc32(raw[: size.at] + data) == crc
    return _Numbers(data) if sound else None


class _Numbers:
    """Bytes read from the front; where there are too few, `short` says so and zeros stand for them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        self.short = False

    @property
    def done(self) -> bool:
        return self.short or self.at >= len(self._data)

    def take(self, size: int) -> bytes:
        taken = self._data[self.at : self.at + size]
        self.short |= len(taken) != size
        self.at += len(taken)
        return taken

    def number(self) -> int:
        """Reads a number of seven bits a byte, the lowest first."""
        value = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)
            if not byte:
                return 0
            value |= (byte[0] & 0x7F) << shift
            if byte[0] < 0x80:
                return value
        self.short = True
        return 0
