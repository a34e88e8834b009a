# SPDX-License-Identifier: Apache-2.0
"""Decides how streams become an OLE file of their own: sectors of 512 bytes, and no streams of the short kind."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTOR, _NONE, _END, _TABLE = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALL = 4096
"""Bytes up to which a stream is filled up, not to be of the short kind: what is in it knows its own length."""
_TABLES = 109
"""Sectors of the allocation table that the header names."""
_FOLDER, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class _Node:
    """A folder with what is in it."""

    folders: dict[str, "_Node"] = field(default_factory=dict)
    streams: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Made:
    """What is written: sectors, the chain of each, and the entries of the directory."""

    sectors: list[bytes] = field(default_factory=list)
    chain: list[int] = field(default_factory=list)
    entries: list[bytearray] = field(default_factory=list)

    def put(self, data: bytes) -> int:
        """Writes a stream; returns its first sector."""
        if not data:
            return _END
        first = len(self.sectors)
        pieces = [data[at : at + _SECTOR].ljust(_SECTOR, b"\x00") for at in range(0, len(data), _SECTOR)]
        self.sectors += pieces
        self.chain += [*range(first + 1, first + len(pieces)), _END]
        return first


def ole_file(streams: Mapping[tuple[str, ...], bytes]) -> bytes:
    """Writes an OLE file.

    Args:
        streams: by their path: names of folders, and last their own.

    Raises:
        ValueError: they are too large for the plain form of the format (about 7 MB).
    """
    root = _Node()
    for path, data in streams.items():
        node = root
        for name in path[:-1]:
            node = node.folders.setdefault(name, _Node())
        node.streams[path[-1]] = data
    made = _Made([], [], [_entry("Root Entry", _ROOT, _END, 0)])
    _fill(root, made, 0)
    start = made.put(b"".join(made.entries))
    tables = 1
    while len(made.chain) + tables > tables * _SECTOR // 4:
        tables += 1
    if tables > _TABLES:
        raise ValueError("the streams are larger than can be written")
    first = len(made.sectors)
    chain = made.chain + [_TABLE] * tables
    chain += [_NONE] * (tables * _SECTOR // 4 - len(chain))
    header = bytearray(_SECTOR)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<5H", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9I", header, 40, 0, tables, start, 0, _SMALL, _END, 0, _END, 0)
    struct.pack_into("<109I", header, 76, *range(first, first + tables), *[_NONE] * (_TABLES - tables))
    return bytes(header) + b"".join(made.sectors) + struct.pack(f"<{len(chain)}I", *chain)


def _fill(node: _Node, made: _Made, parent: int) -> None:
    """Writes what is in a folder; its names hang on one another in their order, each to the right of the last."""
    holder, place = parent, 76
    for name in sorted({*node.folders, *node.streams}, key=lambda one: (len(one), one.upper())):
        number = len(made.entries)
        if name in node.folders:
            made.entries.append(_entry(name, _FOLDER, 0, 0))
        else:
            data = node.streams[name]
            data = data.ljust(_SMALL, b"\x00") if data else data
            made.entries.append(_entry(name, _STREAM, made.put(data), len(data)))
        struct.pack_into("<I", made.entries[holder], place, number)
        holder, place = number, 72
        if name in node.folders:
            _fill(node.folders[name], made, number)


def _entry(name: str, kind: int, start: int, size: int) -> bytearray:
    raw = name.encode("utf-16-le")[:62] + b"\x00\x00"
    entry = bytearray(128)
    entry[: len(raw)] = raw
    struct.pack_into("<HBB3I", entry, 64, len(raw), kind, 1, _NONE, _NONE, _NONE)
    struct.pack_into("<IQ", entry, 116, start, size)
    return entry
