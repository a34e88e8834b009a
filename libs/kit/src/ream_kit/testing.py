# SPDX-License-Identifier: Apache-2.0
"""What tests of stages need: bus, store and clock in memory, and the suites that every stage and store must pass."""

from __future__ import annotations

from ream_kit.finished import finished
from ream_kit.local_bus import FakeClock, LocalBus, ProcessDied, StageStopped, Waits
from ream_kit.stage_contract import StageContract
from ream_kit.store_contract import SharedStoreContract, StoreContract
from ream_kit.store_memory import memory_store

__all__ = [
    "FakeClock",
    "LocalBus",
    "ProcessDied",
    "SharedStoreContract",
    "StageContract",
    "StageStopped",
    "StoreContract",
    "Waits",
    "finished",
    "memory_store",
]
