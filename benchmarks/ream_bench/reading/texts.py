# SPDX-License-Identifier: Apache-2.0
"""Who reads PDFs with a text layer: extract's cell, bare pypdfium2, pypdf, pdftotext, and Tika's server by upload."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdf import PdfReader

from ream_bench.processes import running, tree
from ream_bench.reading.race import Runner
from ream_extract import cell
from ream_extract.registry import known
from ream_local.ports import LOOPBACK, free_ports
from ream_local.settings import from_environment
from ream_local.stack import Stack

_MEDIA_TYPE = "application/pdf"
_SECONDS = 600


def runners() -> list[Runner]:
    """Those that need no server."""
    found = [
        Runner("extract's cell, text alone", lambda path: in_the_cell(path, whole=False), own=True),
        Runner("extract's cell, all that it extracts", lambda path: in_the_cell(path, whole=True), own=True),
        Runner("bare pypdfium2", _by_pdfium),
        Runner("pypdf", _by_pypdf),
    ]
    return found + ([Runner("pdftotext", _by_pdftotext)] if shutil.which("pdftotext") else [])


def in_the_cell(path: Path, *, whole: bool) -> int:
    """Plans and reads a file with the function that runs inside extract's cells.

    Args:
        path: of a PDF.
        whole: with tables and pictures.
    """
    extractor = next(one.name for one in known().extractors if _MEDIA_TYPE in one.media_types)
    request: dict[str, Any] = {
        "path": str(path),
        "media_type": _MEDIA_TYPE,
        "extractor": extractor,
        "limits": {},
        "ocr": True,
        "pictures": whole,
        "tables": whole,
        "converted": None,
        "child_budget": 1 << 30,
        "passwords": [],
    }
    with tempfile.TemporaryDirectory() as scratch:
        (planned,) = cell.work({**request, "do": "plan"}, Path(scratch))
        last = sum(run["count"] for run in planned["plan"]["units"])
        asked = {**request, "do": "read", "first": 1, "last": last}
        return sum(len(item.get("text") or "") for item in cell.work(asked, Path(scratch)))


def _by_pdfium(path: Path) -> int:
    with closing(pdfium.PdfDocument(path)) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document)


def _by_pypdf(path: Path) -> int:
    return sum(len(page.extract_text()) for page in PdfReader(path).pages)


def _by_pdftotext(path: Path) -> int:
    return len(subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, timeout=_SECONDS).stdout)


@contextmanager
def tika(tell: Callable[[str], None]) -> Iterator[Runner]:
    """A server of Apache Tika of its own, which reads what is sent to it.

    Raises:
        LocalStackError: it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="ream-bench-tika-"))
    folder.chmod(0o711)  # root's servers run as another user
    port = free_ports(1)[0]
    stack = Stack(replace(from_environment(), data_dir=folder, tika_port=port), ["tika"])
    try:
        stack.start(tell, ends_with_caller=True)
        yield Runner("Tika's server, upload", lambda path: _by_tika(path, port), elsewhere=lambda: _cpu_of(folder))
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _by_tika(path: Path, port: int) -> int:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=_SECONDS)) as connection, path.open("rb") as file:
        headers = {"Accept": "text/plain", "Content-Type": _MEDIA_TYPE, "Content-Length": str(path.stat().st_size)}
        connection.request("PUT", "/tika", file, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"Tika answers {answer.status} to {path.name}")
        return len(text.decode("utf-8", "replace"))


def _cpu_of(folder: Path) -> float:
    """CPU seconds of all processes that were started with files of a folder, and of what they started."""
    processes = running()
    roots = [one.pid for one in processes.values() if str(folder) in one.command]
    members = {member.process.pid: member for root in roots for member in tree(root, processes)}
    return sum(member.process.own_seconds + member.process.children_seconds for member in members.values())
