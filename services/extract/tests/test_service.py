# SPDX-License-Identifier: Apache-2.0
"""What the stage says of documents that can be read: plan, texts, pages for ocr, verdicts."""

import io
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts import topics
from ream_contracts.artifacts import Manifest, SegmentText
from ream_contracts.messages import DocumentIngested, PartManifest, Redo, SegmentRead
from ream_contracts.topic import Topic
from ream_extract.lane import FIRST
from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells, NoOffice, answered, failures, ingested, manifest, pdf, sent, zipped
from ream_kit import Store
from ream_kit.testing import LocalBus, StageContract


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


def test_units_that_hold_no_text_do_not_name_a_document(bus: LocalBus, store: Store) -> None:
    """A letter with header and notes is one body, whatever else it is held against."""
    stories = rb"{\rtf1{\header On top\par}{\footer Below\par}Noted{\footnote By few.} and closed.\par}"
    sent(bus, ingested(store, stories, "application/rtf"))
    part = manifest(bus)
    assert (part.unit_kind, part.units) == ("body", 4)


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
    assert (small, large) == ((FIRST, pages - FIRST) if bulk else (pages, 0))


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


def test_a_page_is_parsed_once_for_all_its_bodies(bus: LocalBus, store: Store, cells: Cells) -> None:
    page = b"<html>" + b"".join(b"<p>%06d %s</p>" % (number, b"x" * 1_000) for number in range(1_400)) + b"</html>"
    document = ingested(store, page, "text/html")
    sent(bus, document)
    assert cells.read == [(1, 22)]
    assert [read.units for read in bus.sent(topics.SEGMENTS_READ)] == [((1, 16),), ((17, 22),)]
    assert "001399" in store.text(bus.sent(topics.SEGMENTS_READ)[1])


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


def test_verdicts(bus: LocalBus, store: Store) -> None:
    cases: list[tuple[DocumentIngested, tuple[str, str]]] = [
        (ingested(store, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"), ("unsupported", "unsupported-type")),
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


def test_no_event_holds_names_or_content_but_the_submission(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, zipped(secretname=b"secretcontent"), "application/zip"))
    for topic in (topics.DOCUMENTS_PARTS, topics.SEGMENTS_READ):
        assert "secret" not in repr(bus.sent(topic))


def test_segment_read_is_what_classify_expects(bus: LocalBus, store: Store) -> None:
    sent(bus, ingested(store, pdf("b"), "application/pdf"))
    (read,) = bus.sent(topics.SEGMENTS_READ)
    assert isinstance(read, SegmentRead)
    assert (read.units, read.characters) == (((1, 1),), 0)
    assert read.media_type == "application/pdf"
