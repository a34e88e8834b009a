# SPDX-License-Identifier: Apache-2.0
"""The stage on a bus in memory: what it says, keeps, does once, and gives up."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import layout, topics, units
from ream_contracts.artifacts import Picture, SegmentText, UnitText
from ream_contracts.messages import PartFailed, Redo, SegmentRead, SegmentScanned
from ream_contracts.topic import Topic
from ream_kit.cells import CellDied, CellFailed, NotStarted
from ream_kit.execution import Rules
from ream_kit.testing import LocalBus, StageContract
from ream_ocr.service import ocr
from ream_ocr.spending import MOST, Spending
from ream_ocr.testing import TEXTS, Cell, draw, reader

DOCUMENT = "a" * 32
ORIGINAL = layout.original(DOCUMENT, 1)


def bus_with(cell: Cell) -> LocalBus:
    bus = LocalBus(ocr, needs={"reader": reader(cell)})
    bus.store.put(ORIGINAL, b"a file")
    return bus


def scanned(*units: tuple[int, int], kept: str | None = None, redo: tuple[Redo, ...] = ()) -> SegmentScanned:
    ranges = units or ((3, 3),)
    return SegmentScanned(
        document_id=DOCUMENT,
        generation=1,
        run=1,
        segment=ranges[0][0],
        units=ranges,
        object=ORIGINAL,
        media_type="application/pdf",
        sha256="0" * 64,
        reason="no-text" if kept is None else "broken-text",
        kept=kept,
        redo=redo,
    )


def read_of(bus: LocalBus) -> list[SegmentRead]:
    return bus.sent(topics.SEGMENTS_READ)


def failed_of(bus: LocalBus) -> list[PartFailed]:
    return bus.sent(topics.DOCUMENTS_PARTS)


class TestContract(StageContract):
    @pytest.fixture
    def bus(self) -> LocalBus:
        return bus_with(Cell())

    @pytest.fixture
    def example(self) -> tuple[Topic[Any], Any]:
        return topics.SEGMENTS_SCANNED, scanned()


class TestReading:
    def test_a_segment_becomes_text_in_the_store(self) -> None:
        bus = bus_with(Cell())
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        (read,) = read_of(bus)
        assert (read.document_id, read.segment, read.units, read.method) == (DOCUMENT, 3, ((3, 3),), "ocr")
        assert (read.confidence, read.characters) == (90, len("text of page 3"))
        assert read.media_type == scanned().media_type
        assert bus.store.text(read) == "text of page 3"
        kept = bus.store.get_artifact(SegmentText, read.text)
        assert (kept.stage, kept.segment, kept.children) == ("ocr", 3, ())
        assert failed_of(bus) == []

    def test_both_lanes_are_read(self) -> None:
        bus = bus_with(Cell())
        bus.put(topics.SEGMENTS_SCANNED_BULK, scanned((7, 7)))
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        assert {read.segment for read in read_of(bus)} == {3, 7}

    def test_a_cell_is_asked_page_by_page_for_the_file(self) -> None:
        cell = Cell()
        bus = bus_with(cell)
        bus.put(topics.SEGMENTS_SCANNED, scanned((3, 4), (6, 6)))
        bus.run()
        assert [request["units"] for request in cell.asked] == [[3], [4], [6]]
        (request, *_) = cell.asked
        assert (request["media_type"], request["engine"]) == ("application/pdf", "tesserocr")
        assert (request["languages"], request["budget"]["dpi"]) == (["eng", "deu"], 200)
        assert read_of(bus)[0].units == ((3, 4), (6, 6))

    def test_a_page_without_text_is_read_all_the_same(self) -> None:
        class Blank(Cell):
            def answer(self, unit: int) -> dict[str, Any]:
                return super().answer(unit) | {"text": "", "characters": 0, "words": "", "confidence": 100}

        bus = bus_with(Blank())
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        (read,) = read_of(bus)
        assert (read.method, read.characters, read.confidence) == ("ocr", 0, 100)


class TestOnce:
    def test_what_was_read_is_not_read_again(self) -> None:
        cell = Cell()
        bus = bus_with(cell)
        for _ in range(2):
            bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        first, second = read_of(bus)
        assert first == second
        assert len(cell.asked) == 1

    def test_a_replay_with_other_parameters_reads_again(self) -> None:
        cell = Cell()
        bus = bus_with(cell)
        redo = (Redo("ocr", {"dpi": 300, "languages": "fra+ita"}),)
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.put(topics.SEGMENTS_SCANNED, scanned(redo=redo))
        bus.run()
        first, second = read_of(bus)
        assert first.text != second.text
        assert second.redo == redo
        assert (cell.asked[1]["budget"]["dpi"], cell.asked[1]["languages"]) == (300, ["fra"])

    def test_a_replay_of_another_stage_finds_what_was_read(self) -> None:
        cell = Cell()
        bus = bus_with(cell)
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.put(topics.SEGMENTS_SCANNED, replace(scanned(redo=(Redo("classify", {}),)), run=2))
        bus.run()
        assert len(cell.asked) == 1
        assert read_of(bus)[1].run == 2

    def test_a_replay_of_some_units_reads_only_those_again(self) -> None:
        cell = Cell()
        bus = bus_with(cell)
        redo = (Redo("ocr", {"dpi": 300}, 2, ((4, 6),)),)
        for each in (scanned((3, 3)), scanned((5, 5))):
            bus.put(topics.SEGMENTS_SCANNED, each)
        for run in (2, 3):
            for each in (scanned((3, 3), redo=redo), scanned((5, 5), redo=redo)):
                bus.put(topics.SEGMENTS_SCANNED, replace(each, run=run))
        bus.run()
        texts = [[read.text for read in read_of(bus) if read.run == run] for run in (1, 2, 3)]
        assert (texts[1][0], texts[2]) == (texts[0][0], texts[1])
        assert texts[1][1] != texts[0][1]
        assert [asked["budget"]["dpi"] for asked in cell.asked][2:] == [300]

    def test_a_replay_reads_again_though_it_asks_for_nothing_else(self) -> None:
        cell = Cell()
        bus = bus_with(cell)
        for run in (1, 2, 2, 3):
            redo = (Redo("ocr", {}, run),) if run > 1 else ()
            bus.put(topics.SEGMENTS_SCANNED, replace(scanned(redo=redo), run=run))
        bus.run()
        assert len(cell.asked) == 3

    @pytest.mark.parametrize(
        "parameters", [{"dpi": "high"}, {"dpi": 5}, {"languages": []}, {"languages": "klingon"}, {"colour": 1}]
    )
    def test_parameters_that_cannot_be_used_are_refused(self, parameters: dict[str, Any]) -> None:
        cell = Cell()
        bus = bus_with(cell)
        bus.put(topics.SEGMENTS_SCANNED, scanned(redo=(Redo("ocr", parameters),)))
        bus.run()
        (failed,) = failed_of(bus)
        assert failed.cause == bus.dead_letters[0].cause == "wrong-parameters"
        assert cell.asked == []


class TestFailing:
    def test_pages_that_are_broken_fail_and_the_others_are_read(self) -> None:
        bus = bus_with(Cell(4))
        bus.put(topics.SEGMENTS_SCANNED, scanned((3, 5)))
        bus.run()
        assert read_of(bus)[0].units == ((3, 3), (5, 5))
        (failed,) = failed_of(bus)
        assert (failed.units, failed.cause, failed.stage, failed.branch) == (((4, 4),), "damaged", "ocr", "text")
        assert bus.dead_letters == []

    def test_again_it_says_the_same(self) -> None:
        bus = bus_with(Cell(4))
        for _ in range(2):
            bus.put(topics.SEGMENTS_SCANNED, scanned((3, 5)))
        bus.run()
        assert read_of(bus)[0] == read_of(bus)[1]
        assert failed_of(bus)[0] == failed_of(bus)[1]

    def test_a_broken_segment_fails_without_a_second_try(self) -> None:
        cell = Cell(3)
        bus = bus_with(cell)
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        assert (read_of(bus), len(cell.asked), len(failed_of(bus))) == ([], 1, 1)

    def test_a_cell_that_dies_is_tried_three_times_then_given_up(self) -> None:
        cell = Cell(error=CellDied("out-of-memory"))
        bus = bus_with(cell)
        bus.put(topics.SEGMENTS_SCANNED, scanned((3, 4)))
        bus.run()
        assert len(cell.asked) == 3
        (failed,) = failed_of(bus)
        assert (failed.units, failed.cause, failed.attempts) == (((3, 4),), "out-of-memory", 3)
        assert len(bus.dead_letters) == 1

    def test_a_cell_that_died_once_is_forgiven(self) -> None:
        class Mortal(Cell):
            def __call__(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
                if not self.asked:
                    self.asked.append(request)
                    raise CellDied("crashed-signal-11")
                return super().__call__(request)

        bus = bus_with(Mortal())
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        assert len(read_of(bus)) == 1
        assert failed_of(bus) == []

    def test_a_document_costs_no_more_than_thirty_cells(self) -> None:
        """A page may take minutes to die of: three tries of each of a thousand would keep a machine busy for weeks."""
        cell = Cell(error=CellDied("out-of-time"))
        bus = bus_with(cell)
        for page in range(1, 101):
            bus.put(topics.SEGMENTS_SCANNED, scanned((page, page)))
        bus.run()
        assert len(cell.asked) == MOST
        failed = failed_of(bus)
        assert {unit for part in failed for unit in units.each(part.units)} == set(range(1, 101))
        assert {part.cause for part in failed} == {"out-of-time"}

    def test_a_document_of_a_hundred_bad_pages_stops_nothing(self) -> None:
        cell = Cell(error=CellDied("out-of-time"))
        bus = LocalBus(ocr, needs={"reader": reader(cell)}, rules=Rules(failures_in_row=2))
        bus.store.put(ORIGINAL, b"a file")
        for page in range(1, 101):
            bus.put(topics.SEGMENTS_SCANNED, scanned((page, page)))
        bus.run()
        assert len(failed_of(bus)) == 100

    def test_a_file_that_is_gone_is_our_fault(self) -> None:
        bus = LocalBus(ocr, needs={"reader": reader(Cell())})
        bus.put(topics.SEGMENTS_SCANNED, scanned())
        bus.run()
        assert failed_of(bus)[0].attempts == 3

    def test_a_thousand_documents_are_remembered(self) -> None:
        spending = Spending()
        for document in range(1_001):
            for _ in range(MOST):
                spending.died(document, "out-of-memory")
        assert (spending.tries(0), spending.tries(1), spending.tries(1_000)) == (3, 0, 0)


class TestKept:
    def layer(self, bus: LocalBus, text: str, confidence: int = 30) -> str:
        unit = UnitText(3, "page", text, "text-layer", confidence, "iii", 595, 842, 0, (), (), (), ())
        name = layout.text(DOCUMENT, 1, 3, "extract", "kept")
        bus.store.put_artifact(name, SegmentText(DOCUMENT, 1, 3, "extract", "1", (unit,), ()))
        return name

    def test_a_layer_that_says_what_is_seen_is_kept(self) -> None:
        bus = bus_with(Cell())
        bus.put(topics.SEGMENTS_SCANNED, scanned(kept=self.layer(bus, "The text of page 3.")))
        bus.run()
        (read,) = read_of(bus)
        assert (read.method, read.confidence, bus.store.text(read)) == ("text-layer", 30, "The text of page 3.")

    def test_a_broken_layer_is_not(self) -> None:
        bus = bus_with(Cell())
        bus.put(topics.SEGMENTS_SCANNED, scanned(kept=self.layer(bus, "\ufffd\ufffd xq")))
        bus.run()
        (read,) = read_of(bus)
        assert (read.method, bus.store.text(read)) == ("ocr", "text of page 3")

    def test_a_layer_is_not_lost_with_the_cell(self) -> None:
        cell = Cell(error=CellDied("out-of-memory"))
        bus = bus_with(cell)
        bus.put(topics.SEGMENTS_SCANNED, scanned(kept=self.layer(bus, "All of page 3", 80)))
        bus.run()
        (read,) = read_of(bus)
        assert (read.method, read.confidence, bus.store.text(read)) == ("text-layer", 80, "All of page 3")
        assert (len(cell.asked), failed_of(bus), bus.dead_letters) == (3, [], [])

    def test_a_stamp_does_not_hide_that_its_page_was_not_read(self) -> None:
        bus = bus_with(Cell(error=CellDied("out-of-time")))
        bus.put(topics.SEGMENTS_SCANNED, scanned(kept=self.layer(bus, "Page 3", 50)))
        bus.run()
        assert read_of(bus) == []
        assert [(part.cause, part.units) for part in failed_of(bus)] == [("out-of-time", ((3, 3),))]

    def test_a_layer_without_text_fails_with_the_cell(self) -> None:
        bus = bus_with(Cell(error=CellDied("out-of-time")))
        bus.put(topics.SEGMENTS_SCANNED, scanned(kept=self.layer(bus, " ")))
        bus.run()
        assert [(part.cause, part.units) for part in failed_of(bus)] == [("out-of-time", ((3, 3),))]

    def test_with_a_layer_a_cell_that_died_once_is_forgiven(self) -> None:
        class Mortal(Cell):
            def __call__(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
                self.error = None if self.asked else CellDied("crashed-signal-11")
                return super().__call__(request)

        bus = bus_with(Mortal())
        bus.put(topics.SEGMENTS_SCANNED, scanned(kept=self.layer(bus, "\ufffd xq", 60)))
        bus.run()
        assert bus.store.text(read_of(bus)[0]) == "text of page 3"


@pytest.mark.programs
@pytest.mark.parametrize("engine", ["tesserocr", "pytesseract"])
def test_real_cells_read_real_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setenv("REAM_OCR_ENGINE", engine)
    monkeypatch.setenv("REAM_OCR_CELLS", "1")
    draw(TEXTS["deu"], size=(900, 700))[0].save(tmp_path / "page.png")
    with LocalBus(ocr) as bus:
        bus.store.put(ORIGINAL, tmp_path / "page.png")
        bus.put(topics.SEGMENTS_SCANNED, replace(scanned((1, 1)), media_type="image/png"))
        bus.put(topics.SEGMENTS_SCANNED, replace(scanned((2, 2)), media_type="image/tiff"))
        bus.run()
        (read,) = read_of(bus)
        assert "Kündigungsfrist" in bus.store.text(read)
        assert [part.cause for part in failed_of(bus)] == ["damaged"]
        assert bus.dead_letters == []


def test_an_engine_that_cannot_work_is_waited_for_and_costs_no_page() -> None:
    cell = Cell(error=CellFailed("EngineError", "it quotes a page"))
    bus = bus_with(cell)
    bus.put(topics.SEGMENTS_SCANNED, scanned((3, 3)))
    bus.run()
    (held,) = bus.waiting
    assert (held.waiting_for, bus.dead_letters, bus.sent(topics.DOCUMENTS_PARTS)) == ("tesseract", [], [])
    assert "REAM_OCR_TESSDATA" in held.reason
    assert "quotes" not in held.reason
    cell.error = None
    for _ in range(100):
        bus.run()
        if not bus.waiting:
            break
        threading.Event().wait(0.1)
    assert len(bus.sent(topics.SEGMENTS_READ)) == 1


@pytest.mark.parametrize(
    ("error", "waiting_for"), [(NotStarted(), "cells"), (CellFailed("DiskFull", "x"), "scratch disk")]
)
def test_what_the_machine_is_short_of_is_waited_for(error: Exception, waiting_for: str) -> None:
    bus = bus_with(Cell(error=error))
    bus.put(topics.SEGMENTS_SCANNED, scanned((3, 3)))
    bus.run()
    (held,) = bus.waiting
    assert (held.waiting_for, bus.dead_letters) == (waiting_for, [])


class TestWrittenPictures:
    """Units whose own text is good, with pictures that show writing."""

    PICTURES = tuple(layout.picture(DOCUMENT, 1, 3, name) for name in ("a.png", "b.jpg", "c.png"))

    def bus(self, cell: Cell, *, method: str = "markup") -> LocalBus:
        bus = bus_with(cell)
        for name in self.PICTURES:
            bus.store.put(name, b"a picture")
        kinds = (("image/png", True), ("image/jpeg", None), ("image/png", True))
        pictures = tuple(
            Picture(name, media_type, 600, 200, None, 9, writing)
            for name, (media_type, writing) in zip(self.PICTURES, kinds, strict=True)
        )
        unit = UnitText(3, "body", "own words", method, 100, None, 0, 0, 0, (), pictures, (), ())  # type: ignore[arg-type]
        bus.store.put_artifact("kept", SegmentText(DOCUMENT, 1, 3, "extract", "1", (unit,), ()))
        bus.put(topics.SEGMENTS_SCANNED, replace(scanned(kept="kept"), reason="written-pictures"))
        return bus

    def test_only_pictures_with_writing_are_read_and_said_below_the_units_own_text(self) -> None:
        cell = Cell()
        bus = self.bus(cell)
        bus.run()
        (read,) = read_of(bus)
        assert (read.units, read.segment, read.method) == (((3, 3),), 3, "markup")
        assert bus.store.text(read) == "own words\ntext of page 1"  # what is read twice is said once
        assert [(one["media_type"], one["units"]) for one in cell.asked] == [("image/png", [1])] * 2
        kept = bus.store.get_artifact(SegmentText, read.text).units[0]
        assert [one.object for one in kept.pictures] == list(self.PICTURES)

    def test_a_picture_that_kills_cells_leaves_the_units_own_text_and_is_named(self) -> None:
        bus = self.bus(Cell(error=CellDied("out-of-memory")))
        bus.run()
        (read,) = read_of(bus)
        assert bus.store.text(read) == "own words"
        (unit,) = bus.store.get_artifact(SegmentText, read.text).units
        assert [one.text for one in unit.annotations] == ["2 pictures with writing not read: 2 out-of-memory."]

    def test_a_picture_that_is_cut_off_in_the_store_is_our_fault(self) -> None:
        bus = self.bus(Cell())
        bus.store.delete(self.PICTURES[0])
        bus.store.put(self.PICTURES[0], b"a pict")
        bus.run()
        assert [one.cause for one in bus.dead_letters] == ["not-whole"]
