# SPDX-License-Identifier: Apache-2.0
"""Decides what is read of sound and film: what ffprobe says of them, their subtitles, and files attached to them."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from ream_extract import ffmpeg
from ream_extract.reading import ChildRead, Item, Plan, Source, UnitFailed, UnitRead, UnitRun
from ream_extract.text_clean import tidy
from ream_pages.films import READERS

_WRITTEN = frozenset({"subrip", "ass", "ssa", "webvtt", "mov_text", "text", "srt"})
"""Subtitles that are text; others are pictures."""
_TIMES = re.compile(r"^(\d+|\d\d:\d\d:\d\d,\d+ --> .*)$")
_MARKS = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_TOLD = {"artist": "author", "date": "created", "creation_time": "created"}
MOST_TAGS = 100


class RecordingExtractor:
    """Reads MP4, QuickTime, Matroska, WebM, AVI, ASF, FLV, MPEG-TS, MP3, WAV, FLAC, Ogg, M4A, AIFF."""

    name = "recording"
    version = "1"
    media_types = tuple(READERS)
    convert_to: str | None = None
    programs = True

    def plan(self, source: Source) -> Plan:
        """Counts one recording, its streams of subtitles and the files attached to it, by ffprobe alone."""
        ffmpeg.require()
        found = ffmpeg.probe(source.path, READERS[source.media_type])
        units = [UnitRun("recording", 1)]
        for kind, unit in (("subtitle", "subtitles"), ("attachment", "attachment")):
            if count := len(_streams(found, kind)):
                units.append(UnitRun(unit, count))
        return Plan(tuple(units), _metadata(found))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the recording with the titles of its chapters, then subtitles, then what is attached."""
        reader = READERS[source.media_type]
        found = ffmpeg.probe(source.path, reader)
        written, attached = _streams(found, "subtitle"), _streams(found, "attachment")
        if first == 1:
            yield _recording(found)
        for number, stream in enumerate(written, 2):
            if first <= number <= last:
                yield _subtitles(source.path, reader, number, stream)
                yield None
        left = source.child_budget
        for place, stream in enumerate(attached):
            number = 2 + len(written) + place
            if first <= number <= last:
                item = _attachment(source, reader, number, stream, place, scratch, left)
                left -= item.size if isinstance(item, ChildRead) else 0
                yield item


def _streams(found: Any, kind: str) -> list[Any]:
    return [one for one in found["streams"] if one.get("codec_type") == kind]


def _recording(found: Any) -> UnitRead:
    titles = [tidy(str((one.get("tags") or {}).get("title", ""))).strip() for one in found.get("chapters") or ()]
    text = "\n".join(filter(None, titles))
    pictured: Any = next((one for one in _streams(found, "video")), {})
    width, height = (float(pictured.get(side) or 0) for side in ("width", "height"))
    return UnitRead(1, "recording", text, "markup" if text else "none", width=width, height=height)


def _subtitles(path: Path, reader: str, number: int, stream: Any) -> Item:
    if stream.get("codec_name") not in _WRITTEN:
        return UnitFailed(number, "subtitles-are-pictures")
    said = ffmpeg.subtitles(path, reader, int(stream["index"]))
    if said is None:
        return UnitFailed(number, "damaged")
    lines = (line.strip() for line in said.decode("utf-8", "replace").splitlines())
    text = tidy("\n".join(_MARKS.sub("", line) for line in lines if line and not _TIMES.match(line)))
    label = _tag(stream, "language") or None
    return UnitRead(number, "subtitles", text, "markup" if text.strip() else "none", label=label)


def _attachment(source: Source, reader: str, number: int, stream: Any, place: int, scratch: Path, left: int) -> Item:
    target = scratch / f"child-{number}"
    if not ffmpeg.attachment(source.path, reader, int(stream["index"]), target):
        return UnitFailed(number, "damaged")
    size = target.stat().st_size
    if size > min(left, source.limits.child_bytes):
        target.unlink()
        return UnitFailed(number, "family-limit" if size > left else "too-large")
    path = _tag(stream, "filename").replace("\n", " ")[:2_000] or f"attachment {place + 1}"
    name = PurePosixPath(path.replace("\\", "/")).name[:500] or path[:500]
    return ChildRead(number, "attachment", name, path, target.name, size)


def _tag(stream: Any, name: str) -> str:
    return tidy(str((stream.get("tags") or {}).get(name, ""))).strip()


def _metadata(found: Any) -> dict[str, str]:
    container, streams = found.get("format") or {}, found["streams"]
    told: dict[str, Any] = {
        "container": container.get("format_long_name"),
        "duration_seconds": _seconds(container.get("duration")),
        "bits_per_second": container.get("bit_rate"),
        "streams": len(streams),
        "chapters": len(found.get("chapters") or ()) or None,
    }
    for kind, facts in (
        ("video", ("codec_name", "profile", "width", "height", "avg_frame_rate", "pix_fmt")),
        ("audio", ("codec_name", "profile", "sample_rate", "channels", "channel_layout")),
    ):
        of_kind = _streams(found, kind)
        if of_kind:
            told[f"{kind}_streams"] = len(of_kind)
            told |= {f"{kind}_{fact.removesuffix('_name')}": of_kind[0].get(fact) for fact in facts}
    languages = dict.fromkeys(filter(None, (_tag(one, "language") for one in streams)))
    told["languages"] = ", ".join(one for one in languages if one != "und") or None
    metadata = {name: tidy(str(value))[:2_000] for name, value in told.items() if value not in (None, "", "unknown")}
    # Ogg keeps its tags with its first stream.
    tags = {**((_streams(found, "audio") or [{}])[0].get("tags") or {}), **(container.get("tags") or {})}
    for name, value in list(tags.items())[:MOST_TAGS]:
        key = _TOLD.get(name.lower(), tidy(name.lower()).strip().replace("\n", " ")[:100])
        text = tidy(str(value)).strip()[:2_000]
        if key and text:
            metadata.setdefault(key, text)
    return metadata


def _seconds(said: Any) -> str | None:
    """Returns seconds without zeros at their end: 12.5."""
    try:
        return f"{float(said):.3f}".rstrip("0").rstrip(".")
    except (TypeError, ValueError):
        return None


EXTRACTOR = RecordingExtractor()
