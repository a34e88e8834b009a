# SPDX-License-Identifier: Apache-2.0
"""Asks other programs what is in a file: none of them shares code with the services' readers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from ream_quality.silent_loss import Theirs

_SECONDS = 120
_WORD = ("application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
_UNSEEN = frozenset({"script", "style", "template", "iframe", "svg", "math", "object", "noembed", "noframes"})


def asked(path: Path, media_type: str) -> list[Theirs]:
    """Says what each program that knows this type, and is installed, finds in the file."""
    if media_type == "application/pdf":
        return [*_qpdf(path), *_pdftotext(path)]
    if media_type in _WORD:
        return list(_libreoffice(path))
    if media_type in ("text/html", "application/xhtml+xml"):
        return list(_html_parser(path))
    if media_type == "application/zip":
        return list(_unzip(path))
    if media_type == "text/plain":
        return list(_iconv(path))
    return []


def _run(*command: str | Path) -> str | None:
    """Returns what a program says; None where it is not installed, fails, or takes too long."""
    if shutil.which(str(command[0])) is None:
        return None
    try:
        ran = subprocess.run(list(map(str, command)), capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else None


def _qpdf(path: Path) -> Iterator[Theirs]:
    count = _run("qpdf", "--show-npages", path)
    if count is not None and count.strip().isdigit():
        yield Theirs("qpdf", "page", int(count))


def _pdftotext(path: Path) -> Iterator[Theirs]:
    text = _run("pdftotext", "-enc", "UTF-8", path, "-")
    if text is not None:
        yield Theirs("pdftotext", pages=tuple(text.split("\f")[:-1]))


def _unzip(path: Path) -> Iterator[Theirs]:
    names = _run("unzip", "-Z1", path)
    if names is not None:
        yield Theirs("unzip", "member", sum(1 for name in names.splitlines() if name and not name.endswith("/")))


def _libreoffice(path: Path) -> Iterator[Theirs]:
    with tempfile.TemporaryDirectory(prefix="ream-quality-") as folder:
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        made = Path(folder) / "made"
        said = _run("soffice", profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", made, path)
        texts = list(made.glob("*.txt")) if said is not None and made.is_dir() else []
        if texts:
            yield Theirs("LibreOffice", text=texts[0].read_text("utf-8", "replace"))


def _iconv(path: Path) -> Iterator[Theirs]:
    encoding = _run("file", "-b", "--mime-encoding", path)
    known = (encoding or "").strip()
    if known in ("us-ascii", "utf-8", "utf-16le", "utf-16be"):
        text = _run("iconv", "-f", known, "-t", "utf-8", path)
        if text is not None:
            yield Theirs("iconv", text=text)


class _Seen(HTMLParser):
    """Python's own parser: it knows nothing of how browsers mend a page, but it is not ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self.pieces.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)


def _html_parser(path: Path) -> Iterator[Theirs]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return  # which encoding it is, is the reader's own question
    parser = _Seen()
    parser.feed(text)
    yield Theirs("html.parser", text="".join(parser.pieces))
