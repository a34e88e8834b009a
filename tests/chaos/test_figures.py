# SPDX-License-Identifier: Apache-2.0
"""A watch that could not look proves nothing, and says so."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable

import pytest

from ream_chaos.figures import Watch

pytestmark = pytest.mark.slow


def test_a_watch_sees_the_memory_of_a_process() -> None:
    looked = threading.Event()

    def roots() -> Iterable[int]:
        if watch.memory:
            looked.set()
        return [os.getpid()]

    began = time.monotonic()
    with (watch := Watch(roots, details=False)):
        assert looked.wait(30)
    assert watch.most(began, time.monotonic()) > 1 << 20
    with pytest.raises(LookupError, match="nobody looked"):
        watch.most(began - 2, began - 1)


def test_a_watch_that_broke_is_no_proof() -> None:
    tried = threading.Event()

    def roots() -> Iterable[int]:
        tried.set()
        raise OSError("no /proc")

    with pytest.raises(RuntimeError, match="proves nothing"), Watch(roots, details=True):
        assert tried.wait(30)


def test_what_broke_a_part_is_not_hidden_by_its_watch() -> None:
    def roots() -> Iterable[int]:
        raise OSError("no /proc")

    with pytest.raises(ValueError, match="the part itself"), Watch(roots, details=True):
        raise ValueError("the part itself")
