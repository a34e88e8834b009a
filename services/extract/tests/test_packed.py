# SPDX-License-Identifier: Apache-2.0
"""TAR, and files packed alone: what is in them comes out whole, under limits, and what is broken is said."""

import bz2
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
    assert [type(item) for item in items] == [ChildRead, UnitFailed]


def test_no_archive_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"no archive")
    with pytest.raises(Unreadable):
        tar.EXTRACTOR.plan(Source(tmp_path / "a.tar", TAR))
