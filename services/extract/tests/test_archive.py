# SPDX-License-Identifier: Apache-2.0
"""ZIP: members become documents, bombs and lies do not."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from ream_extract.extractors.archive import EXTRACTOR
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, Unreadable
from ream_extract.zip_check import check_parts, opened


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def read(path: Path, **how: object) -> list[Item]:
    source = Source(path, "application/zip", **how)  # type: ignore[arg-type]
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    return list(EXTRACTOR.read(source, 1, count, path.parent))


def test_members_become_children(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"letter.txt": b"hello", "folder/": b"", "folder/data.csv": b"a,b"})
    plan = EXTRACTOR.plan(Source(path, "application/zip"))
    assert [(run.kind, run.count) for run in plan.units] == [("member", 2)]
    assert plan.child_bytes == 8
    first, second = read(path)
    assert isinstance(first, ChildRead)
    assert isinstance(second, ChildRead)
    assert (first.name, first.path, (tmp_path / first.file).read_bytes()) == ("letter.txt", "letter.txt", b"hello")
    assert (second.unit, second.name, second.path) == (2, "data.csv", "folder/data.csv")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_common_method(tmp_path: Path, method: int) -> None:
    (only,) = read(zipped(tmp_path / "a.zip", {"a": b"x" * 5000}, method))
    assert isinstance(only, ChildRead)
    assert (tmp_path / only.file).read_bytes() == b"x" * 5000


def test_names_that_want_to_leave_are_labels_only(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = zipped(inside / "a.zip", {"../../evil": b"1", "/etc/passwd": b"2", "c:\\x\\y.txt": b"3", "a\nb": b"4"})
    items = read(path)
    assert [item.name for item in items if isinstance(item, ChildRead)] == ["evil", "passwd", "y.txt", "a b"]
    assert {entry.name for entry in tmp_path.iterdir()} == {"inside"}
    assert {entry.name for entry in inside.iterdir()} == {"a.zip", "child-1", "child-2", "child-3", "child-4"}


def test_member_that_claims_less_than_it_holds_is_a_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"x" * 500_000})
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 1000)
    path.write_bytes(data)
    (only,) = read(path)
    assert isinstance(only, UnitFailed)
    assert only.cause in ("bomb", "damaged")
    assert not (tmp_path / "child-1").exists()


def test_limits_of_size_growth_and_family(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"x" * 2000, "b": b"y" * 10, "c": b"z" * 10})
    assert read(path, limits=Limits(child_bytes=1000))[0] == UnitFailed(1, "too-large")
    family = read(path, child_budget=2015)
    assert [type(item) for item in family] == [ChildRead, ChildRead, UnitFailed]
    assert family[2] == UnitFailed(3, "family-limit")


def test_encrypted_and_broken_members_fail_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"fine", "b": b"secret", "c": b"broken broken broken"})
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<H", data, second + 8, 1)
    third = data.index(b"c", data.index(b"PK\x03\x04", data.index(b"b")))
    data[third + 3] ^= 0xFF
    path.write_bytes(data)
    items = read(path)
    assert isinstance(items[0], ChildRead)
    assert items[1] == UnitFailed(2, "encrypted")
    assert items[2] == UnitFailed(3, "damaged")


def overlapped(path: Path, count: int) -> Path:
    """A directory that names one member's bytes so many times, under other names."""
    whole = zipped(path, {"aa": b"\0" * (1 << 20), "honest": b"hello"}).read_bytes()
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    second = whole.index(b"PK\x01\x02", start + 4)
    copies = b"".join(whole[start:second].replace(b"aa", b"%02d" % number) for number in range(count))
    directory = copies + whole[second:end]
    record = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(directory), start, 0)
    path.write_bytes(whole[:start] + directory + record)
    return path


def test_members_that_lie_in_one_another_are_a_bomb_and_others_are_not(tmp_path: Path) -> None:
    *hidden, honest = read(overlapped(tmp_path / "a.zip", 5))
    assert hidden == [UnitFailed(unit, "bomb") for unit in range(1, 6)]
    assert isinstance(honest, ChildRead)
    assert not (tmp_path / "child-1").exists()
    with pytest.raises(Unreadable) as refused:
        parts(overlapped(tmp_path / "b.docx", 2), Limits(ratio=10_000))
    assert refused.value.cause == "bomb"


def test_archive_without_directory_is_damaged_and_an_empty_one_empty(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"a": b"hello" * 100}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:60])
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(tmp_path / "cut.zip", "application/zip"))
    assert refused.value.cause == "damaged"
    assert EXTRACTOR.plan(Source(zipped(tmp_path / "empty.zip", {}), "application/zip")).units == ()


def test_directory_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"x"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rindex(b"PK\x05\x06") + 12, 0x7FFFFFFF)
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(path, "application/zip"))
    assert refused.value.cause == "bomb"


def parts(path: Path, limits: Limits) -> set[str]:
    with opened(path, limits.entries) as archive:
        return set(check_parts(archive, limits))


def test_office_files_are_checked_before_they_are_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", {"a.xml": b"x" * 9_000_000, "b.xml": b"y"})
    for limits, cause in (
        (Limits(), "bomb"),
        (Limits(ratio=10_000, entry_bytes=100), "too-large"),
        (Limits(ratio=10_000, unpacked_bytes=100), "too-large"),
    ):
        with pytest.raises(Unreadable) as refused:
            parts(path, limits)
        assert refused.value.cause == cause
    assert parts(path, Limits(ratio=10_000)) == {"a.xml", "b.xml"}


def test_a_film_in_a_presentation_and_a_large_sheet_are_no_reason_to_read_nothing(tmp_path: Path) -> None:
    """A stored film does not grow, and nobody unpacks it; the cells of a sheet are read one after another."""
    path = tmp_path / "a.pptx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("ppt/media/film.mp4", b"x" * 9_000)
        made.writestr("ppt/slides/one.xml", b"y" * 100)
        made.writestr("xl/worksheets/sheet1.xml", b"z" * 900)
    assert len(parts(path, Limits(entry_bytes=500, unpacked_bytes=1_500))) == 3
    with pytest.raises(Unreadable):
        parts(path, Limits(entry_bytes=99, unpacked_bytes=1_500))
    swelling = zipped(tmp_path / "b.pptx", {"ppt/media/film.mp4": b"x" * 9_000})
    with pytest.raises(Unreadable):
        parts(swelling, Limits(entry_bytes=500))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_doubled_names_are_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        archive.writestr("word/document.xml", "<b/>")
    (tmp_path / "a.docx").write_bytes(held.getvalue())
    with pytest.raises(Unreadable) as refused:
        parts(tmp_path / "a.docx", Limits())
    assert refused.value.cause == "damaged"
