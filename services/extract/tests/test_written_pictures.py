# SPDX-License-Identifier: Apache-2.0
"""Pictures that show writing go to ocr with the unit that they stand in; photographs cost a glance."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts import topics
from ream_contracts.artifacts import SegmentText
from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.reading import Item, Limits, PictureFound, Source, UnitRead, UnitScanned
from ream_extract.testing import answered, ingested, sent
from ream_extract.written_pictures import with_written_pictures
from ream_kit import Store
from ream_kit.testing import LocalBus

PROSE = "The harbour office counted the ships of the quarter and sent the invoices to the owners."


def screenshot(shade: int = 255, ink: int = 0) -> Image.Image:
    picture = Image.new("RGB", (600, 200), (shade,) * 3)
    pen = ImageDraw.Draw(picture)
    for line in range(4):
        pen.text(
            (20, 20 + 40 * line), PROSE[line * 10 : line * 10 + 40], fill=(ink,) * 3, font=ImageFont.load_default(20)
        )
    return picture


def photograph() -> Image.Image:
    small = Image.frombytes("RGB", (12, 9), bytes((at * 37) % 256 for at in range(12 * 9 * 3)))
    return small.resize((600, 450), Image.Resampling.BICUBIC)


def kept(folder: Path, name: str, picture: Image.Image, media_type: str = "image/png") -> PictureFound:
    picture.save(folder / name, media_type.partition("/")[2])
    return PictureFound(name, media_type, *picture.size)


def looked(folder: Path, *items: Item, ocr: str = "auto", pixels: int = 50_000_000) -> list[Item | None]:
    source = Source(folder / "file", "application/pdf", Limits(decoded_pixels=pixels), ocr=ocr)  # type: ignore[arg-type]
    return [item for item in with_written_pictures(items, source, folder) if item is not None]


def page(number: int, *pictures: PictureFound) -> UnitRead:
    return UnitRead(number, "page", PROSE, "text-layer", pictures=pictures)


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg"])
@pytest.mark.parametrize(("shade", "ink"), [(255, 0), (30, 220)])
def test_a_unit_with_a_picture_of_text_goes_to_ocr_with_its_own_text(
    tmp_path: Path, media_type: str, shade: int, ink: int
) -> None:
    shot = kept(tmp_path, "a", screenshot(shade, ink), media_type)
    plain = kept(tmp_path, "b", photograph())
    (said,) = looked(tmp_path, page(3, plain, shot))
    assert said == UnitScanned(3, "written-pictures", page(3, plain, replace(shot, writing=True)))


def test_a_photograph_a_tiny_picture_a_drawing_and_a_broken_file_keep_nothing_up(tmp_path: Path) -> None:
    tiny = kept(tmp_path, "tiny", screenshot().crop((0, 0, 60, 60)))
    (tmp_path / "broken").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    broken, drawing = PictureFound("broken", "image/png", 600, 200), PictureFound("broken", "image/emf", 0, 0)
    read = page(1, kept(tmp_path, "b", photograph()), tiny, broken, drawing)
    assert looked(tmp_path, read) == [read]


def test_a_picture_that_comes_again_is_read_where_it_comes_first(tmp_path: Path) -> None:
    shot = kept(tmp_path, "a", screenshot())
    first, second = looked(tmp_path, page(1, shot, shot), page(2, shot))
    assert isinstance(first, UnitScanned)
    assert first.kept is not None
    assert [one.writing for one in first.kept.pictures] == [True, False]
    assert second == page(2, shot)


def test_what_nobody_may_read_and_what_is_said_already_is_not_looked_at(tmp_path: Path) -> None:
    shot = kept(tmp_path, "a", screenshot())
    assert looked(tmp_path, page(1, shot), ocr="never") == [page(1, shot)]
    assert looked(tmp_path, page(1, replace(shot, said=True))) == [page(1, replace(shot, said=True))]


def test_a_picture_too_large_for_a_glance_is_taken_for_written(tmp_path: Path) -> None:
    (said,) = looked(tmp_path, page(1, kept(tmp_path, "a", photograph())), pixels=1000)
    assert isinstance(said, UnitScanned)


def pdf(
    folder: Path, picture: Image.Image, *, hidden: bool = False, box: tuple[float, ...] = (60, 100, 400, 130)
) -> Path:
    """A page of prose above a picture; where it is hidden, all of it lies invisibly over the picture."""
    canvas = Canvas(str(folder / "made.pdf"), pagesize=A4, invariant=1)
    held = io.BytesIO()
    picture.save(held, "PNG")
    canvas.drawImage(ImageReader(held), *box)
    text = canvas.beginText(80, 210 if hidden else 780)
    text.setFont("Helvetica", 10)
    text.setTextRenderMode(3 if hidden else 0)
    for _ in range(6):
        text.textLine(PROSE)
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return folder / "made.pdf"


def read(path: Path, scratch: Path) -> Iterator[Item]:
    source = Source(path, "application/pdf")
    items = with_written_pictures(EXTRACTOR.read(source, 1, 1, scratch), source, scratch)
    return (item for item in items if item is not None)


def test_a_page_of_text_with_a_screenshot_keeps_text_blocks_and_box(tmp_path: Path) -> None:
    (said,) = read(pdf(tmp_path, screenshot()), tmp_path)
    assert isinstance(said, UnitScanned)
    assert said.reason == "written-pictures"
    assert said.kept is not None
    assert said.kept.text.count(PROSE) == 6
    assert said.kept.blocks
    (picture,) = said.kept.pictures
    assert picture.writing
    assert picture.box == pytest.approx((60, A4[1] - 230, 460, A4[1] - 100), abs=0.2)


def test_a_page_of_text_with_a_photograph_is_read_at_once(tmp_path: Path) -> None:
    (said,) = read(pdf(tmp_path, photograph()), tmp_path)
    assert isinstance(said, UnitRead)
    assert len(said.pictures) == 1


def test_a_scan_under_hidden_text_is_not_read_once_more(tmp_path: Path) -> None:
    (said,) = read(pdf(tmp_path, screenshot(), hidden=True), tmp_path)
    assert isinstance(said, UnitRead)
    assert [one.said for one in said.pictures] == [True]


def test_a_page_is_found_by_its_own_text_while_its_picture_is_read(bus: LocalBus, store: Store, tmp_path: Path) -> None:
    document = ingested(store, pdf(tmp_path, screenshot()).read_bytes(), "application/pdf")
    sent(bus, document)
    assert answered(bus) == [1]
    (scan,) = bus.sent(topics.SEGMENTS_SCANNED)
    (early,) = bus.sent(topics.SEGMENTS_READ)
    assert (early.early, early.text, early.holds, early.units) == (True, scan.kept, scan.kept_holds, scan.units)
    assert (early.method, early.characters) == ("text-layer", len(store.text(early)))
    (unit,) = store.get_artifact(SegmentText, early.text).units
    assert [one.writing for one in unit.pictures] == [True]
    assert store.exists(unit.pictures[0].object)
    bus.put(topics.DOCUMENTS_INGESTED, replace(document, run=2))
    bus.run()
    assert len(bus.sent(topics.SEGMENTS_READ)) == 1, "what the first run read is found meanwhile"
    assert len(bus.sent(topics.SEGMENTS_SCANNED)) == 2


def test_a_document_that_is_nothing_but_a_picture_has_no_text_to_be_found_early(bus: LocalBus, store: Store) -> None:
    held = io.BytesIO()
    made = docx.Document()
    shot = io.BytesIO()
    screenshot().save(shot, "PNG")
    made.add_picture(shot)
    made.save(held)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    sent(bus, ingested(store, held.getvalue(), kind))
    (scan,) = bus.sent(topics.SEGMENTS_SCANNED)
    assert (scan.reason, scan.segment) == ("written-pictures", 1)
    assert bus.sent(topics.SEGMENTS_READ) == []
