# SPDX-License-Identifier: Apache-2.0
"""What is written while other indices are built lies in both, or the message is tried again."""

from typing import Any, cast

import pytest
from opensearchpy import OpenSearch

from ream_contracts import identity, topics
from ream_index.memory_node import Node
from ream_index.opensearch import Indices, WriteFailed
from ream_index.passages import Entry
from ream_index.service import Search, index
from ream_index.settings import IndexSettings
from ream_index.testing import ingested, part
from ream_kit import Reject
from ream_kit.testing import LocalBus

DOCUMENT = identity.document_id("next", "1")
PAGE = f"{DOCUMENT}-1-1"
NEXT = {"t-documents-next": "new-documents", "t-passages-next": "new-passages"}


@pytest.fixture
def node() -> Node:
    made = Node()
    made.next = dict(NEXT)
    return made


@pytest.fixture
def indices(node: Node) -> Indices:
    made = Indices(cast(OpenSearch, node), "t-")
    made.look()
    return made


def test_what_only_an_index_that_is_being_built_fails_at_is_tried_again(node: Node, indices: Indices) -> None:
    node.failing = {("new-passages", PAGE): 1}
    with LocalBus(index, needs={"search": Search(indices, IndexSettings("t-"))}) as bus:
        bus.put(topics.DOCUMENTS_INGESTED, ingested(bus.store, DOCUMENT))
        bus.put(topics.DOCUMENTS_PARTS, part(bus.store, DOCUMENT, 1, "one"))
        bus.run()
        assert (bus.dead_letters, bus.waiting) == ([], [])
    assert list(node.entries("new-passages")) == [PAGE]
    assert node.entries("new-passages") == node.entries("t-passages")


def test_each_entry_has_the_answer_of_whichever_index_did_not_take_it(node: Node, indices: Indices) -> None:
    node.failing = {("new-passages", "b"): 1, ("t-passages", "c"): 1}
    node.refused = {"d"}
    faults = list(indices.write([(indices.passages, Entry(one, 1, {"text": f"page {one}"})) for one in "abcd"]))
    assert [type(fault) for fault in faults] == [type(None), WriteFailed, WriteFailed, Reject]
    assert (list(node.entries("t-passages")), list(node.entries("new-passages"))) == (["a", "b"], ["a", "c"])


def test_what_another_thread_finds_of_the_next_indices_stops_no_request(
    node: Node, indices: Indices, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk = node.bulk

    def meanwhile(body: str) -> dict[str, Any]:
        node.next = {}
        indices.look()
        return bulk(body)

    monkeypatch.setattr(node, "bulk", meanwhile)
    assert list(indices.write([(indices.passages, Entry(one, 1, {"text": one})) for one in "ab"])) == [None, None]
    assert list(node.entries("new-passages")) == ["a", "b"]
