# SPDX-License-Identifier: Apache-2.0
"""Decides what comes out of 7Z and RAR, through libarchive: each file is a unit and becomes a document of its own.

libarchive says of a checksum that does not fit only to its standard error, and may give fewer bytes than there are: so
size and checksum of every file are compared with the archive's own list, which is read without it.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from ream_extract import rar_list, seven_zip, seven_zip_locked
from ream_extract.reading import ChildRead, Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.room import is_full
from ream_extract.seven_zip import Listed
from ream_extract.text_clean import tidy

CHUNK = 1 << 20
BOMB = 1 << 30
"""Bytes above which a file may be larger than the whole archive only by the ratio of the limits."""
TOGETHER = 1_000
"""Files of one segment: the archive is unpacked from its start for each."""
AGAIN = 20
"""Files that break libarchive behind which the others are tried, opening the archive anew each time."""
LIBRARY = "libarchive.so.13"
SEVEN_ZIP, RAR = "application/x-7z-compressed", "application/vnd.rar"
_FORMATS = {SEVEN_ZIP: ("7zip",), RAR: ("rar", "rar5")}


@dataclass(frozen=True, slots=True)
class _List:
    files: list[Listed]
    whole: bool = True


class SqueezedExtractor:
    """Takes apart 7Z and RAR files; links inside are none."""

    name = "squeezed"
    version = "2"
    media_types = (SEVEN_ZIP, RAR)
    takes_passwords = True
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the files in the archive's own list; libarchive has no part in that.

        Where the list does not come to its end, or goes on in another volume, one more unit will fail.
        """
        if _library() is None:
            reason = (
                f"7Z and RAR files are read by libarchive ({LIBRARY}; Debian's libarchive13), which is not installed."
            )
            raise Unreadable("library-missing", reason, "unsupported")
        listed = _listed(source)
        size = sum(one.size for one in listed.files)
        units = [UnitRun("member", len(listed.files), TOGETHER)] if listed.files else []
        if not listed.whole:
            units.append(UnitRun("rest", 1))
        return Plan(tuple(units), {"members": str(len(listed.files)), "unpacked_bytes": str(size)}, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the files; a name inside is a label and never a place to write to."""
        listed = _listed(source)
        wanted = {one.place: (number, one) for number, one in enumerate(listed.files, 1) if first <= number <= last}
        for place, (number, one) in list(wanted.items()):
            cause = one.cause or _refusal(one, source)
            if cause:
                del wanted[place]
                yield UnitFailed(number, cause)
        yield from _opened(source, wanted, scratch) if _is_locked(source) else _unpacked(source, wanted, scratch)
        for number in range(max(first, len(listed.files) + 1), last + 1):
            yield UnitFailed(number, "damaged")


@cache
def _library() -> Any:
    """Returns libarchive's binding; None where the library is not installed."""
    # Without a name it would be searched for by starting programs, which a cell may not.
    os.environ.setdefault("LIBARCHIVE", LIBRARY)
    try:
        import libarchive  # type: ignore[import-untyped]
    except (OSError, AttributeError, TypeError):
        return None
    return libarchive


def _listed(source: Source) -> _List:
    if _is_locked(source):
        return _List(seven_zip_locked.listed(source.path, source.passwords))
    if source.media_type == SEVEN_ZIP:
        return _List(seven_zip.listed(source.path))
    walk = rar_list.walk(source.path)
    return _List(walk.files, walk.whole)


def _is_locked(source: Source) -> bool:
    return bool(source.passwords) and source.media_type == SEVEN_ZIP and seven_zip_locked.is_locked(source.path)


def _opened(source: Source, wanted: dict[int, tuple[int, Listed]], scratch: Path) -> Iterator[Item]:
    """Takes files out of an archive that a password opens."""
    left, asked = source.child_budget, dict[int, tuple[Listed, Path]]()
    for place, (number, one) in wanted.items():
        if one.size <= left:
            asked[place] = one, scratch / f"child-{number}"
            left -= one.size
        else:
            yield UnitFailed(number, "family-limit")
    for place in seven_zip_locked.take(source.path, source.passwords, asked):
        one, path = asked.pop(place)
        yield _child(wanted[place][0], one, path)
    for place, (_, path) in asked.items():
        path.unlink(missing_ok=True)
        yield UnitFailed(wanted[place][0], "password-wrong")


def _refusal(one: Listed, source: Source) -> str | None:
    if one.size > source.limits.child_bytes:
        return "too-large"
    if one.size > BOMB and one.size > source.limits.ratio * source.path.stat().st_size:
        return "bomb"
    return None


def _unpacked(source: Source, wanted: dict[int, tuple[int, Listed]], scratch: Path) -> Iterator[Item | None]:
    """Takes the files out; behind one that libarchive breaks on, the archive is opened anew for the others."""
    left, cause, behind = source.child_budget, "damaged", -1
    for _ in range(AGAIN):
        if not wanted:
            return
        place = behind
        try:
            for place, entry in _entries(source, behind):
                if place not in wanted:
                    yield None
                    continue
                number, one = wanted[place]
                item = _taken(entry, number, one, left, scratch)
                del wanted[place]
                left -= item.size if isinstance(item, ChildRead) else 0
                yield item
            break
        except _errors() as failure:
            if is_full(failure):
                raise
            cause, behind = _cause(str(failure)), max(place, behind + 1)
            if behind in wanted:
                yield UnitFailed(wanted.pop(behind)[0], cause)
    yield from (UnitFailed(number, cause) for number, _ in wanted.values())


def _entries(source: Source, behind: int) -> Iterator[tuple[int, Any]]:
    """Yields the entries behind a place; those before it are passed over."""
    library = _library()
    for number, name in enumerate(_FORMATS[source.media_type]):
        opened = False
        try:
            with library.file_reader(str(source.path), format_name=name, filter_name="none") as archive:
                for place, entry in enumerate(archive):
                    opened = True
                    if place > behind:
                        yield place, entry
            return
        except library.exception.ArchiveError:
            if opened or number + 1 == len(_FORMATS[source.media_type]):
                raise


def _errors() -> tuple[type[Exception], ...]:
    return (_library().exception.ArchiveError, OSError, ValueError)


def _cause(said: str) -> str:
    if "encrypt" in said.lower():
        return "encrypted"
    return "unsupported-compression" if "codec" in said.lower() or "unsupported" in said.lower() else "damaged"


def _taken(entry: Any, number: int, one: Listed, left: int, scratch: Path) -> Item:
    """Writes a file, never more of it than its list says."""
    if one.size > left:
        return UnitFailed(number, "family-limit")
    target = scratch / f"child-{number}"
    whole = False
    try:
        whole = _written(entry.get_blocks(CHUNK) if one.size else (), one, target)
    finally:
        if not whole:
            target.unlink(missing_ok=True)
    if not whole:
        return UnitFailed(number, "damaged")
    return _child(number, one, target)


def _child(number: int, one: Listed, target: Path) -> ChildRead:
    path = tidy(one.name).replace("\n", " ")[:2_000] or f"member {number}"
    name = PurePosixPath(path.replace("\\", "/")).name[:500] or path[:500]
    return ChildRead(number, "member", name, path, target.name, one.size)


def _written(blocks: Iterable[bytes], one: Listed, target: Path) -> bool:
    """Says whether all of a file came out, by its size and checksum."""
    written = crc = 0
    with target.open("wb") as out:
        for block in blocks:
            written += len(block)
            if written > one.size:
                return False
            crc = zlib.crc32(block, crc)
            out.write(block)
    return written == one.size and one.crc in (None, crc)


EXTRACTOR = SqueezedExtractor()
