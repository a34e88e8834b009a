# SPDX-License-Identifier: Apache-2.0
"""7Z and RAR: files come out whole or are missing by name; the list is read without the library that unpacks."""

import contextlib
import io
import shutil
import struct
import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_extract import rar_list, seven_zip
from ream_extract.extractors import squeezed
from ream_extract.extractors.squeezed import EXTRACTOR, RAR, SEVEN_ZIP
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, Unreadable

pytestmark = pytest.mark.skipif(squeezed._library() is None, reason="libarchive is not installed")
FILES = {"letter.txt": b"hello", "folder/Größe.csv": b"a,b\n" * 5_000, "empty": b"", "../../evil": b"x" * 300}


def seven(path: Path, files: Mapping[str, bytes], method: str = "lzma2") -> Path:
    """Writes a 7Z, with a folder and a link in it."""
    import libarchive

    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        for kind, name in ((tarfile.DIRTYPE, "folder"), (tarfile.SYMTYPE, "link")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "letter.txt"
            made.addfile(member)
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    with (
        libarchive.file_writer(str(path), "7zip", options=f"7zip:compression={method}") as out,
        libarchive.memory_reader(held.getvalue()) as entries,
    ):
        out.add_entries(entries)
    return path


def rar4(path: Path, files: Mapping[str, bytes], flags: int = 0x8000) -> Path:
    """Writes a RAR as version 2 stores files, which packs nothing; `flags` are those of each file."""

    def block(kind: int, flags: int, rest: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    made = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        raw = name.encode("ascii", "replace")
        head = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30, len(raw), 0o100644)
        made += block(0x74, flags, head + raw, data)
    path.write_bytes(made + block(0x7B, 0x4000, b""))
    return path


def number(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])


def rar5(path: Path, files: Mapping[str, bytes], extra: bytes = b"") -> Path:
    """Writes a RAR as version 5 stores files, which packs nothing."""

    def block(head: bytes, data: bytes = b"") -> bytes:
        sized = number(len(head)) + head
        return struct.pack("<I", zlib.crc32(sized)) + sized + data

    made = rar_list.NEW + block(number(1) + number(0) + number(0))
    for name, data in files.items():
        raw = name.encode()
        head = number(2) + number(3 if extra else 2) + (number(len(extra)) if extra else b"") + number(len(data))
        head += number(4) + number(len(data)) + number(0o100644) + struct.pack("<I", zlib.crc32(data))
        made += block(head + number(0) + number(1) + number(len(raw)) + raw + extra, data)
    path.write_bytes(made + block(number(5) + number(0) + number(0)))
    return path


MAKERS: dict[str, tuple[Callable[..., Path], str]] = {
    "7z": (seven, SEVEN_ZIP), "rar4": (rar4, RAR), "rar5": (rar5, RAR),
}  # fmt: skip


def read(path: Path, media_type: str, **how: object) -> list[Item]:
    scratch = path.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    source = Source(path, media_type, **how)  # type: ignore[arg-type]
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    items = [item for item in EXTRACTOR.read(source, 1, count, scratch) if item is not None]
    assert sorted(item.unit for item in items) == list(range(1, count + 1))
    kept = {item.file for item in items if isinstance(item, ChildRead)}
    assert {file.name for file in scratch.iterdir()} == kept
    return sorted(items, key=lambda item: item.unit)


def held(path: Path, items: list[Item]) -> dict[str, bytes]:
    return {
        item.path: (path.parent / "scratch" / item.file).read_bytes() for item in items if isinstance(item, ChildRead)
    }


@pytest.mark.parametrize("kind", MAKERS)
def test_files_come_out_and_folders_and_links_do_not(tmp_path: Path, kind: str) -> None:
    make, media_type = MAKERS[kind]
    files = {name.replace("ö", "oe").replace("ß", "ss") if kind == "rar4" else name: FILES[name] for name in FILES}
    path = make(tmp_path / "a", files)
    items = read(path, media_type)
    assert held(path, items) == files
    assert {item.name for item in items if isinstance(item, ChildRead)} >= {"letter.txt", "evil"}
    plan = EXTRACTOR.plan(Source(path, media_type))
    assert [(run.kind, run.count) for run in plan.units] == [("member", 4)]
    assert plan.child_bytes == 20_305


@pytest.mark.parametrize("method", ["store", "deflate", "bzip2", "lzma1", "ppmd"])
def test_every_method_that_the_library_writes(tmp_path: Path, method: str) -> None:
    path = seven(tmp_path / "a", FILES, method)
    assert held(path, read(path, SEVEN_ZIP)) == FILES


@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_of_which_one_byte_is_wrong_is_damaged_and_others_are_not(tmp_path: Path, kind: str) -> None:
    make, media_type = MAKERS[kind]
    path = make(tmp_path / "a", {"one": b"first " * 50, "two": b"second" * 50}, *(["store"] if kind == "7z" else []))
    data = bytearray(path.read_bytes())
    data[data.index(b"first") + 60] ^= 1
    path.write_bytes(data)
    first, second = read(path, media_type)
    assert first == UnitFailed(1, "damaged")
    assert isinstance(second, ChildRead)


@pytest.mark.parametrize("kind", MAKERS)
def test_limits(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, media_type = MAKERS[kind]
    path = make(tmp_path / "a", {"a": b"x" * 2_000, "b": b"y" * 10, "c": b"z" * 10})
    assert read(path, media_type, limits=Limits(child_bytes=1_000))[0] == UnitFailed(1, "too-large")
    assert [type(item) for item in read(path, media_type, child_budget=2_015)] == [ChildRead, ChildRead, UnitFailed]
    monkeypatch.setattr(squeezed, "BOMB", 1_000)
    assert read(path, media_type, limits=Limits(ratio=0))[0] == UnitFailed(1, "bomb")


def test_an_archive_that_is_cut_off_is_damaged_or_names_what_is_lost(tmp_path: Path) -> None:
    whole = seven(tmp_path / "a", FILES).read_bytes()
    (tmp_path / "b").write_bytes(whole[:-9])
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(tmp_path / "b", SEVEN_ZIP))
    assert refused.value.cause == "damaged"
    for make in (rar4, rar5):
        whole = make(tmp_path / "a", {"one": b"1" * 900, "two": b"2" * 900}).read_bytes()
        (tmp_path / "b").write_bytes(whole[: whole.index(b"2222") + 100])
        assert [type(item) for item in read(tmp_path / "b", RAR)] == [ChildRead, UnitFailed, UnitFailed]
        (tmp_path / "c").write_bytes(whole[:30])
        with pytest.raises(Unreadable):
            EXTRACTOR.plan(Source(tmp_path / "c", RAR))


@pytest.mark.parametrize(("flags", "cause"), [(0x8004, "unsupported-encryption"), (0x8002, "damaged")])
def test_files_that_an_old_list_calls_encrypted_or_divided(tmp_path: Path, flags: int, cause: str) -> None:
    assert read(rar4(tmp_path / "a", {"one": b"1"}, flags), RAR) == [UnitFailed(1, cause)]


def test_files_that_a_new_list_calls_encrypted_and_lists_that_are(tmp_path: Path) -> None:
    locked = rar5(tmp_path / "a", {"one": b"1"}, extra=number(2) + number(1) + number(0))
    assert read(locked, RAR) == [UnitFailed(1, "unsupported-encryption")]
    whole = locked.read_bytes()
    head = number(4) + number(0) + bytes(20)
    sized = number(len(head)) + head
    (tmp_path / "b").write_bytes(whole[:8] + struct.pack("<I", zlib.crc32(sized)) + sized + whole[8:])
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(tmp_path / "b", RAR, passwords=("secret",)))
    assert refused.value.cause == "unsupported-encryption"
    assert "also with a password" in refused.value.reason


def test_without_the_library_the_document_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(squeezed, "_library", lambda: None)
    with pytest.raises(Unreadable, match="libarchive13") as refused:
        EXTRACTOR.plan(Source(seven(tmp_path / "a", FILES), SEVEN_ZIP))
    assert (refused.value.verdict, refused.value.cause) == ("unsupported", "library-missing")


def test_a_list_larger_than_any_honest_one_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = seven(tmp_path / "a", {f"file {count}": b"" for count in range(200)})
    monkeypatch.setattr(seven_zip, "HEADER", 900)
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(path, SEVEN_ZIP))
    assert refused.value.cause == "bomb"


@pytest.mark.parametrize(("at", "flag"), [(10, 2), (23, 8), (23, 0xE8)])
def test_a_head_that_is_broken_is_not_taken_for_one_with_a_comment(tmp_path: Path, at: int, flag: int) -> None:
    """Its checksum covers less then, but it has one: a file was passed over as a folder without a word."""
    path = rar4(tmp_path / "a", {"one": b"1" * 90, "two": b"2" * 90}, 0)
    data = bytearray(path.read_bytes())
    data[at] |= flag
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="cut off or broken"):
        read(path, RAR)


def test_heads_that_hold_comments_are_sound(tmp_path: Path) -> None:
    def block(kind: int, flags: int, covered: bytes, comment: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(covered) + len(comment)) + covered
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + comment + data

    said = struct.pack("<IIBIIBBHI", 3, 3, 3, zlib.crc32(b"two"), 0, 20, 0x30, 3, 0o100644) + b"one"
    made = (
        block(0x73, 2, bytes(6), b"of all")
        + block(0x74, 0x8008, said, b"of one", b"two")
        + block(0x7B, 0x4000, b"", b"")
    )
    (tmp_path / "a").write_bytes(b"Rar!\x1a\x07\x00" + made)
    walked = rar_list.walk(tmp_path / "a")
    assert walked.whole
    assert [(one.name, one.size) for one in walked.files] == [("one", 3)]


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8), st.sampled_from(list(MAKERS)), st.booleans())
def test_any_bytes_are_listed_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, dirt: bytes, kind: str, fixed: bool
) -> None:
    make, media_type = MAKERS[kind]
    path = make(tmp_path_factory.mktemp("any") / "a", {"one": b"1" * 90, "two": b"2" * 90})
    data = bytearray(path.read_bytes())
    at = 32 + place % (len(data) - 32)
    data[at : at + len(dirt)] = dirt
    if fixed and kind == "7z":  # a header with the right checksum is looked at
        offset, size = struct.unpack_from("<2Q", data, 12)
        struct.pack_into("<I", data, 28, zlib.crc32(data[32 + offset : 32 + offset + size]))
    path.write_bytes(data)
    with contextlib.suppress(Unreadable):
        items = read(path, media_type)
        # What is not listed any more is not passed over without a word.
        assert len(items) >= 2 or UnitFailed in map(type, items)
