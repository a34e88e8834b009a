# SPDX-License-Identifier: Apache-2.0
"""Decides whether the data of a picture ends where the picture does, by its own marks; readers draw what is there.

What is damaged in its midst and has its end all the same is not told: most of it is seen, garbage as garbage.
"""

import io
import re
import struct

from PIL import Image

_MARK = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_SEGMENTS = frozenset((0xC4, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)))
"""Marks that may stand between the lines of a JPEG, each with its length."""
_LINES = 0xDA
"""Mark before lines."""
_AFTER_END = 1_024
"""Bytes behind the end of a JPEG that are no sign of anything."""
_JBIG2 = frozenset((0, 4, 6, 7, 16, 20, 22, 23, 36, 38, 39, 40, 42, 43, 48, 49, 50, 51, 52, 53, 62))
_ENDLESS = 0xFFFFFFFF
_JPEG_TAILS = (bytes(64), b"\x55\xaa\x33" * 20, b"\xfe\x7f" * 32)
_TAILS = (bytes(64), b"\xff" * 64, bytes(range(1, 255)), b"\x2d\x5a\x93\xa6" * 16)
"""What may follow data of a fax; it changes the picture only where that is not yet at its end."""
_ZEROS = 64
"""Bytes without a bit that no picture of two colours ends with: what was never written."""


def jpeg_ends(data: bytes) -> bool:
    """Says whether a JPEG has all of its data; one that lacks its last mark is decoded to see.

    What follows its data must not change it where all of it is there.
    """
    place, drawing = data.find(b"\xff\xd8") + 2, False
    while place > 1 and (found := _MARK.search(data, place)) is not None:
        mark = found[1][0]
        if mark == 0xD9:
            rest = data[found.end() :].strip(b"\x00\r\n ")
            return len(rest) <= max(_AFTER_END, len(data) // 20) or rest.startswith(b"\xff\xd8")
        if mark not in _SEGMENTS and (drawing or not 0xC0 <= mark <= 0xCF):
            return False
        drawing = drawing or mark == _LINES
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    bare = data.rstrip(b"\x00")
    return place > 1 and len({_decoded(bare + tail + b"\xff\xd9") for tail in _JPEG_TAILS} - {None}) == 1


def _decoded(data: bytes) -> bytes | None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            return picture.tobytes()
    except (OSError, ValueError, SyntaxError, struct.error):
        return None


def jpeg2000_ends(data: bytes) -> bool:
    """Says whether the last tile of a JPEG 2000 has all of its data."""
    place = _codestream(data)
    if data[place : place + 2] != b"\xff\x4f":
        return False
    place += 2
    while place + 4 <= len(data):
        mark, length = data[place : place + 2], int.from_bytes(data[place + 2 : place + 4], "big")
        if mark == b"\xff\xd9":
            return True
        if mark[0] != 0xFF:
            return False
        if mark == b"\xff\x90":
            tile = int.from_bytes(data[place + 6 : place + 10], "big")
            if tile == 0:
                return b"\xff\xd9" in data[-4:]
            place += max(tile, 12)
        else:
            place += 2 + length
    return data[place : place + 2] in (b"\xff\xd9", b"") and place <= len(data)


def _codestream(data: bytes) -> int:
    """Finds where the picture begins among the boxes of a file."""
    place = 0
    while data[place : place + 2] != b"\xff\x4f" and place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        head = 16 if size == 1 else 8
        if kind == b"jp2c":
            return place + head
        size = int.from_bytes(data[place + 8 : place + 16], "big") if size == 1 else size
        if size < head:
            return len(data)
        place += size
    return place


def jbig2_ends(data: bytes) -> bool:
    """Says whether each part of a JBIG2 picture is as long as it says."""
    place = 0
    while place + 11 <= len(data):
        number, flags, references = struct.unpack_from(">IBB", data, place)
        if place and not data[place:].strip(b"\x00\r\n"):
            return True
        if flags & 63 not in _JBIG2:
            return False
        count, place = references >> 5, place + 6
        if count == 7:
            count = int.from_bytes(data[place - 1 : place + 3], "big") & 0x1FFFFFFF
            place += 3 + (count + 8) // 8
        place += count * (1 if number <= 256 else 2 if number <= 65_536 else 4) + (4 if flags & 64 else 1)
        length = int.from_bytes(data[place : place + 4], "big")
        if length == _ENDLESS:
            return True
        place += 4 + length
    return 0 < place <= len(data) and len(data) - len(data.rstrip(b"\x00")) <= _ZEROS


def fax_ends(data: bytes, width: int, height: int) -> bool:
    """Says whether a picture of a fax (group 4) has all of its lines: what follows its data must not change it."""
    bare = data.rstrip(b"\x00\r\n")
    last = int.from_bytes(bare[-6:], "big") << 12
    if any(last >> shift & 0xFFFFFF == 0x001001 for shift in range(24)):
        return True
    if len(data) - len(bare) > _ZEROS:
        return False
    pictures = {_fax(data + tail, width, height) for tail in _TAILS}
    return len(pictures) == 1


def _fax(data: bytes, width: int, height: int) -> bytes | None:
    """Decodes a fax as a TIFF that has one strip; None where it cannot be."""
    tags = (
        (256, width),
        (257, height),
        (258, 1),
        (259, 4),
        (262, 0),
        (273, 8),
        (277, 1),
        (278, height),
        (279, len(data)),
    )
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    file = b"II*\x00" + struct.pack("<I", 8 + len(data)) + data + directory
    try:
        with Image.open(io.BytesIO(file), formats=("TIFF",)) as picture:
            return picture.tobytes()
    except (OSError, ValueError, SyntaxError, struct.error):
        return None
