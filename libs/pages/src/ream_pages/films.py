# SPDX-License-Identifier: Apache-2.0
"""Decides which still of a film stands for it: one frame, taken by ffmpeg, which opens nothing but the file."""

import shutil
import subprocess
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
_BEGIN = 3
"""Seconds into a film at which its still is taken: the first frame of many is black; of shorter ones the first."""


def still(path: Path, media_type: str, target: Path) -> None:
    """Writes a frame of a film as PNG.

    Raises:
        NotDrawn: there is none, or ffmpeg is not installed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise NotDrawn("not-drawn", "Stills of films are taken by ffmpeg, which is not installed here.")
    for begin in (_BEGIN, 0):
        command = [program, "-v", "error", "-nostdin", "-y", "-threads", "1", *ALONE]
        command += ["-ss", str(begin), "-f", READERS[media_type], "-i", f"file:{path}"]
        command += ["-map", "0:V:0", "-frames:v", "1"]
        command += ["-threads", "1", "-bitexact", "-c:v", "png", "-f", "image2pipe", f"file:{target}"]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS / 2, check=False, stdin=subprocess.DEVNULL)
        except (subprocess.TimeoutExpired, OSError) as failure:
            raise NotDrawn("not-drawn", "ffmpeg took too long, or could not be started.") from failure
        if target.is_file() and target.stat().st_size:
            return
    raise NotDrawn("damaged", "No frame of the film can be decoded.")
