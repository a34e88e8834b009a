# SPDX-License-Identifier: Apache-2.0
"""What is embedded in an OLE file comes out whole or not at all."""

import io
import struct

import olefile  # type: ignore[import-untyped]
import pytest

from ream_extract.ole_objects import embedded, taken_out
from ream_extract.ole_write import ole_file

NATIVE = bytes(6) + b"a.txt\x00C:\\a.txt\x00" + bytes(4) + struct.pack("<I", 0)


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        ("Package", b"PK" * 3_000),
        ("Workbook", b"book" * 2_000),
        ("\x01Ole10Native", NATIVE + struct.pack("<I", 5_000) + b"a" * 5_000),
    ],
)
def test_a_stream_that_is_cut_off_is_not_handed_on(stream: str, data: bytes) -> None:
    whole = bytearray(ole_file({("MBD0001", stream): data}))
    assert take(bytes(whole)) is not None
    entry = whole.index(stream.encode("utf-16-le") + bytes(2))
    struct.pack_into("<Q", whole, entry + 120, len(data) + 1_000)
    assert take(bytes(whole)) is None


def test_a_file_that_is_shorter_than_its_own_length_is_not_handed_on() -> None:
    assert take(ole_file({("MBD0001", "\x01Ole10Native"): NATIVE + struct.pack("<I", 9_000) + b"a" * 5_000})) is None


def take(data: bytes) -> tuple[str, bytes] | None:
    with olefile.OleFileIO(io.BytesIO(data)) as held:
        (one,) = embedded(held, "MBD")
        return taken_out(held, one)
