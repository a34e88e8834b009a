# SPDX-License-Identifier: Apache-2.0
"""Decides what comes out of a ZIP: each member is a unit and becomes a document of its own, under limits."""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from ream_extract import zip_locked
from ream_extract.member_names import ZIP, decoded
from ream_extract.reading import ChildRead, Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.room import is_full
from ream_extract.text_clean import tidy
from ream_extract.zip_check import counted, is_locked, opened, overlapping, swollen

CHUNK = 1 << 20
RATIO = 1_100
"""Deflate grows at most 1,032 times: what claims more lies. Honest logs come near it."""
BOMB = 1 << 30
"""Bytes above which a member may grow only by the ratio of the limits."""

UTF_8 = 0x800
"""Flag of a member whose name is UTF-8."""
UNICODE_PATH = 0x7075


class ArchiveExtractor:
    """Takes apart ZIP files."""

    name = "archive"
    version = "5"
    media_types = ("application/zip",)
    takes_passwords = True
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the members that the directory lists; folders are none.

        Where the end of the file counts more entries than the directory lists, the others are units that fail.
        """
        with opened(source.path, source.limits.units) as archive:
            members = _members(archive)
            unlisted = max(0, counted(source.path) - len(archive.infolist()))
            comment = tidy(archive.comment.decode("utf-8", "replace"))[:1_000]
        size = sum(info.file_size for info in members)
        metadata = {"members": str(len(members)), "unpacked_bytes": str(size)}
        if comment.strip():
            metadata["comment"] = comment
        count = len(members) + unlisted
        return Plan((UnitRun("member", count),) if count else (), metadata, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the members; a name inside is a label and never a place to write to."""
        left = source.child_budget
        with opened(source.path, source.limits.units) as archive, zip_locked.Locked(source) as locked:
            members = _members(archive)
            hidden = overlapping(archive.infolist())
            for unit, (info, path) in enumerate(zip(members, _paths(members), strict=True), 1):
                if first <= unit <= last:
                    if info.header_offset in hidden:
                        yield UnitFailed(unit, "bomb")
                        continue
                    path = tidy(path).replace("\n", " ")[:2_000] or f"member {unit}"
                    for item in _member(archive, locked, info, path, unit, source, scratch, left):
                        left -= item.size if isinstance(item, ChildRead) else 0
                        yield item
        for unit in range(max(first, len(members) + 1), last + 1):
            yield UnitFailed(unit, "damaged")


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [info for info in archive.infolist() if not info.is_dir()]


def _paths(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Returns the paths of members; those that do not say their encoding are read together.

    Every byte is a character of CP437, which is how they come.
    """
    raw = [info.orig_filename.encode("cp437") for info in members if not _says(info)]
    guessed = iter(decoded([name.partition(b"\x00")[0] for name in raw], ZIP))
    return [_unicode(info) or info.filename if _says(info) else next(guessed) for info in members]


def _says(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & UTF_8) or _unicode(info) is not None


def _unicode(info: zipfile.ZipInfo) -> str | None:
    """Returns the name that a field beside the other gives in UTF-8, if it was written for this one."""
    at = 0
    while not info.flag_bits & UTF_8 and at + 9 <= len(info.extra):
        kind, size, form, check = struct.unpack_from("<HHBI", info.extra, at)
        if kind == UNICODE_PATH and form == 1 and check == zlib.crc32(info.orig_filename.encode("cp437")):
            return info.extra[at + 9 : at + 4 + size].decode("utf-8", "replace") or None
        at += 4 + size
    return None


def _member(
    archive: zipfile.ZipFile,
    locked: zip_locked.Locked,
    info: zipfile.ZipInfo,
    path: str,
    unit: int,
    source: Source,
    scratch: Path,
    left: int,
) -> Iterator[Item | None]:
    cause = _refusal(info, source, left)
    if cause:
        yield UnitFailed(unit, cause)
        return
    file = f"child-{unit}"
    try:
        yield from _unpack(locked.open(info) if is_locked(info) else archive.open(info), info, scratch / file)
    except Unreadable as failure:
        (scratch / file).unlink(missing_ok=True)
        yield UnitFailed(unit, failure.cause)
        return
    except zip_locked.BROKEN as failure:
        if is_full(failure):
            raise
        (scratch / file).unlink(missing_ok=True)
        yield UnitFailed(unit, "unsupported-compression" if isinstance(failure, NotImplementedError) else "damaged")
        return
    name = PurePosixPath(path.replace("\\", "/")).name[:500] or path[:500]
    yield ChildRead(unit, "member", name, path, file, info.file_size)


def _refusal(info: zipfile.ZipInfo, source: Source, left: int) -> str | None:
    if is_locked(info) and not source.passwords:
        return "encrypted"
    if info.file_size > source.limits.child_bytes:
        return "too-large"
    if swollen(info, RATIO) or (info.file_size > BOMB and swollen(info, source.limits.ratio)):
        return "bomb"
    return "family-limit" if info.file_size > left else None


def _unpack(member: IO[bytes], info: zipfile.ZipInfo, target: Path) -> Iterator[None]:
    """Writes a member, and shows now and then that work goes on: the old cipher of ZIP is slow here."""
    written = 0
    with member as held, target.open("wb") as out:
        while chunk := held.read(CHUNK):
            written += len(chunk)
            if written > info.file_size:
                raise Unreadable("bomb", "The member is longer than its directory says.")
            out.write(chunk)
            if written % (4 * CHUNK) == 0:
                yield None
    if written < info.file_size:
        raise Unreadable("damaged", "The member is shorter than its directory says.")


EXTRACTOR = ArchiveExtractor()
