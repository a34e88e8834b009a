# SPDX-License-Identifier: Apache-2.0
"""A copy is a file as it was at one moment, holes included, or none at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ream_cli import copying
from ream_cli.copying import Changing, NoFile, Unwritable, copy_once, copy_settled


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    monkeypatch.setattr(copying, "_PAUSE_SECONDS", 0.0)
    return threading.Event()


@pytest.mark.parametrize("size", [0, 1, copying.CHUNK - 1, copying.CHUNK, 3 * copying.CHUNK + 7])
def test_all_bytes_are_copied(tmp_path: Path, size: int) -> None:
    (tmp_path / "source").write_bytes(os.urandom(size))
    assert copy_once(tmp_path / "source", tmp_path / "copy") == size
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "source").read_bytes()


def test_holes_stay_holes(tmp_path: Path) -> None:
    with (tmp_path / "source").open("wb") as file:
        file.write(b"begin")
        file.seek(1 << 30)
        file.write(b"end")
        file.truncate(3 << 30)
    assert copy_once(tmp_path / "source", tmp_path / "copy") == 3 << 30
    assert (tmp_path / "copy").stat().st_blocks * 512 < 1 << 20
    with (tmp_path / "copy").open("rb") as file:
        assert file.read(6) == b"begin\0"
        file.seek(1 << 30)
        assert file.read(4) == b"end\0"


def changing(monkeypatch: pytest.MonkeyPatch, times: int, change: Callable[[], object]) -> list[int]:
    """Changes something after the bytes were read, so many times."""
    real, tries = copying._copy_data, [0]

    def copy(reading: int, writing: int, size: int) -> None:
        real(reading, writing, size)
        tries[0] += 1
        if tries[0] <= times:
            change()

    monkeypatch.setattr(copying, "_copy_data", copy)
    return tries


def test_a_file_that_grows_is_copied_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: threading.Event
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"old")
    tries = changing(monkeypatch, 2, lambda: source.write_bytes(source.read_bytes() + b"+"))
    assert copy_settled(source, tmp_path / "copy", at_once) == 5
    assert (tmp_path / "copy").read_bytes() == b"old++"
    assert tries == [3]


def test_a_file_that_never_rests_is_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: threading.Event
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"old")
    tries = changing(monkeypatch, 99, lambda: source.write_bytes(source.read_bytes() + b"+"))
    with pytest.raises(Changing):
        copy_settled(source, tmp_path / "copy", at_once)
    assert tries == [copying.TRIES]


def test_a_file_that_shrinks_while_it_is_read_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100)
    real = os.fstat

    def shrunk(handle: int) -> os.stat_result:
        found = real(handle)
        if found.st_size == 100:
            source.write_bytes(b"x")
        return found

    monkeypatch.setattr(os, "fstat", shrunk)
    assert copy_once(source, tmp_path / "copy") is None


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "source")
    with pytest.raises(NoFile):
        copy_once(tmp_path / "source", tmp_path / "copy")


def test_no_room_for_the_copy_is_not_the_files_fault(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(Unwritable):
        copy_once(tmp_path / "source", tmp_path / "nowhere" / "copy")
    with pytest.raises(Unwritable):
        copy_once(tmp_path / "source", Path("/dev/full"))
    with pytest.raises(FileNotFoundError):
        copy_once(tmp_path / "missing", tmp_path / "copy")
