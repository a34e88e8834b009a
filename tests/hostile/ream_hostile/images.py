# SPDX-License-Identifier: Apache-2.0
"""Pictures that are small to send and fill the memory of whoever decodes them."""

from __future__ import annotations

import struct
import zlib

from ream_hostile.attack import Attack, ends

_SIDE = 100_000


def endless_png() -> bytes:
    """A PNG of 100,000 by 100,000 pixels in some hundred bytes."""
    header = struct.pack(">2I5B", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    row = zlib.compress(b"\0" * (3 * _SIDE + 1))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", row) + _chunk(b"IEND", b"")


def looping_tiff() -> bytes:
    """A TIFF whose second frame leads back to its first, for ever."""
    entries = [(256, 4, 1, 100), (257, 4, 1, 100), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 400),
               (277, 3, 1, 1), (278, 4, 1, 100), (279, 4, 1, 10_000)]  # fmt: skip
    frame = struct.pack("<H", len(entries)) + b"".join(struct.pack("<2H2I", *entry) for entry in entries)
    second = 8 + len(frame) + 4
    data = b"II*\0" + struct.pack("<I", 8) + frame + struct.pack("<I", second) + frame + struct.pack("<I", 8)
    return data.ljust(400, b"\0") + b"\xff" * 10_000


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


ATTACKS = (
    Attack("endless.png", endless_png, ends("failed")),
    Attack("looping.tif", looping_tiff, ends("complete", "empty")),
)
