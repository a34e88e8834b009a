# SPDX-License-Identifier: Apache-2.0
"""Pages of PDF whose content is damaged: what can be read is kept, and the unit says that it is not whole."""

import base64
import zlib
from pathlib import Path

import pytest
from pypdf import PdfWriter

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.pdf_packed import ascii85, inflate, unpacked
from ream_extract.pdf_suspicion import Suspicion, suspicion
from ream_extract.reading import Item, Source, UnitFailed, UnitRead, UnitScanned
from ream_tests.raw_pdf import FLATE, HELVETICA, lines, page, stream

PACKED = zlib.compress(lines(40))
HALF = len(PACKED) // 2
A85 = b"/Filter[/ASCII85Decode/FlateDecode]"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<" + HELVETICA + b">>" + FLATE


def read(data: bytes, folder: Path) -> Item:
    path = folder / "a.pdf"
    path.write_bytes(data)
    source = Source(path, "application/pdf")
    EXTRACTOR.plan(source)
    (item,) = (one for one in EXTRACTOR.read(source, 1, 1, folder) if one is not None)
    return item


def text(data: bytes) -> bytes:
    return page([stream(FLATE, data)], HELVETICA)


def with_form(data: bytes) -> bytes:
    return page([stream(b"", b"/X Do")], b"/XObject<</X 5 0 R>>", stream(FORM, data))


OVERWRITTEN = PACKED[:HALF] + b"\xff" * 8 + PACKED[HALF + 8 :]


@pytest.mark.parametrize(
    ("data", "least"),
    [
        (text(PACKED[:HALF]), 5),
        (text(OVERWRITTEN), 5),
        (text(PACKED[:-4] + b"none"), 40),
        (with_form(PACKED[:HALF]), 5),
        (page([stream(A85, base64.a85encode(PACKED)[: HALF + 1])], HELVETICA), 5),
        (page([stream(FLATE, zlib.compress(lines(9))), stream(FLATE, PACKED[:40])], HELVETICA), 9),
    ],
)
def test_what_comes_out_is_kept_and_the_page_says_that_more_was_there(tmp_path: Path, data: bytes, least: int) -> None:
    item = read(data, tmp_path)
    assert isinstance(item, UnitRead)
    assert item.lacking == "damaged-content"
    assert item.text.count("auditors") >= least


def test_a_stream_that_lost_its_first_bytes_is_read_all_the_same(tmp_path: Path) -> None:
    item = read(text(b"\0\0" + PACKED[2:]), tmp_path)
    assert isinstance(item, UnitRead)
    assert item.lacking == "damaged-content"
    assert item.text.count("auditors") == 40


def test_a_page_of_which_nothing_comes_out_is_not_read(tmp_path: Path) -> None:
    assert read(text(b"\xff" * 60), tmp_path) == UnitFailed(1, "damaged-content")


def test_a_damaged_page_that_ocr_reads_says_so_too(tmp_path: Path) -> None:
    drawn = zlib.compress(b"10 10 m 300 300 l 50 70 l S\n")
    item = read(page([stream(FLATE, drawn), stream(FLATE, PACKED[:20])], HELVETICA), tmp_path)
    assert isinstance(item, UnitScanned)
    assert item.kept is not None
    assert item.kept.lacking == "damaged-content"


@pytest.mark.parametrize(
    "data",
    [
        text(PACKED),
        text(PACKED[:-4]),
        with_form(PACKED),
        page([stream(A85, base64.a85encode(PACKED) + b"~>")], HELVETICA),
    ],
)
def test_a_whole_page_is_whole(tmp_path: Path, data: bytes) -> None:
    item = read(data, tmp_path)
    assert isinstance(item, UnitRead)
    assert item.lacking is None
    assert item.text.count("auditors") == 40
    assert suspicion(tmp_path / "a.pdf") == Suspicion()


def test_an_encrypted_page_is_whole_where_it_is_and_damaged_where_it_is_not(tmp_path: Path) -> None:
    for data, lacking in ((PACKED, None), (PACKED[:HALF], "damaged-content")):
        (tmp_path / "plain.pdf").write_bytes(text(data))
        writer = PdfWriter(clone_from=tmp_path / "plain.pdf")
        writer.encrypt("", "owner", algorithm="AES-128")
        writer.write(tmp_path / "locked.pdf")
        item = read((tmp_path / "locked.pdf").read_bytes(), tmp_path)
        assert isinstance(item, UnitRead)
        assert item.lacking == lacking


def test_a_packed_stream_is_whole_with_its_end() -> None:
    data = bytes(range(256)) * 2_000
    packed = zlib.compress(data)
    assert inflate(b"before" + packed + b"after", 6) == (True, 6 + len(packed), len(data))
    flushed = zlib.compressobj()
    assert unpacked(flushed.compress(data) + flushed.flush(zlib.Z_SYNC_FLUSH), ["/FlateDecode"]) == (data, True)
    assert unpacked(packed[:-300], ["/Fl"])[1] is False


def test_base_85_is_read_as_python_reads_it() -> None:
    for length in (0, 1, 2, 3, 4, 5, 77, 1_000):
        data = bytes(length // 2) + bytes(number * 37 % 256 for number in range(length - length // 2))
        written = base64.a85encode(data, wrapcol=20) + b"~>"
        assert ascii85(written) == data
