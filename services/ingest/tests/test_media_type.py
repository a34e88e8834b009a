# SPDX-License-Identifier: Apache-2.0
"""The media type comes from the bytes; names only break ties between kinds of text."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from ream_ingest.media_type import EMPTY, HEAD, detect, of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def opc(main: str, folder: str) -> bytes:
    types = f'<Types><Override PartName="/{folder}" ContentType="application/vnd.{main}+xml"/></Types>'
    return archive({"[Content_Types].xml": types, folder: "<x/>"})


def archive(members: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name, text)
    return held.getvalue()


def ole(*names: str, below: str | None = None) -> bytes:
    """Makes an OLE file of one directory sector whose root holds the names; `below` hangs inside the first of them."""
    none = 0xFFFFFFFF
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[none] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[none] * 126)
    entries = [_entry("Root Entry", none, none, 1)]
    for number, name in enumerate(names, 1):
        following = number + 1 if number < len(names) else none
        entries.append(_entry(name, none, following, len(names) + 1 if below and number == 1 else none))
    if below:
        entries.append(_entry(below, none, none, none))
    return bytes(header) + table + b"".join(entries).ljust(512, b"\x00")


def _entry(name: str, left: int, right: int, child: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\x00\x00"
    return raw.ljust(64, b"\x00") + struct.pack("<HBB3I", len(raw), 1, 0, left, right, child) + bytes(48)


CASES = [
    (b"%PDF-1.7\n", "a.txt", "application/pdf"),
    (b"\x00junk before it\n%PDF-1.4\n", None, "application/pdf"),
    (b"\x89PNG\r\n\x1a\n" + bytes(20), "a.pdf", "image/png"),
    (b"\xffWPC" + struct.pack("<I4B2H", 16, 1, 10, 0, 1, 0, 0) + b"Minutes\n", "a.txt", "application/vnd.wordperfect"),
    (b"\xff\xd8\xff\xe0" + bytes(20), None, "image/jpeg"),
    (b"II*\x00" + bytes(20), None, "image/tiff"),
    (b"MM\x00*" + bytes(20), None, "image/tiff"),
    (b"GIF89a" + bytes(20), None, "image/gif"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None, "image/webp"),
    (b"BM\x10\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", None, "image/bmp"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", None, "image/heic"),
    (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00heicmiaf", None, "image/heif"),
    (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00avifmiaf", None, "image/avif"),
    (b"\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00heicmif1", None, "image/heic-sequence"),
    (b"{\\rtf1\\ansi hello}", "a.doc", "application/rtf"),
    (b"\x1f\x8b\x08\x00" + bytes(20), None, "application/gzip"),
    (bytes(257) + b"ustar\x0000", None, "application/x-tar"),
    (opc("openxmlformats-officedocument.wordprocessingml.document.main", "word/document.xml"), "a.zip", WORD),
    (
        opc("openxmlformats-officedocument.spreadsheetml.sheet.main", "xl/workbook.xml"),
        "a.docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        opc("openxmlformats-officedocument.presentationml.presentation.main", "ppt/presentation.xml"),
        None,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    (
        opc("ms-word.document.macroEnabled.main", "word/document.xml"),
        "a.docx",
        "application/vnd.ms-word.document.macroenabled.12",
    ),
    (archive({"mimetype": "application/vnd.oasis.opendocument.text"}), None, "application/vnd.oasis.opendocument.text"),
    (archive({"mimetype": "application/epub+zip"}), None, "application/epub+zip"),
    (archive({"mimetype": "text/x; evil\r\n"}), None, "application/zip"),
    (archive({"a.txt": "x"}), "a.docx", "application/zip"),
    (ole("WordDocument", "1Table"), "a.xls", "application/msword"),
    (ole("Workbook"), None, "application/vnd.ms-excel"),
    (ole("PowerPoint Document"), None, "application/vnd.ms-powerpoint"),
    (ole("__properties_version1.0"), None, "application/vnd.ms-outlook"),
    (ole("MBD0001", "Workbook", below="WordDocument"), None, "application/vnd.ms-excel"),
    (ole("Something"), "a.doc", "application/x-ole-storage"),
    (b"<!DOCTYPE html><p>x", "a.txt", "text/html"),
    (b"\n\n <html><body>x", None, "text/html"),
    ("\ufeff<html><body>ä".encode("utf-16"), None, "text/html"),
    (b"<?xml version='1.0'?><!-- c --><html xmlns='http://www.w3.org/1999/xhtml'/>", None, "application/xhtml+xml"),
    (b"<?xml version='1.0'?><svg/>", None, "image/svg+xml"),
    (
        b"<?xml?><!DOCTYPE html [<!ENTITY a '<svg>'> <!ELEMENT svg ANY>]><!-- <svg> --><html>",
        None,
        "application/xhtml+xml",
    ),
    (b"<?xml?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'><x:svg >", None, "image/svg+xml"),
    (b"<?xml?><!-- <html> never ends", None, "application/xml"),
    (b"<?xml?>< < <<html>", None, "application/xhtml+xml"),
    (b"<?xml version='1.0'?><invoice/>", "a.html", "application/xml"),
    (b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n\r\nhello", None, "message/rfc822"),
    (b"From a@b.c Mon Jan 1\nFrom: a@b.c\nTo: d@e.f\nDate: x\n\nhello", None, "application/mbox"),
    (b"From: him\nwe got a letter", "a.eml", "text/plain"),
    (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", None, "text/calendar"),
    (b"begin:vcard\nversion:3.0\n", "a.txt", "text/vcard"),
    (b'{"a": [1, 2]}', "a.txt", "application/json"),
    (b'{"a": 1}\n{"a": 2}\n', None, "application/x-ndjson"),
    (b"a;b;c\n1;2;3\n4;5;6\n7;8;9\n1;2;3\n4;5;6\n", None, "text/csv"),
    (b"a,b\n1,2\n", "a.csv", "text/csv"),
    (b"Yes, he said.\nNo, she said.\nWell, they said.\nSo, we went, too.\nBye.\nEnd.\n", None, "text/plain"),
    (b"# Title\n\nSome *text*.\n", "a.md", "text/markdown"),
    (b"# Title\n\nSome *text*.\n", None, "text/plain"),
    (b"only words", "a.html", "text/plain"),
    (b"only words", "a.pdf", "text/plain"),
    (b"only words", "a.docx", "text/plain"),
    ("größer".encode("cp1252"), None, "text/plain"),
    ("Ärger über alles".encode("utf-16-le"), None, "text/plain"),
    ("日本語のテキスト".encode("shift_jis"), None, "text/plain"),
    (bytes(range(256)) * 8, "a.txt", "application/octet-stream"),
    (b"", "a.pdf", EMPTY),
]


@pytest.mark.parametrize(("content", "name", "expected"), CASES)
def test_type_is_told_from_content(content: bytes, name: str | None, expected: str) -> None:
    assert of(io.BytesIO(content), name) == expected


@pytest.mark.parametrize(
    "length", [b"\x80", b"\x81\xff", b"\x82\x01\x00", b"\x83\x01\x00\x00", b"\x84\x00\x01\x00\x00"]
)
@pytest.mark.parametrize("kind", [b"\x02", b"\x03"])
def test_envelope_of_a_letter_is_told_however_long_it_is(length: bytes, kind: bytes) -> None:
    content = b"\x30" + length + bytes.fromhex("06092a864886f70d0107") + kind + b"\xa0\x80"
    assert of(io.BytesIO(content)) == "application/pkcs7-mime"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"ANVIL\x00\x00\x00LONDON and many more words\x00\n" * 3, "text/plain"),
        ("Gr\u00fc\u00dfe aus der Stra\u00dfe, viele".encode() + bytes(500), "text/plain"),
        ("\uc548\ub155\ud558\uc138\uc694 \uc5ec\ub7ec\ubd84 \ud55c\uad6d\uc5b4".encode("iso2022_kr"), "text/plain"),
        (b"\x00\x01\x02 with words in it that look like a text" * 3, "application/octet-stream"),
        (bytes(400) + b"few", "application/octet-stream"),
    ],
)
def test_text_with_zeros_or_shifts_is_told(content: bytes, expected: str) -> None:
    assert of(io.BytesIO(content), "a.txt") == expected


def test_truncated_office_file_is_still_told(tmp_path: Path) -> None:
    whole = opc("openxmlformats-officedocument.wordprocessingml.document.main", "word/document.xml")
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: whole.index(b"PK\x01\x02")])
    assert detect(cut, "cut.docx") == WORD


def test_zip_that_claims_a_huge_directory_is_not_listed() -> None:
    whole = bytearray(archive({"[Content_Types].xml": "wordprocessingml.document.main"}))
    end = whole.rindex(b"PK\x05\x06")
    struct.pack_into("<I", whole, end + 12, 0x7FFFFFFF)
    assert of(io.BytesIO(bytes(whole))) == "application/zip"


def wide(whole: bytes, length: int | None = None, place: int | None = None) -> bytes:
    """Puts the wide end record before the other, with what the other says where nothing else is given."""
    at = whole.rindex(b"PK\x05\x06")
    entries, size, start = struct.unpack_from("<HII", whole, at + 10)
    size, start = size if length is None else length, start if place is None else place
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, start)
    return whole[:at] + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1) + whole[at:]


def test_zip_of_wide_records_is_told() -> None:
    whole = opc("openxmlformats-officedocument.wordprocessingml.document.main", "word/document.xml")
    assert of(io.BytesIO(wide(whole))) == WORD
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made, made.open("[Content_Types].xml", "w", force_zip64=True) as member:
        member.write(b"wordprocessingml.document.main")
    assert of(io.BytesIO(held.getvalue())) == WORD


def test_zip_behind_something_else_is_told() -> None:
    whole = opc("openxmlformats-officedocument.wordprocessingml.document.main", "word/document.xml")
    assert of(io.BytesIO(b"PK\x03\x04 junk" + whole)) == WORD


@pytest.mark.parametrize("length", [(16 << 20) + 1, 1 << 40, (1 << 64) - 1])
def test_wide_record_behind_an_honest_one_does_not_choose_our_memory(length: int, tmp_path: Path) -> None:
    whole = wide(archive({"[Content_Types].xml": "wordprocessingml.document.main"}), length, 0)
    sparse = tmp_path / "sparse.docx"
    with sparse.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(3 << 30)
        file.seek(0, io.SEEK_END)
        file.write(whole)
    tracemalloc.start()
    try:
        assert detect(sparse) == "application/zip"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_full_zip_directory_is_read_in_linear_time_and_its_own_size() -> None:
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"a"
    entries = entry * ((16 << 20) // len(entry))
    whole = b"PK\x03\x04" + entries + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 9, 9, len(entries), 4, 0)
    started = time.process_time()
    assert of(io.BytesIO(whole)) == "application/zip"
    assert time.process_time() - started < 3


@pytest.mark.parametrize("seed", range(40))
def test_hostile_archives_never_raise(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    whole = opc("openxmlformats-officedocument.wordprocessingml.document.main", "word/document.xml")
    for start in (whole, wide(whole), archive({"mimetype": "application/vnd.oasis.opendocument.text"})):
        broken = bytearray(start)
        for _ in range(chance.randrange(1, 12)):
            # Most of what misleads stands at the end.
            broken[-chance.randrange(1, chance.choice((100, len(broken))))] = chance.choice((0, 1, 127, 128, 255))
        (tmp_path / "broken").write_bytes(broken)
        assert detect(tmp_path / "broken").startswith("application/")


def test_ole_directory_that_loops_ends() -> None:
    looped = bytearray(ole("Nothing"))
    struct.pack_into("<I", looped, 512 + 4, 1)  # the directory's sector follows itself
    struct.pack_into("<I", looped, 1024 + 128 + 68, 1)  # an entry is its own sibling
    assert of(io.BytesIO(bytes(looped))) == "application/x-ole-storage"


def test_deep_json_is_only_text() -> None:
    assert of(io.BytesIO(b"[" * 60_000), "deep.txt") == "text/plain"


SLOW = (
    "<?xml?>{x}<!DOCTYPE", "<?xml?>{x}<!DOCTYPE[", "<?xml?>{x}<!DOCTYPE[]", "<?xml?>{x}<!", "<?xml?>{x}<!--",
    "<?xml?>{x}<?",
    "<?xml?>{x}<a:", "<?xml?>{x}<a", "<?xml?>{x}< ", "<{x}<!-- --> ", "<{x}<!--", "<{x}a ", "{x}a:\n", "{x}x-\n",
    "From:{x}\n", "Received: a{x}\n from ", "Received: {x}from ", "From: a{x}\n <", "From: {x}<a",
    "DKIM-Signature:{x} b",
    "From: a\n{x}\r\n", "[{x}[", "{{{x}{{", "{x};", '{x}"', "{x}\t\n", "{x}a,b\n", "{x},\"\n", "[{x}1,\n",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pattern", SLOW)
def test_no_text_takes_more_than_linear_time(pattern: str) -> None:
    """A head has 64 KB; where time grew with the square of it, or worse, this takes seconds or hours."""
    before, _, again = pattern.partition("{x}")
    head = (before.replace("{{", "{") + again.replace("{{", "{") * (1 + HEAD // len(again)))[:HEAD].encode()
    started = time.process_time()
    of(io.BytesIO(head), "a.csv")
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("seed", range(40))
def test_hostile_bytes_never_raise(seed: int) -> None:
    chance = random.Random(seed)
    starts = [content[:600] for content, _, _ in CASES if content]
    for start in starts:
        broken = bytearray(start + chance.randbytes(chance.randrange(200)))
        for _ in range(chance.randrange(1, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        found = of(io.BytesIO(bytes(broken[: chance.randrange(1, len(broken) + 1)])), "a.csv")
        assert found.count("/") == 1
        assert found == found.lower().strip()
