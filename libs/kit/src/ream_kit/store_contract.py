# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101, D102 - a test suite that ships, so that any new kind of store can be held to it
"""Decides what every store must do: a suite of tests, run alike over memory, disk and S3.

A test class inherits `StoreContract` and gives the fixture `store`; a store that several processes share inherits
`SharedStoreContract` and gives `environ` too, from which `open_store` opens it in another process.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ream_contracts import layout
from ream_kit.errors import Erased
from ream_kit.store import BadName, NotFound, Store, Unreadable
from ream_kit.store_blobs import Blobs

DOCUMENT = "a" * 32

HOSTILE_NAMES = [
    "",
    "/etc/passwd",
    "..",
    "../up",
    "a/../../up",
    "a/./b",
    "a//b",
    "a/",
    ".scratch/x",
    "nul\0byte",
    "line\nbreak",
    "tab\tbed",
    "delete\x7f",
    "c1\x85",
    "back\\slash",
    "surrogate\udc80",
    "x" * 401,
    "y" * 241,
    "\N{GRINNING FACE}" * 230,
]

ODD_NAMES = [
    "incoming/with space",
    "incoming/%2e%2e%2f",
    "incoming/plus+and&and=?#",
    "incoming/\N{SNOWMAN}/\N{CJK UNIFIED IDEOGRAPH-6587}\N{CJK UNIFIED IDEOGRAPH-4EF6}.pdf",
    "incoming/e\N{COMBINING ACUTE ACCENT}",
    "incoming/\N{LATIN SMALL LETTER E WITH ACUTE}",
    "incoming/'quotes\"",
    "incoming/.hidden",
    "incoming/...",
    "incoming/<xml>&amp;",
    # S3Proxy over a folder adds 37 characters while it writes, and file systems take 255.
    "incoming/" + "z" * 210,
]


class StoreContract:
    """What every store must do."""

    big = 200 << 20
    memory_for_big = 100 << 20

    def test_what_was_put_is_got_back(self, store: Store) -> None:
        assert store.put("a/b", b"bytes\0\xff")
        assert store.get("a/b") == b"bytes\0\xff"
        assert store.size("a/b") == 7
        assert store.exists("a/b")

    def test_an_empty_object_is_an_object(self, store: Store) -> None:
        assert store.put("empty", b"")
        assert store.exists("empty")
        assert (store.get("empty"), store.size("empty"), list(store.read("empty"))) == (b"", 0, [])

    def test_nothing_is_overwritten(self, store: Store, tmp_path: Path) -> None:
        later = tmp_path / "later"
        later.write_bytes(b"later")
        assert store.put("once", b"first")
        assert not store.put("once", b"second")
        assert not store.put("once", later)
        assert store.get("once") == b"first"

    @pytest.mark.parametrize("use", [Store.get, Store.size, lambda s, n: list(s.read(n))])
    def test_what_is_not_there_is_not_found(self, store: Store, use: Callable[[Store, str], object]) -> None:
        store.put("there/too", b"")
        for name in ("absent", "absent/deeper", "there", "there/too/deep"):
            assert not store.exists(name)
            with pytest.raises(NotFound):
                use(store, name)
            with pytest.raises(NotFound), store.local(name):
                pass

    @pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
    def test_a_hostile_name_is_refused_everywhere(self, store: Store, name: str) -> None:
        with pytest.raises(BadName):
            store.put(name, b"x")
        for use in (store.get, store.size, store.exists, store.delete, store.local):
            with pytest.raises(BadName):
                use(name)
        assert list(store.names("")) == []

    @pytest.mark.parametrize("prefix", ["/", "../", "a/../", "nul\0", ".scratch/"], ids=ascii)
    def test_a_hostile_prefix_is_refused(self, store: Store, prefix: str) -> None:
        with pytest.raises(BadName):
            list(store.names(prefix))

    def test_odd_names_are_kept_as_they_are(self, store: Store) -> None:
        for name in ODD_NAMES:
            assert store.put(name, name.encode())
        assert list(store.names("incoming/")) == sorted(ODD_NAMES, key=str.encode)
        for name in ODD_NAMES:
            assert store.get(name) == name.encode()

    def test_names_are_listed_by_prefix_in_order(self, store: Store) -> None:
        names = ["a-b", "a/b", "a/b.c", "a/bb/c", "a/c", "aa/b", "b"]
        for name in reversed(names):
            store.put(name, b"")
        assert list(store.names("")) == names
        assert list(store.names("a")) == names[:-1]
        assert list(store.names("a/")) == ["a/b", "a/b.c", "a/bb/c", "a/c"]
        assert list(store.names("a/b")) == ["a/b", "a/b.c", "a/bb/c"]
        assert list(store.names("a/bb/")) == ["a/bb/c"]
        assert list(store.names("none/here")) == []

    def test_a_name_that_was_deleted_is_free_again(self, store: Store) -> None:
        store.put("x/y/z", b"first")
        store.delete("x/y/z")
        store.delete("x/y/z")
        store.delete("never/was")
        assert not store.exists("x/y/z")
        assert list(store.names("")) == []
        assert store.put("x/y/z", b"second")
        assert store.get("x/y/z") == b"second"
        with store.local("x/y/z") as path:
            assert path.read_bytes() == b"second"

    def test_of_many_threads_one_writes(self, store: Store) -> None:
        start = threading.Barrier(8)

        def race(number: int) -> bool:
            start.wait()
            return store.put("claims/one", b"%d" % number * 1000)

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(race, range(8)))
        assert won.count(True) == 1
        assert store.get("claims/one") == b"%d" % won.index(True) * 1000

    def test_a_file_is_put_and_stays_the_callers(self, store: Store, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.write_bytes(b"as it was")
        assert store.put("file", source)
        source.write_bytes(b"changed")
        assert store.get("file") == b"as it was"

    def test_a_file_in_scratch_is_taken_over(self, store: Store) -> None:
        with store.scratch() as folder:
            assert list(folder.iterdir()) == []
            (folder / "made").write_bytes(b"made here")
            assert store.put("made", folder / "made")
            assert not store.put("made", folder / "made")
        assert not folder.exists()
        assert store.get("made") == b"made here"

    def test_links_pipes_and_folders_are_not_put(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"secret")
        (tmp_path / "link").symlink_to(tmp_path / "secret")
        os.mkfifo(tmp_path / "pipe")
        with store.scratch() as folder:
            (folder / "link").symlink_to(tmp_path / "secret")
            for bad in (tmp_path / "link", tmp_path / "pipe", tmp_path, tmp_path / "absent", folder / "link"):
                with pytest.raises(Unreadable, match=bad.name):
                    store.put("bad", bad)
        assert not store.exists("bad")

    def test_a_local_file_has_the_bytes(self, store: Store) -> None:
        store.put("documents-of/x", b"local bytes")
        for _ in range(2):
            with store.local("documents-of/x") as path:
                assert path.read_bytes() == b"local bytes"

    @pytest.mark.slow
    @pytest.mark.timeout(300)
    def test_a_big_file_goes_through_in_bounded_memory(self, store: Store, tmp_path: Path) -> None:
        source = tmp_path / "big"
        with source.open("wb") as file:
            file.truncate(self.big)
            file.seek(self.big - 4)
            file.write(b"tail")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert store.put("big", source)
        assert store.size("big") == self.big
        total, last = 0, b""
        for piece in store.read("big", 1 << 18):
            assert 0 < len(piece) <= 1 << 18
            total, last = total + len(piece), piece
        assert total == self.big
        assert last.endswith(b"tail")
        with store.local("big") as path:
            assert path.stat().st_size == self.big
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        assert grown < self.memory_for_big, f"{grown >> 20} MB for a file of {self.big >> 20} MB"

    def test_nothing_of_an_erased_document_is_read_or_written(self, store: Store) -> None:
        name = layout.original(DOCUMENT, 1)
        other = layout.original("b" * 32, 1)
        store.put(name, b"personal")
        store.put(other, b"another's")
        store.put(layout.erased(DOCUMENT), b"")
        for use in (store.get, store.size, store.exists, store.local, store.read):
            with pytest.raises(Erased, match=DOCUMENT):
                use(name)
        with pytest.raises(Erased):
            store.put(layout.source(DOCUMENT, 2), b"new")
        assert store.get(other) == b"another's"
        assert list(store.names(layout.document(DOCUMENT))) == [name]
        store.delete(name)
        assert list(store.names(layout.document(DOCUMENT))) == []

    def test_an_erasure_by_another_is_seen_when_the_answer_is_old(self, store: Store) -> None:
        now = [0.0]
        late = Store(_blobs(store), clock=lambda: now[0])
        name = layout.original(DOCUMENT, 1)
        late.put(name, b"personal")
        store.put(layout.erased(DOCUMENT), b"")
        assert late.get(name) == b"personal"
        now[0] = 5.1
        with pytest.raises(Erased):
            late.get(name)


class SharedStoreContract(StoreContract):
    """What a store must do that several processes use at once."""

    @pytest.mark.slow
    @pytest.mark.timeout(120)
    def test_of_many_processes_one_writes_each_name(self, store: Store, environ: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("spawn")
        with context.Pool(2) as pool:
            won = pool.starmap(_claim_all, [(dict(environ), number) for number in range(2)])
        assert sorted(name for names in won for name in names) == sorted(f"claims/{n}" for n in range(40))
        for number, names in enumerate(won):
            for name in names:
                assert store.get(name) == b"%d" % number


def _claim_all(environ: dict[str, str], number: int) -> list[str]:
    from ream_kit.store_open import open_store

    store = open_store(environ)
    return [name for name in (f"claims/{n}" for n in range(40)) if store.put(name, b"%d" % number)]


def _blobs(store: Store) -> Blobs:
    return store._blobs
