# SPDX-License-Identifier: Apache-2.0
"""On a real node: versions are looked up by their bands, and a search shows them as one to whoever may see them."""

import pytest
from opensearchpy import OpenSearch

from ream_contracts.artifacts import SegmentClasses, SegmentText, UnitText
from ream_contracts.sketches import sketch
from ream_index.likeness import Likeness
from ream_index.passages import Entry
from ream_index.search import find
from ream_index.testing import Node
from ream_index.versions import around

pytestmark = pytest.mark.servers
TEXT = " ".join(f"harbour{number % 7} quay{number % 31} granite{number}" for number in range(120))
DOCUMENTS = {
    "first": (TEXT, "2026-01-01T00:00:00Z"),
    "edited": (TEXT.replace("granite50 ", "basalt "), "2026-01-02T00:00:00Z"),
    "longer": (f"{TEXT} and at its end one more sentence on harbour matters", "2026-01-03T00:00:00Z"),
    "other": (" ".join(f"harbour{number % 5} tower{number}" for number in range(150)), "2026-01-04T00:00:00Z"),
}


def entries(name: str, text: str, at: str) -> tuple[Entry, Entry]:
    unit = UnitText(1, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    like = Likeness()
    classes = SegmentClasses("a" * 32, 1, 1, "1", (), (), False, {}, {}, sketch=sketch([text]).dumps())
    like.add(SegmentText("a" * 32, 1, 1, "extract", "1", (unit,), ()), classes)
    common = {"document_id": name, "generation": 1, "run": 1, "version": 1, "name": f"{name}.pdf", "submitted": at}
    page = {"unit": 1, "unit_kind": "page", "part": 1, "text": text, "language": "en", "method": "text-layer"}
    whole = {"outcome": "complete", "readiness": "complete", "size": 9, "units": 1, "picture_hashes": ["0" * 16]}
    return Entry(name, 1, {**common, **whole, **like.fields()}), Entry(f"{name}-1-1", 1, {**common, **page})


@pytest.fixture(scope="module")
def client(node: Node) -> tuple[OpenSearch, str]:
    for name, (text, at) in DOCUMENTS.items():
        document, page = entries(name, text, at)
        assert set(node.indices.write([(node.indices.documents, document), (node.indices.passages, page)])) == {None}
    node.indices.refresh()
    return node.reader, node.prefix


def test_a_reader_finds_a_family_from_each_of_its_members(client: tuple[OpenSearch, str]) -> None:
    found = around(client[0], f"{client[1]}documents", [*DOCUMENTS, "unknown"])
    assert {one: family.id for one, family in found.items()} == {
        "first": "first", "edited": "first", "longer": "first", "other": "other",
    }  # fmt: skip


def test_a_search_shows_versions_as_one_and_counts_them_all(client: tuple[OpenSearch, str]) -> None:
    folded = find(*client, "harbour1")
    assert {hit.family for hit in folded.documents} == {"first", "other"}
    assert (len(folded.documents), folded.total, folded.behind) == (2, 4, 2)
    best = next(hit for hit in folded.documents if hit.family == "first")
    assert best.other_versions == 2
    assert len(find(*client, "harbour1", versions=True).documents) == 4
    assert len(find(*client, "harbour1", size=2).documents) == 2
