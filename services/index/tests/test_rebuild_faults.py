# SPDX-License-Identifier: Apache-2.0
"""One document that is not whole, or at which OpenSearch fails, keeps no other out of an index that is built anew."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from opensearchpy import OpenSearch

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import SegmentText
from ream_index.memory_node import Node
from ream_index.next_indices import Pair, Stand
from ream_index.opensearch import Indices
from ream_index.rebuild import Rebuild
from ream_index.service import Search, index
from ream_index.settings import IndexSettings
from ream_index.testing import completed, part
from ream_kit.testing import LocalBus

NEW = Pair("new-documents", "new-passages")


def name_of(number: int) -> str:
    return identity.document_id("faults", str(number))


class Installation:
    """What index has written over a node in memory, and another pair there to be filled from the store."""

    def __init__(self, bus: LocalBus, node: Node) -> None:
        self.bus, self.node, self.store = bus, node, bus.store
        self.waited: list[float] = []

    @property
    def rebuild(self) -> Rebuild:
        client = cast(OpenSearch, self.node)
        return Rebuild(self.store, client, NEW, IndexSettings("t-"), wait=self.waited.append)

    def complete(self, number: int, *pages: str, run: int = 1) -> None:
        self.bus.put(topics.DOCUMENTS_COMPLETED, completed(self.store, name_of(number), pages, run=run))
        self.bus.run()
        assert (self.bus.dead_letters, self.bus.waiting) == ([], [])

    def fill(self) -> Stand:
        return self.rebuild.fill(Stand(), lambda _: None)

    def built(self, number: int) -> tuple[bool, list[str]]:
        """Whether the new pair has the entry of a document, and the text of its passages there."""
        passages = self.node.entries(NEW.passages).values()
        texts = [body["text"] for body in passages if body["document_id"] == name_of(number)]
        return name_of(number) in self.node.entries(NEW.documents), texts


@pytest.fixture
def own() -> Iterator[Installation]:
    node = Node()
    search = Search(Indices(cast(OpenSearch, node), "t-"), IndexSettings("t-"))
    with LocalBus(index, needs={"search": search}) as bus:
        made = Installation(bus, node)
        for number in range(3):
            made.complete(number, f"page of {number}", f"second page of {number}")
        yield made


def cut(own: Installation, number: int, page: int = 1, run: int = 1) -> None:
    """Leaves half a text in the store where a segment's was."""
    name = layout.text(name_of(number), 1, page, "extract", f"run{run}")
    whole = own.store.get_artifact(SegmentText, name)
    (unit,) = whole.units
    own.store.delete(name)
    own.store.put_artifact(name, replace(whole, units=(replace(unit, text=unit.text[:4]),)))


def test_a_document_that_is_not_whole_is_named_and_the_others_are_built(own: Installation) -> None:
    cut(own, 1)
    counts = own.fill().counts
    assert (set(counts.damaged), counts.documents) == ({name_of(1)}, 2)
    assert "characters: 4 of 9" in counts.damaged[name_of(1)]
    assert set(own.rebuild.settle().damaged) == {name_of(1)}
    assert [own.built(number)[0] for number in range(3)] == [True, False, True]


def test_pages_of_a_document_in_work_that_are_not_whole_are_named(own: Installation) -> None:
    part(own.store, name_of(7), 1, "a page of what is still in work")
    cut(own, 7)
    own.fill()
    assert set(own.rebuild.settle().damaged) == {name_of(7)}


def test_an_entry_at_which_opensearch_fails_once_is_written_at_the_next_try(own: Installation) -> None:
    own.node.failing = {(NEW.passages, f"{name_of(1)}-2-1"): 1, (NEW.documents, name_of(2)): 1}
    counts = own.fill().counts
    assert (counts.damaged, counts.documents) == ({}, 3)
    assert own.built(1) == (True, ["page of 1", "second page of 1"])
    assert own.built(2)[0]
    assert own.waited == [1.0]


def test_a_page_at_which_opensearch_always_fails_is_looked_for_until_it_is_there(own: Installation) -> None:
    place = (NEW.passages, f"{name_of(1)}-2-1")
    own.node.failing = {place: 1000}
    counts = own.fill().counts
    assert (counts.damaged, counts.documents) == ({name_of(1): "OpenSearch answered 500 "}, 2)
    assert own.built(1) == (False, ["page of 1"])
    assert set(own.rebuild.settle().damaged) == {name_of(1)}
    own.node.failing = {}
    assert own.rebuild.settle().damaged == {}
    assert own.built(1) == (True, ["page of 1", "second page of 1"])


def test_pages_of_an_older_run_are_gone_before_the_entry_is_there(own: Installation) -> None:
    own.fill()
    own.complete(1, "read once more", run=2)
    own.node.failing = {(NEW.passages, f"{name_of(1)}-2-1"): 1000}
    assert set(own.rebuild.settle().damaged) == {name_of(1)}
    own.node.failing = {}
    assert own.rebuild.settle().damaged == {}
    assert own.built(1) == (True, ["read once more"])
