# SPDX-License-Identifier: Apache-2.0
"""Names from strangers never choose where we read."""

import os
from pathlib import Path

import pytest

from ream_ingest.copying import TooLarge, copy_file
from ream_ingest.sources import BadSource, BucketAddress, FileAddress, StoreAddress, below, parse


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a file.txt").write_text("hello")
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    return folder


def cause(source: str, root: Path) -> str:
    with pytest.raises(BadSource) as caught:
        parse(source, (str(root),), ("mine",))
    return caught.value.cause


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/passwd", "file:{root}/../secret", "file://{root}/../secret", "file://{root}/link",
        "file://{root}/%2e%2e/secret", "file://{root}/a%00b", "file://otherhost{root}/a", "file:relative",
        "s3://theirs/key", "store:../secret",
        "store:/etc/passwd", "store:incoming/../documents/x", "store:contents/ab/abcd", "store:incoming/a\nb",
        "store:documents/" + "a" * 32 + "/1/original",
    ],
)  # fmt: skip
def test_other_places_are_not_opened(source: str, root: Path) -> None:
    assert cause(source.replace("{root}", str(root)), root) == "outside-allowed-roots"


@pytest.mark.parametrize(
    "source", ["http://example.org/a", "ftp://x/y", "javascript:alert(1)", "plain.txt", "", "//[broken", "FILE"]
)
def test_other_schemes_are_unknown(source: str, root: Path) -> None:
    assert cause(source, root) == "unknown-scheme"


def test_what_is_allowed_is_found(root: Path) -> None:
    assert parse(f"file://{root}/a%20file.txt", (str(root),), ()) == FileAddress(root / "a file.txt")
    assert parse("s3://mine/a?b#c", (), ("mine",)) == BucketAddress("mine", "a?b#c")
    assert parse("store:incoming/x/a b", (), ()) == StoreAddress("incoming/x/a b")


def test_a_name_that_is_no_utf8_is_a_name(root: Path) -> None:
    assert parse(f"file://{root}/%ff.txt", (str(root),), ()) == FileAddress(root / "\udcff.txt")


def test_a_link_that_loops_is_no_object(root: Path) -> None:
    with pytest.raises(BadSource) as caught:
        copy_file(below(root / "loop", (str(root),)), root / "out", 10, lambda p: below(p, (str(root),)))
    assert caught.value.cause in ("no-such-object", "not-readable")


@pytest.mark.parametrize(
    ("name", "expected"), [("absent", "no-such-object"), ("pipe", "not-a-file"), (".", "not-a-file")]
)
def test_what_is_no_file_is_named(name: str, expected: str, root: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as caught:
        copy_file(root / name, tmp_path / "out", 10, lambda p: below(p, (str(root),)))
    assert caught.value.cause == expected


def test_a_file_swapped_for_a_link_after_the_check_is_not_read(root: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSource):
        copy_file(root / "link", tmp_path / "out", 100, lambda p: below(p, (str(root),)))
    # A folder on the way was swapped: only the path that was really opened shows it.
    with pytest.raises(BadSource):
        copy_file(tmp_path / "secret", tmp_path / "out", 100, lambda p: below(p, (str(root),)))


def test_a_large_file_is_not_read(root: Path, tmp_path: Path) -> None:
    with (root / "sparse").open("wb") as file:
        file.truncate(6_000_000_000)
    with pytest.raises(TooLarge) as caught:
        copy_file(root / "sparse", tmp_path / "out", 5_000_000_000, lambda p: below(p, (str(root),)))
    assert caught.value.size == 6_000_000_000


def test_a_file_that_grows_while_it_is_read(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ream_ingest import copying

    real = copying.copy

    def slow(*args: object) -> object:
        received = real(*args)  # type: ignore[arg-type]
        with (root / "a file.txt").open("a") as file:
            file.write("more")
        return received

    monkeypatch.setattr(copying, "copy", slow)
    with pytest.raises(BadSource) as caught:
        copy_file(root / "a file.txt", tmp_path / "out", 10_000, lambda p: below(p, (str(root),)))
    assert caught.value.cause == "changing"
