# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
from typing import Any

import pytest

from ream_bench.inputs import Paper, Wanted
from ream_bench.trips import HitWatch, Trip, note
from ream_contracts.messages import DocumentIndexed, PartManifest, PartSegment

ONE, OTHER = "a" * 32, "b" * 32


def trip(document_id: str = ONE, submitted: float = 100.0, wants_hit: bool = True) -> Trip:
    return Trip(Paper(Wanted("txt", "n"), Path("n.txt"), 10), document_id, submitted, wants_hit, {})


def indexed(outcome: str = "complete", document_id: str = ONE) -> DocumentIndexed:
    return DocumentIndexed(document_id, 1, 1, 5, document_id, None, outcome, None, 3)  # type: ignore[arg-type]


def segment(document_id: str = ONE) -> PartSegment:
    nothing: Any = None
    fields = {name: nothing for name in PartSegment.__dataclass_fields__}
    return PartSegment(**{**fields, "document_id": document_id})


def manifest(document_id: str = ONE) -> PartManifest:
    nothing: Any = None
    fields = {name: nothing for name in PartManifest.__dataclass_fields__}
    return PartManifest(**{**fields, "document_id": document_id})


def test_an_end_is_noted_with_its_outcome() -> None:
    trips = {ONE: trip()}
    note(trips, indexed("partial"), 107.5)
    assert trips[ONE].ended
    assert trips[ONE].to_complete == 7.5
    assert trips[ONE].outcome == "partial"


def test_of_pages_the_last_counts_and_of_everything_else_the_first() -> None:
    trips = {ONE: trip()}
    for at in (102.0, 105.0, 103.0):
        note(trips, segment(), at)
    note(trips, manifest(), 101.0)
    note(trips, manifest(), 109.0)
    assert trips[ONE].moments == {"read": 105.0, "planned": 101.0}


def test_documents_of_others_are_passed_over() -> None:
    trips = {ONE: trip()}
    note(trips, indexed(document_id=OTHER), 101.0)
    assert not trips[ONE].ended
    assert trips[ONE].to_complete is None


class Search:
    """Answers with the documents that it is told, after failing as often as told."""

    def __init__(self, known: list[str]) -> None:
        self.known = known
        self.asked: list[list[str]] = []

    def search(self, index: str, body: dict[str, Any], params: dict[str, str]) -> dict[str, Any]:
        asked = body["query"]["terms"]["document_id"]
        self.asked.append(asked)
        found = [{"key": one, "doc_count": 1} for one in asked if one in self.known]
        return {"aggregations": {"documents": {"buckets": found}}}


@pytest.mark.parametrize("wants_hit", [True, False])
def test_a_hit_is_noted_once_and_only_where_it_is_wanted(wants_hit: bool) -> None:
    trips, search = [trip(wants_hit=wants_hit), trip(OTHER)], Search([ONE])
    watch = HitWatch(search, "ream-passages", lambda: trips)  # type: ignore[arg-type]
    watch.ask()
    first = trips[0].hit
    watch.ask()
    assert (trips[0].hit is not None) == wants_hit
    assert trips[0].hit == first
    assert trips[1].hit is None
    assert search.asked[1] == [OTHER]
