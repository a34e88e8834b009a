# SPDX-License-Identifier: Apache-2.0
"""Decides what comes out of a TAR: each file in it is a unit and becomes a document of its own; links are none."""

import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ream_extract.children import Inside, children
from ream_extract.member_names import TAR, decoded
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.text_clean import tidy

_BLOCK = 512
_SURROGATE = re.compile("[\udc80-\udcff]")
_FILES = (b"0", b"\x00", b"7", b"S")
HELD = 256 << 20
"""Bytes of one file: it is held at once."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """The files as far as the archive can be read, and whether it ends there as an archive does."""

    members: list[tarfile.TarInfo]
    whole: bool


class TarExtractor:
    """Takes apart TAR files."""

    name = "tar"
    version = "3"
    media_types = ("application/x-tar",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts files by a walk of our own over the headers, and by Python's; the larger number is believed.

        Where Python's walk does not end at the end of an archive, one more unit will fail: nobody knows what follows.
        """
        sizes = list(_sizes(source.path))
        walk = _walk(source.path)
        count = max(len(sizes), len(walk.members))
        if not count and (not walk.whole or source.path.stat().st_size < 2 * _BLOCK):
            raise Unreadable("damaged", "The archive has no readable header: it is cut off or overwritten.")
        units = [UnitRun("member", count)] if count else []
        if not walk.whole:
            units.append(UnitRun(REST, 1))
        return Plan(tuple(units), {"members": str(count), "unpacked_bytes": str(sum(sizes))}, child_bytes=sum(sizes))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the files; a name inside is a label and never a place to write to."""
        members = _walk(source.path).members
        held = replace(source, limits=replace(source.limits, child_bytes=min(source.limits.child_bytes, HELD)))
        inside = (
            Inside(path, member.size, partial(_taken, source.path, member, path))
            for member, path in zip(members, _paths(members), strict=True)
        )
        yield from children(inside, held, first, last, 0, scratch, "member")
        for number in range(max(first, len(members) + 1), last + 1):
            yield UnitFailed(number, "damaged")


def _sizes(path: Path) -> Iterator[int]:
    """Yields the size of each file by its header, no more than there is; ends at the first block that is none."""
    left = path.stat().st_size
    with path.open("rb") as held:
        while len(head := held.read(_BLOCK)) == _BLOCK and head.strip(b"\x00"):
            left -= _BLOCK
            size = _number(head[124:136])
            if size is None or size < 0:
                return
            if head[156:157] in _FILES and not head[:100].rstrip(b"\x00").endswith(b"/"):
                yield min(size, left)
            padded = -(-size // _BLOCK) * _BLOCK
            if padded > left:
                return
            left -= padded
            held.seek(padded, 1)


def _number(raw: bytes) -> int | None:
    if raw[0] & 0x80:
        return int.from_bytes(raw[1:], "big")
    try:
        return int(raw.strip(b" \x00") or b"0", 8)
    except ValueError:
        return None


def _walk(path: Path) -> _Walk:
    """Goes through the archive with Python's reader, which stops at a broken header as it does at the end."""
    found: list[tarfile.TarInfo] = []
    try:
        with tarfile.open(path, "r:") as archive:
            while (member := archive.next()) is not None:
                if member.isreg():
                    found.append(member)
                if archive.offset <= member.offset:  # a negative size leads back, for ever
                    return _Walk(found, whole=False)
            end = archive.offset
    except MemoryError:
        raise
    except Exception:  # headers are hostile: the reader of them runs into errors of every kind
        return _Walk(found, whole=False)
    with path.open("rb") as held:
        return _Walk(found, whole=_is_end(held, end))


def _is_end(held: BinaryIO, at: int) -> bool:
    """Says whether an archive ends at a place: the file does, or empty blocks are there and no header behind them."""
    held.seek(at)
    first, second = held.read(_BLOCK), held.read(_BLOCK)
    if first.strip(b"\x00") or second.strip(b"\x00"):
        return False
    while block := held.read(_BLOCK):
        if len(block) == _BLOCK and _is_header(block):
            return False
    return True


def _is_header(block: bytes) -> bool:
    said = _number(block[148:156])
    return bool(said) and said == sum(block[:148]) + 8 * ord(" ") + sum(block[156:])


def _paths(members: Sequence[tarfile.TarInfo]) -> list[str]:
    """Returns the paths of files; those whose bytes are not UTF-8, which come as lone surrogates, are read together."""
    strange = {
        number: member.name.encode("utf-8", "surrogateescape")
        for number, member in enumerate(members, 1)
        if _SURROGATE.search(member.name)
    }
    read = dict(zip(strange, decoded(list(strange.values()), TAR), strict=True))
    return [
        tidy(read.get(number, member.name)).replace("\n", " ")[:2_000] or f"member {number}"
        for number, member in enumerate(members, 1)
    ]


def _taken(path: Path, member: tarfile.TarInfo, name: str) -> tuple[str, bytes] | None:
    try:
        with tarfile.open(path, "r:") as archive:
            held = archive.extractfile(member)
            data = held.read(member.size) if held is not None else b""
    except MemoryError:
        raise
    except Exception:  # as above
        return None
    if len(data) != member.size:
        return None
    return PurePosixPath(name.replace("\\", "/")).name[:500] or "member", data


EXTRACTOR = TarExtractor()
