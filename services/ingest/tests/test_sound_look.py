# SPDX-License-Identifier: Apache-2.0
"""Sound and film are told by what is in them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_ingest import sound_look
from ream_ingest.media_type import detect

SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
FILM = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1")
KINDS = {
    "a.mp4": ("video/mp4", FILM),
    "a.mov": ("video/quicktime", FILM),
    "a.mkv": ("video/x-matroska", (*FILM, "-c:v", "libvpx")),
    "a.webm": ("video/webm", (*FILM, "-c:v", "libvpx")),
    "a.avi": ("video/x-msvideo", FILM),
    "a.ts": ("video/mp2t", FILM),
    "a.wmv": ("video/x-ms-asf", FILM),
    "a.flv": ("video/x-flv", FILM),
    "a.ogv": ("video/ogg", (*FILM, "-c:v", "libtheora")),
    "a.mp3": ("audio/mpeg", SOUND),
    "bare.mp3": ("audio/mpeg", (*SOUND, "-id3v2_version", "0")),
    "low.mp3": ("audio/mpeg", (*SOUND, "-id3v2_version", "0", "-ar", "22050", "-b:a", "32k")),
    "lowest.mp3": ("audio/mpeg", (*SOUND, "-id3v2_version", "0", "-ar", "8000", "-b:a", "16k")),
    "a.wav": ("audio/wav", SOUND),
    "a.flac": ("audio/flac", SOUND),
    "a.ogg": ("audio/ogg", SOUND),
    "a.opus": ("audio/ogg", SOUND),
    "a.m4a": ("audio/mp4", SOUND),
    "a.aiff": ("audio/x-aiff", SOUND),
}


@pytest.mark.programs
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", KINDS)
def test_what_ffmpeg_makes(tmp_path: Path, name: str) -> None:
    media_type, how = KINDS[name]
    command = ["ffmpeg", "-v", "error", "-nostdin", *how, "-threads", "1", str(tmp_path / name)]
    subprocess.run(command, check=True, timeout=120)
    assert detect(tmp_path / name) == media_type
    renamed = (tmp_path / name).rename(tmp_path / "something.txt")
    assert detect(renamed, "something.txt") == media_type


def test_two_bytes_are_no_sound() -> None:
    frame = b"\xff\xfb\x90\x00".ljust(417, b"\0")
    assert sound_look.bare(frame * 3) == "audio/mpeg"
    assert sound_look.bare(frame * 2) is None
    assert sound_look.bare(frame + b"\0" + frame * 2) is None
    assert sound_look.bare(b"G" * 500) is None
    assert sound_look.bare((b"G" + bytes(187)) * 5) == "video/mp2t"


@given(st.binary(max_size=4_000))
def test_hostile_bytes_never_raise(data: bytes) -> None:
    for look in (sound_look.bare, sound_look.ogg, sound_look.matroska):
        look(data)
        look(b"\xff\xfb" + data)
