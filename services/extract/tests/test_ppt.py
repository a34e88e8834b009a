# SPDX-License-Identifier: Apache-2.0
"""Old presentations of known contents, written record by record."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from ream_contracts.artifacts import Annotation
from ream_extract.extractors.ppt import EXTRACTOR
from ream_extract.ole_write import ole_file
from ream_extract.reading import ChildRead, Item, Source, UnitFailed, UnitRead, Unreadable

PPT = "application/vnd.ms-powerpoint"


def atom(kind: int, data: bytes, instance: int = 0) -> bytes:
    return struct.pack("<2HI", instance << 4, kind, len(data)) + data


def box(kind: int, *inside: bytes, instance: int = 0) -> bytes:
    data = b"".join(inside)
    return struct.pack("<2HI", instance << 4 | 0xF, kind, len(data)) + data


def words(text: str) -> bytes:
    return atom(4000, text.encode("utf-16-le"))


def entry(persist: int, number: int) -> bytes:
    return atom(1011, struct.pack("<5I", persist, 0, 0, number, 0))


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    return held.getvalue()


def streams(picture: bytes) -> dict[tuple[str, ...], bytes]:
    """Two slides; the first with a title, a box, a note and a comment. An older slide lies unused in the file."""
    comment = box(12000, atom(4026, "Ann".encode("utf-16-le")), atom(4026, "Too long".encode("utf-16-le"), 1))
    objects = [
        box(
            1000,
            box(4080, entry(2, 256), atom(3999, struct.pack("<I", 0)), words("Plans\rfor May"),
                atom(3999, struct.pack("<I", 1)), atom(4008, b"A \xfcber point"), entry(3, 257)),
            box(4080, entry(4, 258), instance=2),
            box(4057, atom(4026, "Below each slide".encode("utf-16-le"), 2), instance=3),
        ),
        box(1006, box(1036, box(0xF002, box(0xF00D, words("In a box")))), comment),
        box(1006),
        box(1008, atom(1009, struct.pack("<2I", 256, 0)), box(1036, words("Say hello"))),
        atom(4113, struct.pack("<I", 6) + zlib.compress(b"inside"), 1),
    ]  # fmt: skip
    stream, places = box(1006, words("An older text")), []
    for data in objects:
        places.append(len(stream))
        stream += data
    directory = len(stream)
    stream += atom(6002, struct.pack("<I", 1 | len(places) << 20) + struct.pack(f"<{len(places)}I", *places))
    edit = len(stream)
    stream += atom(4085, struct.pack("<7I", 0, 0, 0, directory, 1, 0, 0))
    user = atom(4086, struct.pack("<3I", 20, 0xE391C05F, edit))
    blip = atom(0xF01E, bytes(17) + picture, 0x6E0)
    return {("PowerPoint Document",): stream, ("Current User",): user, ("Pictures",): blip}


def read(path: Path) -> list[Item]:
    count = sum(run.count for run in EXTRACTOR.plan(Source(path, PPT)).units)
    items = list(EXTRACTOR.read(Source(path, PPT), 1, count, path.parent))
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def test_everything_in_an_old_presentation_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.ppt").write_bytes(ole_file(streams(png())))
    plan = EXTRACTOR.plan(Source(tmp_path / "a.ppt", PPT))
    assert [(run.kind, run.count) for run in plan.units] == [("slide", 2), ("attachment", 1), ("pictures", 1)]
    first, second, child, pictures = read(tmp_path / "a.ppt")
    assert isinstance(first, UnitRead)
    assert first.text.splitlines() == [
        "Plans for May", "A über point", "In a box", "Below each slide", "Say hello", "Too long",
    ]  # fmt: skip
    assert [heading.text for heading in first.headings] == ["Plans for May"]
    assert first.annotations == (Annotation("note", "Say hello", None), Annotation("comment", "Too long", None))
    assert isinstance(second, UnitRead)
    assert (second.text, second.method) == ("", "none")
    assert isinstance(child, ChildRead)
    assert (tmp_path / child.file).read_bytes() == b"inside"
    assert isinstance(pictures, UnitRead)
    assert [(one.width, one.media_type) for one in pictures.pictures] == [(40, "image/png")]


def test_picture_that_is_broken_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.ppt").write_bytes(ole_file(streams(b"no picture")))
    assert read(tmp_path / "a.ppt")[-1] == UnitFailed(4, "pictures-missing")


@pytest.mark.parametrize(
    ("cut", "more", "kind"), [(9, 0, UnitFailed), (0, 1, UnitFailed), (0, -1, UnitFailed), (4, 0, ChildRead)]
)
def test_object_that_is_not_whole_is_missing_and_only_the_end_of_its_packing_may_lack(
    tmp_path: Path, cut: int, more: int, kind: type
) -> None:
    made = streams(png())
    packed = struct.pack("<I", 6) + zlib.compress(b"inside")
    stream = bytearray(made["PowerPoint Document",])
    place = stream.index(packed)
    struct.pack_into("<2I", stream, place - 4, len(packed) - cut, 6 + more)
    (tmp_path / "a.ppt").write_bytes(ole_file({**made, ("PowerPoint Document",): bytes(stream)}))
    assert isinstance(read(tmp_path / "a.ppt")[2], kind)


def test_encrypted_and_damaged(tmp_path: Path) -> None:
    made = streams(png())
    locked = {**made, ("Current User",): atom(4086, struct.pack("<3I", 20, 0xF3D1C4DF, 0))}
    lost = {**made, ("Current User",): atom(4086, struct.pack("<3I", 20, 0xE391C05F, 1 << 30))}
    for number, (parts, cause) in enumerate(((locked, "encrypted"), (lost, "damaged"), ({}, "damaged"))):
        (tmp_path / f"{number}.ppt").write_bytes(ole_file(parts))
        with pytest.raises(Unreadable) as refused:
            EXTRACTOR.plan(Source(tmp_path / f"{number}.ppt", PPT))
        assert refused.value.cause == cause
