# SPDX-License-Identifier: Apache-2.0
"""LibreOffice beside the services: missing, hanging, crashing; without network, with nothing but its own files."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import docx
import pytest

from ream_pages import office_confine
from ream_pages.office import ConversionFailed, Office


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


@pytest.mark.slow
@pytest.mark.parametrize("cause", list(WORKERS))
def test_office_that_hangs_crashes_or_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str) -> None:
    monkeypatch.setattr("ream_pages.office.WORKER", fake_worker(tmp_path / "worker.py", WORKERS[cause]))
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
    monkeypatch.setattr("ream_pages.office.WORKER", fake_worker(tmp_path / "worker.py", code))
    (tmp_path / "a.doc").write_bytes(b"x")
    pids = []
    with Office(python=sys.executable, program=sys.executable, recycle_after=2) as office:
        for number in range(4):
            office.convert(tmp_path / "a.doc", tmp_path / f"{number}.docx")
            pids.append((tmp_path / f"{number}.docx").read_text())
    assert pids[0] == pids[1] != pids[2] == pids[3]


def confined(folder: Path, code: str) -> str:
    """Runs code that is confined as LibreOffice is, with `folder` as its own; gives what it printed."""
    start = (
        "import os, socket, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import office_confine\n"
        "folder = Path(sys.argv[2])\n"
        "in_force = office_confine.limit(4 << 30) + office_confine.seclude(folder, 'soffice')\n"
    )
    arguments = [sys.executable, "-c", start + code, str(Path(office_confine.__file__).parent), str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGSYS), done.stderr
    return done.stdout.strip()


def test_libreoffice_has_no_network(tmp_path: Path) -> None:
    code = (
        "socket.socket(socket.AF_UNIX).close()\n"
        "try: socket.socket(socket.AF_INET)\n"
        "except PermissionError: print('refused', *in_force)"
    )
    said = confined(tmp_path, code).split()
    assert said[:3] == ["refused", "rlimits", "no-new-privileges"]
    assert "seccomp" in said


def test_libreoffice_writes_and_reads_only_its_own(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.write_text("somebody's document")
    code = (
        "def tried(name, what):\n"
        "    try: what()\n"
        "    except PermissionError: print(name)\n"
        "other = folder.parent / 'other'\n"
        "(folder / 'tmp').mkdir(); (folder / 'tmp' / 'a').write_text('x'); (folder / 'tmp' / 'a').unlink()\n"
        "tried('read', other.read_text); tried('write', lambda: other.write_text('x')); tried('unlink', other.unlink)\n"
        "tried('create', (folder.parent / 'new').touch); tried('list', lambda: list(folder.parent.iterdir()))\n"
        "tried('link', lambda: (folder / 'link').symlink_to(other))\n"
        "print(next(name for name in in_force if name.startswith('landlock-')) and 'landlock')"
    )
    assert confined(own, code).split() == ["read", "write", "unlink", "create", "list", "link", "landlock"]
    assert other.read_text() == "somebody's document"


def left_over() -> set[Path]:
    """What LibreOffice leaves in the folder for temporary files when it is killed."""
    folder = Path(tempfile.gettempdir())
    return {*folder.glob("OSL_PIPE_*"), *folder.glob("lu*.tmp"), *folder.glob("ream-office-*")}


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_libreoffice_converts_and_runs_nothing(tmp_path: Path) -> None:
    """RTF stands for DOC, which nothing here can write; both take LibreOffice's own way to DOCX."""
    rtf = r"{\rtf1\ansi{\b Minutes}\par All agreed, on 3 May.\par \trowd\cellx2000\cellx4000 a\cell b\cell\row}"
    (tmp_path / "a.rtf").write_text(rtf)
    before = left_over()
    with Office() as office:
        for number in range(2):
            office.convert(tmp_path / "a.rtf", tmp_path / f"{number}.docx")
        legacy = tmp_path / "legacy.doc"
        shutil.copyfile(tmp_path / "a.rtf", legacy)
        office.convert(legacy, tmp_path / "2.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "1.docx")).paragraphs)
    assert "All agreed, on 3 May." in text
    assert (tmp_path / "2.docx").exists()
    assert {"rlimits", "no-new-privileges", "seccomp"} < set(office.confinement)
    assert any(name.startswith("landlock-") for name in office.confinement)
    assert left_over() <= before
