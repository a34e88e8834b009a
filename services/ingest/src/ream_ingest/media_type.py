# SPDX-License-Identifier: Apache-2.0
"""Decides what a file is from its bytes; the name only breaks ties between kinds of text."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import puremagic

from ream_ingest import sound_look
from ream_ingest.signatures import SIGNATURES, brand, riff
from ream_ingest.text_look import look as text_look
from ream_ingest.zip_look import look as zip_look

HEAD = 64 << 10
"""Bytes at the start from which most kinds are told."""
BINARY = "application/octet-stream"
EMPTY = "application/x-empty"
OLE_SECTORS = 4096
"""Directory sectors of an OLE file that are looked at: more than any document has."""

_OLE_STREAMS = (
    ("worddocument", "application/msword"),
    ("workbook", "application/vnd.ms-excel"),
    ("book", "application/vnd.ms-excel"),
    ("powerpoint document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("encryptedpackage", "application/x-ooxml-protected"),
    ("visiodocument", "application/vnd.visio"),
    ("quill", "application/x-mspublisher"),
)


_PLAIN = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")


def detect(path: Path, name: str | None = None) -> str:
    """Returns the media type of a file, lower case.

    Hostile bytes never raise: what cannot be told is `text/plain` or `application/octet-stream`, and an empty file is
    `application/x-empty`. The name never makes text of what is not text, nor a document of what is not one.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as held:
        return of(held, name)


def of(held: BinaryIO, name: str | None = None) -> str:
    """Returns the media type of an open, seekable file; see `detect`."""
    head = held.read(HEAD)
    if not head:
        return EMPTY
    for offset, mark, media_type in SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return _inside(media_type, held, head)
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    found = brand(head) or riff(head) or sound_look.bare(head) or text_look(head, name)
    return found or _rare(head)


def by_mark(path: Path) -> str:
    """Returns what the mark at a file's start says, without looking any further: `detect` for what nobody can read.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as held:
        head = held.read(512)
    if not head:
        return EMPTY
    return next((kind for offset, mark, kind in SIGNATURES if head[offset : offset + len(mark)] == mark), BINARY)


def is_media_type(text: str) -> bool:
    """Whether a text is written like a media type, lower case and without parameters."""
    return len(text) <= 128 and _PLAIN.fullmatch(text) is not None


def _inside(media_type: str, held: BinaryIO, head: bytes) -> str:
    if media_type == "application/zip":
        return zip_look(held, head)
    if media_type == "application/x-ole-storage":
        return _ole(held, head)
    if media_type == "application/ogg":
        return sound_look.ogg(head)
    return sound_look.matroska(head) if media_type == "video/x-matroska" else media_type


def _rare(head: bytes) -> str:
    """Asks the long list of puremagic about what is not text; its marks of one to three bytes say too little."""
    try:
        found = puremagic.magic_string(head[: 8 << 10])
    except (puremagic.PureError, ValueError, IndexError, UnicodeError):
        return BINARY
    for one in found:
        media_type = str(one.mime_type).lower()
        marked = len(one.byte_match or b"") >= 4 and _PLAIN.fullmatch(media_type)
        if marked and not media_type.startswith(("text/", "message/")):
            return media_type
    return BINARY


def _ole(held: BinaryIO, head: bytes) -> str:
    """Tells an OLE file by the names at its top: those below belong to documents embedded in it."""
    names = set(_top_names(_ole_directory(held, head)))
    for stream, media_type in _OLE_STREAMS:
        if stream in names:
            return media_type
    return "application/x-ole-storage"


def _ole_directory(held: BinaryIO, head: bytes) -> list[bytes]:
    """Follows the chain of directory sectors through the allocation table, as far as the header lists that."""
    if len(head) < 512:
        return []
    shift = struct.unpack_from("<H", head, 30)[0]
    if shift not in (9, 12):
        return []
    size = 1 << shift
    tables = [sector for sector in struct.unpack_from("<109I", head, 76) if sector < 0xFFFFFFFA]
    sector = struct.unpack_from("<I", head, 48)[0]
    entries: list[bytes] = []
    seen: set[int] = set()
    while sector < 0xFFFFFFFA and sector not in seen and len(seen) < OLE_SECTORS:
        seen.add(sector)
        found = _sector(held, sector, size)
        entries += [found[start : start + 128] for start in range(0, len(found) - 127, 128)]
        table, place = divmod(sector, size // 4)
        row = _sector(held, tables[table], size) if table < len(tables) else b""
        if len(row) < 4 * place + 4:
            break
        sector = struct.unpack_from("<I", row, 4 * place)[0]
    return entries


def _sector(held: BinaryIO, number: int, size: int) -> bytes:
    held.seek((number + 1) * size)
    return held.read(size)


def _top_names(entries: list[bytes]) -> Iterator[str]:
    """Yields the names that hang directly below the root: its child, and that one's siblings on both sides."""
    if not entries:
        return
    waiting = [struct.unpack_from("<I", entries[0], 76)[0]]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen or number >= len(entries):
            continue
        seen.add(number)
        entry = entries[number]
        waiting += struct.unpack_from("<2I", entry, 68)
        length = min(64, struct.unpack_from("<H", entry, 64)[0])
        yield entry[: max(0, length - 2)].decode("utf-16-le", "replace").lstrip("\x01\x02\x03\x05").lower()
