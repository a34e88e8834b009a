# SPDX-License-Identifier: Apache-2.0
"""Legacy Word: counted by its own header, read through LibreOffice or antiword."""

import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import docx
import pytest

from ream_extract import antiword, office_worker
from ream_extract.extractors import doc
from ream_extract.office import ConversionFailed, Office
from ream_extract.reading import Source, UnitFailed, UnitRead, Unreadable

DOC = "application/msword"


def ole(stream: bytes) -> bytes:
    """A minimal OLE file with one stream, WordDocument."""
    none, free = 0xFFFFFFFF, 0xFFFFFFFF
    stream = stream.ljust(4096, b"\x00")
    count = len(stream) // 512
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<5H", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9I", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[none] * 108)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\x00\x00"
        made = raw.ljust(64, b"\x00") + struct.pack("<HBB3I", len(raw), kind, 1, none, none, child)
        return made + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("WordDocument", 2, none, 2, len(stream))
    return bytes(header) + table + folder.ljust(512, b"\x00") + stream


def fib(letters: int, flags: int = 0, magic: int = 0xA5EC, version: int = 0xC1) -> bytes:
    head = bytearray(0x6C)
    struct.pack_into("<2H", head, 0, magic, version)
    struct.pack_into("<H", head, 0x0A, flags)
    struct.pack_into("<8i", head, 0x4C, letters, 5, 0, 0, -3, 0, 0, 0)
    if version < 0xC1:
        struct.pack_into("<i", head, 0x34, letters)
    return bytes(head)


def source(path: Path, data: bytes, converted: Path | None = None) -> Source:
    path.write_bytes(data)
    return Source(path, DOC, converted=converted)


def test_letters_are_counted_by_the_header(tmp_path: Path) -> None:
    plan = doc.EXTRACTOR.plan(source(tmp_path / "a.doc", ole(fib(1_000))))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1)]
    assert plan.metadata["text_bytes"] == "1005"
    old = doc.EXTRACTOR.plan(source(tmp_path / "b.doc", ole(fib(700, version=0x65))))
    assert old.metadata["text_bytes"] == "700"


def test_header_that_boasts_is_cut_to_the_size_of_the_file(tmp_path: Path) -> None:
    plan = doc.EXTRACTOR.plan(source(tmp_path / "a.doc", ole(fib(2_000_000_000))))
    assert plan.units[0].count == 1


def test_encrypted_and_broken_headers(tmp_path: Path) -> None:
    cases = [
        (ole(fib(10, flags=0x0100)), "encrypted"),
        (ole(fib(10, magic=0x1234)), "damaged"),
        (ole(b"")[:700], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged"),
        (b"", "damaged"),
    ]
    for number, (data, cause) in enumerate(cases):
        with pytest.raises(Unreadable) as refused:
            doc.EXTRACTOR.plan(source(tmp_path / f"{number}.doc", data))
        assert refused.value.cause == cause


def test_converted_form_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Minutes", 1)
    document.add_paragraph("All agreed.")
    document.save(str(tmp_path / "c.docx"))
    asked = source(tmp_path / "a.doc", ole(fib(20)), tmp_path / "c.docx")
    (unit,) = doc.EXTRACTOR.read(asked, 1, 1, tmp_path)
    assert isinstance(unit, UnitRead)
    assert (unit.text, unit.method) == ("Minutes\nAll agreed.", "converted")
    assert [heading.text for heading in unit.headings] == ["Minutes"]


def test_antiword_steps_in_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antiword, "text_of", lambda _: "First part.\n\nSecond part.\n")
    (unit,) = doc.EXTRACTOR.read(source(tmp_path / "a.doc", ole(fib(20))), 1, 1, tmp_path)
    assert isinstance(unit, UnitRead)
    assert (unit.text, unit.method, unit.confidence) == ("First part.\nSecond part.", "converted", 60)
    assert "antiword" in unit.annotations[0].text


def test_nobody_could_convert_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antiword, "text_of", lambda _: None)
    assert list(doc.EXTRACTOR.read(source(tmp_path / "a.doc", ole(fib(20))), 1, 1, tmp_path)) == [
        UnitFailed(1, "conversion-failed")
    ]


def test_antiword_refuses_what_is_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.doc").write_bytes(b"no document at all")
    assert antiword.text_of(tmp_path / "a.doc") is None
    monkeypatch.setenv("PATH", "")
    assert antiword.text_of(tmp_path / "a.doc") is None


def test_missing_programs_are_said_at_once(tmp_path: Path) -> None:
    with Office(program="no-such-office") as office, pytest.raises(ConversionFailed) as failed:
        office.convert(tmp_path / "a.doc", tmp_path / "a.docx")
    assert failed.value.cause == "missing"


def fake_worker(path: Path, code: str) -> Path:
    path.write_text(f"import json, sys, time, os\nprint(json.dumps({{'ready': True}}), flush=True)\n{code}\n")
    return path


WORKERS = {
    "out-of-time": "time.sleep(60)",
    "crashed": "sys.stdin.readline(); os._exit(1)",
    "refused": "for line in sys.stdin: print(json.dumps({'made': False}), flush=True)",
}


@pytest.mark.parametrize("cause", list(WORKERS))
def test_office_that_hangs_crashes_or_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str) -> None:
    monkeypatch.setattr("ream_extract.office.WORKER", fake_worker(tmp_path / "worker.py", WORKERS[cause]))
    (tmp_path / "a.doc").write_bytes(b"x")
    with Office(python=sys.executable, program=sys.executable, seconds=0.3) as office:
        with pytest.raises(ConversionFailed) as failed:
            office.convert(tmp_path / "a.doc", tmp_path / "a.docx")
        assert failed.value.cause == cause
        # The next conversion starts afresh, or goes on where nothing broke.
        with pytest.raises(ConversionFailed):
            office.convert(tmp_path / "a.doc", tmp_path / "a.docx")
    assert not (tmp_path / "a.docx").exists()


def test_office_is_replaced_after_some_conversions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "for line in sys.stdin:\n"
        " open(json.loads(line)['target'], 'w').write(str(os.getpid()))\n"
        " print(json.dumps({'made': True}), flush=True)"
    )
    monkeypatch.setattr("ream_extract.office.WORKER", fake_worker(tmp_path / "worker.py", code))
    (tmp_path / "a.doc").write_bytes(b"x")
    pids = []
    with Office(python=sys.executable, program=sys.executable, recycle_after=2) as office:
        for number in range(4):
            office.convert(tmp_path / "a.doc", tmp_path / f"{number}.docx")
            pids.append((tmp_path / f"{number}.docx").read_text())
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_worker_leaves_no_network(tmp_path: Path) -> None:
    code = (
        "import socket, sys; sys.path.insert(0, sys.argv[1]); import office_worker\n"
        "office_worker.confine(4 << 30)\n"
        "socket.socket(socket.AF_UNIX).close()\n"
        "try: socket.socket(socket.AF_INET)\n"
        "except PermissionError: print('refused')"
    )
    folder = str(Path(office_worker.__file__).parent)
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGSYS)
    assert done.stdout.strip() == "refused"


@pytest.mark.programs
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.timeout(180)
def test_libreoffice_converts_and_runs_nothing(tmp_path: Path) -> None:
    """RTF stands for DOC, which nothing here can write; both take LibreOffice's own way to DOCX."""
    rtf = r"{\rtf1\ansi{\b Minutes}\par All agreed, on 3 May.\par \trowd\cellx2000\cellx4000 a\cell b\cell\row}"
    (tmp_path / "a.rtf").write_text(rtf)
    before = set(Path(tempfile.gettempdir()).glob("OSL_PIPE_*"))
    with Office() as office:
        for number in range(2):
            office.convert(tmp_path / "a.rtf", tmp_path / f"{number}.docx")
        legacy = tmp_path / "legacy.doc"
        shutil.copyfile(tmp_path / "a.rtf", legacy)
        office.convert(legacy, tmp_path / "2.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "1.docx")).paragraphs)
    assert "All agreed, on 3 May." in text
    assert (tmp_path / "2.docx").exists()
    assert set(Path(tempfile.gettempdir()).glob("OSL_PIPE_*")) <= before
