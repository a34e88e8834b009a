# SPDX-License-Identifier: Apache-2.0
"""TAR, and files packed alone: what is in them comes out whole, under limits, and what is broken is said."""

import bz2
import contextlib
import gzip
import io
import lzma
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ream_extract.extractors import packed, tar
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, Unreadable

TAR = "application/x-tar"
PACKERS: dict[str, Any] = {
    "application/gzip": gzip.compress,
    "application/x-bzip2": bz2.compress,
    "application/x-xz": lzma.compress,
    "application/zstd": packed.zstd.compress,
}


@pytest.mark.parametrize("media_type", list(PACKERS))
def test_what_is_packed_comes_out(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(PACKERS[media_type](b"words " * 100_000))
    source = Source(path, media_type)
    assert [(run.kind, run.count) for run in packed.EXTRACTOR.plan(source).units] == [("member", 1)]
    (child,) = packed.EXTRACTOR.read(source, 1, 1, tmp_path)
    assert isinstance(child, ChildRead)
    assert (tmp_path / child.file).read_bytes() == b"words " * 100_000
    for limited, cause in (
        (Source(path, media_type, Limits(child_bytes=100)), "too-large"),
        (Source(path, media_type, child_budget=100), "family-limit"),
    ):
        assert list(packed.EXTRACTOR.read(limited, 1, 1, tmp_path)) == [UnitFailed(1, cause)]


def test_bombs_are_left_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(bz2.compress(bytes(5_000_000)))
    monkeypatch.setattr(packed, "BOMB", 1_000_000)
    source = Source(tmp_path / "a", "application/x-bzip2")
    assert list(packed.EXTRACTOR.read(source, 1, 1, tmp_path)) == [UnitFailed(1, "bomb")]
    assert not (tmp_path / "child-1").exists()


def test_name_that_gzip_notes_is_kept(tmp_path: Path) -> None:
    held = io.BytesIO()
    with gzip.GzipFile("../up/letter.txt", "wb", fileobj=held) as made:
        made.write(b"hello")
    (tmp_path / "a").write_bytes(held.getvalue())
    (child,) = packed.EXTRACTOR.read(Source(tmp_path / "a", "application/gzip"), 1, 1, tmp_path)
    assert isinstance(child, ChildRead)
    assert child.name == "letter.txt"


@pytest.mark.parametrize("media_type", list(PACKERS))
def test_cut_off_and_broken(tmp_path: Path, media_type: str) -> None:
    whole = PACKERS[media_type](bytes(range(256)) * 4_000)
    (tmp_path / "a").write_bytes(whole[:-20])
    assert list(packed.EXTRACTOR.read(Source(tmp_path / "a", media_type), 1, 1, tmp_path)) == [UnitFailed(1, "damaged")]
    (tmp_path / "b").write_bytes(whole[:3] + bytes(100))
    with pytest.raises(Unreadable):
        packed.EXTRACTOR.plan(Source(tmp_path / "b", media_type))


def archive(path: Path, **files: bytes) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as made:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        made.addfile(folder)
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
        for name, data in files.items():
            member = tarfile.TarInfo(f"../folder/{name}.txt")
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return path


def read(path: Path) -> list[Item]:
    count = sum(run.count for run in tar.EXTRACTOR.plan(Source(path, TAR)).units)
    items = list(tar.EXTRACTOR.read(Source(path, TAR), 1, count, path.parent))
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def test_files_of_an_archive_come_out_and_links_do_not(tmp_path: Path) -> None:
    long = "Ü" * 120  # needs a header of its own
    items = read(archive(tmp_path / "a.tar", one=b"first", **{long: b"second"}))
    assert [(item.name, (tmp_path / item.file).read_bytes()) for item in items if isinstance(item, ChildRead)] == [
        ("one.txt", b"first"),
        (f"{long}.txt", b"second"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "child-1", "child-2"]


def test_archive_that_is_cut_off_names_what_is_lost(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.tar", one=b"first" * 300, two=b"second" * 300).read_bytes()
    (tmp_path / "b.tar").write_bytes(whole[: whole.index(b"second") + 100])
    items = read(tmp_path / "b.tar")
    assert [type(item) for item in items] == [ChildRead, UnitFailed, UnitFailed]  # the last stands for what followed


@pytest.mark.parametrize("filler", [b"x", b"\x00"], ids=["overwritten", "emptied"])
def test_archive_that_is_damaged_at_a_header_is_not_whole(tmp_path: Path, filler: bytes) -> None:
    whole = plain(tmp_path / "a.tar", *(tarfile.TarInfo(f"m{number}") for number in range(4)))
    assert [type(item) for item in read(tmp_path / "a.tar")] == [ChildRead] * 4
    (tmp_path / "b.tar").write_bytes(whole[:2048] + filler * 512 + whole[2560:])
    assert [type(item) for item in read(tmp_path / "b.tar")] == [ChildRead, ChildRead, UnitFailed]


def test_archive_behind_an_archive_is_not_passed_over(tmp_path: Path) -> None:
    whole = plain(tmp_path / "a.tar", tarfile.TarInfo("m"))
    (tmp_path / "b.tar").write_bytes(whole + whole)
    assert [type(item) for item in read(tmp_path / "b.tar")] == [ChildRead, UnitFailed]


def test_file_of_an_archive_that_is_too_large_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tar, "HELD", 999)
    plain(tmp_path / "a.tar", tarfile.TarInfo("m"))
    assert read(tmp_path / "a.tar") == [UnitFailed(1, "too-large")]


def plain(path: Path, *members: tarfile.TarInfo) -> bytes:
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as made:
        for member in members:
            member.size = 1_000 if member.name == "m" else 512
            made.addfile(member, io.BytesIO(b"a" * member.size))
    return path.read_bytes()


def header(name: bytes, size: bytes, kind: bytes, rest: bytes = b"") -> bytes:
    block = bytearray(name.ljust(124, b"\x00") + size.ljust(32, b"\x00") + kind + rest.ljust(355, b"\x00"))
    block[257:265] = b"ustar  \x00"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\x00 " % sum(block)
    return bytes(block)


HOSTILE = {
    "larger than any disk": header(b"m", b"\x80" + (1 << 80).to_bytes(11, "big"), b"0"),
    "negative": header(b"m", b"\xff" * 12, b"0"),
    "negative in digits": header(b"m", b"-1024", b"0"),
    "a thousand long names": header(b"m", b"%011o" % 0, b"L") * 1_000,
    "a sparse header that is cut off": header(b"m", b"%011o" % 0, b"S", bytes(325) + b"\x01"),
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("alone", [True, False])
def test_hostile_headers_are_the_documents_fault(tmp_path: Path, hostile: str, alone: bool) -> None:
    first = b"" if alone else header(b"first", b"%011o" % 3, b"0") + b"abc".ljust(512, b"\x00")
    (tmp_path / "a.tar").write_bytes(first + HOSTILE[hostile] + (b"" if "cut off" in hostile else bytes(1_024)))
    if alone:
        with contextlib.suppress(Unreadable):
            assert {type(item) for item in read(tmp_path / "a.tar")} == {UnitFailed}
        return
    kept, *lost = read(tmp_path / "a.tar")
    assert isinstance(kept, ChildRead)
    assert {type(item) for item in lost} == {UnitFailed}


def test_no_archive_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"no archive")
    with pytest.raises(Unreadable):
        tar.EXTRACTOR.plan(Source(tmp_path / "a.tar", TAR))
