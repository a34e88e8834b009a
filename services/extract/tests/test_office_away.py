# SPDX-License-Identifier: Apache-2.0
"""LibreOffice itself, while it does not start: documents wait for it, say so, and are read when it does."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_contracts import topics
from ream_extract.opening import open_reader
from ream_extract.reader import Reader
from ream_extract.service import extract
from ream_extract.testing import ingested
from ream_kit.broker_bus import wait_until
from ream_kit.testing import LocalBus

LETTER = Path(__file__).parents[3] / "samples" / "wartungsbericht-pumpe.doc"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file that, as long as it is there, keeps LibreOffice from starting."""
    made = tmp_path / "broken"
    made.touch()
    return made


@pytest.fixture
def reader(tmp_path: Path, broken: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    program = tmp_path / "soffice"
    program.write_text(f'#!/bin/sh\n[ ! -e "{broken}" ] && exec {shutil.which("soffice")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("REAM_EXTRACT_OFFICE_PROGRAM", str(program))
    monkeypatch.setenv("REAM_EXTRACT_CELLS", "1")
    with open_reader() as opened:
        yield opened


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_a_document_waits_for_libreoffice_and_is_read_when_it_starts(reader: Reader, broken: Path) -> None:
    with LocalBus(extract, needs={"reader": reader}) as bus:
        message = ingested(bus.store, LETTER.read_bytes(), "application/msword")
        bus.put(topics.DOCUMENTS_INGESTED, message)
        bus.run()
        (waits,) = bus.waiting
        assert waits.waiting_for == "libreoffice"
        assert "does not start" in waits.reason
        assert bus.dead_letters == []
        broken.unlink()
        wait_until(
            lambda: not any(guard.is_open for guard in reader.guards), seconds=90, what="the closing of its breaker"
        )
        bus.run()
        said = " ".join(bus.store.text(read) for read in bus.sent(topics.SEGMENTS_READ))
        assert len(said.split()) > 20
        assert (bus.waiting, bus.dead_letters) == ([], [])
