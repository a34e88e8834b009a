# SPDX-License-Identifier: Apache-2.0
"""Files that office programs pack into objects come out of them; what is cut off is damaged."""

import struct
from pathlib import Path

import pytest

from ream_extract.extractors.ole_object import EXTRACTOR
from ream_extract.ole_write import ole_file
from ream_extract.reading import ChildRead, Item, Source, UnitFailed, Unreadable

OLE = "application/x-ole-storage"


def native(name: bytes, data: bytes) -> bytes:
    """A file as Windows packs it: its name, its places on somebody's disk, its bytes."""
    place = b"C:\\tmp\\" + name + b"\x00"
    body = struct.pack("<H", 2) + name + b"\x00" + place + bytes(4) + struct.pack("<I", len(place)) + place
    body += struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


def read(path: Path, streams: dict[str, bytes]) -> list[Item]:
    path.write_bytes(ole_file({tuple(name.split("/")): data for name, data in streams.items()}))
    source = Source(path, OLE)
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    return list(EXTRACTOR.read(source, 1, count, path.parent))


def test_packed_files_come_out(tmp_path: Path) -> None:
    streams = {
        "\x01Ole10Native": native(b"letter.txt", b"hello"),
        "CONTENTS": b"%PDF-1.4 and more",
        "\x01Ole": bytes(20),
    }
    items = read(tmp_path / "a", streams)
    # Small streams are filled up with zeros by who made this file.
    found = [
        (item.name, (tmp_path / item.file).read_bytes().rstrip(b"\x00"))
        for item in items
        if isinstance(item, ChildRead)
    ]
    assert found == [("letter.txt", b"hello"), ("contents.bin", b"%PDF-1.4 and more")]


def test_a_file_that_is_cut_off_is_damaged(tmp_path: Path) -> None:
    assert read(tmp_path / "a", {"\x01Ole10Native": native(b"a", b"hello" * 2_000)[:-9]}) == [UnitFailed(1, "damaged")]


def test_an_object_without_a_file_is_of_no_kind_that_is_read(tmp_path: Path) -> None:
    assert read(tmp_path / "a", {"Anything": b"x", "folder/CONTENTS": b"not at the top"}) == []
    plan = EXTRACTOR.plan(Source(tmp_path / "a", OLE))
    assert (plan.verdict, plan.cause) == ("unsupported", "unsupported-type")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:600])
    with pytest.raises(Unreadable):
        EXTRACTOR.plan(Source(tmp_path / "a", OLE))
