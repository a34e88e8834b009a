# SPDX-License-Identifier: Apache-2.0
"""Images: frames are units for ocr, and nothing is decoded to count them."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from ream_extract.extractors.image import EXTRACTOR
from ream_extract.pictures import keep, look
from ream_extract.reading import Limits, Source, UnitFailed, UnitScanned, Unreadable


def saved(path: Path, frames: int = 1, **how: object) -> Path:
    first, *rest = [Image.new("RGB", (60 + number, 40), "white") for number in range(frames)]
    first.save(path, **({"save_all": True, "append_images": rest} if rest else {}), **how)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("ending", ["png", "jpg", "tiff", "gif", "bmp", "webp", "jp2"])
def test_one_frame_is_one_unit_for_ocr(tmp_path: Path, ending: str) -> None:
    source = Source(saved(tmp_path / f"a.{ending}"), f"image/{ending}")
    plan = EXTRACTOR.plan(source)
    assert [(run.kind, run.count) for run in plan.units] == [("image", 1)]
    assert (plan.metadata["width"], plan.metadata["height"]) == ("60", "40")
    assert list(EXTRACTOR.read(source, 1, 1, tmp_path)) == [UnitScanned(1, "picture")]


def test_frames_of_a_tiff(tmp_path: Path) -> None:
    source = Source(saved(tmp_path / "a.tiff", 5), "image/tiff")
    assert EXTRACTOR.plan(source).units[0].count == 5
    assert list(EXTRACTOR.read(source, 4, 6, tmp_path)) == [
        UnitScanned(4, "picture"),
        UnitScanned(5, "picture"),
        UnitFailed(6, "damaged"),
    ]


def test_what_the_camera_says_without_where(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0132] = "2024:01:02 03:04:05"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 11.0)
    metadata = EXTRACTOR.plan(Source(saved(tmp_path / "a.jpg", exif=exif), "image/jpeg")).metadata
    assert metadata["camera_make"] == "Maker"
    assert metadata["datetime"] == "2024:01:02 03:04:05"
    assert not any("48" in value or "gps" in key for key, value in metadata.items())


def bomb(path: Path, width: int, height: int) -> Path:
    """A PNG of a few hundred bytes that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
    return path


def test_pixel_bomb_fails_without_being_decoded(tmp_path: Path) -> None:
    source = Source(bomb(tmp_path / "a.png", 100_000, 100_000), "image/png")
    assert EXTRACTOR.plan(source).units[0].count == 1
    assert list(EXTRACTOR.read(source, 1, 1, tmp_path)) == [UnitFailed(1, "too-many-pixels")]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"II*\x00\x08\x00\x00\x00\xff\xff", b"\xff\xd8\xff\xe0"])
def test_broken_headers_are_damaged(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(path, "image/png"))
    assert refused.value.cause == "damaged"


def test_tiff_whose_frames_loop_ends(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tiff", 2)
    data = bytearray(path.read_bytes())
    start = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, start)[0]
    following = struct.unpack_from("<I", data, start + 2 + 12 * entries)[0]
    again = struct.unpack_from("<H", data, following)[0]
    struct.pack_into("<I", data, following + 2 + 12 * again, start)
    path.write_bytes(data)
    assert EXTRACTOR.plan(Source(path, "image/tiff")).units[0].count == 2


def test_pictures_inside_documents_are_kept_by_their_header(tmp_path: Path) -> None:
    data = saved(tmp_path / "in.png").read_bytes()
    found = keep(data, tmp_path, Limits())
    assert found is not None
    assert (found.media_type, found.width, found.height) == ("image/png", 60, 40)
    assert (tmp_path / found.file).read_bytes() == data
    assert keep(data, tmp_path, Limits(picture_pixels=100)) is None
    assert keep(bomb(tmp_path / "b.png", 90_000, 90_000).read_bytes(), tmp_path, Limits()) is None
    assert keep(b"not a picture", tmp_path, Limits()) is None
    assert look(bytes(40) + b" EMF" + bytes(20)) == ("image/emf", 0, 0)
