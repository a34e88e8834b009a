# SPDX-License-Identifier: Apache-2.0
"""Images: frames are units for ocr, and nothing is decoded to count them."""

import contextlib
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from ream_extract import camera, heif_boxes
from ream_extract.extractors import image
from ream_extract.extractors.image import EXTRACTOR
from ream_extract.pictures import Keeper, look
from ream_extract.reading import Limits, Source, UnitFailed, UnitRun, UnitScanned, Unreadable
from ream_tests.heic import TWO_PICTURES


def saved(path: Path, frames: int = 1, **how: object) -> Path:
    first, *rest = [Image.new("RGB", (60 + number, 40), "white") for number in range(frames)]
    first.save(path, **({"save_all": True, "append_images": rest} if rest else {}), **how)  # type: ignore[arg-type]
    return path


def square(path: Path, side: int) -> Path:
    Image.new("RGB", (side, side)).save(path)
    return path


@pytest.mark.parametrize("ending", ["png", "jpg", "tiff", "gif", "bmp", "webp", "jp2", "avif"])
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


def test_what_the_camera_says_and_where(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    exif[0x0132] = "2024:01:02 03:04:05"
    shot = exif.get_ifd(0x8769)
    shot[36867], shot[37510] = "2023:12:31 23:59:58", b"ASCII\0\0\0by hand"
    exif.get_ifd(0x8825).update({1: "S", 2: (48.0, 11.0, 15.0), 3: "E", 4: (8.0, 30.0, 0.0)})
    source = Source(saved(tmp_path / "a.jpg", exif=exif, comment="seen from above"), "image/jpeg")
    told = {
        "camera_make": "Maker", "orientation": "6", "datetime": "2024:01:02 03:04:05", "taken": "2023:12:31 23:59:58",
        "comment": "by hand", "gps_latitude": "-48.187500", "gps_longitude": "8.500000",
    }  # fmt: skip
    metadata = EXTRACTOR.plan(source).metadata
    assert {key: metadata.get(key) for key in told} == told
    assert EXTRACTOR.plan(Source(saved(tmp_path / "b.jpg", comment="seen"), "image/jpeg")).metadata["comment"] == "seen"


@pytest.mark.parametrize("place", [(91.0, 0.0, 0.0), (), (1.0,), ("x", "y", "z"), (float("nan"), 0.0, 0.0), None])
def test_a_place_that_is_none_is_not_told(place: object) -> None:
    assert not camera._place({1: "N", 2: place, 3: "E", 4: (200.0, 0.0, 0.0)})


def test_texts_of_a_png(tmp_path: Path) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "Größe")
    texts.add_text("Unknown", "not told")
    metadata = EXTRACTOR.plan(Source(saved(tmp_path / "a.png", pnginfo=texts), "image/png")).metadata
    assert metadata["title"] == "Größe"
    assert "unknown" not in metadata


def test_pictures_of_a_heic_are_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(TWO_PICTURES)
    source = Source(path, "image/heic")
    plan = EXTRACTOR.plan(source)
    assert plan.units == (UnitRun("image", 2),)
    told = {"width": "320", "height": "80", "camera_make": "Maker", "taken": "2024:01:02 03:04:05"}
    assert {key: plan.metadata[key] for key in told} == told
    assert (plan.metadata["gps_latitude"], plan.metadata["gps_longitude"]) == ("48.187500", "-11.500000")
    assert list(EXTRACTOR.read(source, 1, 2, tmp_path)) == [UnitScanned(1, "picture"), UnitScanned(2, "picture")]
    assert heif_boxes.pictures(path) == 2
    monkeypatch.setitem(image._PAGED, "HEIF", lambda path: 3)
    assert list(EXTRACTOR.read(source, 3, 3, tmp_path)) == [UnitFailed(3, "damaged")]


def test_a_heic_that_is_cut_off_or_overwritten_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    for size in range(0, len(TWO_PICTURES), 97):
        path.write_bytes(TWO_PICTURES[:size])
        assert heif_boxes.pictures(path) in (0, 1, 2)
        with contextlib.suppress(Unreadable):
            EXTRACTOR.plan(Source(path, "image/heic"))
        path.write_bytes(TWO_PICTURES[:size] + b"\xff" * 8 + TWO_PICTURES[size + 8 :])
        assert heif_boxes.pictures(path) >= 0
        with contextlib.suppress(Unreadable):
            EXTRACTOR.plan(Source(path, "image/heic"))


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
    keeper = Keeper(tmp_path, Limits())
    found = keeper(data)
    assert found is not None
    assert (found.media_type, found.width, found.height) == ("image/png", 60, 40)
    assert (tmp_path / found.file).read_bytes() == data
    assert keeper.notes() == ()
    assert keeper(bomb(tmp_path / "b.png", 90_000, 90_000).read_bytes()) is None
    assert keeper(b"not a picture") is None
    assert keeper(square(tmp_path / "spacer.png", 4).read_bytes()) is None
    (note,) = keeper.notes()
    assert (note.kind, note.text) == (
        "pictures",
        "2 pictures left out: 1 of more than 150 megapixels, 1 damaged, or of a kind that is not read.",
    )
    assert keeper.notes() == (), "said once"
    assert look(bytes(40) + b" EMF" + bytes(20)) == ("image/emf", 0, 0)


def test_pictures_over_a_number_are_left_out_and_counted_once_each(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, Limits(pictures_per_unit=2))
    data = [square(tmp_path / f"{width}.png", width).read_bytes() for width in (20, 21, 22, 23)]
    assert [found.width for found in keeper.each([data[0], data[1], data[0], b"", data[2], data[3], data[1]])] == [
        20, 21, 20, 21
    ]  # fmt: skip
    assert [note.text for note in keeper.notes()] == ["2 pictures left out: 2 beyond the first 2."]
