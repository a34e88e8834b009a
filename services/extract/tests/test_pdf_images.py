# SPDX-License-Identifier: Apache-2.0
"""Images of PDF pages of which a part is missing: the page says so, whatever ocr sees of it."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.image_data import fax_ends, jbig2_ends, jpeg2000_ends, jpeg_ends
from ream_extract.reading import Source, UnitRead, UnitScanned
from ream_tests.raw_pdf import FLATE, HELVETICA, lines, page, stream

WIDTH, HEIGHT = 320, 400
GREY = b"/ColorSpace/DeviceGray/BitsPerComponent 8"
BLACK = b"/ColorSpace/DeviceGray/BitsPerComponent 1"


def letter() -> Image.Image:
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(24):
        draw.text((10, 8 + 16 * line), f"Line {line} of a letter that was scanned", fill=0)
    return picture


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    held = io.BytesIO()
    picture.save(held, kind, **how)
    return held.getvalue()


def faxed() -> bytes:
    """The strip of a TIFF; with the mark at its end that scanners leave out."""
    file = saved(letter().convert("1"), "TIFF", compression="group4", tiffinfo={278: HEIGHT})
    with Image.open(io.BytesIO(file)) as picture:
        (start,), (size,) = picture.tag_v2[273], picture.tag_v2[279]  # type: ignore[attr-defined]
    return bytes(file[start : start + size])


def bilevel() -> bytes:
    """JBIG2, its one region packed as a fax."""
    region = struct.pack(">IIIIBB", WIDTH, HEIGHT, 0, 0, 0, 1) + faxed()
    parts = ((48, struct.pack(">IIIIBH", WIDTH, HEIGHT, 0, 0, 0, 0)), (38, region))
    return b"".join(
        struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data for number, (kind, data) in enumerate(parts)
    )


FAX = b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns %d/Rows %d>>" % (WIDTH, HEIGHT)
KINDS = {
    "jpeg": (GREY + b"/Filter/DCTDecode", saved(letter(), "JPEG")),
    "jpeg 2000": (b"/Filter/JPXDecode", saved(letter(), "JPEG2000")),
    "fax": (BLACK + FAX, faxed()),
    "jbig2": (BLACK + b"/Filter/JBIG2Decode", bilevel()),
    "packed": (GREY + FLATE, zlib.compress(letter().tobytes())),
}


def drawing(entries: bytes, data: bytes, text: bytes = b"") -> bytes:
    image = stream(b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (WIDTH, HEIGHT) + entries, data)
    place = b"q 595 0 0 842 0 0 cm /I Do Q" if not text else b"q 100 0 0 120 400 20 cm /I Do Q "
    return page([stream(b"", place + text)], b"/XObject<</I 5 0 R>>" + HELVETICA, image)


def lacking(data: bytes, folder: Path) -> str | None:
    path = folder / "a.pdf"
    path.write_bytes(data)
    (item,) = (one for one in EXTRACTOR.read(Source(path, "application/pdf"), 1, 1, folder) if one is not None)
    if isinstance(item, UnitScanned):
        return item.kept.lacking if item.kept is not None else None
    assert isinstance(item, UnitRead)
    return item.lacking


@pytest.mark.parametrize("kind", KINDS)
def test_a_scan_that_is_cut_off_or_was_never_written_to_its_end_says_so(tmp_path: Path, kind: str) -> None:
    entries, data = KINDS[kind]
    half = len(data) // 2
    assert lacking(drawing(entries, data), tmp_path) is None
    for damaged in (data[:half], data[:half] + bytes(len(data) - half), b""):
        assert lacking(drawing(entries, damaged), tmp_path) == "damaged-image"


def test_a_damaged_picture_in_a_page_of_text_is_said_too(tmp_path: Path) -> None:
    entries, data = KINDS["jpeg"]
    assert lacking(drawing(entries, data, lines(30)), tmp_path) is None
    assert lacking(drawing(entries, data[: len(data) // 2], lines(30)), tmp_path) == "damaged-image"


def test_a_jpeg_ends_with_its_mark_or_with_its_last_line() -> None:
    data = KINDS["jpeg"][1]
    assert jpeg_ends(data)
    assert jpeg_ends(data + bytes(5_000))
    assert jpeg_ends(data[:-2])
    assert jpeg_ends(saved(letter(), "JPEG", progressive=True))
    assert not jpeg_ends(data[:-200])
    assert not jpeg_ends(data[:3_000] + b"\xff" * 9 + data[3_009:])
    assert not jpeg_ends(data[:3_000] + b"\xff\xd9" + data[3_002:])
    assert not jpeg_ends(b"")


def test_a_jpeg_2000_ends_with_its_last_tile() -> None:
    data = KINDS["jpeg 2000"][1]
    assert jpeg2000_ends(data)
    assert jpeg2000_ends(saved(letter(), "JPEG2000", no_jp2=True, tile_size=(128, 128)))
    assert not jpeg2000_ends(data[:-40])
    assert not jpeg2000_ends(bytes(50))


def test_a_jbig2_ends_with_its_last_part() -> None:
    data = bilevel()
    assert jbig2_ends(data)
    assert jbig2_ends(data + bytes(40))
    assert not jbig2_ends(data[:-3])
    assert not jbig2_ends(b"")


def test_a_fax_ends_where_what_follows_it_changes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    data = faxed()
    assert data.endswith(b"\x00\x10\x01") or fax_ends(data, WIDTH, HEIGHT)
    bare = data[:-3]
    assert fax_ends(data, WIDTH, HEIGHT)
    assert fax_ends(bare, WIDTH, HEIGHT)
    assert fax_ends(data + bytes(500), WIDTH, HEIGHT)
    for share in range(1, 10):
        assert not fax_ends(data[: len(data) * share // 10], WIDTH, HEIGHT)
    capfd.readouterr()  # what the decoder says of the tails that it was given
