# SPDX-License-Identifier: Apache-2.0
"""Asks a second program whether a file that was not read whole is really so: encrypted, damaged, or of that kind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_SECONDS = 120
_LETTERS = re.compile(rb"\w")
_BOUNDARY = re.compile(rb"boundary=\"?([^\"\s;]{1,200})")
Confirm = Callable[[Path], str | None]


def confirmed(path: Path, media_type: str, causes: Iterable[str]) -> str:
    """Says what another program finds; empty where none that is installed says the same."""
    for confirm in _asked(media_type, frozenset(causes)):
        said = confirm(path)
        if said:
            return said
    return ""


def _asked(media_type: str, causes: frozenset[str]) -> Iterator[Confirm]:
    if "unsupported-type" in causes:
        yield _unknown
    if media_type == "application/pdf":
        yield _qpdf
    elif media_type == "message/rfc822":
        yield _boundaries
    elif media_type == "application/zip":
        yield _unzip
    elif media_type == "application/rtf":
        yield _rtf
    elif "encrypted" in causes:
        yield _locked
    elif "vnd." in media_type or "ms" in media_type:
        yield _ole


def _run(*command: str | Path) -> tuple[int, str] | None:
    if shutil.which(str(command[0])) is None:
        return None
    try:
        ran = subprocess.run(list(map(str, command)), capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return ran.returncode, (ran.stdout + ran.stderr).decode("utf-8", "replace")


def _unknown(path: Path) -> str | None:
    ran = _run("file", "-b", "--mime-type", path)
    kind = ran[1].strip() if ran else ""
    if kind != "application/zip":
        return f"file: {kind}" if kind else None
    tested = _unzip(path)
    return f"file: {kind}; {tested}" if tested else None


def _qpdf(path: Path) -> str | None:
    locked = _run("qpdf", "--requires-password", path)
    if locked and locked[0] == 0:
        return "qpdf: requires a password"
    checked = _run("qpdf", "--check", path)
    if checked is None or checked[0] == 0:
        return None
    return "qpdf: " + ("recovered with warnings" if checked[0] == 3 else "cannot be read")


def _unzip(path: Path) -> str | None:
    tested = _run("unzip", "-tqq", "-P", "", path)
    if tested is None or tested[0] == 0:
        return None
    lines = [line.strip().replace(str(path), path.name) for line in tested[1].splitlines() if line.strip()]
    return f"unzip: {lines[-1][:120]}" if lines else f"unzip: exit code {tested[0]}"


def _boundaries(path: Path) -> str | None:
    """Looks with grep whether every boundary that is announced has a line that ends it."""
    for mark in dict.fromkeys(_BOUNDARY.findall(path.read_bytes())):
        ran = _run("grep", "-a", "-c", "-F", "-e", f"--{mark.decode('latin-1')}--", path)
        if ran and ran[1].strip() == "0":
            return "grep: a part is never ended by its boundary"
    return None


def _rtf(path: Path) -> str | None:
    """LibreOffice refuses the file, or shows nothing where words are left when the groups of control words are gone."""
    text = _converted(path, "txt:Text (encoded):UTF8")
    if text is None:
        return "LibreOffice: cannot be loaded"
    return None if _LETTERS.search(text) else "LibreOffice: shows no word of it"


def _ole(path: Path) -> str | None:
    ran = _run("file", "-b", path)
    if ran is None:
        return None
    return "file: cannot read short stream" if "Cannot read short stream" in ran[1] else None


def _locked(path: Path) -> str | None:
    """Asks msoffcrypto-tool, which knows the encryption of all of Microsoft's formats."""
    ran = _run(sys.executable, "-m", "msoffcrypto", "--test", path)
    return "msoffcrypto-tool: encrypted" if ran and ran[0] == 0 else None


def _converted(path: Path, ending: str) -> bytes | None:
    """Returns what LibreOffice makes of a file; None where it makes nothing, or is not installed."""
    with tempfile.TemporaryDirectory(prefix="ream-quality-") as folder:
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        made = Path(folder) / "made"
        ran = _run("soffice", profile, "--headless", "--convert-to", ending, "--outdir", made, path)
        files = list(made.glob("*")) if made.is_dir() else []
        if ran is None:
            return b"not asked"
        return files[0].read_bytes() if files else None
