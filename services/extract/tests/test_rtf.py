# SPDX-License-Identifier: Apache-2.0
"""RTF of known contents: through LibreOffice, and without it."""

from pathlib import Path

import docx
import pytest

from ream_extract.extractors.rtf import EXTRACTOR
from ream_extract.reading import Item, Source, UnitFailed, UnitRead
from ream_extract.rtf_text import rtf_text
from ream_pages.office import Office

RTF = "application/rtf"
TEXT = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Minutes of May}{\author Ann}}"
    r"{\header On top of each page\par}{\b All agreed\b0 , says M\'fcller.\par}"
    r"Noted{\footnote Only by a few of them.} and closed.\par"
    r"\trowd\cellx2000\cellx4000 Item\cell Price\cell\row\pard}"
)


def read(path: Path, converted: Path | None = None) -> list[Item]:
    source = Source(path, RTF, converted=converted)
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    items = list(EXTRACTOR.read(source, 1, count, path.parent))
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.rtf").write_text(TEXT)
    return tmp_path / "a.rtf"


def test_stories_and_metadata_are_told_without_a_program(path: Path) -> None:
    plan = EXTRACTOR.plan(Source(path, RTF))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1), ("rest", 3)]
    assert (plan.metadata["title"], plan.metadata["author"]) == ("Minutes of May", "Ann")
    body, *rest = read(path)
    assert isinstance(body, UnitRead)
    assert (body.confidence, body.annotations[0].kind) == (80, "note")
    for words in ("All agreed, says Müller.", "On top of each page", "Only by a few of them.", "Item\tPrice"):
        assert words in body.text
    assert [item.label for item in rest if isinstance(item, UnitRead)] == ["headers", "body", "notes"]


def test_braces_among_raw_bytes_end_nothing() -> None:
    raw = rb"}} \par not text {\'e9"
    data = rb"{\rtf1 Before{\pict\bin" + str(len(raw)).encode() + b" " + raw + rb"} and after.\par}"
    assert rtf_text(data).text == "Before and after."
    assert rtf_text(rb"{\rtf1 Words\bin99999 cut off").text == "Words"


def test_what_follows_the_document_is_not_of_it_unless_it_is_rtf() -> None:
    assert rtf_text(b"{\\rtf1 Words}\n\x8d8$DM junk").text == "Words"
    assert rtf_text(b"{\\rtf1 Words}} and {\\bold more of them}").text == "Words and more of them"


def test_pictures_and_objects_are_missing_without_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text(r"{\rtf1 Words{\pict\pngblip 8950}{\object{\*\objdata 0105}}}")
    body, child, text, pictures = read(tmp_path / "a.rtf")
    assert isinstance(body, UnitRead)
    assert child == UnitFailed(2, "conversion-failed")
    assert isinstance(text, UnitRead)
    assert pictures == UnitFailed(4, "pictures-missing")


def test_what_a_conversion_left_out_is_named(path: Path, tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("All agreed, says Müller. Noted and closed. Item Price")
    made.save(str(tmp_path / "c.docx"))
    body, *rest = read(path, tmp_path / "c.docx")
    assert isinstance(body, UnitRead)
    assert {item.cause for item in rest if isinstance(item, UnitFailed)} == {"headers-missing", "notes-missing"}


@pytest.mark.programs
@pytest.mark.timeout(180)
def test_libreoffice_carries_everything_over(path: Path, tmp_path: Path) -> None:
    with Office() as office:
        office.convert(path, tmp_path / "c.docx")
    body, *rest = read(path, tmp_path / "c.docx")
    assert isinstance(body, UnitRead)
    assert [table.rows for table in body.tables] == [(("Item", "Price"),)]
    assert "On top of each page" in body.text
    assert not [item for item in rest if isinstance(item, UnitFailed)]
