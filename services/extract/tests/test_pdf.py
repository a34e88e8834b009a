# SPDX-License-Identifier: Apache-2.0
"""PDF: text, judgement, pictures, notes, fields, attachments; encrypted and damaged files."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link, Text
from pypdf.constants import PageLabelStyle, UserAccessPermissions
from pypdf.generic import ArrayObject, DictionaryObject, EmbeddedFile, NameObject, NumberObject
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_extract import pdf_structure
from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.pdf_structure import look
from ream_extract.planning import lay_out
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, UnitRead, UnitScanned, Unreadable
from ream_tests import raw_pdf

BODY = "The auditors examined the accounts of the company and found no reason to doubt the figures at all."


def noise(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).line((0, 0, width, height), fill="black", width=5)
    return picture


def made(path: Path, *pages: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path), pageCompression=1)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def words(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 20)
    canvas.drawString(72, 780, "Annual report")
    canvas.setFont("Helvetica", 10)
    for line in range(20):
        canvas.drawString(72, 740 - 14 * line, f"{line}. {BODY}")


def scan(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(noise(600, 800)), 0, 0, 595, 842)


def blank(canvas: Canvas) -> None:
    del canvas


def lines(canvas: Canvas) -> None:
    canvas.rect(100, 100, 200, 200)


def read(path: Path, scratch: Path, last: int = 0, **how: object) -> list[Item]:
    source = Source(path, "application/pdf", **how)  # type: ignore[arg-type]
    plan = EXTRACTOR.plan(source)
    reading = EXTRACTOR.read(source, 1, last or sum(run.count for run in plan.units), scratch)
    return [item for item in reading if item is not None]


def test_pages_are_read_or_left_to_ocr(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", words, scan, blank, lines)
    first, second, third, fourth = read(path, tmp_path)
    assert isinstance(first, UnitRead)
    assert first.text.startswith("Annual report\n0. The auditors")
    assert (first.method, first.confidence, first.kind) == ("text-layer", 100, "page")
    assert (first.width, first.height) == (595.28, 841.89)
    assert [(heading.level, heading.text, heading.offset) for heading in first.headings] == [(1, "Annual report", 0)]
    assert second == UnitScanned(2, "no-text", None)
    assert isinstance(third, UnitRead)
    assert (third.text, third.method) == ("", "none")
    assert fourth == UnitScanned(4, "no-text", None)


def test_settings_can_send_all_pages_to_ocr_or_none(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", words, scan)
    always = read(path, tmp_path, ocr="always")
    assert [type(item) for item in always] == [UnitScanned, UnitScanned]
    assert isinstance(always[0], UnitScanned)
    assert always[0].kept is not None
    assert "auditors" in always[0].kept.text
    assert [type(item) for item in read(path, tmp_path, ocr="never")] == [UnitRead, UnitRead]


def test_stamped_scan_goes_to_ocr_with_its_stamp(tmp_path: Path) -> None:
    def stamped(canvas: Canvas) -> None:
        scan(canvas)
        canvas.drawString(72, 20, "EXHIBIT 12")

    (page,) = read(made(tmp_path / "a.pdf", stamped), tmp_path)
    assert isinstance(page, UnitScanned)
    assert page.reason == "no-text"
    assert page.kept is not None
    assert page.kept.text == "EXHIBIT 12"
    assert page.kept.pictures == ()


def annotated(path: Path) -> Path:
    writer = PdfWriter(clone_from=made(path.with_suffix(".plain.pdf"), words, words))
    writer.add_annotation(0, Text(rect=(50, 550, 200, 650), text="Check this figure", open=False))
    writer.add_annotation(0, FreeText(text="PAID", rect=(50, 50, 200, 90)))
    writer.add_annotation(0, Link(rect=(50, 50, 100, 70), url="https://example.org/a?b=1"))
    writer.add_attachment("data.csv", b"a,b\n1,2\n")
    writer.add_attachment("notes.txt", b"see page 2")
    writer.add_metadata({"/Title": "Report", "/Author": "A. Nother"})
    writer.write(path)
    return path


def test_notes_links_and_attachments(tmp_path: Path) -> None:
    path = annotated(tmp_path / "a.pdf")
    plan = EXTRACTOR.plan(Source(path, "application/pdf"))
    assert [(run.kind, run.count) for run in plan.units] == [("page", 2), ("attachment", 2)]
    assert plan.metadata["title"] == "Report"
    items = read(path, tmp_path)
    page = items[0]
    assert isinstance(page, UnitRead)
    assert {(note.kind, note.text) for note in page.annotations} == {
        ("note", "Check this figure"),
        ("text", "PAID"),
        ("link", "https://example.org/a?b=1"),
    }
    assert "Check this figure" in page.text
    assert "PAID" in page.text
    assert "example.org" not in page.text
    children = [item for item in items if isinstance(item, ChildRead)]
    assert [(child.unit, child.name, (tmp_path / child.file).read_bytes()) for child in children] == [
        (3, "data.csv", b"a,b\n1,2\n"),
        (4, "notes.txt", b"see page 2"),
    ]


def test_attachments_alone_can_be_read(tmp_path: Path) -> None:
    path = annotated(tmp_path / "a.pdf")
    items = list(EXTRACTOR.read(Source(path, "application/pdf", child_budget=9), 3, 4, tmp_path))
    assert [type(item) for item in items] == [ChildRead, UnitFailed]
    assert items[1] == UnitFailed(4, "family-limit")


def nested(path: Path) -> Path:
    """A file whose list of attachments is a tree, one branch deeper than pypdf looks."""
    writer = PdfWriter(clone_from=annotated(path.with_suffix(".flat.pdf")))
    names: Any = writer.root_object["/Names"]
    tree = names["/EmbeddedFiles"].get_object()
    (first_name, first, second_name, second) = tree["/Names"]
    leaf = DictionaryObject({NameObject("/Names"): ArrayObject([second_name, second])})
    branch = DictionaryObject({NameObject("/Kids"): ArrayObject([writer._add_object(leaf)])})
    shallow = DictionaryObject({NameObject("/Names"): ArrayObject([first_name, first])})
    del tree["/Names"]
    tree[NameObject("/Kids")] = ArrayObject([writer._add_object(shallow), writer._add_object(branch)])
    writer.write(path)
    return path


def test_attachments_that_pypdf_does_not_list_are_counted_and_taken_from_pdfium(tmp_path: Path) -> None:
    path = nested(tmp_path / "a.pdf")
    plan = EXTRACTOR.plan(Source(path, "application/pdf"))
    assert [(run.kind, run.count) for run in plan.units] == [("page", 2), ("attachment", 2)]
    assert plan.metadata["attachments_counted"] == "pdfium 2, pypdf 1"
    children = [item for item in EXTRACTOR.read(Source(path, "application/pdf"), 3, 4, tmp_path)]
    assert all(isinstance(child, ChildRead) for child in children)
    assert [
        (child.name, (tmp_path / child.file).read_bytes()) for child in children if isinstance(child, ChildRead)
    ] == [
        ("data.csv", b"a,b\n1,2\n"),
        ("notes.txt", b"see page 2"),
    ]


def test_attachments_are_decoded_when_their_turn_comes_by_whoever_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = annotated(tmp_path / "a.pdf")
    asked: list[str] = []

    def content(one: EmbeddedFile) -> bytes:
        asked.append(one.name)
        raise ValueError("larger than it decodes")

    monkeypatch.setattr(EmbeddedFile, "content", property(content))
    reading = EXTRACTOR.read(Source(path, "application/pdf"), 4, 4, tmp_path)
    (child,) = reading
    assert asked == ["notes.txt"]
    assert isinstance(child, ChildRead)
    assert (tmp_path / child.file).read_bytes() == b"see page 2"
    small = Source(path, "application/pdf", Limits(child_bytes=9))
    assert list(EXTRACTOR.read(small, 4, 4, tmp_path)) == [UnitFailed(4, "too-large")]


def test_form_fields_are_text(tmp_path: Path) -> None:
    def form(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Name:")
        canvas.acroForm.textfield(name="surname", value="Nightingale", x=120, y=690, width=200, height=20)
        canvas.acroForm.checkbox(name="agreed", checked=True, x=120, y=650)

    path = made(tmp_path / "a.pdf", form)
    assert EXTRACTOR.plan(Source(path, "application/pdf")).metadata["form"] == "acroform"
    (page,) = read(path, tmp_path)
    assert isinstance(page, UnitRead)
    assert page.text == "Name:\nNightingale"
    assert {note.text for note in page.annotations} == {"surname: Nightingale", "agreed: Yes"}


def encrypted(path: Path, user: str) -> Path:
    writer = PdfWriter(clone_from=made(path.with_suffix(".plain.pdf"), words))
    writer.encrypt(user, "owner", permissions_flag=UserAccessPermissions.PRINT, algorithm="AES-256")
    writer.write(path)
    return path


def test_encrypted_without_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        EXTRACTOR.plan(Source(encrypted(tmp_path / "a.pdf", "secret"), "application/pdf"))
    assert (refused.value.cause, refused.value.verdict) == ("encrypted", "failed")


def test_what_opens_without_password_is_read_and_its_permissions_noted(tmp_path: Path) -> None:
    path = encrypted(tmp_path / "a.pdf", "")
    plan = EXTRACTOR.plan(Source(path, "application/pdf"))
    assert plan.metadata["encrypted"] == "opens without a password"
    assert "print" in plan.metadata["permissions"]
    assert "extract" not in plan.metadata["permissions"].split()
    (page,) = read(path, tmp_path)
    assert isinstance(page, UnitRead)
    assert "auditors" in page.text


def test_rotation_and_labels(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=made(tmp_path / "plain.pdf", words, words))
    writer.pages[0].rotate(90)
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN, start=4)
    writer.write(tmp_path / "a.pdf")
    first, second = read(tmp_path / "a.pdf", tmp_path)
    assert isinstance(first, UnitRead)
    assert isinstance(second, UnitRead)
    assert (first.rotation, first.label, second.label) == (90, "iv", "v")
    assert first.width > first.height


def test_truncated_and_garbage_files_are_damaged(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole.pdf", words).read_bytes()
    for number, data in enumerate([whole[:200], b"%PDF-1.7\n", b"%PDF-1.4\n" + bytes(3000), b""]):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(data)
        with pytest.raises(Unreadable) as refused:
            EXTRACTOR.plan(Source(path, "application/pdf"))
        assert refused.value.cause == "damaged"


def test_a_file_without_its_end_is_repaired(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole.pdf", words, words).read_bytes()
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(whole[: whole.rindex(b"startxref")])
    assert [type(item) for item in read(cut, tmp_path)] == [UnitRead, UnitRead]


def test_two_counts_that_differ_give_the_larger_and_a_word(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", words, words, words)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"/Count 3", b"/Count 9"))
    plan = EXTRACTOR.plan(Source(path, "application/pdf"))
    assert plan.units[0].count >= 3
    items = read(path, tmp_path)
    assert len(items) == plan.units[0].count
    assert sum(isinstance(item, UnitRead) for item in items) == 3
    assert look(path).pages == 3


@pytest.mark.parametrize("declared", [25_000, 9_999_999_999])
def test_a_count_that_lies_gives_a_bounded_number_of_pages_and_ends(tmp_path: Path, declared: int) -> None:
    writer = PdfWriter(clone_from=made(tmp_path / "a.pdf", words))
    writer.root_object["/Pages"][NameObject("/Count")] = NumberObject(declared)  # type: ignore[index]
    path = tmp_path / "lie.pdf"
    writer.write(path)
    path.write_bytes(re.sub(rb"/Count \d+", b"/Count %d" % declared, path.read_bytes()))
    plan = EXTRACTOR.plan(Source(path, "application/pdf"))
    assert 1 <= plan.units[0].count <= 20, "there are no more pages than objects"
    assert "pypdf more than 20000 declared" in plan.metadata["pages_counted"]
    laid = lay_out(plan.units, Limits().units)
    assert laid.units <= 100_000
    assert laid.beyond < 2**31
    items = list(filter(None, EXTRACTOR.read(Source(path, "application/pdf"), 1, min(16, laid.units), tmp_path)))
    assert isinstance(items[0], UnitRead)
    assert items[1:] == [UnitFailed(unit, "damaged") for unit in range(2, 1 + len(items))]


def test_structure_is_read_once_for_all_runs_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def reader(path: Path, strict: bool) -> PdfReader:
        opened.append(path)
        return PdfReader(path, strict=strict)

    monkeypatch.setattr(pdf_structure, "PdfReader", reader)
    path = made(tmp_path / "a.pdf", words, words)
    assert look(path).pages == look(path).pages == 2
    assert len(opened) == 1
    made(path, words)
    assert look(path).pages == 1


def test_page_tree_that_bites_its_tail_ends(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=made(tmp_path / "a.pdf", words))
    tree = writer.root_object["/Pages"]
    tree["/Kids"].append(writer.root_object.raw_get("/Pages"))  # type: ignore[index]
    writer.write(tmp_path / "loop.pdf")
    plan = EXTRACTOR.plan(Source(tmp_path / "loop.pdf", "application/pdf"))
    assert plan.units[0].count >= 1


NO_PAGE = b"<</Type/Pages/Kids[]/Count 0>>"


def test_a_file_without_a_page_has_nothing_to_read_and_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(raw_pdf.pdf([b"<</Type/Catalog/Pages 2 0 R>>", NO_PAGE]))
    assert EXTRACTOR.plan(Source(path, "application/pdf")).units == ()


def test_files_in_a_file_without_a_page_are_taken_out(tmp_path: Path) -> None:
    names = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.txt) 3 0 R]>>>>>>"
    file = b"<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 4 0 R>>>>"
    path = tmp_path / "a.pdf"
    path.write_bytes(raw_pdf.pdf([names, NO_PAGE, file, raw_pdf.stream(b"/Type/EmbeddedFile", b"hello")]))
    (child,) = read(path, tmp_path)
    assert isinstance(child, ChildRead)
    assert (child.unit, child.name, (tmp_path / child.file).read_bytes()) == (1, "a.txt", b"hello")


def test_a_file_whose_tree_of_pages_is_not_there_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for catalogue in (b"<</Type/Catalog>>", b"<</Type/Catalog/Pages 9 0 R>>"):
        path.write_bytes(raw_pdf.pdf([catalogue]))
        with pytest.raises(Unreadable) as refused:
            EXTRACTOR.plan(Source(path, "application/pdf"))
        assert refused.value.cause == "damaged"


def test_a_page_whose_content_is_not_in_the_file_is_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(raw_pdf.page([], b"").replace(b"/Contents[]", b"/Contents 44 0 R"))
    assert read(path, tmp_path) == [UnitFailed(1, "damaged-content")]
    path.write_bytes(raw_pdf.page([], b""))
    (blank_page,) = read(path, tmp_path)
    assert isinstance(blank_page, UnitRead)


def outcome(path: Path, scratch: Path) -> str:
    try:
        return "read" if read(path, scratch) else "empty"
    except Unreadable as refused:
        return refused.cause


def test_no_bytes_harm(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole.pdf", words).read_bytes()
    outcomes = set()
    for place in range(0, len(whole), max(1, len(whole) // 30)):
        broken = bytearray(whole)
        broken[place : place + 3] = b"\xff\x00("
        path = tmp_path / "broken.pdf"
        path.write_bytes(broken)
        outcomes.add(outcome(path, tmp_path))
    assert "read" in outcomes
    assert outcomes <= {"read", "damaged", "encrypted"}
