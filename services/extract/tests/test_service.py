# SPDX-License-Identifier: Apache-2.0
"""The stage on a bus in memory; its cell is this process."""

import errno
import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts import identity, layout, topics, units
from ream_contracts.artifacts import Manifest, SegmentText
from ream_contracts.messages import Allowance, DocumentIngested, PartFailed, PartManifest, Redo, SegmentRead
from ream_contracts.topic import Topic
from ream_extract import cell
from ream_extract.extractors import archive
from ream_extract.office import ConversionFailed
from ream_extract.reader import Reader
from ream_extract.segments import loads
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_kit import Store
from ream_kit.cells import CellDied, CellFailed
from ream_kit.testing import LocalBus, StageContract, memory_store


class InProcess:
    """One call of the cell's function, with the manners of a cell."""

    def __init__(self, cells: "Cells", request: Mapping[str, Any]) -> None:
        self.scratch = Path(tempfile.mkdtemp())
        self._cells = cells
        self._request = dict(request) | ({"child_budget": 1 << 30} if cells.generous else {})
        self._alone = self._request["do"] == "read" and self._request["first"] == self._request["last"]
        self._answers = self._run()

    def _run(self) -> Iterator[dict[str, Any]]:
        for answer in cell.work(self._request, self.scratch):
            unit = answer.get("unit")
            if unit in self._cells.poison and not (self._cells.harmless_alone and self._alone):
                raise self._cells.poison[unit]
            yield answer | self._cells.lies.get(unit, {})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._answers

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.scratch)

    def file(self, name: str) -> Path:
        path = self.scratch / name
        if path.parent != self.scratch or not path.is_file():
            raise CellDied("bad-answer")
        return path


class Cells:
    """Counts the calls, and dies of the units that are poison."""

    def __init__(self) -> None:
        self.poison: dict[int, CellDied | CellFailed] = {}
        self.harmless_alone = False
        self.generous = False
        self.lies: dict[Any, dict[str, Any]] = {}
        self.read: list[tuple[int, int]] = []
        self.planned = 0

    def __call__(self, request: Mapping[str, Any]) -> Any:
        self.planned += request["do"] == "plan"
        if request["do"] == "read":
            self.read.append((request["first"], request["last"]))
        return InProcess(self, request)


class NoOffice:
    """LibreOffice is not installed."""

    def convert(self, source: Path, target: Path) -> None:
        raise ConversionFailed("missing")


@pytest.fixture
def cells() -> Cells:
    return Cells()


@pytest.fixture
def store() -> Store:
    return memory_store()


@pytest.fixture
def bus(cells: Cells, store: Store) -> Iterator[LocalBus]:
    reader = Reader(cells, cells, NoOffice(), ExtractSettings())
    with LocalBus(extract, store=store, needs={"reader": reader}) as made:
        yield made


def ingested(store: Store, data: bytes, media_type: str, **how: Any) -> DocumentIngested:
    document_id = identity.document_id("test", hashlib.sha256(data + media_type.encode()).hexdigest())
    name = layout.original(document_id, 1)
    store.put(name, data)
    values: dict[str, Any] = {
        "document_id": document_id,
        "generation": 1,
        "run": 1,
        "root_id": document_id,
        "parent_id": None,
        "depth": 0,
        "object": name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "media_type": media_type,
        "duplicate_of": None,
        "refused": None,
        "allowance": Allowance(1_000, 1 << 30),
        "redo": (),
    }
    return DocumentIngested(**values | how)


def pdf(*pages: str) -> bytes:
    """Each letter is a page: t has text, s is a scan, b is blank."""
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1)
    picture = ImageReader(Image.new("RGB", (60, 80), "grey"))
    for number, kind in enumerate("".join(pages), 1):
        if kind == "t":
            canvas.drawString(72, 700, f"Text of page {number} that everyone can read")
        elif kind == "s":
            canvas.drawImage(picture, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.txt", data)
    return held.getvalue()


def sent(bus: LocalBus, document: DocumentIngested) -> None:
    bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    assert bus.dead_letters == []


def manifest(bus: LocalBus) -> PartManifest:
    (only,) = [part for part in bus.sent(topics.DOCUMENTS_PARTS) if isinstance(part, PartManifest)]
    return only


def failures(bus: LocalBus) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for part in bus.sent(topics.DOCUMENTS_PARTS):
        if isinstance(part, PartFailed):
            found[part.cause] = units.union(found.get(part.cause, ()), part.units)
    return found


def answered(bus: LocalBus) -> list[int]:
    said = [read.units for read in bus.sent(topics.SEGMENTS_READ)]
    said += [
        scan.units for topic in (topics.SEGMENTS_SCANNED, topics.SEGMENTS_SCANNED_BULK) for scan in bus.sent(topic)
    ]
    return sorted(unit for ranges in [*said, *failures(bus).values()] for unit in units.each(ranges))


class TestContract(StageContract):
    """What every stage must do."""

    @pytest.fixture
    def example(self, store: Store) -> tuple[Topic[Any], Any]:
        return topics.DOCUMENTS_INGESTED, ingested(store, b"hello", "text/plain")


def test_text_document(bus: LocalBus, store: Store) -> None:
    document = ingested(store, "Grüße an alle".encode(), "text/plain")
    sent(bus, document)
    part = manifest(bus)
    assert (part.unit_kind, part.units, part.verdict, part.beyond) == ("body", 1, None, 0)
    (read,) = bus.sent(topics.SEGMENTS_READ)
    assert (read.segment, read.units, read.method, read.confidence, read.characters) == (1, ((1, 1),), "plain", 100, 13)
    assert store.text(read) == "Grüße an alle"
    assert store.get_artifact(Manifest, part.manifest).metadata["encoding"] == "utf-8"


def test_mixed_pdf_is_shared_with_ocr(bus: LocalBus, store: Store) -> None:
    document = ingested(store, pdf("stbs", "t" * 14, "t"), "application/pdf")
    sent(bus, document)
    assert manifest(bus).units == 19
    first, second = bus.sent(topics.SEGMENTS_READ)
    assert (first.segment, first.units) == (2, ((2, 3), (5, 16)))
    assert (second.segment, second.units) == (17, ((17, 19),))
    text = store.get_artifact(SegmentText, first.text)
    assert [unit.unit for unit in text.units] == [2, 3, *range(5, 17)]
    assert text.units[1].text == ""
    scans = bus.sent(topics.SEGMENTS_SCANNED)
    assert [(scan.segment, scan.units, scan.reason, scan.kept) for scan in scans] == [
        (1, ((1, 1),), "no-text", None),
        (4, ((4, 4),), "no-text", None),
    ]
    assert scans[0].object == document.object
    assert answered(bus) == list(range(1, 20))


def test_doubtful_text_is_kept_for_ocr(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, pdf("t"), "application/pdf", redo=(Redo("extract", {"ocr": "always"}),)))
    (scan,) = bus.sent(topics.SEGMENTS_SCANNED)
    assert scan.kept is not None
    assert "Text of page 1" in store.get_artifact(SegmentText, scan.kept).units[0].text
    assert scan.redo == (Redo("extract", {"ocr": "always"}),)


@pytest.mark.parametrize(("pages", "bulk"), [(32, False), (33, True)])
def test_many_scanned_pages_take_the_bulk_lane(bus: LocalBus, store: Store, pages: int, bulk: bool) -> None:
    sent(bus, ingested(store, pdf("t", "s" * pages), "application/pdf"))
    small, large = len(bus.sent(topics.SEGMENTS_SCANNED)), len(bus.sent(topics.SEGMENTS_SCANNED_BULK))
    assert (small, large) == ((0, pages) if bulk else (pages, 0))


def test_again_says_the_same_without_reading(bus: LocalBus, store: Store, cells: Cells) -> None:
    document = ingested(store, pdf("tstt"), "application/pdf")
    sent(bus, document)
    before = {topic.name: bus.sent(topic) for topic in extract.writes}
    work = (cells.planned, list(cells.read))
    sent(bus, document)
    assert (cells.planned, cells.read) == work
    for topic in extract.writes:
        assert bus.sent(topic) == before[topic.name] * 2


def test_replay_of_extract_with_parameters_reads_again(bus: LocalBus, store: Store, cells: Cells) -> None:
    document = ingested(store, pdf("tt"), "application/pdf")
    sent(bus, document)
    sent(bus, ingested(store, pdf("tt"), "application/pdf", run=2, redo=(Redo("extract", {"pictures": False}),)))
    first, second = bus.sent(topics.SEGMENTS_READ)
    assert first.text != second.text
    assert second.run == 2
    sent(bus, ingested(store, pdf("tt"), "application/pdf", run=3, redo=(Redo("classify", {}),)))
    assert bus.sent(topics.SEGMENTS_READ)[2].text == first.text
    assert bus.sent(topics.SEGMENTS_READ)[2].redo == (Redo("classify", {}),)
    assert cells.planned == 2


def test_wrong_parameters_are_a_dead_letter(bus: LocalBus, store: Store) -> None:
    bus.put(topics.DOCUMENTS_INGESTED, ingested(store, b"x", "text/plain", redo=(Redo("extract", {"ocr": "soon"}),)))
    bus.run()
    (letter,) = bus.dead_letters
    assert letter.cause == "wrong-parameters"
    assert failures(bus) == {"wrong-parameters": ()}


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


def test_a_page_is_parsed_once_for_all_its_bodies(bus: LocalBus, store: Store, cells: Cells) -> None:
    page = b"<html>" + b"".join(b"<p>%06d %s</p>" % (number, b"x" * 1_000) for number in range(1_400)) + b"</html>"
    document = ingested(store, page, "text/html")
    sent(bus, document)
    assert cells.read == [(1, 22)]
    assert [read.units for read in bus.sent(topics.SEGMENTS_READ)] == [((1, 16),), ((17, 22),)]
    assert "001399" in store.text(bus.sent(topics.SEGMENTS_READ)[1])


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

    def full(*given: Any) -> None:
        if failing:
            raise failing.pop()
        unpack(*given)

    monkeypatch.setattr(archive, "_unpack", full)
    sent(bus, ingested(store, zipped(a=b"first", b=b"second"), "application/zip"))
    assert failing == []
    assert failures(bus) == {}
    assert len(bus.sent(topics.DOCUMENTS_SUBMITTED)) == 2


def test_cell_that_cannot_start_is_our_fault(bus: LocalBus, store: Store, cells: Cells) -> None:
    cells.poison = {1: CellDied("not-started")}
    bus.put(topics.DOCUMENTS_INGESTED, ingested(store, pdf("t"), "application/pdf"))
    bus.run()
    (letter,) = bus.dead_letters
    assert letter.attempts == 3
    assert failures(bus)[letter.cause] == ()


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


def test_a_picture_larger_than_pictures_are_is_not_kept(
    bus: LocalBus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ream_extract.reader.PICTURE_PIXEL_BYTES", 0)
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1)
    canvas.drawString(72, 700, "A page with a picture")
    canvas.drawImage(ImageReader(Image.new("RGB", (64, 64), "blue")), 10, 10, 64, 64)
    canvas.save()
    sent(bus, ingested(store, held.getvalue(), "application/pdf"))
    assert failures(bus) == {"bad-answer": ((1, 1),)}
    assert not [name for name in store.names("documents/") if "/pictures/" in name]


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


def test_verdicts(bus: LocalBus, store: Store) -> None:
    cases: list[tuple[DocumentIngested, tuple[str, str]]] = [
        (ingested(store, b"GIF89a", "image/gif"), ("unsupported", "unsupported-type")),
        (ingested(store, b"%PDF-1.4 garbage", "application/pdf"), ("failed", "damaged")),
        (ingested(store, b"PK", "application/zip"), ("failed", "damaged")),
        (
            ingested(store, b"x", "video/mp4", refused="too-large", object=None, sha256=None),
            ("rejected", "too-large"),
        ),
    ]
    for number, (document, expected) in enumerate(cases):
        sent(bus, document)
        part = bus.sent(topics.DOCUMENTS_PARTS)[number]
        assert isinstance(part, PartManifest)
        assert (part.verdict, part.cause, part.units) == (*expected, 0)
        assert store.get_artifact(Manifest, part.manifest).reason
    assert bus.sent(topics.SEGMENTS_READ) == []


def test_empty_file_has_no_units_and_no_verdict(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, b"", "application/x-empty"))
    part = manifest(bus)
    assert (part.units, part.verdict, part.cause) == (0, None, None)


def test_frames_of_an_image_go_to_ocr(bus: LocalBus, store: Store) -> None:
    held = io.BytesIO()
    frames = [Image.new("1", (50, 50)) for _ in range(3)]
    frames[0].save(held, "TIFF", save_all=True, append_images=frames[1:])
    sent(bus, ingested(store, held.getvalue(), "image/tiff"))
    scans = bus.sent(topics.SEGMENTS_SCANNED)
    assert [(scan.segment, scan.reason) for scan in scans] == [(1, "picture"), (2, "picture"), (3, "picture")]
    assert bus.sent(topics.SEGMENTS_READ) == []


def test_pictures_lie_in_the_store(bus: LocalBus, store: Store) -> None:
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1)
    canvas.drawString(72, 700, "A page with a picture")
    canvas.drawImage(ImageReader(Image.new("RGB", (64, 64), "blue")), 10, 10, 64, 64)
    canvas.save()
    sent(bus, ingested(store, held.getvalue(), "application/pdf"))
    (read,) = bus.sent(topics.SEGMENTS_READ)
    (picture,) = store.get_artifact(SegmentText, read.text).units[0].pictures
    with Image.open(io.BytesIO(store.get(picture.object))) as opened:
        assert opened.size == (64, 64) == (picture.width, picture.height)


def test_units_over_the_limit_are_said(store: Store, cells: Cells) -> None:
    reader = Reader(cells, cells, NoOffice(), ExtractSettings(units=5))
    with LocalBus(extract, store=store, needs={"reader": reader}) as bus:
        sent(bus, ingested(store, pdf("t" * 8), "application/pdf"))
        assert (manifest(bus).units, manifest(bus).beyond) == (5, 3)
        assert answered(bus) == [1, 2, 3, 4, 5]


def test_a_given_up_document_fails_all_units(store: Store) -> None:
    document = ingested(store, b"x", "text/plain")
    assert extract.give_up is not None
    (part,) = extract.give_up(document, "out-of-time", 3)
    assert part == PartFailed(document.document_id, 1, 1, "text", "extract", "out-of-time", (), 3)


def test_no_event_holds_names_or_content_but_the_submission(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, zipped(secretname=b"secretcontent"), "application/zip"))
    for topic in (topics.DOCUMENTS_PARTS, topics.SEGMENTS_READ):
        assert "secret" not in repr(bus.sent(topic))


def test_segment_read_is_what_classify_expects(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, pdf("b"), "application/pdf"))
    (read,) = bus.sent(topics.SEGMENTS_READ)
    assert isinstance(read, SegmentRead)
    assert (read.units, read.characters) == (((1, 1),), 0)
