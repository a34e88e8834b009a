# SPDX-License-Identifier: Apache-2.0
"""A machine that is short of something is waited for: no file is given up for it."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ream_contracts.messages import DocumentSubmitted
from ream_ingest import copying
from ream_ingest.receiving import Receiver, room
from ream_ingest.settings import IngestSettings
from ream_ingest.sources import BadSource
from ream_kit import Retry
from ream_kit.testing import memory_store


class NoBuckets:
    """Holds nothing."""

    def open(self, bucket: str, key: str) -> tuple[int, Iterator[bytes]]:
        raise BadSource("no-such-object", "there is none")


class FullDisk:
    """Stands for the file that a copy is written to."""

    def __init__(self, number: int) -> None:
        self.number = number

    def open(self, mode: str) -> "FullDisk":
        return self

    def __enter__(self) -> "FullDisk":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def write(self, data: bytes) -> int:
        raise OSError(self.number, os.strerror(self.number))


def receiver(root: Path) -> Receiver:
    return Receiver(IngestSettings(roots=(str(root),)), memory_store(), NoBuckets())


@pytest.mark.parametrize("number", sorted(copying.PASSING))
def test_a_full_disk_is_waited_for(number: int) -> None:
    with pytest.raises(Retry) as caught, room():
        copying.copy([b"x"], FullDisk(number), 10)  # type: ignore[arg-type]
    assert caught.value.waiting_for == "scratch"
    assert os.strerror(number) in caught.value.reason


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), OSError("odd"), KeyError("x")])
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, room():
        raise error
    assert caught.value is error


def test_a_disk_without_room_for_a_scratch_folder_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(**_: object) -> str:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("tempfile.mkdtemp", lambda *_: full())
    with pytest.raises(Retry), receiver(tmp_path).receive(DocumentSubmitted(body="QQ==")):
        pytest.fail("nothing was received")


@contextmanager
def few_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_too_many_open_files_are_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with few_open_files(), pytest.raises(OSError, match="Too many open files") as caught:
        copying.copy_file(tmp_path / "file", tmp_path / "out", 10, lambda path: path)
    assert caught.value.errno in copying.PASSING


def test_a_file_that_may_not_be_read_is_a_bad_source(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(BadSource, match="can't be opened"):
        copying.copy_file(tmp_path / "link", tmp_path / "out", 10, lambda path: path)
