# SPDX-License-Identifier: Apache-2.0
"""Decides what comes out of a TAR: each file in it is a unit and becomes a document of its own; links are none."""

import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ream_extract.children import Inside, children
from ream_extract.reading import Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.text_clean import tidy

_BLOCK = 512
_FILES = (b"0", b"\x00", b"7", b"S")
_BROKEN = (tarfile.TarError, OSError, ValueError, EOFError, OverflowError, KeyError)
HELD = 256 << 20
"""Bytes of one file: it is held at once."""


class TarExtractor:
    """Takes apart TAR files."""

    name = "tar"
    version = "1"
    media_types = ("application/x-tar",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts files by a walk of our own over the headers, and by Python's; the larger number is believed."""
        with source.path.open("rb") as held:
            sizes = list(_sizes(held))
        count = max(len(sizes), len(_members(source.path)))
        if not count and source.path.stat().st_size < 2 * _BLOCK:
            raise Unreadable("damaged", "The archive has no readable header: it is cut off or overwritten.")
        units = (UnitRun("member", count),) if count else ()
        return Plan(units, {"members": str(count), "unpacked_bytes": str(sum(sizes))}, child_bytes=sum(sizes))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the files; a name inside is a label and never a place to write to."""
        members = _members(source.path)
        inside = (
            Inside(_path(member, number), member.size, partial(_taken, source.path, member))
            for number, member in enumerate(members, 1)
        )
        yield from children(inside, source, first, last, 0, scratch, "member")
        for number in range(max(first, len(members) + 1), last + 1):
            yield UnitFailed(number, "damaged")


def _sizes(held: BinaryIO) -> Iterator[int]:
    """Yields the size of each file by its header; ends at the first block that is none."""
    while len(head := held.read(_BLOCK)) == _BLOCK and head.strip(b"\x00"):
        size = _number(head[124:136])
        if size is None or size < 0:
            return
        if head[156:157] in _FILES and not head[:100].rstrip(b"\x00").endswith(b"/"):
            yield size
        held.seek(-(-size // _BLOCK) * _BLOCK, 1)


def _number(raw: bytes) -> int | None:
    if raw[0] & 0x80:
        return int.from_bytes(raw[1:], "big")
    try:
        return int(raw.strip(b" \x00") or b"0", 8)
    except ValueError:
        return None


def _members(path: Path) -> list[tarfile.TarInfo]:
    """Returns the files as far as the archive can be read."""
    found: list[tarfile.TarInfo] = []
    try:
        with tarfile.open(path, "r:") as archive:
            while (member := archive.next()) is not None:
                if member.isreg():
                    found.append(member)
    except _BROKEN:
        return found
    return found


def _path(member: tarfile.TarInfo, number: int) -> str:
    return tidy(member.name).replace("\n", " ")[:2_000] or f"member {number}"


def _taken(path: Path, member: tarfile.TarInfo) -> tuple[str, bytes] | None:
    if member.size > HELD:
        return None
    try:
        with tarfile.open(path, "r:") as archive:
            held = archive.extractfile(member)
            data = held.read(member.size) if held is not None else b""
    except _BROKEN:
        return None
    if len(data) != member.size:
        return None
    return PurePosixPath(_path(member, 1).replace("\\", "/")).name[:500] or "member", data


EXTRACTOR = TarExtractor()
