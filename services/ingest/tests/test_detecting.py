# SPDX-License-Identifier: Apache-2.0
"""No file takes ingest with it, and none is lost because it could not be looked at."""

import base64
import io
import struct
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import topics
from ream_contracts.messages import DocumentSubmitted
from ream_ingest.detecting import LIMITS, CellDetector, Detector, open_detector
from ream_ingest.service import ingest
from ream_ingest.settings import IngestSettings
from ream_kit import Retry
from ream_kit.cells import CellDied, CellFailed, Cells, Limits
from ream_kit.testing import LocalBus

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture(scope="module")
def detector() -> Iterator[Detector]:
    with open_detector() as opened:
        yield opened


class Answers:
    """Stands for a pool of cells: each call answers, or dies, as said."""

    def __init__(self, *said: Any) -> None:
        self.said = list(said)

    def __call__(self, request: dict[str, str | None]) -> Iterator[dict[str, Any]]:
        said = self.said.pop(0)
        if isinstance(said, Exception):
            raise said
        yield {"media_type": said}


def docx() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("[Content_Types].xml", "wordprocessingml.document.main")
    return held.getvalue()


def wide_directory() -> bytes:
    """An archive whose wide end record says that its directory has 8 TB."""
    wide = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 1 << 43, 0)
    wide += struct.pack("<4sIQI", b"PK\x06\x07", 0, 4, 1)
    return ZIP + wide + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (docx(), "a.zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"a,b\n1,2\n", None, "text/plain"),
        (b"", "a.pdf", "application/x-empty"),
        (wide_directory(), "a.docx", "application/zip"),
        (b"<?xml?>" + b"<!DOCTYPE" * 1_800, "a.xml", "application/xml"),
        (OLE + bytes(22) + b"\x09" + b"\xfe" * 600, "a.doc", "application/x-ole-storage"),
        (b"[" * 60_000, "deep.json", "application/json"),
    ],
)
def test_a_cell_tells_honest_and_hostile_files(
    content: bytes, name: str | None, expected: str, detector: Detector, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert detector.media_type(tmp_path / "file", name) == expected


def test_a_cell_serves_one_file_after_another(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(docx())
    taken = []
    with Cells("ream_ingest.cell:work", 1, LIMITS) as cells:
        detector = CellDetector(cells.call)
        for _ in range(20):
            started = time.perf_counter()
            detector.media_type(tmp_path / "file", None)
            taken.append(time.perf_counter() - started)
        state = cells.state()
    assert (state.alive, state.recycled, dict(state.deaths)) == (1, 0, {})
    assert min(taken) < 0.02, "a new cell for each file would take longer"


def test_a_file_that_a_cell_can_not_live_with_is_still_a_document(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(docx())
    limits = Limits(memory_bytes=512 << 20, idle_seconds=1e-6, open_files=64)
    with Cells("ream_ingest.cell:work", 1, limits) as cells:
        assert CellDetector(cells.call).media_type(tmp_path / "file", None) == "application/zip"
        assert cells.state().deaths["out-of-time"] == 2


def test_a_file_is_submitted_through_a_cell(detector: Detector) -> None:
    bus = LocalBus(ingest, needs={"limits": IngestSettings(), "detector": detector})
    bus.put(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(body=base64.b64encode(wide_directory()).decode()), key="a")
    bus.run()
    assert [document.media_type for document in bus.sent(topics.DOCUMENTS_INGESTED)] == ["application/zip"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ZIP, "application/zip"),
        (OLE, "application/x-ole-storage"),
        (b"%PDF-1.7", "application/pdf"),
        (b"words", "application/octet-stream"),
        (b"", "application/x-empty"),
    ],
)
@pytest.mark.parametrize(
    "failure", [CellDied("out-of-time"), CellDied("crashed-signal-11"), CellFailed("KeyError", "x"), "a; evil\r\n", 7]
)
def test_what_no_cell_survives_is_what_its_first_bytes_say(
    head: bytes, expected: str, failure: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(head)
    assert CellDetector(Answers(failure, failure)).media_type(tmp_path / "file", "a.docx") == expected


def test_one_death_proves_nothing(tmp_path: Path) -> None:
    assert CellDetector(Answers(CellDied("out-of-memory"), "text/csv")).media_type(tmp_path / "x", None) == "text/csv"


def test_a_machine_without_room_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(Retry):
        CellDetector(Answers(CellDied("not-started"))).media_type(tmp_path / "x", None)
