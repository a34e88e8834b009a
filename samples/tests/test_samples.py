# SPDX-License-Identifier: Apache-2.0
"""Holds the sample files against expected.yaml with readers that are not Ream's."""

import html
import io
import re
import runpy
import subprocess
import sys
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pypdfium2  # type: ignore[import-untyped]
import pytest
import yaml
from PIL import Image, ImageChops
from stdnum import iban
from stdnum.de import vat

SAMPLES = Path(__file__).resolve().parents[1]
MAKE = SAMPLES.parent / "scripts" / "samples" / "make.py"
EXPECTED: dict[str, dict[str, Any]] = yaml.load((SAMPLES / "expected.yaml").read_text("utf-8"), yaml.CSafeLoader)[
    "samples"
]
TAXONOMY = SAMPLES.parent / "services/classify/src/ream_classify/taxonomy.yaml"
TYPES = {*yaml.load(TAXONOMY.read_text("utf-8"), yaml.CSafeLoader)["labels"], "unknown"}
KEYS = {
    "outcome", "cause", "media_type", "encoding", "unit_kind", "units", "checks", "language", "type", "sensitivity",
    "children", "phrases", "members",
}  # fmt: skip
TESSERACT = {"de": "deu", "en": "eng", "es": "spa", "fr": "fra"}


def plain(text: str) -> str:
    return " ".join(text.split())


def pdf_pages(data: bytes, password: str | None = None) -> list[str]:
    document = pypdfium2.PdfDocument(data, password=password)
    try:
        return [plain(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def docx_text(data: bytes) -> str:
    """All text of all parts, in whichever part it stands; python-docx must be able to open the file too."""
    docx.Document(io.BytesIO(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [
            archive.read(n).decode("utf-8") for n in archive.namelist() if n.startswith("word/") and n.endswith(".xml")
        ]
    return plain(html.unescape(re.sub(r"<[^>]+>", "", " ".join(p.replace("</w:p>", " ") for p in parts))))


def doc_text(data: bytes) -> str:
    assert data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "no OLE file"
    return plain(data.decode("utf-16-le", "replace") + data.decode("cp1252", "replace"))


def units(data: bytes, expected: dict[str, Any]) -> list[str | None]:
    """The text of every unit; None where only OCR can tell."""
    kind = expected["media_type"]
    if kind == "application/pdf":
        return [text or None for text in pdf_pages(data)]
    if kind.startswith("image/"):
        with Image.open(io.BytesIO(data)) as image:
            assert image.get_format_mimetype() == kind
            return [None] * getattr(image, "n_frames", 1)
    if kind == "application/msword":
        return [doc_text(data)]
    if kind.startswith("text/"):
        text = data.decode(expected["encoding"])
        return [plain(html.unescape(re.sub(r"<[^>]+>", " ", text)) if kind == "text/html" else text)]
    return [docx_text(data)]


def readable() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Every sample and every member of an archive that must come out complete."""
    for name, expected in EXPECTED.items():
        data = (SAMPLES / name).read_bytes()
        if expected["outcome"] == "complete":
            yield name, data, expected
        if "members" in expected:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert sorted(archive.namelist()) == sorted(expected["members"])
                for path, member in expected["members"].items():
                    yield f"{name}/{path}", archive.read(path), member


READABLE = list(readable())
BY_NAME = [pytest.param(data, expected, id=name) for name, data, expected in READABLE]


def test_expected_and_folder_name_the_same_files() -> None:
    here = {path.name for path in SAMPLES.iterdir() if path.is_file()} - {
        "README.md",
        "expected.yaml",
        ".gitattributes",
    }
    assert here == set(EXPECTED)


def test_readme_names_every_sample() -> None:
    named = re.findall(r"^\| `([^`]+)`", (SAMPLES / "README.md").read_text("utf-8"), re.MULTILINE)
    assert named == list(EXPECTED)


def test_there_are_enough_and_they_stay_small() -> None:
    assert len(EXPECTED) >= 14
    assert {expected.get("language") for expected in EXPECTED.values()} >= {"de", "en", "es", "fr"}
    assert sum((SAMPLES / name).stat().st_size for name in EXPECTED) < 6_000_000


@pytest.mark.parametrize("name", EXPECTED)
def test_expectations_are_well_formed(name: str) -> None:
    for expected in (EXPECTED[name], *EXPECTED[name].get("members", {}).values()):
        assert set(expected) <= KEYS
        assert expected["outcome"] in {"complete", "empty", "partial", "unsupported", "failed"}
        assert expected.get("type", "letter") in TYPES
        assert expected.get("sensitivity", "public") in {"public", "internal", "confidential", "restricted"}
        assert (expected["outcome"] == "failed") == ("cause" in expected)
        assert expected["children"] == len(expected.get("members", {}))
        if expected["outcome"] == "complete":
            assert {"media_type", "unit_kind", "units", "language", "phrases"} <= set(expected)


@pytest.mark.parametrize(("data", "expected"), BY_NAME)
def test_has_its_units_and_phrases(data: bytes, expected: dict[str, Any]) -> None:
    found = units(data, expected)
    assert len(found) == expected["units"] - expected.get("checks", 0)
    for phrase in expected["phrases"]:
        text = found[phrase["unit"] - 1]
        assert text is None or phrase["text"] in text, phrase


def test_scans_have_no_text_and_mixed_files_have_both() -> None:
    def scanned(name: str) -> list[bool]:
        return [not text for text in pdf_pages((SAMPLES / name).read_bytes())]

    assert scanned("nebenkosten-scan.pdf") == [True] * 3
    assert scanned("dossier-sinistre.pdf") == [False, True, False, True]


def test_every_station_of_the_yearbook_is_found_on_one_page_only() -> None:
    pages = pdf_pages((SAMPLES / "hydrological-yearbook-2024.pdf").read_bytes())
    stations = [match.group(1) for page in pages for match in re.finditer(r"The gauge at (\w+) was", page)]
    assert len(stations) == 286
    words = [set(re.findall(r"\w+", page)) for page in pages]
    assert all(sum(name in page for page in words) == 1 for name in stations)
    for phrase in EXPECTED["hydrological-yearbook-2024.pdf"]["phrases"]:
        assert [n for n, page in enumerate(pages, start=1) if phrase["text"] in page] == [phrase["unit"]]


def test_encrypted_opens_with_its_password_alone() -> None:
    data = (SAMPLES / "payslip-encrypted.pdf").read_bytes()
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(data)
    assert "Night supplement" in pdf_pages(data, password="samples")[0]


def test_truncated_is_a_pdf_that_cannot_be_opened() -> None:
    data = (SAMPLES / "tarifblatt-abgebrochen.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"%%EOF" not in data
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(data)


def test_empty_and_wav_are_what_they_say() -> None:
    assert (SAMPLES / "scan-0007.pdf").read_bytes() == b""
    with wave.open(str(SAMPLES / "voicemail.wav")) as sound:
        assert sound.getnframes() == 12_000


def test_invoice_numbers_have_right_check_digits() -> None:
    text = pdf_pages((SAMPLES / "rechnung-2025-0417.pdf").read_bytes())[0]
    assert iban.is_valid(re.findall(r"IBAN ([A-Z]{2}[\d ]+\d)", text)[0])
    assert vat.is_valid(re.findall(r"USt-IdNr\. (DE\d+)", text)[0])


def test_docx_hides_text_where_people_put_it() -> None:
    with zipfile.ZipFile(SAMPLES / "school-kitchen-paper.docx") as archive:
        names = set(archive.namelist())
        body = archive.read("word/document.xml").decode("utf-8")
    assert {"word/footnotes.xml", "word/comments.xml", "word/header1.xml", "word/footer1.xml"} <= names
    assert body.count("txbxContent>") == 4, "a text box is written twice: shape and fallback"
    assert "<w:tbl>" in body
    assert any(name.startswith("word/media/") for name in names)


def test_unknown_name_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("reportlab")
    monkeypatch.syspath_prepend(str(MAKE.parent))
    assert runpy.run_path(str(MAKE))["main"](["--into", str(tmp_path), "nosuch.pdf"]) == 2
    assert "no such sample: nosuch.pdf" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def same(made: bytes, shipped: bytes) -> bool:
    """Equal but for what another version of a font or a library may change: compression, and rounding of pixels."""
    if made.startswith(b"%PDF") and b"%%EOF" in made:
        password = "samples" if b"/Encrypt" in made else None
        return pdf_pages(made, password) == pdf_pages(shipped, password)
    if made.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(made)) as a, zipfile.ZipFile(io.BytesIO(shipped)) as b:
            return a.namelist() == b.namelist() and all(
                same(a.read(n), b.read(n)) for n in a.namelist() if not n.endswith("/")
            )
    if made[:4] in (b"\xff\xd8\xff\xe0", b"\x89PNG", b"II*\0"):
        with Image.open(io.BytesIO(made)) as a, Image.open(io.BytesIO(shipped)) as b:
            difference = ImageChops.difference(a.convert("L"), b.convert("L")).resize((50, 50), Image.Resampling.BOX)
            return a.size == b.size and int(difference.getextrema()[1]) < 24  # type: ignore[arg-type]
    if made.startswith(b"%PDF"):
        return abs(len(made) - len(shipped)) < len(shipped) // 10
    return made == shipped


@pytest.mark.programs
@pytest.mark.timeout(300)
def test_scripts_make_what_is_shipped(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(MAKE), "--into", str(tmp_path)], check=True, capture_output=True, timeout=240)
    made = {path.name for path in tmp_path.iterdir()}
    assert set(EXPECTED) - made == {"wartungsbericht-pumpe.doc"}
    different = [
        name for name in sorted(made) if not same((tmp_path / name).read_bytes(), (SAMPLES / name).read_bytes())
    ]
    assert different == []


@pytest.mark.programs
@pytest.mark.timeout(300)
def test_scripts_make_the_same_bytes_twice(tmp_path: Path) -> None:
    names = ["ferry-review-q1.pdf", "dossier-sinistre.pdf", "school-kitchen-paper.docx", "uebergabe.zip",
             "receipt-hardware-store.jpg",
             "contrato-nave-fax.tif", "payslip-encrypted.pdf"]  # fmt: skip
    for folder in ("one", "two"):
        subprocess.run(
            [sys.executable, str(MAKE), "--into", str(tmp_path / folder), *names], check=True, capture_output=True
        )
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def pictures(data: bytes, expected: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
    """Every unit that only OCR can read, as PNG bytes."""
    scans: list[tuple[int, Image.Image]] = []
    if expected["media_type"] == "application/pdf":
        document = pypdfium2.PdfDocument(data)
        for number, page in enumerate(document, start=1):
            if not page.get_textpage().get_text_range().strip():
                scans.append((number, page.render(scale=200 / 72).to_pil()))
        document.close()
    else:
        with Image.open(io.BytesIO(data)) as image:
            for number in range(1, expected["units"] + 1):
                image.seek(number - 1)
                scans.append((number, image.convert("L")))
    for number, scan in scans:
        buffer = io.BytesIO()
        scan.save(buffer, "PNG")
        yield number, buffer.getvalue()


SCANS = [
    pytest.param(data, expected, id=name)
    for name, data, expected in READABLE
    if expected["media_type"].startswith("image/") or name in {"nebenkosten-scan.pdf", "dossier-sinistre.pdf"}
]


@pytest.mark.programs
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("data", "expected"), SCANS)
def test_ocr_can_find_the_phrases(data: bytes, expected: dict[str, Any]) -> None:
    command = ["tesseract", "-", "-", "-l", TESSERACT[expected["language"]]]
    for number, png in pictures(data, expected):
        text = plain(subprocess.run(command, input=png, check=True, capture_output=True).stdout.decode("utf-8"))
        for phrase in expected["phrases"]:
            assert phrase["unit"] != number or phrase["text"] in text, (phrase, text)
