# SPDX-License-Identifier: Apache-2.0
"""The suite that every stage must pass: a good stage passes it, and each of its tests finds the stage it is for."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from ream_contracts import topics
from ream_contracts.messages import DocumentIndexed
from ream_contracts.topic import Topic
from ream_kit.bus_contract import message
from ream_kit.local_bus import LocalBus
from ream_kit.stage import AnyStage, stage
from ream_kit.stage_contract import StageContract
from ream_kit.store import Store

READS: Any = next(topic for topic in topics.ALL if topic.read_by == ("classify",))
EXAMPLE = (topics.DOCUMENTS_INDEXED, message(1))


def declared(handler: Callable[..., Any], **more: Any) -> AnyStage:
    made: AnyStage = stage("probe", reads=(topics.DOCUMENTS_INDEXED,), writes=(topics.DOCUMENTS_PARTS,), **more)(
        handler
    )
    return made


class TestGoodStage(StageContract):
    """Reads and writes as its name says in the schemas."""

    @pytest.fixture
    def bus(self) -> LocalBus:
        @stage("audit", reads=topics.DOCUMENTS_INDEXED)
        def audit(given: DocumentIndexed, store: Store) -> None:
            store.put(f"incoming/{given.passages}", b"seen")

        return LocalBus(audit)

    @pytest.fixture
    def example(self) -> tuple[Topic[Any], Any]:
        return EXAMPLE

    def test_reads_and_writes_what_the_schemas_say(self, bus: LocalBus) -> None:
        """A stage of a user stands in no schema, and the suite says so."""
        with pytest.raises(AssertionError):
            super().test_reads_and_writes_what_the_schemas_say(bus)


SUITE = StageContract()


def test_finds_a_stage_that_is_not_idempotent() -> None:
    counter = itertools.count()

    def handler(given: DocumentIndexed, store: Store) -> None:
        store.put(f"incoming/{next(counter)}", b"once more")

    with pytest.raises(AssertionError):
        SUITE.test_twice_gives_the_same(LocalBus(declared(handler)), EXAMPLE)


def test_finds_a_stage_that_swallows_an_absent_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(given: DocumentIndexed, store: Store) -> None:
        try:
            store.put("incoming/x", b"")
        except Exception as error:
            raise ValueError("wrapped") from error

    with pytest.raises(AssertionError):
        SUITE.test_waits_while_the_store_is_away(LocalBus(declared(handler)), EXAMPLE, monkeypatch)


def test_finds_a_stage_that_cannot_do_its_example() -> None:
    def handler(given: DocumentIndexed) -> None:
        raise KeyError("a defect")

    with pytest.raises(AssertionError):
        SUITE.test_works_on_the_example(LocalBus(declared(handler)), EXAMPLE)


def test_finds_a_stage_whose_edges_are_not_in_the_schemas() -> None:
    assert READS.name == "segments.read"

    @stage("classify", reads=READS, writes=topics.DOCUMENTS_INDEXED)
    def classify(given: Any) -> None:
        """Should write parts."""

    with pytest.raises(AssertionError):
        SUITE.test_reads_and_writes_what_the_schemas_say(LocalBus(classify))
