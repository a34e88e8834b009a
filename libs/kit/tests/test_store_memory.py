# SPDX-License-Identifier: Apache-2.0
"""The store in memory keeps the rules of every store."""

from __future__ import annotations

import pytest

from ream_kit.store import Store
from ream_kit.store_contract import StoreContract
from ream_kit.store_memory import memory_store


class TestMemoryStore(StoreContract):
    big = 8 << 20  # it is a store in memory

    @pytest.fixture
    def store(self) -> Store:
        return memory_store()
