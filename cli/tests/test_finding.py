# SPDX-License-Identifier: Apache-2.0
"""Every file of a folder is brought once or named, whatever its name and whatever links to what."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from ream_cli import finding
from ream_cli.finding import File, PassedOver


def found(*paths: Path) -> tuple[list[Path], dict[Path, PassedOver]]:
    every = list(finding.files(paths))
    over = {each.path: each for each in every if isinstance(each, PassedOver)}
    return [each.path for each in every if isinstance(each, File)], over


def test_odd_names_are_brought(tmp_path: Path) -> None:
    names = [b"with space.txt", b"new\nline.txt", b"\xff\xfe.txt", b"-dash", b"n" * 255, "Übergabe.txt".encode()]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    files, over = found(tmp_path)
    assert sorted(os.fsencode(path.name) for path in files) == sorted(names)
    assert over == {}


def test_folders_are_walked_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/deep/er/3", "c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    files, _ = found(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in files] == ["a/deep/er/3", "b/1", "b/2", "c"]


def test_links_that_loop_are_named_and_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_bytes(b"x")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "sub" / "up").symlink_to("..")
    (tmp_path / "sub" / "above").symlink_to("../..")
    (tmp_path / "again").symlink_to("sub")
    files, over = found(tmp_path)
    assert files == [tmp_path / "sub" / "file"]
    assert {path.name for path in over} == {"self", "up", "above", "again"}
    assert {each.cause for each in over.values()} == {"link-loop"}
    assert not any(each.lost for each in over.values())


def test_a_folder_elsewhere_is_named_and_its_files_may_be_missed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    files, over = found(inside)
    assert files == []
    assert over[inside / "link"].lost
    assert str(outside) in over[inside / "link"].reason


def test_a_link_that_a_person_names_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("folder")
    files, over = found(tmp_path / "link")
    assert files == [tmp_path / "link" / "file"]
    assert over == {}


def test_a_link_to_a_file_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert found(tmp_path)[0] == [tmp_path / "file", tmp_path / "link"]


def test_what_is_given_twice_comes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    assert found(Path("file"), tmp_path, tmp_path / "file", Path())[0] == [tmp_path / "file"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    files, over = found(tmp_path, tmp_path / "missing")
    assert files == []
    assert {(path.name, each.cause, each.lost) for path, each in over.items()} == {
        ("dangling", "gone", True),
        ("missing", "gone", True),
    }


def test_pipes_and_sockets_hold_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        _, over = found(tmp_path)
    assert {(path.name, each.cause, each.lost) for path, each in over.items()} == {
        ("pipe", "no-file", False),
        ("socket", "no-file", False),
    }


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.EACCES, "unreadable"),
        (errno.EIO, "unreadable"),
        (errno.ENAMETOOLONG, "unreadable"),
        (errno.ENOENT, "gone"),
    ],
)
def test_a_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, cause: str
) -> None:
    def refuse(path: Path) -> object:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    _, over = found(tmp_path)
    assert over[tmp_path].cause == cause
    assert over[tmp_path].lost
