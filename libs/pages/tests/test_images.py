# SPDX-License-Identifier: Apache-2.0
"""Pictures of pages come from the store, or are drawn and kept there; nothing of an erased document is."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts import identity, layout
from ream_contracts.artifacts import SegmentRecord, SegmentText, UnitText
from ream_contracts.messages import Allowance, DocumentIngested
from ream_kit import Erased, Store
from ream_kit.cells import CellDied, Cells
from ream_kit.store import NotFound
from ream_kit.store_memory import MemoryBlobs
from ream_pages import cell, unlocked
from ream_pages.images import PageImages, open_images
from ream_pages.office import ConversionFailed
from ream_pages.views import NotDrawn

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ID = identity.document_id("test", "document")


class Here:
    """A cell that is this process; counts its calls, and dies when told to."""

    def __init__(self, folder: Path) -> None:
        self.scratch = folder
        self.calls = 0
        self.death: CellDied | None = None

    def __call__(self, request: Mapping[str, Any]) -> Any:
        self.calls += 1
        self._answers = cell.draw(dict(request), self.scratch)
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self.death is not None:
            raise self.death
        return self._answers

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        """Keeps the folder: it is the test's."""

    def file(self, name: str) -> Path:
        return self.scratch / name


class Layouts:
    """LibreOffice's part: two pages for whatever comes."""

    def __init__(self, *pages: str) -> None:
        self.pages = pages
        self.given: list[tuple[str, bytes]] = []
        self.cause = ""

    def convert(self, source: Path, target: Path) -> None:
        if self.cause:
            raise ConversionFailed(self.cause)
        self.given.append((source.suffix, source.read_bytes()))
        target.write_bytes(pdf(*self.pages))


def pdf(*pages: str) -> bytes:
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1, pagesize=(600, 800))
    for text in pages:
        canvas.drawString(50, 700, text)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


@pytest.fixture
def store() -> Store:
    return Store(MemoryBlobs())


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def keep(store: Store, data: bytes, media_type: str, *texts: str) -> None:
    name = layout.original(ID, 1)
    store.put(name, data)
    store.put_artifact(
        layout.ingested(ID, 1),
        DocumentIngested(
            document_id=ID, generation=1, run=1, root_id=ID, parent_id=None, depth=0, object=name, size=len(data),
            sha256="0" * 64, media_type=media_type, duplicate_of=None, refused=None, allowance=Allowance(1, 1), redo=(),
        ),
    )  # fmt: skip
    if texts:
        units = tuple(
            UnitText(number, "body", text, "markup", 100, None, 0, 0, 0, (), (), (), ())
            for number, text in enumerate(texts, 1)
        )
        text = layout.text(ID, 1, 1, "extract", "a" * 12)
        store.put_artifact(text, SegmentText(ID, 1, 1, "extract", "1", units, ()))
        record = SegmentRecord(
            document_id=ID, generation=1, run=1, segment=1, text=text, classes=layout.classes(ID, 1, 1, "a" * 12),
            read=((1, len(texts)),), not_applicable=(), method="markup", confidence=100, characters=1, children=(),
        )  # fmt: skip
        store.put_artifact(layout.segment_record(ID, 1, 1, 1), record)


def size(store: Store, name: str) -> tuple[str | None, tuple[int, int]]:
    with Image.open(io.BytesIO(store.get(name))) as picture:
        return picture.format, picture.size


def test_a_page_is_drawn_once(store: Store, here: Here) -> None:
    keep(store, pdf("One", "Two"), "application/pdf")
    images = PageImages(store, here, None)
    name = images.page(ID, 1, 2, 75)
    assert size(store, name) == ("PNG", (625, 834))
    assert images.page(ID, 1, 2, 75) == name
    assert here.calls == 1
    assert images.page(ID, 1, 2, 150) != name
    assert size(store, images.thumbnail(ID, 1)) == ("JPEG", (192, 256))
    assert all(one.startswith(layout.document(ID)) for one in (name, images.thumbnail(ID, 1)))


def test_only_some_resolutions_are_drawn(store: Store, here: Here) -> None:
    keep(store, pdf("One"), "application/pdf")
    with pytest.raises(ValueError, match="75, 150, 300"):
        PageImages(store, here, None).page(ID, 1, 1, 151)


@pytest.mark.parametrize("number", [-1, 0, 3, 10**9])
def test_pages_that_are_not_there(store: Store, here: Here, number: int) -> None:
    keep(store, pdf("One", "Two"), "application/pdf")
    with pytest.raises(NotDrawn) as failed:
        PageImages(store, here, None).page(ID, 1, number)
    assert failed.value.cause == "no-such-page"
    assert list(store.names(f"{layout.generation(ID, 1)}pages/")) == []


def test_a_page_that_kills_its_cell_is_not_drawn(store: Store, here: Here) -> None:
    keep(store, pdf("One"), "application/pdf")
    here.death = CellDied("out-of-memory")
    with pytest.raises(NotDrawn, match="out-of-memory"):
        PageImages(store, here, None).thumbnail(ID, 1)


def test_nothing_is_drawn_of_what_was_erased_or_never_was(store: Store, here: Here) -> None:
    images = PageImages(store, here, None)
    with pytest.raises(NotFound):
        images.page(ID, 1, 1)
    keep(store, pdf("One"), "application/pdf")
    name = images.page(ID, 1, 1)
    other = PageImages(Store(store._blobs), here, None)  # another process, which has not asked before
    store.put(layout.erased(ID), b"")
    for draw in (lambda: other.page(ID, 1, 1), lambda: other.thumbnail(ID, 1)):
        with pytest.raises(Erased):
            draw()
    assert name in store.names(layout.document(ID))  # who erases finds it there


FIRST = "The committee met on the third of May to review what had been promised before."
SECOND = "It was agreed by all members that the report should be printed and sent at once."


def test_office_documents_have_pages_when_asked_for(store: Store, here: Here) -> None:
    keep(store, b"office bytes", DOCX, f"{FIRST}\n{SECOND}")
    office = Layouts(FIRST, SECOND)
    images = PageImages(store, here, office)
    assert size(store, images.page(ID, 1, 2, 75))[0] == "PNG"
    assert size(store, images.thumbnail(ID, 1))[0] == "JPEG"
    assert office.given == [(".docx", b"office bytes")]  # laid out once
    numbers = images.numbers(ID, 1)
    assert numbers is not None
    assert [(page.width, page.unit, page.offset) for page in numbers.pages] == [(600, 1, 0), (600, 1, len(FIRST) + 1)]
    assert [images.text(ID, 1, number) for number in (1, 2)] == [FIRST, SECOND]
    calls = here.calls
    assert images.numbers(ID, 1) == numbers
    assert here.calls == calls


def test_what_has_no_layout_is_shown_as_the_text_that_was_read(store: Store, here: Here) -> None:
    keep(store, b"<script>alert(1)</script>", "text/html", FIRST, SECOND)
    office = Layouts(f"{FIRST}")
    PageImages(store, here, office).thumbnail(ID, 1)
    assert office.given == [(".txt", f"{FIRST}\n\n{SECOND}".encode())]


def test_documents_of_pages_have_their_units_for_pages(store: Store, here: Here) -> None:
    keep(store, pdf("One", "Two"), "application/pdf", "One", "Two")
    images = PageImages(store, here, None)
    assert images.numbers(ID, 1) is None
    assert images.text(ID, 1, 2) == "Two"


@pytest.mark.parametrize(
    ("texts", "cause", "said"),
    [((), "", "no text"), ((FIRST,), "missing", "not installed"), (("x" * 1_000_001,), "", "1,000,000")],
)
def test_why_a_document_is_not_laid_out(
    store: Store, here: Here, texts: tuple[str, ...], cause: str, said: str
) -> None:
    keep(store, b"x", "text/html", *texts)
    office = Layouts("One")
    office.cause = cause
    with pytest.raises(NotDrawn, match=said):
        PageImages(store, here, office).page(ID, 1, 1)


def test_nobody_lays_out(store: Store, here: Here) -> None:
    keep(store, b"x", DOCX)
    with pytest.raises(NotDrawn, match="REAM_PAGES_OFFICE"):
        PageImages(store, here, None).page(ID, 1, 1)


@pytest.mark.slow
def test_it_is_drawn_in_a_cell(store: Store) -> None:
    keep(store, pdf("One"), "application/pdf")
    with open_images(store, {}) as images:
        assert size(store, images.page(ID, 1, 1, 75)) == ("PNG", (625, 834))


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_libreoffice_lays_out_pages(store: Store) -> None:
    rtf = r"{\rtf1\ansi " + FIRST + r"\par\page " + SECOND + r"\par}"
    keep(store, rtf.encode(), "application/rtf", f"{FIRST}\n{SECOND}")
    with open_images(store, {}) as images:
        assert size(store, images.page(ID, 1, 2, 75))[0] == "PNG"
        assert [images.text(ID, 1, number) for number in (1, 2)] == [FIRST, SECOND]
        with pytest.raises(NotDrawn):
            images.page(ID, 1, 3)


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_libreoffice_lays_out_text(store: Store) -> None:
    keep(store, b"", "message/rfc822", "Grüße an alle, 日本語", "Second")
    with open_images(store, {}) as images:
        numbers = images.numbers(ID, 1)
        assert numbers is not None
        assert len(numbers.pages) == 1
        assert size(store, images.thumbnail(ID, 1))[0] == "JPEG"


def test_cells_import_what_they_draw_with() -> None:
    assert Cells("ream_pages.cell:draw", size=1).state().alive == 0


def test_pages_are_those_of_the_copy_that_a_password_opened(store: Store, here: Here) -> None:
    keep(store, b"encrypted", "application/x-ooxml-protected")
    document = store.get_artifact(DocumentIngested, layout.ingested(ID, 1))
    store.put(unlocked.name(document, "docx"), b"opened")
    office = Layouts("One")
    images = PageImages(store, here, office)
    assert store.exists(images.page(ID, 1, 1, 75))
    assert office.given == [(".docx", b"opened")]
