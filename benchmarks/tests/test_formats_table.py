# SPDX-License-Identifier: Apache-2.0
"""The table says of each file what became of it, and excuses none that no other program excuses."""

import shutil
import zipfile
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_quality.confirming import confirmed
from ream_quality.formats_table import Row, main, page, row

MAIL = b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=xyz\r\n\r\n"
PART = b"--xyz\r\nContent-Type: text/plain\r\n\r\nwords of a letter\r\n"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.mark.slow
def test_a_whole_file_and_what_is_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("letter.txt", "Words of a letter that everyone can read.")
    found = row(tmp_path / "a.zip", "x/a.zip", None)
    assert (found.name, found.media_type, found.outcome) == ("x/a.zip", "application/zip", "empty")
    assert (found.units, found.inside, found.why, found.lost) == ("1 member not-applicable", "1 complete", (), "")


def test_a_file_of_no_kind_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 8)
    found = row(tmp_path / "a.bin", "a.bin", None)
    assert (found.outcome, found.why) == ("unsupported", ("unsupported-type",))


@needs("unzip")
def test_a_broken_archive_is_confirmed_and_a_sound_one_is_not(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("letter.txt", "Words of a letter.")
    whole = (tmp_path / "a.zip").read_bytes()
    assert confirmed(tmp_path / "a.zip", "application/zip", ["damaged"]) == ""
    (tmp_path / "a.zip").write_bytes(whole[:40])
    assert confirmed(tmp_path / "a.zip", "application/zip", ["damaged"]).startswith("unzip: ")


@needs("qpdf")
def test_a_sound_pdf_is_not_confirmed_to_be_broken(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(72, 700, "words")
    canvas.save()
    assert confirmed(tmp_path / "a.pdf", "application/pdf", ["damaged"]) == ""
    (tmp_path / "a.pdf").write_bytes((tmp_path / "a.pdf").read_bytes()[:90])
    assert confirmed(tmp_path / "a.pdf", "application/pdf", ["damaged"]).startswith("qpdf: ")


@needs("grep")
def test_a_mail_whose_parts_end_is_not_confirmed_to_be_cut_off(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL + PART + b"--xyz--\r\n")
    assert confirmed(tmp_path / "a.eml", "message/rfc822", ["parts-missing"]) == ""
    (tmp_path / "a.eml").write_bytes(MAIL + PART)
    assert confirmed(tmp_path / "a.eml", "message/rfc822", ["parts-missing"]).startswith("grep: ")


def test_an_office_file_that_is_not_encrypted_is_not_confirmed_to_be(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"no workbook")
    assert confirmed(tmp_path / "a.xls", "application/vnd.ms-excel", ["encrypted"]) == ""


def test_sums_excuse_only_what_is_confirmed() -> None:
    rows = [
        Row("a", "t/a", "complete", "1 page read", "", (), "qpdf", ""),
        Row("b|c", "t/b", "failed", "", "", ("damaged",), "unzip: broken", ""),
        Row("d", "t/d", "partial", "", "", ("damaged",), "", ""),
        Row("e", "t/e", "complete", "", "", (), "", "pdftotext: 3 of 9"),
    ]
    text = page(rows)
    assert "2 of 3 (0.667)" in text
    assert "Lost without a word: 1." in text
    assert "| b\\|c | t/b | failed |" in text
    assert "**lost: pdftotext: 3 of 9**" in text


def test_without_a_folder_it_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere"]) == 2
    assert "name a folder" in capsys.readouterr().err
