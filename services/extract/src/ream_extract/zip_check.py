# SPDX-License-Identifier: Apache-2.0
"""Decides from a zip's directory alone whether its members may be unpacked."""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ream_extract.reading import Limits, Unreadable

SMALL = 8 << 20
"""Size up to which a member may grow by more than the ratio: repetitive XML does."""
DIRECTORY_BYTES_PER_ENTRY = 46 + 1024
ENCRYPTED = 1
_LOCAL_HEADER = 30
MOST_ENTRIES = 1_000_000
_PLAYED = (".mp4", ".m4v", ".mov", ".avi", ".wmv", ".mpg", ".mpeg", ".mkv", ".webm", ".mp3", ".m4a", ".wav", ".wma")
_SHEETS = ("xl/worksheets/", "xl/sharedstrings")
_WIDE_COUNT = 0xFFFF
"""Stands in the narrow record where the number is in the wide one."""
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    OverflowError,
    UnicodeError,
)
"""What zipfile raises on hostile bytes."""


@contextmanager
def opened(path: Path, entries: int) -> Iterator[zipfile.ZipFile]:
    """Opens a zip whose directory is of a size that so many entries can need.

    Raises:
        Unreadable: damaged, or a directory that would fill the memory.
    """
    try:
        if _directory_size(path) > entries * DIRECTORY_BYTES_PER_ENTRY:
            raise Unreadable("bomb", "The directory of the archive is larger than any honest one of its kind.")
        archive = zipfile.ZipFile(path)
    except BROKEN as failure:
        raise Unreadable("damaged", "The archive has no readable directory: it is cut off or overwritten.") from failure
    with archive:
        yield archive


def _tail(path: Path) -> bytes:
    size = path.stat().st_size
    with path.open("rb") as held:
        held.seek(max(0, size - (64 << 10) - 42))
        return held.read()


def _directory_size(path: Path) -> int:
    """Reads the size from the end record: zipfile itself would read the directory first."""
    tail = _tail(path)
    wide = tail.rfind(b"PK\x06\x06")
    if wide >= 0 and len(tail) >= wide + 56:
        return int(struct.unpack_from("<Q", tail, wide + 40)[0])
    end = tail.rfind(b"PK\x05\x06")
    return int(struct.unpack_from("<I", tail, end + 12)[0]) if end >= 0 and len(tail) >= end + 22 else 0


def counted(path: Path) -> int:
    """Reads how many entries the file's end record says there are, which zipfile does not need to list them.

    0 where it does not say; a number beyond `MOST_ENTRIES` is a lie, and must stay one that everybody can hold.
    """
    tail = _tail(path)
    wide = tail.rfind(b"PK\x06\x06")
    if wide >= 0 and len(tail) >= wide + 40:
        return min(MOST_ENTRIES, int(struct.unpack_from("<Q", tail, wide + 32)[0]))
    end = tail.rfind(b"PK\x05\x06")
    count = int(struct.unpack_from("<H", tail, end + 10)[0]) if end >= 0 and len(tail) >= end + 12 else 0
    return 0 if count == _WIDE_COUNT else count


def check_parts(archive: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Returns the parts of an office file by name when all of them together may be unpacked.

    Raises:
        Unreadable: encrypted, doubled names, or too much once unpacked.
    """
    found = archive.infolist()
    parts = {info.filename: info for info in found}
    if len(parts) != len(found):
        raise Unreadable("damaged", "Two parts of the file have one name, so that nobody can say which is meant.")
    if any(map(is_locked, found)):
        raise Unreadable("encrypted", "Parts of the file are encrypted, and nobody gave a password.")
    if len(found) > limits.entries or any(swollen(info, limits.ratio) for info in found) or overlapping(found):
        raise Unreadable("bomb", "The file would become far larger than it is when unpacked; it was left alone.")
    unpacked = [info for info in found if not _stays_packed(info)]
    if sum(info.file_size for info in unpacked) > limits.unpacked_bytes or any(
        info.file_size > (limits.unpacked_bytes if _is_sheet(info) else limits.entry_bytes) for info in unpacked
    ):
        reason = f"A part of the file has more than {limits.entry_bytes} bytes, or all have {limits.unpacked_bytes}."
        raise Unreadable("too-large", f"{reason} It was left alone.")
    return parts


def _stays_packed(info: zipfile.ZipInfo) -> bool:
    """Whether a part is a film or sound, which nobody unpacks here; packed as it is, it hides nothing."""
    played = "/media/" in info.filename.lower() and info.filename.lower().endswith(_PLAYED)
    return played and info.file_size <= 2 * info.compress_size


def _is_sheet(info: zipfile.ZipInfo) -> bool:
    """Whether a part is the cells of a sheet, which are read one after another."""
    return info.filename.lower().startswith(_SHEETS)


def is_locked(info: zipfile.ZipInfo) -> bool:
    """Says whether a member is encrypted."""
    return bool(info.flag_bits & ENCRYPTED)


def overlapping(members: Sequence[zipfile.ZipInfo]) -> frozenset[int]:
    """Returns the places of members that lie in one another: bytes that are unpacked many times over are a bomb.

    A member is at least its header and its packed bytes; what lies between honest members does not matter.
    """
    found: set[int] = set()
    end, before = 0, -1
    for info in sorted(members, key=lambda one: (one.header_offset, -one.compress_size)):
        if info.header_offset < end:
            found |= {before, info.header_offset}
        if (own := info.header_offset + _LOCAL_HEADER + info.compress_size) > end:
            end, before = own, info.header_offset
    return frozenset(found)


def swollen(info: zipfile.ZipInfo, ratio: int) -> bool:
    """Says whether a member claims to grow more than an honest one does."""
    return info.file_size > SMALL and info.file_size > ratio * max(1, info.compress_size)


def read_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Reads a member, never more than its directory entry says.

    Raises:
        Unreadable: it is broken, or longer than it claims.
    """
    try:
        with archive.open(info) as held:
            data = held.read(info.file_size + 1)
    except BROKEN as failure:
        raise Unreadable("damaged", "A part of the file cannot be unpacked: it is cut off or overwritten.") from failure
    if len(data) > info.file_size:
        raise Unreadable("bomb", "A part of the file is longer than its directory says.")
    return data
