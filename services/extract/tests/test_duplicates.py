# SPDX-License-Identifier: Apache-2.0
"""A second document with the same bytes is not read again, and is whole by itself; when in doubt it is read."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import DocumentRecord, Manifest, Receipt, SegmentClasses, SegmentText
from ream_contracts.messages import Allowance, DocumentIngested, Redo
from ream_extract.duplicates import Copying, adopt
from ream_extract.reader import Reader
from ream_extract.segments import loads
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_kit import Erased, Retry, Store
from ream_kit.cells import Call, Cells
from ream_kit.store_memory import MemoryBlobs
from ream_kit.testing import LocalBus, memory_store

pytestmark = pytest.mark.slow

FIRST, SECOND = "f" * 32, "s" * 32


def pdf() -> bytes:
    """A page of text with a picture, and one that is a scan."""
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1)
    picture = ImageReader(Image.effect_noise((300, 300), 90))
    canvas.drawString(72, 700, "A page that everyone can read without looking at it")
    canvas.drawImage(picture, 72, 72, 200, 200)
    canvas.showPage()
    canvas.drawImage(picture, 0, 0, 595, 842)
    canvas.save()
    return held.getvalue()


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in ("one.txt", "in/two.txt"):
            made.writestr(name, f"What {name} says")
    return held.getvalue()


KINDS = {"application/pdf": pdf(), "application/zip": archive(), "text/plain": b"Good day to you all. " * 20}


class Counted:
    """A cell, and how often it was called."""

    calls = 0

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def __call__(self, request: Mapping[str, Any]) -> Call:
        Counted.calls += 1
        return self._cells.call(request)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Cells("ream_extract.cell:work", size=1) as cells:
        yield Reader(Counted(cells), Counted(cells), None, ExtractSettings())


def ingested(store: Store, document_id: str, media_type: str, generation: int = 1, **how: Any) -> DocumentIngested:
    """What ingest leaves of a document."""
    data = KINDS[media_type]
    name, sha256 = layout.original(document_id, generation), hashlib.sha256(data).hexdigest()
    store.put(name, data)
    store.put(layout.contents(sha256), json.dumps({"document_id": document_id}).encode())
    message = DocumentIngested(
        document_id, generation, 1, document_id, None, 0, name, len(data), sha256, media_type,
        None if document_id == FIRST else FIRST, None, Allowance(1_000, 1 << 30), (),
    )  # fmt: skip
    message = replace(message, **how)
    store.put_artifact(layout.ingested(document_id, generation), message)
    return message


def run(store: Store, reader: Reader, *documents: DocumentIngested) -> LocalBus:
    bus = LocalBus(extract, store=store, needs={"reader": reader})
    for document in documents:
        bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    assert bus.dead_letters == []
    return bus


def finish(store: Store, document: DocumentIngested, outcome: Any = "complete") -> None:
    """What the stages after extract leave: text of scanned pages, classes, the record."""
    own = document.document_id, document.generation
    text = SegmentText(*own, 2, "ocr", "1", (), ())
    store.put_artifact(layout.text(*own, 2, "ocr", "memo00000000"), text)
    store.put_artifact(layout.classes(*own, 2, "memo00000000"), SegmentClasses(*own, 2, "1", (), (), False, {}, {}))
    version = identity.version(document.generation, 1, 8)
    record = DocumentRecord(
        document.document_id, document.generation, 1, version, outcome, {}, Receipt((), (), 0), (), ()
    )
    store.put_artifact(layout.document_record(document.document_id, version), record)


def calls() -> int:
    return Counted.calls


def inside(store: Store, document_id: str, generation: int = 1) -> list[str]:
    """Names of what stages left, without the document's own part."""
    own = layout.generation(document_id, generation)
    left_out = ("original", "ingested.json")
    return [name.removeprefix(own) for name in store.names(own) if name.removeprefix(own) not in left_out]


def said(bus: LocalBus) -> list[Any]:
    """What was said, as the second document would say it."""
    found = [one for topic in extract.writes for one in bus.sent(topic)]
    text = repr(found).replace(f"documents/{FIRST}", f"documents/{SECOND}")
    return (
        text.replace(f"document_id='{FIRST}'", f"document_id='{SECOND}'")
        .replace(f"root_id='{FIRST}'", f"root_id='{SECOND}'")
        .split("), ")
    )


@pytest.mark.parametrize("media_type", KINDS)
def test_the_second_is_as_the_first_and_nothing_is_read(reader: Reader, media_type: str) -> None:
    store = memory_store()
    document = ingested(store, FIRST, media_type)
    first = run(store, reader, document)
    finish(store, document)
    before = calls()
    second = run(store, reader, ingested(store, SECOND, media_type))
    assert calls() == before
    assert said(second) == said(first)
    assert inside(store, SECOND) == inside(store, FIRST)
    assert store.get_artifact(Manifest, next(store.names(f"documents/{SECOND}/1/manifests/"))).document_id == SECOND
    for name in store.names(f"documents/{SECOND}/1/text/"):
        text = store.get_artifact(SegmentText, name)
        assert (text.document_id, text.generation) == (SECOND, 1)
        for child in text.children:
            assert child.document_id == identity.child_id(SECOND, child.path, child.ordinal)
    for name in store.names(f"documents/{SECOND}/"):
        assert FIRST.encode() not in store.get(name) or name.endswith("/ingested.json")


def test_a_family_does_not_outgrow_its_allowance_by_copies(reader: Reader) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "application/zip")
    sizes = [len(store.get(one.source.removeprefix("store:"))) for one in children(run(store, reader, document))]
    finish(store, document)
    small = ingested(store, SECOND, "application/zip", allowance=Allowance(1_000, sum(sizes) - 1))
    assert len(children(run(store, reader, small))) == 1
    enough = ingested(store, "t" * 32, "application/zip", allowance=Allowance(1_000, sum(sizes)))
    before = calls()
    assert len(children(run(store, reader, enough))) == 2
    assert calls() == before


def children(bus: LocalBus) -> list[Any]:
    return list(bus.sent(topics.DOCUMENTS_SUBMITTED))


def test_children_of_the_second_are_documents_of_their_own(reader: Reader) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "application/zip")
    first = run(store, reader, document)
    finish(store, document)
    second = run(store, reader, ingested(store, SECOND, "application/zip"))
    children = [bus.sent(topics.DOCUMENTS_SUBMITTED) for bus in (first, second)]
    assert [child.parent.document_id for child in children[1]] == [SECOND] * 2
    assert [child.name for child in children[1]] == [child.name for child in children[0]]
    for mine, other in zip(children[1], children[0], strict=True):
        assert mine.source != other.source
        assert store.get(mine.source.removeprefix("store:")) == store.get(other.source.removeprefix("store:"))
    for name in list(store.names(f"documents/{FIRST}/")):
        store.delete(name)
    assert all(store.exists(child.source.removeprefix("store:")) for child in children[1])


def test_the_same_bytes_in_a_later_generation_are_not_read_again(reader: Reader) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "text/plain")
    run(store, reader, document)
    finish(store, document)
    before = calls()
    run(store, reader, ingested(store, FIRST, "text/plain", generation=2))
    assert calls() == before
    assert inside(store, FIRST, 2) == inside(store, FIRST, 1)


@pytest.mark.parametrize("why", ["in work", "partial", "erased", "damaged", "gone", "another type"])
def test_where_the_first_is_of_no_use_the_second_is_read(reader: Reader, why: str) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "text/plain")
    run(store, reader, document)
    if why != "in work":
        finish(store, document, "partial" if why == "partial" else "complete")
    if why == "erased":
        store.put(layout.erased(FIRST), b"")
    if why == "damaged":
        name = next(store.names(f"documents/{FIRST}/1/text/"))
        store.delete(name)
        store.put(name, b"junk")
    if why == "gone":
        for name in list(store.names(f"documents/{FIRST}/")):
            store.delete(name)
    before = calls()
    second = ingested(store, SECOND, "text/plain")
    if why == "another type":
        second = replace(second, media_type="text/csv")
    bus = run(store, reader, second)
    assert calls() > before
    (read,) = bus.sent(topics.SEGMENTS_READ)
    assert store.text(read).startswith("Good day")


@pytest.mark.parametrize("why", ["partial", "erased", "gone"])
def test_where_the_first_is_of_no_use_the_third_is_as_the_second(reader: Reader, why: str) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "text/plain")
    run(store, reader, document)
    finish(store, document, "partial" if why == "partial" else "complete")
    if why == "erased":
        store.put(layout.erased(FIRST), b"")
    if why == "gone":
        for name in list(store.names(f"documents/{FIRST}/")):
            store.delete(name)
    second = ingested(store, SECOND, "text/plain")
    run(store, reader, second)
    finish(store, second)
    before = calls()
    bus = run(store, reader, ingested(store, "t" * 32, "text/plain"))
    assert calls() == before
    (read,) = bus.sent(topics.SEGMENTS_READ)
    assert store.text(read).startswith("Good day")


def test_no_more_than_five_are_looked_at(reader: Reader) -> None:
    store = memory_store()
    run(store, reader, *(ingested(store, letter * 32, "text/plain") for letter in "fghijklm"))
    names = list(store.names("contents/"))
    assert len(names) == 5


def test_a_replay_of_extract_is_not_answered_by_the_first(reader: Reader) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "text/plain")
    run(store, reader, document)
    finish(store, document)
    second = ingested(store, SECOND, "text/plain")
    run(store, reader, second)
    before = calls()
    run(store, reader, replace(second, run=2, redo=(Redo("extract", {}, 2),)))
    assert calls() > before


class Breaks(Store):
    """A store that goes away after so many writes."""

    left = 1 << 30

    def put(self, name: str, data: bytes | Path) -> bool:
        if self.left == 0:
            raise Retry("store", "away")
        self.left -= 1
        return super().put(name, data)


@pytest.mark.parametrize("media_type", ["application/pdf", "application/zip"])
def test_wherever_the_copying_ends_the_document_comes_out_the_same(reader: Reader, media_type: str) -> None:
    store = Breaks(MemoryBlobs())
    document = ingested(store, FIRST, media_type)
    first = run(store, reader, document)
    finish(store, document)
    second = ingested(store, SECOND, media_type)
    for writes in range(30):
        store.left = writes
        try:
            adopt(second, store)
            break
        except Retry:
            assert not list(store.names(f"documents/{SECOND}/1/manifests/"))
            for name in store.names(f"documents/{SECOND}/1/notes/"):
                note = loads(store.get(name))
                named = [note.text, *(one.kept for one in note.scanned), *(child.object for child in note.children)]
                assert all(store.exists(one) for one in named if one)
    else:
        raise AssertionError("it was never whole")
    assert writes > 3
    store.left = 1 << 30
    assert Copying(store, (FIRST, 1), (SECOND, 1)).run() == 0
    assert said(run(store, reader, second)) == said(first)
    assert inside(store, SECOND) == inside(store, FIRST)


def test_a_second_that_is_erased_takes_nothing_over(reader: Reader) -> None:
    store = memory_store()
    document = ingested(store, FIRST, "text/plain")
    run(store, reader, document)
    finish(store, document)
    second = ingested(store, SECOND, "text/plain")
    store.put(layout.erased(SECOND), b"")
    with pytest.raises(Erased):
        adopt(second, store)
