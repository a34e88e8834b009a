# SPDX-License-Identifier: Apache-2.0
"""XLSB: comments and printed headers lie in records, and what is cut off is missing by name."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_extract import sheet_binary
from ream_extract.opc import Package
from ream_extract.reading import Limits
from ream_extract.sheet_drawings import hanging_on
from ream_extract.side_parts import ON_SHEETS, lost
from ream_extract.zip_check import opened

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.bin"


def record(kind: int, body: bytes = b"") -> bytes:
    """A record as Excel writes it: number in one or two bytes, length in as many as it takes."""
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(body), b""
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return number + length + bytes([size]) + body


def text(words: str | None) -> bytes:
    if words is None:
        return b"\xff" * 4
    raw = words.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def comment(author: int, row: int, column: int, words: str) -> bytes:
    place = struct.pack("<5I", author, row, row, column, column) + bytes(16)
    return record(635, place) + record(637, b"\x00" + text(words)) + record(636)


COMMENTS = (
    record(628) + record(630) + record(632, text("Kim")) + record(632, text("Lee")) + record(631) + record(633)
    + comment(1, 0, 0, "First " + "word " * 99) + comment(0, 41, 27, "Größe") + record(634) + record(629)
)  # fmt: skip
MARGINS = (
    record(129)
    + record(479, b"\x00\x00" + text("&LMuster AG&RPage &P") + text("Secret") + text(None) * 4)
    + record(130)
)


def package(path: Path, comments: bytes) -> Path:
    links = f'<Relationship Id="r1" Type="{OFFICE}/comments" Target="../comments1.bin"/>'
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(SHEET, MARGINS)
        made.writestr("xl/comments1.bin", comments)
        made.writestr(
            "xl/worksheets/_rels/sheet1.bin.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>',
        )
    return path


def test_comments_and_headers_are_read(tmp_path: Path) -> None:
    with opened(package(tmp_path / "a.xlsb", COMMENTS), 100) as archive:
        found = hanging_on(Package(archive, Limits()), SHEET, None)
        assert lost(Package(archive, Limits()), [SHEET], ON_SHEETS) == []
    assert found.texts == ["A1: " + "First " + ("word " * 99).strip(), "AB42: Größe"]
    assert [(note.text[:5], note.author) for note in found.notes] == [("First", "Lee"), ("Größe", "Kim")]
    assert found.margins == ["Muster AG", "Page", "Secret"]


@pytest.mark.parametrize("comments", [COMMENTS[:-2], COMMENTS[:300], b"", b"<comments/>"])
def test_comments_that_are_cut_off_are_missing_by_name(tmp_path: Path, comments: bytes) -> None:
    with opened(package(tmp_path / "a.xlsb", comments), 100) as archive:
        assert lost(Package(archive, Limits()), [SHEET], ON_SHEETS) == ["comments-missing"]


def test_sheets_are_listed() -> None:
    body = struct.pack("<2I", 1, 1) + text("rId1") + text("Sheet")
    assert list(sheet_binary.sheets(record(156, body) + record(156, body[:9]))) == [("rId1", "Sheet", True)]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_harm(data: bytes) -> None:
    assert isinstance(list(sheet_binary.comments(COMMENTS[:90] + data)), list)
    assert isinstance(list(sheet_binary.margins(record(479, data) + data)), list)
    assert isinstance(sheet_binary.are_whole(data), bool)
