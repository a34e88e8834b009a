# SPDX-License-Identifier: Apache-2.0
"""Decides what stands for a film: one frame, and a small preview; made by ffmpeg, which opens nothing but the file."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ream_pages.views import NotDrawn

READERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/x-matroska": "matroska",
    "video/webm": "matroska",
    "video/x-msvideo": "avi",
    "video/x-ms-asf": "asf",
    "video/x-flv": "flv",
    "video/mp2t": "mpegts",
    "video/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/x-aiff": "aiff",
    "application/ogg": "ogg",
}
"""Media types of sound and film to ffmpeg's name of their format: no other is tried, whatever a file holds."""
ALONE = ("-protocol_whitelist", "file,pipe")
"""Playlists and the like name other files and addresses: no reader but that of the kind is asked, and no network."""
FILMS = frozenset(one for one in READERS if one.startswith("video/"))
SECONDS = 45
PREVIEW_BYTES = 64 << 20
PREVIEW_STEPS, STEP_SECONDS = 60, 10.0
"""How often, and after how long, whoever waits for a preview hears that it is being made."""
_SMALL = (
    "scale=w='min(640,iw)':h='min(360,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p"
)
_PICTURE = ("-map", "0:V:0", "-vf", _SMALL, "-fpsmax", "25", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28")
_SOUND = ("-map", "0:a:0?", "-c:a", "aac", "-ac", "2", "-b:a", "64k")
_BARE = ("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1")
"""A preview says nothing of who made the film, where, and when."""
_BEGIN = 3
"""Seconds into a film at which its still is taken: the first frame of many is black; of shorter ones the first."""


def still(path: Path, media_type: str, target: Path) -> None:
    """Writes a frame of a film as PNG.

    Raises:
        NotDrawn: there is none, or ffmpeg is not installed.
    """
    for begin in (_BEGIN, 0):
        made = ("-map", "0:V:0", "-frames:v", "1", "-c:v", "png", "-f", "image2pipe")
        command = _command(("-ss", str(begin), *_input(path, media_type)), made, target)
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS / 2, check=False, stdin=subprocess.DEVNULL)
        except (subprocess.TimeoutExpired, OSError) as failure:
            raise NotDrawn("not-drawn", "ffmpeg took too long, or could not be started.") from failure
        if target.is_file() and target.stat().st_size:
            return
    raise NotDrawn("damaged", "No frame of the film can be decoded.")


def preview(path: Path, media_type: str, seconds: int, target: Path) -> Iterator[None]:
    """Writes the first seconds of a film as MP4 (H.264 and AAC), at most 640 by 360 pixels; yields while it works.

    Raises:
        NotDrawn: nothing of it can be decoded, it takes too long, or ffmpeg is not installed.
    """
    made = (*_PICTURE, *_SOUND, *_BARE, "-movflags", "+faststart", "-fs", str(PREVIEW_BYTES), "-f", "mp4")
    command = _command(("-t", str(seconds), *_input(path, media_type)), made, target)
    nothing = subprocess.DEVNULL
    try:
        running = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
    except OSError as failure:
        raise NotDrawn("not-drawn", "ffmpeg could not be started.") from failure
    try:
        for _ in range(PREVIEW_STEPS):
            with suppress(subprocess.TimeoutExpired):
                if running.wait(STEP_SECONDS):
                    raise NotDrawn("damaged", "No preview can be made of the film.")
                return
            yield
        raise NotDrawn("not-drawn", "ffmpeg took too long.")
    finally:
        running.kill()
        running.wait()


def _input(path: Path, media_type: str) -> tuple[str, ...]:
    return ("-f", READERS[media_type], "-i", f"file:{path}")


def _command(given: Sequence[str], made: Sequence[str], target: Path) -> list[str]:
    """Makes the command of ffmpeg.

    Raises:
        NotDrawn: it is not installed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise NotDrawn("not-drawn", "What stands for films is made by ffmpeg, which is not installed here.")
    command = [program, "-v", "error", "-nostdin", "-y", "-threads", "1", *ALONE, *given]
    return [*command, *made, "-threads", "1", "-bitexact", f"file:{target}"]
