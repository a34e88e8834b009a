# SPDX-License-Identifier: Apache-2.0
"""What the breaker of a store probes: what failed."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from ream_kit.errors import Retry
from ream_kit.metrics import Metrics
from ream_kit.store_guard import GuardedBlobs
from ream_kit.store_memory import MemoryBlobs


def test_a_write_that_was_never_tried_did_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or who may only read would be found away until somebody lets it write."""
    guarded = GuardedBlobs(MemoryBlobs(), metrics=Metrics())
    calling = guarded.guard.calling

    def opens_meanwhile() -> AbstractContextManager[None]:
        guarded.guard.trip("another thread's read failed")
        return calling()

    monkeypatch.setattr(guarded.guard, "calling", opens_meanwhile)
    with pytest.raises(Retry, match="another thread"):
        guarded.put("a/b", b"bytes")
    guarded.guard.close()
    assert not guarded._writing_failed
