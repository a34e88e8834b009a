# SPDX-License-Identifier: Apache-2.0
"""The store in memory keeps the rules of every store."""

from __future__ import annotations

import pytest

from ream_contracts import layout, units
from ream_contracts.artifacts import SegmentRecord, SegmentText, UnitText
from ream_contracts.messages import DocumentCompleted
from ream_kit.store import Store
from ream_kit.store_contract import StoreContract
from ream_kit.store_memory import memory_store

ID = "a" * 32


class TestMemoryStore(StoreContract):
    big = 8 << 20  # it is a store in memory

    @pytest.fixture
    def store(self) -> Store:
        return memory_store()


def test_text_takes_each_unit_once() -> None:
    """Records may overlap where an earlier version read a unit again."""
    store = memory_store()
    overlapping: tuple[tuple[int, tuple[int, ...]], ...] = ((12, (12, 13)), (11, (11, 12, 13)))
    for segment, numbers in overlapping:
        name = layout.text(ID, 1, segment, "extract", "memo12345678")
        read = tuple(
            UnitText(number, "page", f"Page {number}", "text-layer", 100, None, 0, 0, 0, (), (), (), ())
            for number in numbers
        )
        store.put_artifact(name, SegmentText(ID, 1, segment, "extract", "1", read, ()))
        record = SegmentRecord(
            document_id=ID, generation=1, run=1, segment=segment, read=units.of(numbers), not_applicable=(),
            text=name, classes=layout.classes(ID, 1, segment, "memo12345678"),
            method="text-layer", confidence=100, characters=1, children=(),
        )  # fmt: skip
        store.put_artifact(layout.segment_record(ID, 1, 1, segment), record)
    completed = DocumentCompleted(
        document_id=ID, generation=1, run=1, revision=1, version=1, root_id=ID, parent_id=None, outcome="complete",
        cause=None, media_type="text/plain", size=1, manifest=None, unit_kind="page", units=13, read=13,
        not_applicable=0, failed=0, expired=0, missing=(), characters=1, children=0, type="unknown",
        type_confidence=0, languages=(), sensitivity="public", personal_data={}, scores={},
    )  # fmt: skip
    assert store.text(completed) == "Page 11\n\nPage 12\n\nPage 13"
