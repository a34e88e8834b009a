# SPDX-License-Identifier: Apache-2.0
"""What a dead cell, a defect or a full disk costs a document: no unit more than it must, and each is named."""

import errno
from typing import Any

import pytest

from ream_contracts import topics, units
from ream_contracts.messages import PartFailed
from ream_extract.extractors import archive
from ream_extract.segments import loads
from ream_extract.service import extract
from ream_extract.testing import Cells, answered, failures, ingested, pdf, sent, zipped
from ream_kit import Store
from ream_kit.cells import CellDied, CellFailed, NotStarted
from ream_kit.testing import LocalBus


def test_poison_page_costs_itself_only(bus: LocalBus, store: Store, cells: Cells) -> None:
    cells.poison = {5: CellDied("crashed-signal-11")}
    document = ingested(store, pdf("t" * 20), "application/pdf")
    sent(bus, document)
    assert failures(bus) == {"crashed-signal-11": ((5, 5),)}
    first, second = bus.sent(topics.SEGMENTS_READ)
    assert (first.segment, first.units) == (1, ((1, 4), (6, 16)))
    assert second.units == ((17, 20),)
    assert answered(bus) == list(range(1, 21))
    # What had been answered before the cell died is not read again.
    assert cells.read == [(1, 16), *((unit, unit) for unit in range(5, 17)), (17, 20)]


def test_what_failed_is_tried_again_alone(bus: LocalBus, store: Store, cells: Cells) -> None:
    cells.poison = {1: CellDied("out-of-memory")}
    document = ingested(store, pdf("t" * 18), "application/pdf")
    sent(bus, document)
    before = len(cells.read)
    sent(bus, document)
    assert cells.read[before:] == [(1, 1)]
    cells.poison = {}
    sent(bus, document)
    sent(bus, document)
    assert cells.read[before:] == [(1, 1), (1, 1)]
    said = [(read.segment, read.units, read.text) for read in bus.sent(topics.SEGMENTS_READ)]
    runs, healed = said[:2], said[6]
    assert [units for _, units, _ in runs] == [((2, 16),), ((17, 18),)]
    assert healed[:2] == (1, ((1, 1),))
    # What was said once is said again word by word, so every record of it stands.
    assert said == [*runs, *runs, *runs, healed, *runs, healed]


def test_a_defect_of_ours_is_tried_three_times_and_buried(bus: LocalBus, store: Store, cells: Cells) -> None:
    cells.poison = {7: CellFailed("ValueError", "content of the page")}
    document = ingested(store, pdf("t" * 17), "application/pdf")
    bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    (letter,) = bus.dead_letters
    assert letter.attempts == 3
    assert failures(bus) == {letter.cause: ()}
    assert units.union(*(read.units for read in bus.sent(topics.SEGMENTS_READ))) == ((1, 6), (8, 17))
    assert cells.read[-2:] == [(7, 7), (7, 7)]
    cells.poison = {}
    bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    assert bus.sent(topics.SEGMENTS_READ)[-1].units == ((7, 7),)


def test_a_defect_that_costs_no_unit_is_none(bus: LocalBus, store: Store, cells: Cells) -> None:
    """What only fails in company (a parser that keeps state) is read alone."""
    cells.poison = {3: CellFailed("ValueError", "x")}
    cells.harmless_alone = True
    sent(bus, ingested(store, pdf("tttt"), "application/pdf"))
    assert failures(bus) == {}
    assert answered(bus) == [1, 2, 3, 4]


def test_three_dead_cells_end_a_document(bus: LocalBus, store: Store, cells: Cells) -> None:
    cells.poison = {unit: CellDied("out-of-time") for unit in range(3, 60)}
    document = ingested(store, pdf("t" * 40), "application/pdf")
    sent(bus, document)
    assert cells.read == [(1, 16), (3, 3), (4, 4)]
    assert answered(bus) == list(range(1, 41))
    notes = [loads(store.get(name)) for name in store.names("documents/") if "/notes/" in name]
    assert sorted(unit for note in notes for unit in note.untried) == list(range(5, 41))
    # Each time that it comes again, it may cost as much again: so it heals when the machine does.
    cells.poison = {}
    sent(bus, document)
    assert {unit for read in bus.sent(topics.SEGMENTS_READ) for unit in units.each(read.units)} == set(range(1, 41))


def test_what_is_parsed_at_once_is_not_tried_body_by_body(bus: LocalBus, store: Store, cells: Cells) -> None:
    page = b"".join(b"<p>%06d %s</p>" % (number, b"x" * 1_000) for number in range(1_400))
    cells.poison = {18: CellDied("out-of-memory")}
    document = ingested(store, page, "text/html")
    sent(bus, document)
    assert len(cells.read) == 1
    assert failures(bus) == {"out-of-memory": ((18, 22),)}
    cells.poison = {}
    sent(bus, document)
    assert cells.read[1:] == [(18, 22)]
    assert bus.sent(topics.SEGMENTS_READ)[-1].units == ((22, 22),)


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x")])
def test_a_full_scratch_disk_is_waited_for(
    bus: LocalBus, store: Store, monkeypatch: pytest.MonkeyPatch, failure: OSError
) -> None:
    failing = [failure] * 2
    unpack = archive._unpack

    def full(*given: Any) -> Any:
        if failing:
            raise failing.pop()
        return unpack(*given)

    monkeypatch.setattr(archive, "_unpack", full)
    sent(bus, ingested(store, zipped(a=b"first", b=b"second"), "application/zip"))
    assert failing == []
    assert failures(bus) == {}
    assert len(bus.sent(topics.DOCUMENTS_SUBMITTED)) == 2


def test_a_cell_that_cannot_start_is_nobodys_fault(bus: LocalBus, store: Store, cells: Cells) -> None:
    cells.poison = {1: NotStarted()}
    bus.put(topics.DOCUMENTS_INGESTED, ingested(store, pdf("t"), "application/pdf"))
    bus.run()
    (held,) = bus.waiting
    assert (held.waiting_for, bus.dead_letters, failures(bus)) == ("cells", [], {})
    cells.poison = {}
    bus.run()
    assert (bus.waiting, failures(bus)) == ([], {})
    assert len(bus.sent(topics.SEGMENTS_READ)) == 1


def test_a_given_up_document_fails_all_units(store: Store) -> None:
    document = ingested(store, b"x", "text/plain")
    assert extract.give_up is not None
    (part,) = extract.give_up(document, "out-of-time", 3)
    assert part == PartFailed(document.document_id, 1, 1, "text", "extract", "out-of-time", (), 3)
