# SPDX-License-Identifier: Apache-2.0
"""What is found inside becomes documents of their own, within what their family may hold."""

from typing import Any

import pytest

from ream_contracts import identity, topics
from ream_contracts.artifacts import SegmentText
from ream_contracts.messages import Allowance, PartFailed
from ream_extract.testing import Cells, answered, failures, ingested, sent, zipped
from ream_kit import Store
from ream_kit.testing import LocalBus


def test_archive_submits_its_members(bus: LocalBus, store: Store) -> None:
    document = ingested(store, zipped(a=b"first", b=b"second!"), "application/zip", allowance=Allowance(102, 1_012))
    sent(bus, document)
    one, two = bus.sent(topics.DOCUMENTS_SUBMITTED)
    assert (one.name, two.name) == ("a.txt", "b.txt")
    assert one.source is not None
    assert store.get(one.source.removeprefix("store:")) == b"first"
    assert one.parent is not None
    assert two.parent is not None
    assert (one.parent.ordinal, two.parent.ordinal, one.parent.depth, one.parent.path) == (1, 2, 1, "a.txt")
    assert (one.parent.document_id, one.parent.root_id) == (document.document_id, document.root_id)
    assert one.parent.allowance == Allowance(50, 500)
    (read,) = bus.sent(topics.SEGMENTS_READ)
    assert (read.units, read.method, read.characters) == (((1, 2),), "container", 0)
    children = store.get_artifact(SegmentText, read.text).children
    assert [(child.unit, child.ordinal, child.size) for child in children] == [(1, 1, 5), (2, 2, 7)]
    assert children[0].document_id == identity.child_id(document.document_id, "a.txt", 1)


def test_family_over_its_allowance_is_failed_not_lost(bus: LocalBus, store: Store) -> None:
    members = {f"m{number:02}": b"x" * 10 for number in range(40)}
    sent(bus, ingested(store, zipped(**members), "application/zip", allowance=Allowance(16, 55)))
    assert len(bus.sent(topics.DOCUMENTS_SUBMITTED)) == 5
    causes = [(part.cause, part.units) for part in bus.sent(topics.DOCUMENTS_PARTS) if isinstance(part, PartFailed)]
    assert causes == [("family-limit", ((17, 40),)), ("family-limit", ((6, 16),))]
    assert answered(bus) == list(range(1, 41))


@pytest.mark.parametrize("lie", [{"size": 4}, {"file": "/dev/zero"}, {"file": "child-9"}, {"unit": [1]}])
def test_a_cell_that_lies_about_its_files_is_not_believed(
    bus: LocalBus, store: Store, cells: Cells, lie: dict[str, Any]
) -> None:
    cells.lies = {1: lie}
    sent(bus, ingested(store, zipped(a=b"first", b=b"second!"), "application/zip"))
    assert failures(bus) == {"bad-answer": ((1, 1),)}
    assert [child.name for child in bus.sent(topics.DOCUMENTS_SUBMITTED)] == ["b.txt"]


def test_a_cell_may_not_exceed_what_the_family_has_left(bus: LocalBus, store: Store, cells: Cells) -> None:
    document = ingested(store, zipped(a=b"first", b=b"second!"), "application/zip", allowance=Allowance(9, 11))
    cells.generous = True
    sent(bus, document)
    assert failures(bus) == {"bad-answer": ((2, 2),)}
    assert [child.name for child in bus.sent(topics.DOCUMENTS_SUBMITTED)] == ["a.txt"]


def test_each_child_counts_against_the_limit(bus: LocalBus, store: Store, cells: Cells) -> None:
    members = {f"m{number:02}": b"x" for number in range(20)}
    sent(bus, ingested(store, zipped(**members), "application/zip", allowance=Allowance(3, 1_000)))
    assert len(bus.sent(topics.DOCUMENTS_SUBMITTED)) == 3
    assert failures(bus) == {"family-limit": ((4, 20),)}
    assert cells.read == [(1, 3)]


def test_families_end_at_a_depth(bus: LocalBus, store: Store, cells: Cells) -> None:
    sent(bus, ingested(store, zipped(a=b"x"), "application/zip", depth=8))
    assert bus.sent(topics.DOCUMENTS_SUBMITTED) == []
    assert failures(bus) == {"too-deep": ((1, 1),)}
    assert cells.read == []
