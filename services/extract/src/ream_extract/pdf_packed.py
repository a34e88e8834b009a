# SPDX-License-Identifier: Apache-2.0
"""Decides whether what a stream of a PDF packs comes out whole, and gives what comes out of one that is damaged."""

import binascii
import mmap
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CHUNK = 1 << 16
"""Bytes that are unpacked at once."""
MOST = 256 << 20
"""Unpacked bytes of one stream that are looked at; what lies beyond is taken for whole."""
FLATE = ("/FlateDecode", "/Fl")
_ASCII85 = ("/ASCII85Decode", "/A85")
_HEX = ("/ASCIIHexDecode", "/AHx")
_DIGITS = bytes((code - 33) % 256 for code in range(256))
_SUM = 4
"""Bytes of the checksum at its end."""
_FLUSHED = b"\x00\x00\xff\xff"
"""Ends what a program packed that wrote out all it had, and no last block."""
_NO_HEX = re.compile(rb"[^0-9A-Fa-f]+")


class Unknown(Exception):
    """A packing that is not looked into here."""


def unpacked(data: bytes, filters: Sequence[str], most: int = MOST) -> tuple[bytes, bool]:
    """Returns what comes out of a stream, and whether that is all of it; a wrong checksum at its end loses nothing.

    Raises:
        Unknown: it is packed in another way.
    """
    whole = True
    for name in filters:
        if name in _ASCII85:
            data = ascii85(data)
        elif name in _HEX:
            data = _hex(data)
        elif name in FLATE:
            pieces: list[bytes] = []
            whole = inflate(data, 0, most, pieces)[0] and whole
            data = b"".join(pieces)
        else:
            raise Unknown(name)
    return data, whole


def inflate(
    data: bytes | mmap.mmap, start: int = 0, most: int = MOST, kept: list[bytes] | None = None
) -> tuple[bool, int, int]:
    """Unpacks a deflated stream, and keeps what comes out where that is wanted.

    Where its checksum is cut off nothing is lost; where it is wrong, what came out is not what was packed. The two
    bytes before it are not needed for it to be unpacked here, but PDFium wants them.

    Returns:
        Whether it is whole; the place after it, or that of its start where it is not; and how much came out.
    """
    run = _run(data, start, zlib.decompressobj(), most, kept)
    if run.ended:
        return True, run.place, run.out
    if kept is not None:
        kept.clear()
    run = _run(data, start + 2, zlib.decompressobj(-zlib.MAX_WBITS), most, kept)
    left = bytes(data[run.place : run.place + 3 * _SUM])
    cut = (run.ended and _is_over(left)) or (run.starved and bytes(data[: run.place][-4:]) == _FLUSHED)
    return cut and _has_head(bytes(data[start : start + 2])), start, run.out


@dataclass(slots=True)
class _Run:
    place: int
    out: int = 0
    ended: bool = False
    """Its own end was found, or as much came out as is looked at."""
    starved: bool = False
    """The data ended before."""


def _run(data: bytes | mmap.mmap, start: int, machine: Any, most: int, kept: list[bytes] | None) -> _Run:
    run, fed = _Run(start), b""
    try:
        while not machine.eof and run.out < most:
            fed = machine.unconsumed_tail or bytes(data[run.place : run.place + CHUNK])
            if not fed:
                run.starved = True
                return run
            if not machine.unconsumed_tail:
                run.place += len(fed)
            piece = machine.decompress(fed, CHUNK << 4)
            run.out += len(piece)
            if kept is not None:
                kept.append(piece)
    except zlib.error:
        return run
    run.place -= len(machine.unused_data) + len(machine.unconsumed_tail)
    run.ended = True
    return run


def _is_over(left: bytes) -> bool:
    """Says whether less than a checksum stands before the end of the stream."""
    return len(left.split(b"endstream")[0].rstrip(b"\r\n")) < _SUM if b"endst" in left else len(left) < _SUM


def _has_head(head: bytes) -> bool:
    return len(head) == 2 and head[0] & 15 == 8 and (head[0] << 8 | head[1]) % 31 == 0


def ascii85(data: bytes) -> bytes:
    """Reads what is written in base 85, all groups at once: Python's own reader takes ten times as long."""
    data = b"".join(data.split(b"~", 1)[0].split()).removeprefix(b"<").replace(b"z", b"!!!!!")
    pad = -len(data) % 5
    digits = (data + b"u" * pad).translate(_DIGITS)
    groups, total = len(digits) // 5, 0
    for place in range(5):
        lanes = bytearray(8 * groups)
        lanes[0::8] = digits[place::5]
        total = total * 85 + int.from_bytes(lanes, "little")
    numbers = total.to_bytes(8 * groups + 8, "little")[: 8 * groups]
    read = bytearray(4 * groups)
    for place in range(4):
        read[place::4] = numbers[3 - place :: 8]
    return bytes(read[: len(read) - pad])


def _hex(data: bytes) -> bytes:
    digits = _NO_HEX.sub(b"", data.split(b">", 1)[0])
    return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
