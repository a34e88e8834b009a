# SPDX-License-Identifier: Apache-2.0
"""Local copies: loaded once, bounded, never taken away from who uses them."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ream_kit.errors import Retry
from ream_kit.store_cache import Cache


class Source:
    """Gives bytes and counts how often it was asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked = 0

    def __call__(self) -> Iterator[bytes]:
        self.asked += 1
        yield from (self.data[at : at + 10] for at in range(0, len(self.data), 10))


def _kept(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "kept").iterdir())


def _use(cache: Cache, key: str, source: Source) -> None:
    with cache.file(key, len(source.data), source) as path:
        assert path.read_bytes() == source.data


def test_what_is_kept_is_not_loaded_again(tmp_path: Path) -> None:
    source = Source(b"x" * 25)
    for cache in (Cache(tmp_path, 100), Cache(tmp_path, 100)):  # the second as another process would
        _use(cache, "key", source)
    assert source.asked == 1
    assert list((tmp_path / "used").iterdir()) == []


def test_the_least_lately_used_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 100)
    sources = {key: Source(key.encode() * 40) for key in "abc"}
    for age, key in enumerate("abab"):
        _use(cache, key, sources[key])
        for path in (tmp_path / "kept").iterdir():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10 - age))
    _use(cache, "c", sources["c"])
    assert _kept(tmp_path) == 80
    _use(cache, "b", sources["b"])
    assert [source.asked for source in sources.values()] == [1, 1, 1]
    _use(cache, "a", sources["a"])
    assert sources["a"].asked == 2


def test_what_is_in_use_stays_when_room_is_made(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 50)
    with cache.file("a", 40, Source(b"a" * 40)) as path:
        _use(cache, "b", Source(b"b" * 40))
        assert path.read_bytes() == b"a" * 40
    assert _kept(tmp_path) == 40


def test_what_is_larger_than_the_cache_is_given_and_not_kept(tmp_path: Path) -> None:
    source = Source(b"x" * 200)
    _use(Cache(tmp_path, 100), "big", source)
    assert _kept(tmp_path) == 0


def test_many_who_want_the_same_load_it_once(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    source = Source(b"x" * 1000)

    def want(_: int) -> None:
        start.wait()
        _use(Cache(tmp_path, 10_000), "key", source)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(want, range(8)))
    assert source.asked == 1


@pytest.mark.parametrize("claimed", [19, 21])
def test_a_store_that_ends_too_early_or_late_is_not_believed(tmp_path: Path, claimed: int) -> None:
    cache = Cache(tmp_path, 100)
    with pytest.raises(Retry, match="20 of"), cache.file("key", claimed, Source(b"x" * 20)):
        pass
    assert _kept(tmp_path) == 0
    assert list((tmp_path / "used").iterdir()) == []


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield b""

    with pytest.raises(Retry, match="full"), Cache(tmp_path, 100).file("key", 1, full):
        pass


@pytest.mark.parametrize("folder", ["kept", "used"])
def test_copies_not_used_for_two_days_go(tmp_path: Path, folder: str) -> None:
    Cache(tmp_path, 100)
    old, new = tmp_path / folder / "old", tmp_path / folder / "new"
    for path, hours in ((old, 49), (new, 47)):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - hours * 3600,) * 2)
    Cache(tmp_path, 100)
    assert not old.exists()
    assert new.exists()


def test_an_error_of_the_user_leaves_nothing_behind(tmp_path: Path) -> None:
    loaders: list[Callable[[], Iterator[bytes]]] = [Source(b"x")]
    with pytest.raises(KeyError), Cache(tmp_path, 100).file("key", 1, loaders[0]):
        raise KeyError
    assert list((tmp_path / "used").iterdir()) == []
