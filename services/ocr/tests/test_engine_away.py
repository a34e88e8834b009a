# SPDX-License-Identifier: Apache-2.0
"""Tesseract itself, while its language data is gone: pages wait for it, say so, and are read when it is back."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_contracts import layout, topics
from ream_contracts.messages import SegmentScanned
from ream_kit.broker_bus import wait_until
from ream_kit.testing import LocalBus
from ream_ocr import languages
from ream_ocr.reader import Reader, open_reader
from ream_ocr.service import ocr
from ream_ocr.testing import TEXTS, draw

DOCUMENT = "a" * 32
PAGE = SegmentScanned(
    document_id=DOCUMENT,
    generation=1,
    run=1,
    segment=1,
    units=((1, 1),),
    object=layout.original(DOCUMENT, 1),
    media_type="image/png",
    sha256="0" * 64,
    reason="no-text",
    kept=None,
    redo=(),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of language data that can go away."""
    made = tmp_path / "tessdata"
    made.symlink_to(languages.tessdata(None))
    return made


@pytest.fixture
def reader(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    monkeypatch.setenv("REAM_OCR_TESSDATA", str(data))
    monkeypatch.setenv("REAM_OCR_CELLS", "1")
    monkeypatch.setenv("REAM_OCR_SECOND_ENGINE", "none")
    monkeypatch.setenv("REAM_OCR_IDLE_SECONDS", "1")  # a cell that works has its data in memory and goes on without
    with open_reader() as opened:
        yield opened


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_a_page_waits_for_tesseract_and_is_read_when_it_works(reader: Reader, data: Path, tmp_path: Path) -> None:
    draw(TEXTS["eng"], size=(900, 700))[0].save(tmp_path / "page.png")
    there = data.readlink()
    data.unlink()
    threading.Event().wait(3)
    with LocalBus(ocr, needs={"reader": reader}) as bus:
        bus.store.put(PAGE.object, tmp_path / "page.png")
        bus.put(topics.SEGMENTS_SCANNED, PAGE)
        bus.run()
        (waits,) = bus.waiting
        assert waits.waiting_for == "tesseract"
        assert "language data" in waits.reason
        assert bus.dead_letters == []
        data.symlink_to(there)
        wait_until(lambda: not reader.guard.is_open, seconds=90, what="the closing of its breaker")
        bus.run()
        (read,) = bus.sent(topics.SEGMENTS_READ)
        assert "committee" in bus.store.text(read)
        assert (bus.waiting, bus.dead_letters) == ([], [])
