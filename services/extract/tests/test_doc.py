# SPDX-License-Identifier: Apache-2.0
"""Legacy Word: counted by its own header, read through LibreOffice or antiword."""

import struct
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ream_extract import antiword, doc_stories
from ream_extract.extractors import doc
from ream_extract.reading import Source, UnitFailed, UnitRead, Unreadable

DOC = "application/msword"


def ole(stream: bytes, table: bytes = b"") -> bytes:
    """A minimal OLE file with the streams WordDocument and, where there is one, 1Table."""
    none = 0xFFFFFFFF
    streams = {"WordDocument": stream} | ({"1Table": table} if table else {})
    padded = {name: data.ljust(max(4096, -(-len(data) // 512) * 512), b"\x00") for name, data in streams.items()}
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<5H", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9I", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[none] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int, right: int = none) -> bytes:
        raw = name.encode("utf-16-le") + b"\x00\x00"
        made = raw.ljust(64, b"\x00") + struct.pack("<HBB3I", len(raw), kind, 1, none, right, child)
        return made + bytes(36) + struct.pack("<IQ", start, size)

    chain, body = [0xFFFFFFFD, 0xFFFFFFFE], b""
    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    for number, (name, data) in enumerate(padded.items(), 1):
        start, count = len(chain), len(data) // 512
        chain += [*range(start + 1, start + count), 0xFFFFFFFE]
        folder += entry(name, 2, none, start, len(data), number + 1 if number < len(padded) else none)
        body += data
    assert len(chain) <= 128
    sectors = struct.pack("<128I", *chain, *[none] * (128 - len(chain)))
    return bytes(header) + sectors + folder.ljust(512, b"\x00") + body


def fib(letters: int, flags: int = 0, magic: int = 0xA5EC, version: int = 0xC1) -> bytes:
    head = bytearray(0x6C)
    struct.pack_into("<2H", head, 0, magic, version)
    struct.pack_into("<H", head, 0x0A, flags)
    struct.pack_into("<8i", head, 0x4C, letters, 5, 0, 0, -3, 0, 0, 0)
    if version < 0xC1:
        struct.pack_into("<i", head, 0x34, letters)
    return bytes(head)


STORIES = ("body", "footnotes", "headers", "macros", "comments", "endnotes", "boxes", "header boxes")


def word_file(**said: str) -> bytes:
    """A Word document whose text lies in two pieces, one of bytes and one of wide characters."""
    text = "".join(said.get(story, "") for story in STORIES)
    half = len(text) // 2
    head = bytearray(0x400)
    struct.pack_into("<2H", head, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", head, 0x0A, 0x0200)
    struct.pack_into("<8i", head, 0x4C, *(len(said.get(story, "")) for story in STORIES))
    first, second = text[:half].encode("cp1252"), text[half:].encode("utf-16-le")
    places = struct.pack("<3I", 0, half, len(text))
    where = struct.pack("<HIH", 0, 0x400 * 2 | 1 << 30, 0) + struct.pack("<HIH", 0, 0x400 + len(first), 0)
    table = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(places + where)) + places + where
    struct.pack_into("<2I", head, 0x1A2, 0, len(table))
    return ole(bytes(head) + first + second, table)


def source(path: Path, data: bytes, converted: Path | None = None) -> Source:
    path.write_bytes(data)
    return Source(path, DOC, converted=converted)


def test_letters_are_counted_by_the_header(tmp_path: Path) -> None:
    plan = doc.EXTRACTOR.plan(source(tmp_path / "a.doc", ole(fib(1_000))))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1), ("rest", 1)]
    assert plan.metadata["text_bytes"] == "1005"
    old = doc.EXTRACTOR.plan(source(tmp_path / "b.doc", ole(fib(70, version=0x65))))
    assert [(run.kind, run.count) for run in old.units] == [("body", 1)]
    assert old.metadata["text_bytes"] == "70"


BODY = "The committee met at noon.\rSee \x13 HYPERLINK secret.example \x14the annex\x15 for details.\x07"
SAID = {"body": BODY, "footnotes": "Adjourned twice.\r", "headers": "\x03\rMinutes\rMinutes\r", "boxes": "Draft copy\r"}


def words_of(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def rest_of(path: Path, data: bytes, converted: Path | None, scratch: Path) -> dict[str, str]:
    """What became of each story: its cause, or nothing to read."""
    asked = source(path, data, converted)
    plan = doc.EXTRACTOR.plan(asked)
    count = sum(run.count for run in plan.units)
    items = list(doc.EXTRACTOR.read(asked, 1, count, scratch))
    assert [item.unit for item in items] == list(range(1, count + 1))
    rest = items[count - dict((run.kind, run.count) for run in plan.units).get("rest", 0) :]
    assert rest == list(doc.EXTRACTOR.read(asked, rest[0].unit, count, scratch))
    return {
        item.cause if isinstance(item, UnitFailed) else str(item.label): "failed"
        if isinstance(item, UnitFailed)
        else ""
        for item in rest
        if isinstance(item, UnitFailed | UnitRead)
    }


def test_stories_that_came_through_are_not_missed(tmp_path: Path) -> None:
    made = words_of(
        tmp_path / "c.docx", "Minutes", "The committee met at noon.", "See the annex for details.", "Adjourned twice.",
        "Draft copy",
    )  # fmt: skip
    rest = rest_of(tmp_path / "a.doc", word_file(**SAID), made, tmp_path)
    assert rest == {"body": "", "notes": "", "headers": "", "boxes": ""}


def test_stories_that_were_left_out_are_named(tmp_path: Path) -> None:
    made = words_of(tmp_path / "c.docx", "Minutes", "Draft copy")
    rest = rest_of(tmp_path / "a.doc", word_file(**SAID), made, tmp_path)
    assert rest == {"text-missing": "failed", "notes-missing": "failed", "headers": "", "boxes": ""}


def test_letters_that_only_the_header_counts_are_missed_too(tmp_path: Path) -> None:
    made = words_of(tmp_path / "c.docx", "Nothing else came.")
    assert rest_of(tmp_path / "a.doc", ole(fib(1_000)), made, tmp_path) == {"text-missing": "failed"}
    made = words_of(tmp_path / "d.docx", "word " * 150)
    assert rest_of(tmp_path / "b.doc", ole(fib(1_000)), made, tmp_path) == {"body": ""}


def test_antiword_leaves_named_what_it_leaves_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antiword, "text_of", lambda _: "The committee met at noon. See the annex for details.\n")
    said = {**SAID, "body": f"\x01{BODY}", "comments": "Who wrote this?\r"}
    assert rest_of(tmp_path / "a.doc", word_file(**said), None, tmp_path) == {
        "body": "", "notes-missing": "failed", "headers-missing": "failed", "comments-missing": "failed",
        "boxes-missing": "failed", "pictures-missing": "failed",
    }  # fmt: skip


def test_pieces_that_name_the_same_letters_again_and_again_end(tmp_path: Path) -> None:
    pieces = 40_000
    places = struct.pack(f"<{pieces + 1}I", *range(0, 1_000 * (pieces + 1), 1_000))
    stream = bytearray(fib(2_000_000_000).ljust(4096, b"a"))
    table = b"\x02" + struct.pack("<I", 12 * pieces + 4) + places + struct.pack("<HIH", 0, 1 << 30, 0) * pieces
    struct.pack_into("<2I", stream, 0x1A2, 0, len(table))
    assert len("".join(doc_stories._pieces(bytes(stream), table, 10_000))) == 10_000


@settings(deadline=None)
@given(story=st.text(alphabet="ab \x13\x14\x15\x07\r", max_size=40))
def test_any_nesting_of_fields_is_read(story: str) -> None:
    assert set(doc_stories.shown(story)) <= set("ab \n")


def test_header_that_boasts_is_cut_to_the_size_of_the_file(tmp_path: Path) -> None:
    plan = doc.EXTRACTOR.plan(source(tmp_path / "a.doc", ole(fib(2_000_000_000))))
    assert plan.units[0].count == 1


def test_encrypted_and_broken_headers(tmp_path: Path) -> None:
    cases = [
        (ole(fib(10, flags=0x0100)), "encrypted"),
        (ole(fib(10, magic=0x1234)), "damaged"),
        (ole(b"")[:700], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged"),
        (b"", "damaged"),
    ]
    for number, (data, cause) in enumerate(cases):
        with pytest.raises(Unreadable) as refused:
            doc.EXTRACTOR.plan(source(tmp_path / f"{number}.doc", data))
        assert refused.value.cause == cause


def test_converted_form_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Minutes", 1)
    document.add_paragraph("All agreed.")
    document.save(str(tmp_path / "c.docx"))
    asked = source(tmp_path / "a.doc", ole(fib(20)), tmp_path / "c.docx")
    (unit,) = doc.EXTRACTOR.read(asked, 1, 1, tmp_path)
    assert isinstance(unit, UnitRead)
    assert (unit.text, unit.method) == ("Minutes\nAll agreed.", "converted")
    assert [heading.text for heading in unit.headings] == ["Minutes"]


def test_antiword_steps_in_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antiword, "text_of", lambda _: "First part.\n\nSecond part.\n")
    (unit,) = doc.EXTRACTOR.read(source(tmp_path / "a.doc", ole(fib(20))), 1, 1, tmp_path)
    assert isinstance(unit, UnitRead)
    assert (unit.text, unit.method, unit.confidence) == ("First part.\nSecond part.", "converted", 60)
    assert "antiword" in unit.annotations[0].text


def test_nobody_could_convert_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antiword, "text_of", lambda _: None)
    assert list(doc.EXTRACTOR.read(source(tmp_path / "a.doc", ole(fib(20))), 1, 1, tmp_path)) == [
        UnitFailed(1, "conversion-failed")
    ]


def test_antiword_refuses_what_is_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.doc").write_bytes(b"no document at all")
    assert antiword.text_of(tmp_path / "a.doc") is None
    monkeypatch.setenv("PATH", "")
    assert antiword.text_of(tmp_path / "a.doc") is None
