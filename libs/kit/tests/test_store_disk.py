# SPDX-License-Identifier: Apache-2.0
"""The store in a folder keeps the rules of every store, and those of a folder that others can reach."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from ream_kit.errors import Retry
from ream_kit.store import BadName, NotFound, Store
from ream_kit.store_contract import SharedStoreContract
from ream_kit.store_disk import DiskBlobs
from ream_kit.store_open import open_store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


class TestDiskStore(SharedStoreContract):
    @pytest.fixture
    def environ(self, root: Path) -> Mapping[str, str]:
        return {"REAM_STORE": str(root)}

    @pytest.fixture
    def store(self, environ: Mapping[str, str]) -> Store:
        return open_store(environ)


@pytest.fixture
def store(root: Path) -> Store:
    return Store(DiskBlobs(root, fsync=False))


def test_a_link_in_the_store_is_neither_read_nor_listed_nor_written_through(
    store: Store, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (root / "incoming").mkdir()
    (root / "incoming" / "file").symlink_to(outside / "secret")
    (root / "incoming" / "folder").symlink_to(outside)
    for name in ("incoming/file", "incoming/folder/secret"):
        with pytest.raises(NotFound):
            store.get(name)
        with pytest.raises(NotFound), store.local(name):
            pass
    assert list(store.names("")) == []
    with pytest.raises(BadName):
        store.put("incoming/folder/new", b"x")
    assert not store.put("incoming/file", b"x")
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"


def test_a_pipe_in_the_store_keeps_nobody_waiting(store: Store, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(NotFound):
        store.get("pipe")
    assert list(store.names("")) == []


def test_files_with_names_that_are_none_are_not_listed(store: Store, root: Path) -> None:
    (root / "line\nbreak").write_bytes(b"")
    (root / os.fsdecode(b"\xff\xfe")).write_bytes(b"")
    store.put("good", b"")
    assert list(store.names("")) == ["good"]


def test_a_file_in_scratch_is_linked_and_not_copied(store: Store, root: Path) -> None:
    with store.scratch() as folder:
        (folder / "made").write_bytes(b"made here")
        node = (folder / "made").stat().st_ino
        store.put("made", folder / "made")
    assert (root / "made").stat().st_ino == node


def test_a_file_that_has_another_name_is_copied(store: Store, root: Path, tmp_path: Path) -> None:
    """Whoever holds the other name could change the object."""
    (tmp_path / "mine").write_bytes(b"mine")
    with store.scratch() as folder:
        os.link(tmp_path / "mine", folder / "mine")
        store.put("mine", folder / "mine")
    (tmp_path / "mine").write_bytes(b"changed")
    assert store.get("mine") == b"mine"


def test_the_local_file_is_the_object_itself(store: Store, root: Path) -> None:
    store.put("a/b", b"x")
    with store.local("a/b") as path:
        assert path == root / "a" / "b"


def test_an_unmounted_store_is_waited_for_and_not_taken_for_empty(store: Store, root: Path) -> None:
    store.put("a", b"x")
    shutil.rmtree(root)
    for _ in range(2):  # first the folder is gone, then the bare mount point is there
        for use in (store.get, store.exists, lambda n: store.put(n, b""), lambda n: list(store.names(n)), store.delete):
            with pytest.raises(Retry, match="waiting for store"):
                use("a")
        root.mkdir(exist_ok=True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_full_or_broken_disk_is_waited_for_and_leaves_nothing(
    store: Store, root: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", fail)
        with pytest.raises(Retry):
            store.put("a", b"x")
    assert list((root / ".scratch").iterdir()) == []
    assert store.put("a", b"x")


def test_what_a_killed_process_left_is_removed_when_it_is_old(store: Store, root: Path) -> None:
    for name, age in (("old", 3 * 86400), ("new", 60)):
        (root / ".scratch" / name).write_bytes(b"half")
        (root / ".scratch" / f"{name}-folder").mkdir()
        for made in (name, f"{name}-folder"):
            os.utime(root / ".scratch" / made, (time.time() - age,) * 2)
    DiskBlobs(root)
    assert sorted(path.name for path in (root / ".scratch").iterdir()) == ["new", "new-folder"]


def test_a_name_that_goes_through_an_object_is_refused(store: Store) -> None:
    store.put("a", b"x")
    with pytest.raises(BadName):
        store.put("a/b", b"y")
    assert store.get("a") == b"x"


@pytest.mark.parametrize("fsync", [True, False])
def test_durability_can_be_chosen(root: Path, fsync: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store({"REAM_STORE": str(root), "REAM_STORE_FSYNC": "yes" if fsync else "no"})
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    store.put("a/b", b"x")
    assert len(synced) == (3 if fsync else 0)  # the new folder's entry, the bytes, the object's entry
