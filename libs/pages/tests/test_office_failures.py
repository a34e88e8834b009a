# SPDX-License-Identifier: Apache-2.0
"""Whose fault it is that LibreOffice does not convert: it does not start, was killed, or has no room to write."""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ream_kit import Retry
from ream_kit.broker_bus import wait_until
from ream_pages import office as office_module
from ream_pages.office import ConversionFailed, Office

pytestmark = pytest.mark.slow

CONVERTS = (
    "for line in sys.stdin:\n"
    " open(json.loads(line)['target'], 'w').write('made')\n"
    " print(json.dumps({'made': True}), flush=True)\n"
)
READY = "print(json.dumps({'ready': True}), flush=True)\n"
REFUSES = READY + "for line in sys.stdin: print(json.dumps({'made': False}), flush=True)\n"


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of the one that runs LibreOffice; the test writes what it does."""
    path = tmp_path / "worker.py"
    monkeypatch.setattr(office_module, "WORKER", path)
    (tmp_path / "a.doc").write_bytes(b"x")
    return path


def does(worker: Path, code: str) -> None:
    worker.write_text("import json, os, pathlib, sys, time\n" + code)


def office(**more: float) -> Office:
    made = Office(python=sys.executable, program=sys.executable, **more)  # type: ignore[arg-type]
    made.guard._hurry = 0.1
    return made


@pytest.mark.parametrize(
    "code",
    ["print(json.dumps({'ready': False}), flush=True)", "sys.exit(1)", "time.sleep(60)"],
    ids=["no", "ends", "hangs"],
)
def test_an_office_that_does_not_start_is_nobodys_fault(
    worker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(office_module, "START_SECONDS", 2.0)
    does(worker, code)
    with office() as converter:
        with pytest.raises(Retry, match="does not start") as caught:
            converter.convert(tmp_path / "a.doc", tmp_path / "a.docx")
        assert caught.value.waiting_for == "libreoffice"
        assert converter.guard.is_open
        does(worker, READY + CONVERTS)
        wait_until(lambda: not converter.guard.is_open, what="the start of the office")
        converter.convert(tmp_path / "a.doc", tmp_path / "a.docx")
        assert (tmp_path / "a.docx").read_text() == "made"
        converter.guard.close()


def test_an_office_without_its_python_is_not_installed(worker: Path, tmp_path: Path) -> None:
    does(worker, "print(json.dumps({'ready': False, 'why': 'uno'}), flush=True)")
    with office() as converter:
        with pytest.raises(ConversionFailed) as caught:
            converter.convert(tmp_path / "a.doc", tmp_path / "a.docx")
        assert (caught.value.cause, converter.guard.is_open) == ("missing", False)


def test_an_office_that_somebody_killed_is_started_again(worker: Path, tmp_path: Path) -> None:
    mark = tmp_path / "died"
    once = f"mark = pathlib.Path({str(mark)!r})\nif not mark.exists():\n mark.touch(); os.read(0, 1); os._exit(9)\n"
    does(worker, READY + once + CONVERTS)
    with office() as converter:
        converter.convert(tmp_path / "a.doc", tmp_path / "a.docx")
    assert mark.exists()
    assert (tmp_path / "a.docx").read_text() == "made"


def test_a_document_that_kills_it_twice_is_at_fault(worker: Path, tmp_path: Path) -> None:
    does(worker, READY + "sys.stdin.readline(); os._exit(9)\n")
    with office() as converter:
        with pytest.raises(ConversionFailed) as caught:
            converter.convert(tmp_path / "a.doc", tmp_path / "a.docx")
        assert (caught.value.cause, converter.guard.is_open) == ("crashed", False)


@pytest.mark.parametrize("code", ["time.sleep(60)", READY + "time.sleep(60)"], ids=["starting", "converting"])
def test_an_end_cuts_a_conversion_off_and_blames_nobody(worker: Path, tmp_path: Path, code: str) -> None:
    said: list[BaseException] = []

    def convert(converter: Office) -> None:
        try:
            converter.convert(tmp_path / "a.doc", tmp_path / "a.docx")
        except Exception as error:
            said.append(error)

    does(worker, code)
    with office() as converter:
        converting = threading.Thread(target=convert, args=[converter])
        converting.start()
        wait_until(lambda: converter._process is not None, what="the start of the office")
        process, begun = converter._process, time.monotonic()
    assert time.monotonic() - begun < 5
    converting.join(5)
    assert [type(error) for error in said] == [Retry], "no word of the document, which is converted after the restart"
    assert process is not None
    assert process.returncode == -signal.SIGKILL
    assert not converter.guard.is_open


def kill_what_runs_under(pid: int) -> int:
    """Kills LibreOffice itself, which its worker started."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    mine = [one for one, parent in parents.items() if parent == pid]
    mine += [one for one, parent in parents.items() if parent in mine]
    for one in mine:
        os.kill(one, signal.SIGKILL)
    return len(mine)


@pytest.mark.programs
@pytest.mark.timeout(240)
def test_a_real_office_that_is_killed_converts_the_next_document(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text(r"{\rtf1\ansi Minutes of the meeting.\par}")
    with Office() as converter:
        converter.convert(tmp_path / "a.rtf", tmp_path / "1.docx")
        process = converter._process
        assert process is not None
        assert kill_what_runs_under(process.pid) > 0
        converter.convert(tmp_path / "a.rtf", tmp_path / "2.docx")
        assert converter._process is not process
    assert (tmp_path / "2.docx").stat().st_size > 0
    assert not converter.guard.is_open
