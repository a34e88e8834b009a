# SPDX-License-Identifier: Apache-2.0
"""Records that stages swallow on purpose: found by sweep alone, within one wave, sent again, and expired at last."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ream_contracts import identity, layout, topics
from ream_contracts.messages import (
    DeadLetter,
    DocumentCompleted,
    DocumentEmbedded,
    DocumentIndexed,
    DocumentIngested,
    DocumentSubmitted,
    PartExpired,
    PartForget,
    PartSegment,
    SegmentRead,
    SegmentScanned,
)
from ream_kit.errors import Retry
from ream_kit.observe import Announcer, Observer, Seen, Tail

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.timeout(240)]


def pdf(words: str, scanned: int) -> bytes:
    """A page with text, and so many scanned ones."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 200))
    canvas.drawString(20, 150, f"{words} stand on the first page, and are text.")
    canvas.showPage()
    for number in range(scanned):
        scan = Image.new("L", (900, 300), 255)
        letters = ImageFont.load_default(size=48)
        ImageDraw.Draw(scan).text((40, 100), f"{words} scanned {number}", 0, letters)
        canvas.drawImage(ImageReader(scan), 0, 0, 300, 100)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass
class Onlooker:
    """Submits documents, makes stages swallow them, and sees what becomes of them; it asks nobody for anything."""

    flow: Any
    announcer: Announcer
    observer: Observer
    tail: Tail
    seen: list[Seen]

    def submit(self, body: bytes, key: str, name: str = "a.txt") -> str:
        submitted = DocumentSubmitted(body=base64.b64encode(body).decode(), name=name, key=key)
        self.announcer.send(topics.DOCUMENTS_SUBMITTED, submitted)
        self.announcer.flush()
        return identity.document_id("default", key)

    def until(self, wanted: Callable[[Any], bool], since: int = 0, seconds: float = 90) -> Any:
        """Returns the first message that is wanted among those after the first `since`."""
        looked = since
        for _ in range(int(seconds * 2)):
            for seen in self.seen[looked:]:
                if wanted(seen.message):
                    return seen.message
            looked = len(self.seen)
            self.seen += self.tail.poll(0.5)
        raise AssertionError(f"not seen within {seconds} s; seen {len(self.seen)} messages")

    def wait(self, condition: Callable[[], bool], seconds: float = 90) -> None:
        """Goes on looking until a condition holds."""
        for _ in range(int(seconds * 2)):
            if condition():
                return
            self.seen += self.tail.poll(0.5)
        raise AssertionError(f"it did not come to pass within {seconds} s")

    def of(self, kind: type[Any], document: str) -> list[Any]:
        self.seen += self.tail.poll(0.2)
        return [s.message for s in self.seen if isinstance(s.message, kind) and s.message.document_id == document]

    def indexed(self, document: str, since: int = 0, **wanted: Any) -> DocumentIndexed:
        def is_it(message: Any) -> bool:
            return (
                isinstance(message, DocumentIndexed)
                and message.document_id == document
                and all(getattr(message, name) == value for name, value in wanted.items())
            )

        found: DocumentIndexed = self.until(is_it, since)
        return found

    def stop(self, service: str) -> None:
        self.flow.processes[service].terminate()
        self.flow.processes[service].wait(40)

    def start(self, service: str) -> None:
        self.flow.start(service)
        self.flow.wait_ready(service)

    def pass_over(self, service: str, reads: tuple[Any, ...]) -> None:
        """Commits what the stopped service never saw: as if it had taken it and lost it."""
        for topic in reads:
            self.wait(lambda topic=topic: self.commits(service, topic.name))  # type: ignore[misc]

    def commits(self, service: str, topic: str) -> bool:
        """Whether the broker takes it: not while it waits for a member that left without a word, as Faust does."""
        try:
            self.observer.commit(service, topic, self.observer.ends([topic])[topic])
        except Retry:
            return False
        return True

    def wave(self) -> int:
        number: int = self.flow.status("sweep")["wave"]["number"]
        return number

    def waves(self, said: str, document: str) -> list[int]:
        """In which waves sweep said this of a document."""
        lines = [json.loads(line) for line in self.flow.log("sweep").splitlines() if line.startswith("{")]
        return [one["wave"] for one in lines if (one.get("event"), one.get("document_id")) == (said, document)]


@pytest.fixture
def by(flow: Any) -> Iterator[Onlooker]:
    followed = [*(topic.name for topic in topics.ALL), topics.DOCUMENTS_PARTS.dead_letters]
    with Tail(flow.kafka, followed, "end") as tail:
        yield Onlooker(flow, Announcer(flow.kafka, "test"), Observer(flow.kafka), tail, [])


def for_document(kind: type[Any], document: str) -> Callable[[Any], bool]:
    return lambda message: isinstance(message, kind) and message.document_id == document


SCANNED, BULK = topics.SEGMENTS_SCANNED, topics.SEGMENTS_SCANNED_BULK
OF_INDEX = (topics.DOCUMENTS_INGESTED, topics.DOCUMENTS_PARTS, topics.DOCUMENTS_COMPLETED)
SWALLOWERS = {
    "extract": ("extract", (topics.DOCUMENTS_INGESTED,), DocumentIngested, 0),
    "ocr, small lane": ("ocr", (SCANNED,), SegmentScanned, 1),
    "ocr, bulk lane": ("ocr", (BULK,), SegmentScanned, 4),
    "classify": ("classify", (topics.SEGMENTS_READ,), SegmentRead, 0),
    "aggregate (Faust)": ("aggregate", (topics.DOCUMENTS_PARTS,), PartSegment, 0),
    "index": ("index", OF_INDEX, DocumentCompleted, 0),
}


@pytest.fixture(scope="module", autouse=True)
def small_lane_of_one(flow: Any) -> Iterator[None]:
    """Documents with two scanned pages take the bulk lane, all but their first two."""
    flow.environment["REAM_EXTRACT_FEW_SCANNED"] = "1"
    restart(flow, "extract")
    yield
    del flow.environment["REAM_EXTRACT_FEW_SCANNED"]
    restart(flow, "extract")


def restart(flow: Any, service: str) -> None:
    flow.stop(service)
    flow.start(service)
    flow.wait_ready(service)


@pytest.mark.parametrize("case", SWALLOWERS)
def test_what_a_stage_swallows_is_found_within_one_wave_and_sent_again(case: str, by: Onlooker) -> None:
    service, reads, kind, scanned = SWALLOWERS[case]
    by.stop(service)
    before = by.wave()
    document = by.submit(pdf(f"Dunnarts of {service}", scanned), f"swallowed by {case}", "a.pdf")
    by.until(for_document(kind, document))
    if scanned:
        lane = reads[0].name  # the one that is meant to swallow; the first pages of a document go by the small one
        by.until(lambda _: any(seen.topic == lane for seen in by.seen if isinstance(seen.message, SegmentScanned)))
        lanes = {seen.topic for seen in by.seen if isinstance(seen.message, SegmentScanned)}
        assert lanes == {lane} or lane == BULK.name, "the lane that is meant to swallow"
    by.pass_over(service, reads)
    by.start(service)
    assert by.indexed(document).outcome == "complete"
    # The wave that was on its way when it was submitted does not hold it; the next one does, and finds it.
    (wave,) = by.waves("sent_again", document)
    assert wave <= before + 2
    assert by.waves("units_expired", document) == []


@pytest.mark.timeout(480)
def test_vectors_that_were_swallowed_are_made_within_one_wave(by: Onlooker) -> None:
    by.stop("vectors")
    before = by.wave()
    document = by.submit(b"Phascogales have brushes for tails. " * 5, "swallowed by vectors")
    assert by.indexed(document).outcome == "complete"
    by.until(for_document(DocumentCompleted, document))
    by.pass_over("vectors", (topics.DOCUMENTS_COMPLETED,))
    by.start("vectors")
    made = by.until(for_document(DocumentEmbedded, document), seconds=300)  # it gives way to all other services
    assert made.version == by.of(DocumentCompleted, document)[-1].version
    assert len(by.waves("vectors_missing", document)) == len(by.waves("sent_again", document)) == 1
    assert by.waves("vectors_missing", document)[0] >= before
    assert by.waves("units_expired", document) == []


def test_what_is_swallowed_twice_expires_and_a_late_answer_raises_the_revision(by: Onlooker) -> None:
    """The page that nobody read is named; the text page stands; then the page is read after all."""
    by.stop("ocr")
    document = by.submit(pdf("Numbats", 1), "swallowed twice", "a.pdf")
    for number in (1, 2):
        by.wait(lambda n=number: len(by.of(SegmentScanned, document)) == n)  # type: ignore[misc]
        by.pass_over("ocr", (SCANNED, BULK))
    partial = by.until(for_document(DocumentCompleted, document))
    assert (partial.outcome, partial.read, partial.expired) == ("partial", 1, 1)
    assert [(missing.units, missing.rank) for missing in partial.missing] == [(((2, 2),), "expired")]
    assert by.indexed(document).outcome == "partial"
    (sent_again,), (expired,) = by.waves("sent_again", document), by.waves("units_expired", document)
    assert expired > sent_again
    since = len(by.seen)
    by.start("ocr")
    by.announcer.send(topics.DOCUMENTS_INGESTED, by.of(DocumentIngested, document)[0])
    by.announcer.flush()
    late = by.indexed(document, since, outcome="complete")
    assert late.version > partial.version
    assert (late.generation, late.run) == (partial.generation, partial.run)


def test_a_new_generation_supersedes_one_in_flight(by: Onlooker) -> None:
    by.stop("classify")
    document = by.submit(b"The old thylacine. " * 5, "in flight")
    by.until(for_document(SegmentRead, document))
    by.submit(b"The new thylacine. " * 5, "in flight")
    by.until(lambda m: isinstance(m, SegmentRead) and (m.document_id, m.generation) == (document, 2))
    by.start("classify")
    assert by.indexed(document, generation=2).outcome == "complete"
    ends = {(done.generation, done.outcome) for done in by.of(DocumentCompleted, document)}
    assert ends == {(1, "superseded"), (2, "complete")}


def test_a_part_without_an_entry_has_its_document_run_again(by: Onlooker) -> None:
    """Aggregate has forgotten the document; a part that comes late is a dead letter, and sweep answers it."""
    document = by.submit(b"Bettongs are small. " * 5, "forgotten")
    first = by.indexed(document)
    late = by.of(PartSegment, document)[0]
    since = len(by.seen)
    for part in (PartForget(document, 1, 1), late):
        by.announcer.send(topics.DOCUMENTS_PARTS, part)
    by.announcer.flush()
    letter = by.until(for_document(DeadLetter, document), since)
    assert letter.cause == "no-entry"
    by.until(for_document(DocumentIngested, document), since)
    again = by.indexed(document, since)
    assert (again.outcome, again.generation, again.run) == (first.outcome, first.generation, first.run)
    assert by.flow.store.exists(layout.ingested(document, 1))


def test_a_backlog_makes_nothing_partial(by: Onlooker) -> None:
    """Ocr is away while ten other documents, and with them many waves' worth of looks, go through."""
    by.stop("ocr")
    waiting = by.submit(pdf("Quolls", 1), "backlog", "a.pdf")
    by.until(for_document(SegmentScanned, waiting))
    by.wait(lambda: "ocr" in by.flow.status("sweep")["wave"]["waits_for"])
    before = by.wave()
    for number in range(10):
        assert by.indexed(by.submit(b"Kultarrs go by. " * 5, f"goes by {number}")).outcome == "complete"
    assert by.wave() == before
    assert by.of(DocumentCompleted, waiting) == []
    by.start("ocr")
    assert by.indexed(waiting).outcome == "complete"
    assert by.of(PartExpired, waiting) == []
    assert by.waves("units_expired", waiting) == []
