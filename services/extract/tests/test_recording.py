# SPDX-License-Identifier: Apache-2.0
"""Sound and film: what they are, their subtitles, what is attached; a still of a film as its thumbnail."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ream_contracts import layout, topics
from ream_contracts.artifacts import Manifest
from ream_extract import ffmpeg
from ream_extract.extractors import recording
from ream_extract.extractors.recording import EXTRACTOR
from ream_extract.opening import open_reader
from ream_extract.reader import Reader
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, UnitRead, Unreadable
from ream_extract.service import extract
from ream_extract.testing import answered, failures, ingested, manifest, sent
from ream_kit import Store
from ream_kit.testing import LocalBus
from ream_pages import films
from ream_pages.views import NotDrawn

pytestmark = [
    pytest.mark.programs,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed"),
]
WORDS = "The rhubarb ledger\nis kept in Zwiesel."
SUBTITLES = """1
00:00:00,000 --> 00:00:01,000
<i>The rhubarb ledger</i>

2
00:00:01,000 --> 00:00:02,000
is kept in Zwiesel.
"""
FILM = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=2")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2")
TITLE = ("-metadata", "title=Harvest", "-metadata", "artist=Ada")
KINDS = {
    "a.mp4": ("video/mp4", (*FILM, *SOUND, "-c:v", "mpeg4", "-c:a", "aac"), "mpeg4", "aac"),
    "a.mkv": ("video/x-matroska", (*FILM, "-c:v", "libvpx", "-deadline", "realtime"), "vp8", None),
    "a.webm": ("video/webm", (*FILM, "-c:v", "libvpx", "-deadline", "realtime"), "vp8", None),
    "a.mov": ("video/quicktime", (*FILM, *SOUND, "-c:v", "mjpeg"), "mjpeg", "aac"),
    "a.avi": ("video/x-msvideo", (*FILM, "-c:v", "mpeg4"), "mpeg4", None),
    "a.ts": ("video/mp2t", (*FILM, "-c:v", "mpeg2video"), "mpeg2video", None),
    "a.wmv": ("video/x-ms-asf", (*FILM, "-c:v", "wmv2"), "wmv2", None),
    "a.flv": ("video/x-flv", (*FILM, "-c:v", "flv"), "flv1", None),
    "a.mp3": ("audio/mpeg", SOUND, None, "mp3"),
    "bare.mp3": ("audio/mpeg", (*SOUND, "-id3v2_version", "0"), None, "mp3"),
    "a.wav": ("audio/wav", SOUND, None, "pcm_s16le"),
    "a.flac": ("audio/flac", SOUND, None, "flac"),
    "a.ogg": ("audio/ogg", SOUND, None, "vorbis"),
    "a.opus": ("audio/ogg", (*SOUND, "-ar", "48000"), None, "opus"),
    "a.m4a": ("audio/mp4", SOUND, None, "aac"),
    "a.aiff": ("audio/x-aiff", SOUND, None, "pcm_s16be"),
}  # fmt: skip
UNTITLED = ("a.ts", "bare.mp3")


def made(path: Path, *how: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *how, "-threads", "1", str(path)]
    subprocess.run(command, check=True, timeout=120)
    return path


def read(path: Path, media_type: str, scratch: Path, limits: Limits | None = None, budget: int = 1 << 20) -> list[Item]:
    source = Source(path, media_type, limits or Limits(), child_budget=budget)
    units = sum(run.count for run in EXTRACTOR.plan(source).units)
    items = [item for item in EXTRACTOR.read(source, 1, units, scratch) if item is not None]
    assert [item.unit for item in items] == list(range(1, units + 1))
    return items


@pytest.mark.parametrize("name", KINDS)
def test_what_a_recording_is(tmp_path: Path, name: str) -> None:
    media_type, how, pictures, sound = KINDS[name]
    path = made(tmp_path / name, *how, *TITLE)
    plan = EXTRACTOR.plan(Source(path, media_type))
    assert [(run.kind, run.count) for run in plan.units] == [("recording", 1)]
    assert (plan.metadata.get("video_codec"), plan.metadata.get("audio_codec")) == (pictures, sound)
    assert float(plan.metadata["duration_seconds"]) == pytest.approx(2, abs=0.2)
    if pictures:
        assert (plan.metadata["video_width"], plan.metadata["video_height"]) == ("320", "240")
    if name not in UNTITLED:
        assert plan.metadata["title"] == "Harvest"
        assert plan.metadata.get("author") == (None if name == "a.aiff" else "Ada"), "AIFF is written without one"
    (unit,) = read(path, media_type, tmp_path)
    assert isinstance(unit, UnitRead)
    assert (unit.text, unit.method, unit.width) == ("", "none", 320.0 if pictures else 0.0)


@pytest.mark.parametrize(("ending", "codec"), [("mp4", "mov_text"), ("mkv", "srt"), ("mkv", "ass"), ("webm", "webvtt")])
def test_subtitles_are_read(tmp_path: Path, ending: str, codec: str) -> None:
    (tmp_path / "said.srt").write_text(SUBTITLES)
    video = ("-c:v", "mpeg4") if ending == "mp4" else ("-c:v", "libvpx", "-deadline", "realtime")
    how = (*FILM, "-i", str(tmp_path / "said.srt"), *video, "-c:s", codec, "-metadata:s:s:0", "language=eng")
    path = made(tmp_path / f"a.{ending}", *how)
    _, said = read(path, f"video/{ending.replace('mkv', 'x-matroska')}", tmp_path)
    assert isinstance(said, UnitRead)
    assert (said.kind, said.text, said.label) == ("subtitles", WORDS, "eng")


def test_chapters_and_attached_files(tmp_path: Path) -> None:
    (tmp_path / "chapters").write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Sowing\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Reaping\n"
    )
    (tmp_path / "notes.txt").write_text(WORDS)
    how = (
        "-i",
        str(tmp_path / "chapters"),
        "-map",
        "0",
        "-map_chapters",
        "1",
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
    )
    path = made(
        tmp_path / "a.mkv", *FILM, *how, "-attach", str(tmp_path / "notes.txt"), "-metadata:s:t", "mimetype=text/plain"
    )
    film, inside = read(path, "video/x-matroska", tmp_path)
    assert isinstance(film, UnitRead)
    assert film.text == "Sowing\nReaping"
    assert isinstance(inside, ChildRead)
    assert (inside.name, inside.kind, (tmp_path / inside.file).read_text()) == ("notes.txt", "attachment", WORDS)
    for limits, budget, cause in ((Limits(child_bytes=5), 100, "too-large"), (Limits(), 5, "family-limit")):
        assert read(path, "video/x-matroska", tmp_path, limits, budget)[1] == UnitFailed(2, cause)


def test_subtitles_that_are_pictures_are_missing_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"streams": [{"codec_type": "subtitle", "codec_name": "hdmv_pgs_subtitle", "index": 0}], "format": {}}
    monkeypatch.setattr(ffmpeg, "probe", lambda path, reader: found)
    assert read(tmp_path, "video/mp4", tmp_path)[1] == UnitFailed(2, "subtitles-are-pictures")


@pytest.mark.parametrize("cut", [64, 2_000])
def test_damaged_ones_are_said(tmp_path: Path, cut: int) -> None:
    path = made(tmp_path / "a.mp4", *KINDS["a.mp4"][1])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(path, "video/mp4"))
    assert refused.value.cause == "damaged"


def test_a_list_of_other_files_opens_none_of_them(tmp_path: Path) -> None:
    """Playlists are formats of their own to ffmpeg: none but that of the media type is asked."""
    secret = made(tmp_path / "secret.mp3", *SOUND)
    playlists = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{secret}'\n",
    )
    for text in playlists:
        path = tmp_path / "list"
        path.write_text(text)
        for media_type in recording.READERS:
            with pytest.raises(Unreadable):
                EXTRACTOR.plan(Source(path, media_type))


def test_without_the_programs_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg.shutil, "which", lambda name: None)
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(tmp_path / "a.mp4", "video/mp4"))
    assert (refused.value.cause, refused.value.verdict) == ("library-missing", "unsupported")
    assert "ffmpeg" in refused.value.reason


@pytest.fixture
def reader() -> Iterator[Reader]:
    with open_reader() as opened:
        yield opened


def test_through_the_stage_in_a_confined_cell(tmp_path: Path, store: Store, reader: Reader) -> None:
    (tmp_path / "said.srt").write_text(SUBTITLES)
    path = made(
        tmp_path / "a.mp4", *FILM, "-i", str(tmp_path / "said.srt"), "-c:v", "mpeg4", "-c:s", "mov_text", *TITLE
    )
    document = ingested(store, path.read_bytes(), "video/mp4")
    with LocalBus(extract, store=store, needs={"reader": reader}) as bus:
        sent(bus, document)
        assert (answered(bus), failures(bus)) == ([1, 2], {})
        assert store.get_artifact(Manifest, manifest(bus).manifest).metadata["title"] == "Harvest"
        assert WORDS in [store.text(said) for said in bus.sent(topics.SEGMENTS_READ)]
    with Image.open(io.BytesIO(store.get(layout.thumbnail(document.document_id, 1)))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (256, 192))
        assert len(picture.getcolors(1 << 20) or ()) > 50, "the test picture has many colours"
    assert not store.exists(layout.preview(document.document_id, 1)), "nobody asked for one"


LARGE = ("-f", "lavfi", "-i", "testsrc=size=1280x720:rate=10:duration=2", "-c:v", "mpeg4")


@pytest.mark.parametrize(
    ("name", "how", "size", "sound"),
    [("a.mp4", KINDS["a.mp4"][1], (320, 240), True), ("a.mkv", LARGE, (640, 360), False)],
)
def test_a_preview_is_kept_where_it_is_wanted(
    tmp_path: Path,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    how: tuple[str, ...],
    size: tuple[int, int],
    sound: bool,
) -> None:
    monkeypatch.setenv("REAM_EXTRACT_PREVIEW_SECONDS", "1")
    document = ingested(store, made(tmp_path / name, *how, *TITLE).read_bytes(), KINDS[name][0])
    with open_reader() as reader, LocalBus(extract, store=store, needs={"reader": reader}) as bus:
        sent(bus, document)
    (tmp_path / "kept.mp4").write_bytes(store.get(layout.preview(document.document_id, 1)))
    found = ffmpeg.probe(tmp_path / "kept.mp4", "mov")
    said = {one["codec_type"]: (one["codec_name"], one.get("width"), one.get("height")) for one in found["streams"]}
    assert said == {"video": ("h264", *size)} | ({"audio": ("aac", None, None)} if sound else {})
    assert 0.8 < float(found["format"]["duration"]) < 1.3
    assert "Harvest" not in str(found)


def test_a_preview_says_that_it_is_being_made_and_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.mkv", *LARGE)
    monkeypatch.setattr(films, "STEP_SECONDS", 0.01)
    assert list(films.preview(path, "video/x-matroska", 1, tmp_path / "made"))
    monkeypatch.setattr(films, "PREVIEW_STEPS", 1)
    with pytest.raises(NotDrawn, match="too long"):
        list(films.preview(path, "video/x-matroska", 1, tmp_path / "made"))
    monkeypatch.setattr(films, "STEP_SECONDS", 20.0)
    with pytest.raises(NotDrawn, match="No preview"):
        list(films.preview(path, "video/mp4", 1, tmp_path / "made"))
