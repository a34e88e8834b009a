# SPDX-License-Identifier: Apache-2.0
"""Decides how a file packed alone (GZ, BZ2, XZ, ZST) is opened: what is in it becomes a document of its own."""

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from ream_extract.reading import ChildRead, Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.room import is_full
from ream_extract.text_clean import tidy

CHUNK = 1 << 20
BOMB = 1 << 30
"""Bytes above which the content may be larger than the file only by the ratio of the limits."""
_OPENED: dict[str, Callable[[Path], Any]] = {
    "application/gzip": gzip.GzipFile,
    "application/x-bzip2": bz2.BZ2File,
    "application/x-xz": lzma.LZMAFile,
    "application/zstd": zstd.ZstdFile,
}
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError, ValueError)
_NAMED, _EXTRA = 8, 4


class PackedExtractor:
    """Unpacks what gzip, bzip2, xz and zstd made."""

    name = "packed"
    version = "1"
    media_types = tuple(_OPENED)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts one member, for these formats hold one, after looking whether its first bytes can be unpacked."""
        try:
            with _OPENED[source.media_type](source.path) as held:
                held.read(1)
        except _BROKEN as failure:
            raise Unreadable("damaged", "The file cannot be unpacked: it is cut off or broken.") from failure
        return Plan((UnitRun("member", 1),), {"packed_bytes": str(source.path.stat().st_size)})

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the content, never more of it than the limits allow."""
        target = scratch / "child-1"
        with target.open("wb") as out:
            cause = _unpacked(source, out)
        if cause:
            target.unlink()
            yield UnitFailed(1, cause)
            return
        name = _name(source) or "content"
        yield ChildRead(1, "member", name, name, target.name, target.stat().st_size)


def _unpacked(source: Source, out: IO[bytes]) -> str | None:
    """Unpacks to a file; returns the cause where that was ended."""
    size, written = source.path.stat().st_size, 0
    try:
        with _OPENED[source.media_type](source.path) as held:
            while chunk := held.read(CHUNK):
                written += len(chunk)
                if written > source.limits.child_bytes:
                    return "too-large"
                if written > source.child_budget:
                    return "family-limit"
                if written > BOMB and written > source.limits.ratio * size:
                    return "bomb"
                out.write(chunk)
    except _BROKEN as failure:
        if is_full(failure):
            raise
        return "damaged"
    return None


def _name(source: Source) -> str:
    """Returns the name that gzip notes; empty where there is none."""
    if source.media_type != "application/gzip":
        return ""
    with source.path.open("rb") as held:
        head = held.read(1 << 10)
    at = 10
    if head[3] & _EXTRA:
        at += 2 + int.from_bytes(head[10:12], "little")
    if not head[3] & _NAMED:
        return ""
    raw: Any = head[at:].partition(b"\x00")[0]
    return tidy(raw.decode("utf-8", "replace")).replace("\\", "/").rsplit("/", 1)[-1].replace("\n", " ")[:500]


EXTRACTOR = PackedExtractor()
