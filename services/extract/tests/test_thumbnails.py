# SPDX-License-Identifier: Apache-2.0
"""A small picture of the first page: after everything that was read, and never at its cost."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from ream_contracts import layout, topics
from ream_contracts.messages import SegmentRead
from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells, NoOffice, answered, ingested, pdf, sent
from ream_kit import Store
from ream_kit.cells import CellDied, CellFailed
from ream_kit.testing import LocalBus

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def png(mode: str = "RGB") -> bytes:
    held = io.BytesIO()
    Image.new(mode, (600, 300)).save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "size"), [(pdf("t"), "application/pdf", (181, 256)), (png(), "image/png", (256, 128))]
)
def test_pages_and_pictures_have_one(
    bus: LocalBus, store: Store, data: bytes, media_type: str, size: tuple[int, int]
) -> None:
    document = ingested(store, data, media_type)
    sent(bus, document)
    name = layout.thumbnail(document.document_id, 1)
    made = store.get(name)
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size) == ("JPEG", size)
    store.delete(name)
    sent(bus, document)  # whoever runs it again has the same
    assert store.get(name) == made


def test_what_must_be_laid_out_waits_until_somebody_asks(bus: LocalBus, store: Store) -> None:
    document = ingested(store, b"hello", "text/plain")
    sent(bus, document)
    assert not store.exists(layout.thumbnail(document.document_id, 1))


class Drawing(Cells):
    """Fails to draw, or notes whether the text was said by then."""

    def __init__(self, failure: CellDied | CellFailed | None, store: Store) -> None:
        super().__init__()
        self.failure = failure
        self.store = store
        self.drawn = 0

    def __call__(self, request: Mapping[str, Any]) -> Any:
        if request["do"] == "thumbnail":
            self.drawn += 1
            if self.failure is not None:
                raise self.failure
        return super().__call__(request)


@pytest.mark.parametrize("failure", [CellDied("out-of-memory"), CellFailed("ValueError", "x", "")])
def test_a_page_that_cannot_be_drawn_is_read_all_the_same(
    bus: LocalBus, store: Store, failure: CellDied | CellFailed
) -> None:
    document = ingested(store, pdf("t"), "application/pdf")
    reader = Reader(Drawing(failure, store), Cells(), NoOffice(), ExtractSettings())
    said = list(extract.handler(document, store=store, reader=reader))
    assert [type(one) for one in said].count(SegmentRead) == 1
    assert not store.exists(layout.thumbnail(document.document_id, 1))


def test_it_is_drawn_after_all_that_is_said(store: Store) -> None:
    document = ingested(store, pdf("tt"), "application/pdf")
    cells = Drawing(None, store)
    before = [
        cells.drawn
        for _ in extract.handler(document, store=store, reader=Reader(cells, cells, NoOffice(), ExtractSettings()))
    ]
    assert (len(before), set(before), cells.drawn) == (2, {0}, 1)


def test_it_can_be_left_out(store: Store) -> None:
    cells = Drawing(None, store)
    reader = Reader(cells, cells, NoOffice(), ExtractSettings(thumbnails=False))
    list(extract.handler(ingested(store, pdf("t"), "application/pdf"), store=store, reader=reader))
    assert cells.drawn == 0


def test_a_damaged_page_has_none(bus: LocalBus, store: Store) -> None:
    data = png()
    document = ingested(store, data[: len(data) // 2], "image/png")
    sent(bus, document)
    assert answered(bus) == [1] or bus.sent(topics.DOCUMENTS_PARTS)
    assert not store.exists(layout.thumbnail(document.document_id, 1))
