# SPDX-License-Identifier: Apache-2.0
"""Names of archives that do not say their encoding: what people wrote comes back, by all names together."""

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_extract.extractors import archive, tar
from ream_extract.member_names import TAR, ZIP, decoded
from ream_extract.reading import ChildRead, Source

OLD = [
    ("gbk", ["审计压缩包/文件.doc"]),
    ("gbk", ["中文.txt"]),
    ("big5", ["新資料夾/檔案.txt"]),
    ("cp932", ["テスト.txt"]),
    ("cp932", ["ハード.txt", "報告書.doc"]),
    ("cp949", ["새 폴더/한글.txt", "보고서.hwp"]),
    ("cp866", ["Договор аренды.doc", "Счёт.pdf"]),
    ("cp866", ["ДОГОВОР.doc"]),
    ("cp1251", ["Договор аренды.doc", "Счёт.pdf"]),
    ("koi8-r", ["Новая папка/Текстовый документ.txt"]),
    ("cp737", ["παράδειγμα.txt"]),
    ("cp437", ["Größe.txt"]),
    ("cp437", ["café.txt", "château.txt", "español.txt", "canción.txt"]),
    ("cp437", ["résumé/naïve.doc", "Ångström"]),
    ("cp437", ["─box─│.txt"]),
    ("cp850", ["São João.txt", "coração.txt"]),
    ("cp852", ["miłość.txt", "Żółw.txt"]),
    ("cp1252", ["Größe.txt", "Übersicht.pdf"]),
    ("utf-8", ["Größe.txt", "日本語.txt", "Договор.doc"]),
]
UNIX = [one for one in OLD if one[0] not in ("cp437", "cp850", "cp852", "cp737", "cp866")]


@pytest.mark.parametrize(("encoding", "names"), OLD)
def test_names_of_a_zip_come_back(encoding: str, names: list[str]) -> None:
    raw = [name.encode(encoding) for name in names]
    assert decoded(raw, ZIP) == names
    assert decoded([b"plain.txt", *raw], ZIP) == ["plain.txt", *names]


@pytest.mark.parametrize(("encoding", "names"), UNIX)
def test_names_of_a_tar_come_back(encoding: str, names: list[str]) -> None:
    assert decoded([name.encode(encoding) for name in names], TAR) == names


def test_one_name_of_another_program_among_utf_8() -> None:
    names = ["日本語.txt", "Größe.txt", "Договор.doc"]
    assert decoded([*(name.encode() for name in names), "Größe.txt".encode("cp437")], ZIP) == [*names, "Größe.txt"]


@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from([ZIP, TAR]))
def test_any_bytes_become_as_many_names(names: list[bytes], latin: tuple[str, ...]) -> None:
    found = decoded(names, latin)
    assert len(found) == len(names)
    assert all(text == raw.decode() for raw, text in zip(names, found, strict=True) if raw.isascii())


def zipped(path: Path, name: bytes, flag: int = 0, extra: bytes = b"") -> Path:
    """Writes a ZIP of one member whose name is these bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        info = zipfile.ZipInfo("x" * len(name))
        info.extra = extra
        made.writestr(info, b"hello")
    data = bytearray(held.getvalue().replace(b"x" * len(name), name))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 8, flag)
    struct.pack_into("<H", data, 6, flag)
    path.write_bytes(data)
    return path


def only(path: Path) -> ChildRead:
    extractor, kind = (tar.EXTRACTOR, "x-tar") if path.suffix == ".tar" else (archive.EXTRACTOR, "zip")
    (child,) = extractor.read(Source(path, f"application/{kind}"), 1, 1, path.parent)
    assert isinstance(child, ChildRead)
    assert (path.parent / child.file).read_bytes() == b"hello"
    return child


def test_members_have_the_names_that_people_gave_them(tmp_path: Path) -> None:
    raw = "审计压缩包/文件.doc".encode("gbk")
    child = only(zipped(tmp_path / "a.zip", raw))
    assert (child.name, child.path) == ("文件.doc", "审计压缩包/文件.doc")
    beside = struct.pack("<HHBI", 0x7075, 5 + 6, 1, zlib.crc32(b"\x82.txt")) + "ж.txt".encode()
    assert only(zipped(tmp_path / "b.zip", b"\x82.txt", extra=beside)).name == "ж.txt"
    stale = struct.pack("<HHBI", 0x7075, 5 + 1, 1, 0) + b"y"
    assert only(zipped(tmp_path / "c.zip", b"caf\x82.txt", extra=stale)).name == "café.txt"
    assert only(zipped(tmp_path / "d.zip", "Größe.txt".encode(), flag=0x800)).name == "Größe.txt"
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as made:
        made.writestr("日本語.txt", b"hello")
    assert only(tmp_path / "e.zip").name == "日本語.txt"


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_files_of_a_tar_too(tmp_path: Path, form: int) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=form, encoding="gbk") as made:
        member = tarfile.TarInfo("审计压缩包/文件.doc")
        member.size = 5
        made.addfile(member, io.BytesIO(b"hello"))
    child = only(tmp_path / "a.tar")
    assert (child.name, child.path) == ("文件.doc", "审计压缩包/文件.doc")
