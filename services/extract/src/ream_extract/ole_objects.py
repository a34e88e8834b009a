# SPDX-License-Identifier: Apache-2.0
"""Decides which documents are embedded in an OLE file (XLS, PPT), and takes each out as a file of its own."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import olefile  # type: ignore[import-untyped]

from ream_extract.ole_write import ole_file
from ream_extract.text_clean import tidy

_HELD = {"package": "package.bin", "contents": "contents.bin", "\x01ole10native": "object.bin"}
_WHOLE = {"worddocument": ".doc", "workbook": ".xls", "book": ".xls", "powerpoint document": ".ppt"}
LARGEST = 50_000_000
"""Bytes of one object: all of it is written at once."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object, by its folder in the file."""

    folder: str
    stream: str
    """The stream that tells what it is."""
    size: int


def embedded(held: olefile.OleFileIO, prefix: str) -> list[Embedded]:
    """Returns the objects that are documents: folders at the top whose name begins so, in the order of their names."""
    found: dict[str, Embedded] = {}
    sizes: dict[str, int] = {}
    for path in held.listdir(streams=True, storages=False):
        if len(path) >= 2 and path[0].upper().startswith(prefix.upper()):
            sizes[path[0]] = sizes.get(path[0], 0) + int(held.get_size(path))
            if len(path) == 2 and path[1].lower() in {**_HELD, **_WHOLE}:
                found[path[0]] = Embedded(path[0], path[1], 0)
    return [Embedded(one.folder, one.stream, sizes[name]) for name, one in sorted(found.items())]


def taken_out(held: olefile.OleFileIO, one: Embedded) -> tuple[str, bytes] | None:
    """Returns name and bytes of an object; None where they cannot be had whole."""
    kind = one.stream.lower()
    if one.size > LARGEST:
        return None
    try:
        if kind in _WHOLE:
            return f"{one.folder}{_WHOLE[kind]}", ole_file(dict(_below(held, one.folder)))
        data = _whole(held, [one.folder, one.stream])
        return _native(data) if kind == "\x01ole10native" else (f"{one.folder}-{_HELD[kind]}", data)
    except (OSError, ValueError, TypeError, IndexError, KeyError, struct.error, RecursionError):
        return None


def packed_at_top(held: olefile.OleFileIO) -> list[str]:
    """Returns the streams at the top of an OLE file that hold a file, in the order of their names."""
    names = (path[0] for path in held.listdir(streams=True, storages=False) if len(path) == 1)
    return sorted(name for name in names if name.lower() in _HELD)


def unpacked(held: olefile.OleFileIO, stream: str) -> tuple[str, bytes] | None:
    """Returns name and bytes of the file that a stream at the top holds; None where they cannot be had whole."""
    if held.get_size(stream) > LARGEST:
        return None
    try:
        data = _whole(held, [stream])
        return _native(data) if stream.lower() == "\x01ole10native" else (_HELD[stream.lower()], data)
    except (OSError, ValueError, TypeError, IndexError, KeyError, struct.error):
        return None


def _native(data: bytes) -> tuple[str, bytes]:
    """Reads a file that was packed with its name and its places on somebody's disk."""
    at = 6
    name, at = _string(data, at)
    _, at = _string(data, at)
    at += 4
    length = struct.unpack_from("<I", data, at)[0]
    at += 4 + length
    size = struct.unpack_from("<I", data, at)[0]
    if len(data) < at + 4 + size:
        raise ValueError("the file is cut off")
    label = tidy(name.decode("cp1252", "replace")).replace("\\", "/").rsplit("/", 1)[-1][:500]
    return label or "object.bin", data[at + 4 : at + 4 + size]


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.index(b"\x00", at)
    return data[at:end], end + 1


def _below(held: olefile.OleFileIO, folder: str) -> Iterator[tuple[tuple[str, ...], bytes]]:
    for path in held.listdir(streams=True, storages=False):
        if path[0] == folder:
            yield tuple(path[1:]), _whole(held, path)


def _whole(held: olefile.OleFileIO, path: list[str]) -> bytes:
    data = bytes(held.openstream(path).read())
    if len(data) < held.get_size(path):
        raise ValueError("the stream ends before the directory says")
    return data
