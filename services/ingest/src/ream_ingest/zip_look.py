# SPDX-License-Identifier: Apache-2.0
"""Decides what a zip archive says that it is, from its directory, in memory that no archive can choose."""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

DIRECTORY = 16 << 20
"""Bytes of a directory above which the file is a zip and nothing more is asked: no document has so many parts."""
CONTENT_TYPES = 2 << 20
"""Bytes of the list of content types that are read."""

_MIMETYPE, _TYPES, _JAVA = b"mimetype", b"[Content_Types].xml", b"META-INF/MANIFEST.MF"
_ZIP, _OPC = "application/zip", "application/vnd.openxmlformats-officedocument."
_OPC_TYPES = (
    (b"ms-word.document.macroenabled.main", "application/vnd.ms-word.document.macroenabled.12"),
    (b"ms-word.template.macroenabledtemplate.main", "application/vnd.ms-word.template.macroenabled.12"),
    (b"wordprocessingml.template.main", f"{_OPC}wordprocessingml.template"),
    (b"wordprocessingml.document.main", f"{_OPC}wordprocessingml.document"),
    (b"ms-excel.sheet.binary.macroenabled.main", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    (b"ms-excel.sheet.macroenabled.main", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (b"ms-excel.template.macroenabled.main", "application/vnd.ms-excel.template.macroenabled.12"),
    (b"spreadsheetml.template.main", f"{_OPC}spreadsheetml.template"),
    (b"spreadsheetml.sheet.main", f"{_OPC}spreadsheetml.sheet"),
    (b"ms-powerpoint.presentation.macroenabled.main", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    (b"ms-powerpoint.slideshow.macroenabled.main", "application/vnd.ms-powerpoint.slideshow.macroenabled.12"),
    (b"presentationml.slideshow.main", f"{_OPC}presentationml.slideshow"),
    (b"presentationml.template.main", f"{_OPC}presentationml.template"),
    (b"presentationml.presentation.main", f"{_OPC}presentationml.presentation"),
    (b"ms-visio.drawing.main", "application/vnd.ms-visio.drawing"),
)
_OPC_FOLDERS = (
    (b"word/document", f"{_OPC}wordprocessingml.document"),
    (b"xl/workbook", f"{_OPC}spreadsheetml.sheet"),
    (b"ppt/presentation", f"{_OPC}presentationml.presentation"),
)
_SAID = re.compile(r"application/(epub\+zip|vnd\.oasis\.opendocument\.[a-z0-9.+-]{1,60})")

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCATOR_BYTES = 20
_FULL = 0xFFFFFFFF
_FAR = 1 << 40  # places behind it are refused by some file systems and held by no file
_STORED, _DEFLATED = 0, 8
_PIECE = 64 << 10


class _Damaged(Exception):
    """It is no archive to its end: its start says what can be said."""


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the directory lies, and how far everything lies behind where it says it does."""

    start: int
    size: int
    shift: int


@dataclass(frozen=True, slots=True)
class _Member:
    """Where a member lies."""

    method: int
    packed: int
    place: int


def look(held: BinaryIO, head: bytes) -> str:
    """Returns the media type of a seekable file that begins like a zip archive; hostile bytes never raise.

    Args:
        held: the file.
        head: its first bytes, which are believed where it has no readable directory (a file that was cut off).

    Raises:
        OSError: the file cannot be read.
    """
    try:
        directory = _directory(held)
        if directory.size > DIRECTORY:
            return _ZIP
        return _told(held, directory)
    except (_Damaged, struct.error, zlib.error):
        return next((media_type for mark, media_type in _OPC_FOLDERS if mark in head), _ZIP)


def _directory(held: BinaryIO) -> _Directory:
    """Finds the directory by the record at the end, or by the wide one before it, which counts where there is one."""
    size = held.seek(0, io.SEEK_END)
    start = max(0, size - (64 << 10) - _END.size)
    tail = _bytes(held, start, size - start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise _Damaged
    *_, length, place, _ = _END.unpack_from(tail, at)
    end = start + at
    if end >= _LOCATOR_BYTES + _END64.size:
        wide = _bytes(held, end - _LOCATOR_BYTES - _END64.size, _END64.size + 4)
        if wide.startswith(b"PK\x06\x06") and wide.endswith(b"PK\x06\x07"):
            *_, length, place = _END64.unpack_from(wide)
            end -= _LOCATOR_BYTES + _END64.size
    begin = end - length
    if begin < 0 or place > begin:
        raise _Damaged
    return _Directory(begin, length, begin - place)


def _told(held: BinaryIO, directory: _Directory) -> str:
    found = dict(_wanted(_bytes(held, directory.start, directory.size), directory.shift))
    if _MIMETYPE in found:
        said = _beginning(held, found[_MIMETYPE], 100).strip().decode("ascii", "replace").lower()
        if _SAID.fullmatch(said):
            return said
    if _TYPES in found:
        # Some writers use UTF-16.
        types = _beginning(held, found[_TYPES], CONTENT_TYPES).replace(b"\x00", b"").lower()
        return next((media_type for mark, media_type in _OPC_TYPES if mark in types), _ZIP)
    return "application/java-archive" if _JAVA in found else _ZIP


def _wanted(entries: bytes, shift: int) -> Iterator[tuple[bytes, _Member]]:
    """Reads the directory entry by entry and yields the members that tell what an archive is."""
    at = 0
    while at < len(entries):
        mark, _, _, _, method, _, _, _, packed, size, named, extra, comment, *_, place = _ENTRY.unpack_from(entries, at)
        if mark != b"PK\x01\x02":
            raise _Damaged
        behind = at + _ENTRY.size
        name = entries[behind : behind + named]
        if name in (_MIMETYPE, _TYPES, _JAVA):
            fields = entries[behind + named : behind + named + extra]
            packed, place = _widened(fields, size, packed, place)
            yield name, _Member(method, packed, place + shift)
        at = behind + named + extra + comment


def _widened(extra: bytes, size: int, packed: int, place: int) -> tuple[int, int]:
    """Takes the numbers that are too large for their fields, or written as if they were, from the extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            numbers = iter(struct.unpack_from(f"<{min(length, 24) // 8}Q", extra, at + 4))
            _, packed, place = (next(numbers, 0) if one == _FULL else one for one in (size, packed, place))
            break
        at += 4 + length
    return packed, place


def _beginning(held: BinaryIO, member: _Member, size: int) -> bytes:
    """Unpacks at most `size` bytes of a member, reading no more than twice as many."""
    mark, *_, named, extra = _LOCAL.unpack(_bytes(held, member.place, _LOCAL.size))
    if mark != b"PK\x03\x04":
        raise _Damaged
    packed = _bytes(held, member.place + _LOCAL.size + named + extra, min(member.packed, 2 * size + _PIECE))
    if member.method == _STORED:
        return packed[:size]
    if member.method != _DEFLATED:
        raise _Damaged
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)


def _bytes(held: BinaryIO, place: int, size: int) -> bytes:
    if place >= _FAR:
        raise _Damaged
    held.seek(place)
    return held.read(size)
