# SPDX-License-Identifier: Apache-2.0
"""winmail.dat of known contents: body, attachments, a message inside."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_extract import tnef
from ream_extract.extractors.winmail_file import EXTRACTOR
from ream_extract.reading import ChildRead, Item, Source, UnitFailed, UnitRead, Unreadable

TNEF = "application/vnd.ms-tnef"


def attribute(name: int, body: bytes) -> bytes:
    return struct.pack("<B2HI", 1, name, 0, len(body)) + body + struct.pack("<H", sum(body) & 0xFFFF)


def value(data: bytes) -> bytes:
    return struct.pack("<2I", 1, len(data)) + data + bytes(-len(data) % 4)


def wide(number: int, text: str) -> bytes:
    return struct.pack("<2H", 0x1F, number) + value(text.encode("utf-16-le") + b"\x00\x00")


def properties(*all_: bytes) -> bytes:
    return struct.pack("<I", len(all_)) + b"".join(all_)


NUMBER = struct.pack("<2HI", 3, 0x3FDE, 65001)
NAMED = struct.pack("<2H", 3, 0x8005) + bytes(16) + struct.pack("<2I", 1, 6) + "abc".encode("utf-16-le") + bytes(2 + 4)
MANY = struct.pack("<2HI", 0x1003, 0x4000, 2) + bytes(8)
PAGE = struct.pack("<2H", 0x102, tnef.HTML) + value("<p>The b\u00f6dy <b>says</b> more.</p>".encode())
HEAD = tnef.MARK + b"\x01\x00" + attribute(0x9007, struct.pack("<2I", 1252, 0))
MESSAGE = attribute(
    0x9003,
    properties(
        NUMBER, NAMED, MANY, wide(0x37, "Terms"), wide(0x0C1A, "Ann"), wide(0x5D01, "ann@example.org"),
        wide(0x0E04, "Bob"), wide(0x1000, "The b\u00f6dy"), PAGE,
    ),
)  # fmt: skip
FILE = (
    attribute(0x9002, bytes(14)) + attribute(0x8010, b"TERMS~1.PDF\x00") + attribute(0x800F, b"%PDF-1.7")
    + attribute(0x9005, properties(wide(0x3707, "terms and conditions.pdf")))
)  # fmt: skip
OLD = HEAD + attribute(0x8004, b"Old\x00") + attribute(0x800C, "Stra\u00dfe".encode("cp1252") + b"\x00")
INSIDE = attribute(0x9002, bytes(14)) + attribute(
    0x9005,
    properties(struct.pack("<2H", 0x0D, 0x3701) + value(bytes(16) + OLD), wide(0x3001, "Earlier")),
)
WHOLE = HEAD + MESSAGE + FILE + INSIDE


def read(path: Path, data: bytes) -> list[Item]:
    path.write_bytes(data)
    source = Source(path, TNEF)
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    items = [item for item in EXTRACTOR.read(source, 1, count, path.parent) if item is not None]
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def test_body_and_attachments_are_read(tmp_path: Path) -> None:
    body, file, inner = read(tmp_path / "winmail.dat", WHOLE)
    assert isinstance(body, UnitRead)
    assert body.text == "Terms\nFrom: Ann <ann@example.org>\nTo: Bob\nThe b\u00f6dy says more."
    assert EXTRACTOR.plan(Source(tmp_path / "winmail.dat", TNEF)).metadata == {
        "from": "Ann <ann@example.org>", "title": "Terms", "to": "Bob",
    }  # fmt: skip
    assert isinstance(file, ChildRead)
    assert (file.name, (tmp_path / file.file).read_bytes()) == ("terms and conditions.pdf", b"%PDF-1.7")
    assert isinstance(inner, ChildRead)
    assert (inner.name, (tmp_path / inner.file).read_bytes()) == ("Earlier", OLD)


def test_old_form_is_read_by_its_codepage(tmp_path: Path) -> None:
    (body,) = read(tmp_path / "a.dat", OLD)
    assert isinstance(body, UnitRead)
    assert body.text == "Old\nStra\u00dfe"


def test_body_that_is_only_rich_text_is_read(tmp_path: Path) -> None:
    rich = rb"{\rtf1\ansi Only rich words}"
    packed = struct.pack("<4I", len(rich) + 12, len(rich), 0x414C454D, 0) + rich
    data = HEAD + attribute(0x9003, properties(struct.pack("<2H", 0x102, tnef.RTF) + value(packed)))
    (body,) = read(tmp_path / "a.dat", data)
    assert isinstance(body, UnitRead)
    assert body.text.strip() == "Only rich words"


@pytest.mark.parametrize("cut", [len(HEAD) + 40, len(WHOLE) - 30, len(HEAD + MESSAGE) + 5])
def test_file_that_is_cut_off_says_so(tmp_path: Path, cut: int) -> None:
    assert isinstance(read(tmp_path / "a.dat", WHOLE[:cut])[-1], UnitFailed)


def test_what_is_no_winmail_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path / "a.dat", b"something else")


@given(st.integers(0, len(WHOLE)), st.binary(max_size=12))
def test_any_bytes_are_read_without_harm(at: int, data: bytes) -> None:
    found = tnef.winmail(WHOLE[:at] + data + WHOLE[at + len(data) :])
    assert found is None or all(isinstance(found.name_of(one, 1), str) for one in found.attachments)
    assert found is None or isinstance(found.html() + found.rich() + found.text(tnef.BODY), str)
