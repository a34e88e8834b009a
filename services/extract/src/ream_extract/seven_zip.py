# SPDX-License-Identifier: Apache-2.0
"""Decides which files a 7Z archive lists, by a reading of its header of our own: names, sizes and checksums."""

import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ream_extract.reading import Unreadable

HEADER = 64 << 20
"""Bytes of a header: names and sizes of files, of which a hundred thousand take a few megabytes."""
_START = 32
_LINK = 0o120000
_UNIX = 0x8000
_AES = bytes.fromhex("06f10701")
_END, _HEADER, _PACK, _UNPACK, _PARTS, _FILES, _PACKED_HEADER = 0, 1, 6, 7, 8, 5, 0x17
_SIZES, _DIGESTS, _FOLDERS, _CODER_SIZES, _COUNTS, _EMPTY, _EMPTY_FILE, _NAMES, _ATTRIBUTES = (
    9, 10, 11, 12, 13, 14, 15, 17, 21,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as an archive's own list has it; folders and links are none."""

    place: int
    """Among all entries, folders and links too, from 0."""
    name: str
    size: int
    crc: int | None
    cause: str | None = None
    """Why it cannot be had, where the list says so already."""


@dataclass(slots=True)
class _Folder:
    """One run of packed bytes: how it is unpacked, and what comes out."""

    coders: list[tuple[bytes, bytes]]
    main: int
    """Which of the streams that come out is the last one's."""
    outs: int
    size: int = 0
    crc: int | None = None
    parts: int = 1


@dataclass(slots=True)
class _Streams:
    position: int
    packed: list[int]
    folders: list[_Folder]
    parts: list[tuple[int, int | None]]
    """Size and checksum of each file that has bytes."""


class _Broken(Exception):
    """The header does not say what a header says."""


def listed(path: Path) -> list[Listed]:
    """Lists the files of an archive.

    Raises:
        Unreadable: the list is encrypted, damaged or larger than any honest one.
    """
    try:
        with path.open("rb") as held:
            return list(_files(_Bytes(_header(held))))
    except (_Broken, lzma.LZMAError, IndexError, UnicodeError) as failure:
        raise Unreadable("damaged", "The archive's list of files is cut off or broken.") from failure


def _header(held: BinaryIO) -> bytes:
    start = _Bytes(held.read(_START))
    start.take(12)
    offset, size, crc = start.fixed(8), start.fixed(8), start.fixed(4)
    if not size:
        return bytes((_HEADER, _END))
    data = _part(held, _START + offset, size)
    if zlib.crc32(data) != crc:
        raise _Broken
    while data[0] == _PACKED_HEADER:
        inner = _Bytes(data)
        inner.take(1)
        data = _unpacked(held, _streams(inner))
    return data


def _part(held: BinaryIO, offset: int, size: int) -> bytes:
    if size > HEADER:
        raise Unreadable("bomb", "The archive's list of files is larger than any honest one.")
    if offset >= 1 << 62:
        raise _Broken
    held.seek(offset)
    data = held.read(size)
    if len(data) != size:
        raise _Broken
    return data


def _unpacked(held: BinaryIO, streams: _Streams) -> bytes:
    folder, size = streams.folders[0], streams.packed[0]
    if any(coder == _AES for coder, _ in folder.coders):
        raise Unreadable("encrypted", "The archive's list of files is encrypted, and nobody gave the password.")
    if folder.size > HEADER:
        raise Unreadable("bomb", "The archive's list of files is larger than any honest one.")
    packed = _part(held, _START + streams.position, size)
    if len(folder.coders) != 1:
        raise _Broken
    data = _decoded(*folder.coders[0], packed, folder.size)
    if len(data) != folder.size or not data or (folder.crc is not None and zlib.crc32(data) != folder.crc):
        raise _Broken
    return data


def _decoded(coder: bytes, properties: bytes, packed: bytes, size: int) -> bytes:
    if coder == b"\x00":
        return packed[:size]
    # The list is all that is unpacked here: a dictionary need not be larger than it.
    dictionary = max(4096, size)
    if coder == b"\x03\x01\x01":
        rest, lc = divmod(properties[0], 9)
        pb, lp = divmod(rest, 5)
        one = {"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}
    elif coder == b"\x21":
        one = {"id": lzma.FILTER_LZMA2, "dict_size": dictionary}
    else:
        raise _Broken
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[one]).decompress(packed, size)
    except ValueError as failure:
        raise _Broken from failure


def _files(header: "_Bytes") -> Iterator[Listed]:
    if header.take(1)[0] != _HEADER:
        raise _Broken
    streams = _Streams(0, [], [], [])
    while (kind := header.number()) != _END:
        if kind == 4:
            streams = _streams(header)
        elif kind == _FILES:
            yield from _named(header, streams)
        else:
            raise _Broken


def _streams(header: "_Bytes") -> _Streams:
    streams = _Streams(0, [], [], [])
    divided = False
    while (kind := header.number()) != _END:
        if kind == _PACK:
            streams.position, count = header.number(), header.count()
            for inner in header.kinds():
                if inner == _SIZES:
                    streams.packed = [header.number() for _ in range(count)]
                elif inner == _DIGESTS:
                    header.digests(count)
        elif kind == _UNPACK:
            _folders(header, streams)
        elif kind == _PARTS:
            _parts(header, streams)
            divided = True
        else:
            raise _Broken
    if not divided:
        streams.parts = [(folder.size, folder.crc) for folder in streams.folders]
    return streams


def _folders(header: "_Bytes", streams: _Streams) -> None:
    for kind in header.kinds():
        if kind == _FOLDERS:
            count = header.count()
            if header.take(1)[0]:
                raise _Broken
            streams.folders = [_folder(header) for _ in range(count)]
        elif kind == _CODER_SIZES:
            for folder in streams.folders:
                folder.size = [header.number() for _ in range(folder.outs)][folder.main]
        elif kind == _DIGESTS:
            for folder, crc in zip(streams.folders, header.digests(len(streams.folders)), strict=True):
                folder.crc = crc


def _folder(header: "_Bytes") -> _Folder:
    coders: list[tuple[bytes, bytes]] = []
    ins = outs = 0
    for _ in range(header.count()):
        flags = header.take(1)[0]
        coder = header.take(flags & 0x0F)
        ins += header.count() if flags & 0x10 else 1
        outs += header.count() if flags & 0x10 else 1
        coders.append((coder, header.take(header.number()) if flags & 0x20 else b""))
    pairs = max(0, outs - 1)
    bound = set()
    for _ in range(pairs):
        header.number()
        bound.add(header.number())
    if ins - pairs > 1:
        for _ in range(ins - pairs):
            header.number()
    main = next((out for out in range(outs) if out not in bound), None)
    if main is None:
        raise _Broken
    return _Folder(coders, main, outs)


def _parts(header: "_Bytes", streams: _Streams) -> None:
    """Reads how each run of bytes is divided into files."""
    sizes: list[list[int]] | None = None
    digests: list[int | None] = []
    for kind in header.kinds():
        if kind == _COUNTS:
            for folder in streams.folders:
                folder.parts = header.number()
        elif kind == _SIZES:
            sizes = [[header.number() for _ in range(folder.parts - 1)] for folder in streams.folders]
        elif kind == _DIGESTS:
            unknown = sum(one.parts for one in streams.folders if one.parts != 1 or one.crc is None)
            digests = header.digests(unknown)
    given = iter(digests)
    for number, folder in enumerate(streams.folders):
        if folder.parts == 1 and folder.crc is not None:
            streams.parts.append((folder.size, folder.crc))
        elif folder.parts:
            first = sizes[number] if sizes is not None else []
            if len(first) != folder.parts - 1 or sum(first) > folder.size:
                raise _Broken
            streams.parts += [(size, next(given, None)) for size in (*first, folder.size - sum(first))]


def _named(header: "_Bytes", streams: _Streams) -> Iterator[Listed]:
    count = header.count()
    empty, empty_files, attributes = [False] * count, list[bool](), [0] * count
    names: list[str] = []
    while (kind := header.number()) != _END:
        inner = _Bytes(header.take(header.number()))
        if kind == _EMPTY:
            empty = inner.bits(count)
        elif kind == _EMPTY_FILE:
            empty_files = inner.bits(sum(empty))
        elif kind == _NAMES:
            inner.take(1)
            names = inner.rest().decode("utf-16-le").split("\x00")
        elif kind == _ATTRIBUTES:
            given = [True] * count if inner.take(1)[0] else inner.bits(count)
            inner.take(1)
            attributes = [inner.fixed(4) if one else 0 for one in given]
    files, parts = iter(empty_files), iter(streams.parts)
    for place in range(count):
        is_file = next(files, False) if empty[place] else True
        size, crc = (0, None) if empty[place] else next(parts, (0, None))
        is_link = attributes[place] & _UNIX and (attributes[place] >> 16) & 0o170000 == _LINK
        if is_file and not is_link:
            yield Listed(place, names[place] if place < len(names) else "", size, crc)


class _Bytes:
    """Bytes that are read from the front; more than there are is an error."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise _Broken
        self._at += size
        return taken

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._at)

    def fixed(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def number(self) -> int:
        """Reads a number whose first byte says by its leading ones how many follow."""
        first = self.take(1)[0]
        more = 0
        while more < 8 and first & (0x80 >> more):
            more += 1
        low = self.fixed(more)
        return low if more >= 7 else low + ((first & (0x7F >> more)) << (8 * more))

    def count(self) -> int:
        """Reads how many of something follow: each takes a bit at least."""
        count = self.number()
        if count > 8 * len(self._data):
            raise _Broken
        return count

    def bits(self, count: int) -> list[bool]:
        data = self.take(-(-count // 8))
        return [bool(data[place // 8] & (0x80 >> place % 8)) for place in range(count)]

    def digests(self, count: int) -> list[int | None]:
        given = [True] * count if self.take(1)[0] else self.bits(count)
        return [self.fixed(4) if one else None for one in given]

    def kinds(self) -> Iterator[int]:
        """Yields the kinds of what follows, up to the end of its group."""
        while (kind := self.number()) != _END:
            yield kind
