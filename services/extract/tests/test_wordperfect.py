# SPDX-License-Identifier: Apache-2.0
"""WordPerfect of known contents, written code by code: counted by its own codes, read through LibreOffice."""

import struct
from pathlib import Path

import docx
import pytest

from ream_extract.extractors.wordperfect import EXTRACTOR
from ream_extract.reading import REST, Item, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.wordperfect_words import head_of, words
from ream_pages.office import Office

WPD = "application/vnd.wordperfect"
LINES = ("Minutes of the orchard society", "All agreed, on 3 May, that the quinces be sold.", "Signed by Anna Vogel")


def head(begin: int, major: int, kind: int = 10, key: int = 0) -> bytes:
    return b"\xffWPC" + struct.pack("<I4B2H", begin, 1, kind, major, 1, key, 0)


def five(*lines: str) -> bytes:
    """WordPerfect 5.1; the first word is bold, a space of the last line is a hard one."""
    first, *rest = (line.encode("ascii") for line in lines)
    word, _, after = first.partition(b" ")
    bold = b"\xc3\x0c\xc3" + word + b"\xc4\x0c\xc4 " + after
    return head(16, 0) + b"\n".join([bold, *rest]) + b"\n"


def six(*lines: str) -> bytes:
    """WordPerfect 6; spaces and ends of lines are codes, the first word is bold."""
    first, *rest = (line.encode("ascii").replace(b" ", b"\x80") for line in lines)
    word, _, after = first.partition(b"\x80")
    bold = b"\xf2\x0c\xf2" + word + b"\xf3\x0c\xf3\x80" + after
    return (
        head(46, 2)
        + struct.pack("<BBHBBHIH", 2, 0, 1, 0, 0, 0, 0, 0)[:14]
        + bytes(16)
        + b"\xcc".join([bold, *rest])
        + b"\xcc"
    )


FILES = {"5": five(*LINES), "6": six(*LINES)}


@pytest.fixture(params=list(FILES))
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "given").write_bytes(FILES[request.param])
    return tmp_path / "given"


def read(path: Path, converted: Path | None) -> list[Item]:
    source = Source(path, WPD, converted=converted)
    last = sum(run.count for run in EXTRACTOR.plan(source).units)
    return list(EXTRACTOR.read(source, 1, last, path.parent))


def test_it_is_counted_by_its_codes(path: Path) -> None:
    assert EXTRACTOR.plan(Source(path, WPD)).units == (UnitRun("body", 1), UnitRun(REST, 1))
    data = path.read_bytes()
    found = head_of(data)
    assert found is not None
    assert words(data, found).split() == " ".join(LINES).split()


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_libreoffice_carries_the_words_over(tmp_path: Path) -> None:
    with Office() as office:
        for name, data in FILES.items():
            (tmp_path / name).write_bytes(data)
            office.convert(tmp_path / name, tmp_path / f"{name}.docx")
            body, whole = read(tmp_path / name, tmp_path / f"{name}.docx")
            assert isinstance(body, UnitRead)
            assert body.text.split("\n") == list(LINES)
            assert body.method == "converted"
            assert isinstance(whole, UnitRead)


def test_what_a_conversion_left_out_is_named(path: Path, tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph(LINES[0])
    made.save(str(tmp_path / "c.docx"))
    body, whole = read(path, tmp_path / "c.docx")
    assert isinstance(body, UnitRead)
    assert whole == UnitFailed(2, "text-missing")


@pytest.mark.parametrize(("program", "cause"), [("/usr/bin/soffice", "conversion-failed"), (None, "converter-missing")])
def test_without_a_converted_form_nothing_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, cause: str
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: program)
    assert read(path, None) == [UnitFailed(1, cause), UnitFailed(2, cause)]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (head(16, 0, key=77) + b"words", "unsupported-encryption"),
        (head(16, 1, kind=22), "unsupported-type"),
        (head(5_000, 2), "damaged"),
        (b"\xffWPC", "damaged"),
    ],
)
def test_what_is_no_document_that_can_be_read(tmp_path: Path, data: bytes, cause: str) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(tmp_path / "a", WPD))
    assert refused.value.cause == cause


def test_codes_that_do_not_end_are_passed_over() -> None:
    """Whatever the bytes, each is looked at once; words with letters beyond ASCII are left out whole."""
    body = b"one\xd4\x00\xff\xfftwo\x80M\xf0\x01\x01\xf0ller\x80three\xfe"
    data = head(16, 2) + body
    found = head_of(data)
    assert found is not None
    assert words(data, found).split() == ["onetwo", "three"]
    assert words(head(16, 0) + bytes(range(256)) * 4, found)
