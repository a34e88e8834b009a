# SPDX-License-Identifier: Apache-2.0
"""Decides how ffprobe and ffmpeg are run: inside a cell, on one file of a known kind, without a network."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ream_extract.reading import Unreadable
from ream_pages.films import ALONE

SECONDS = 45
"""Less than a cell may be silent."""
MOST_SAID = 16 << 20


def require() -> None:
    """Looks whether the programs are there.

    Raises:
        Unreadable: they are not installed.
    """
    if not all(map(shutil.which, ("ffprobe", "ffmpeg"))):
        reason = "Sound and film are read by ffprobe and ffmpeg (Debian's package ffmpeg), which are not installed."
        raise Unreadable("library-missing", reason, "unsupported")


def probe(path: Path, reader: str) -> Any:
    """Returns what ffprobe says of container, streams and chapters.

    Args:
        path: the file.
        reader: ffmpeg's name of the format.

    Raises:
        Unreadable: it cannot be opened.
    """
    what = ("-of", "json", "-show_format", "-show_streams", "-show_chapters")
    said = _run(["ffprobe", "-v", "error", *ALONE, "-f", reader, *what, "-i", f"file:{path}"])
    try:
        found = json.loads(said or b"")
    except ValueError:
        found = {}
    # The reader of FLAC takes anything for a stream, of which nothing is known.
    if all(one.get("sample_rate") == "0" for one in found.get("streams") or ()):
        raise Unreadable("damaged", "The recording cannot be opened: its header is broken or it is cut off.")
    return found


def subtitles(path: Path, reader: str, number: int) -> bytes | None:
    """Returns the words of a stream of subtitles, with their times (SubRip); None where they cannot be had."""
    return _run([*_input(path, reader), "-map", f"0:{number}", "-f", "srt", "-"])


def attachment(path: Path, reader: str, number: int, target: Path) -> bool:
    """Writes a file that is attached to a recording; says whether it came out."""
    # Without an output ffmpeg says that one is missing, after it has written the attachment.
    before, rest = _input(path, reader)[:4], _input(path, reader)[4:]
    _run([*before, f"-dump_attachment:{number}", str(target), *rest])
    return target.is_file()


def _input(path: Path, reader: str) -> list[str]:
    return ["ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "1", *ALONE, "-f", reader, "-i", f"file:{path}"]


def _run(command: Sequence[str]) -> bytes | None:
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout if done.returncode == 0 and len(done.stdout) <= MOST_SAID else None
