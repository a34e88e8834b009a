# SPDX-License-Identifier: Apache-2.0
"""Who converts legacy DOC: a LibreOffice that stays warm, as extract has it, and one that is started for each file."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ream_bench.processes import running, tree
from ream_bench.reading.race import Runner
from ream_pages.office import Office

_SECONDS = 120


@contextmanager
def runners() -> Iterator[list[Runner]]:
    """Both; the warm one ends with the context."""
    with Office() as office, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "made.docx"
        yield [
            Runner("LibreOffice, warm", lambda path: _warm(office, path, target), own=True, elsewhere=_office_cpu),
            Runner("LibreOffice, started for each", lambda path: _cold(path, Path(folder))),
        ]


def _warm(office: Office, path: Path, target: Path) -> int:
    office.convert(path, target)
    return target.stat().st_size


def _cold(path: Path, folder: Path) -> int:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", folder, path]
    subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)
    return (folder / f"{path.stem}.docx").stat().st_size


def _office_cpu() -> float:
    """CPU seconds of the office programs that this process has running."""
    return sum(
        member.process.own_seconds + member.process.children_seconds
        for member in tree(os.getpid(), running())
        if member.kind == "office"
    )
