# SPDX-License-Identifier: Apache-2.0
"""Pictures of PDF pages: which are kept, in what form, and what is said of those that are not."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.reading import Item, Limits, Source, UnitRead


def noise(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).line((0, 0, width, height), fill="black", width=5)
    return picture


def words(canvas: Canvas) -> None:
    for line in range(20):
        canvas.drawString(72, 740 - 14 * line, f"{line}. The auditors examined the accounts of the company.")


def made(path: Path, *pages: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path), pageCompression=1)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def read(path: Path, scratch: Path, **how: object) -> list[Item]:
    source = Source(path, "application/pdf", **how)  # type: ignore[arg-type]
    reading = EXTRACTOR.read(source, 1, EXTRACTOR.plan(source).units[0].count, scratch)
    return [item for item in reading if item is not None]


def test_pictures_are_taken_out_once_with_their_place(tmp_path: Path) -> None:
    image = ImageReader(noise(200, 100))

    def with_picture(canvas: Canvas) -> None:
        words(canvas)
        canvas.drawImage(image, 100, 300, 200, 100)

    pages = read(made(tmp_path / "a.pdf", with_picture, with_picture), tmp_path)
    pictures = [page.pictures[0] for page in pages if isinstance(page, UnitRead)]
    assert len(pictures) == 2
    assert pictures[0].file == pictures[1].file
    assert (pictures[0].width, pictures[0].height) == (200, 100)
    with Image.open(tmp_path / pictures[0].file) as opened:
        assert opened.size == (200, 100)
    assert pictures[0].box == pytest.approx((100, 841.89 - 400, 300, 841.89 - 300), abs=0.2)
    assert all(page.pictures == () for page in read(tmp_path / "a.pdf", tmp_path, pictures=False))  # type: ignore[union-attr]


def test_pictures_over_the_limit_stay_in_their_page_with_a_note(tmp_path: Path) -> None:
    def many(canvas: Canvas) -> None:
        words(canvas)
        for place in range(5):
            canvas.drawImage(ImageReader(noise(40 + place, 40)), 100, 100 + 50 * place, 40, 40)
        canvas.drawImage(ImageReader(noise(400, 400)), 300, 100, 40, 40)

    (page,) = read(made(tmp_path / "a.pdf", many), tmp_path, limits=Limits(pictures_per_unit=3, picture_pixels=10_000))
    assert isinstance(page, UnitRead)
    assert len(page.pictures) == 3
    assert all(picture.width < 100 for picture in page.pictures)
    assert [(note.kind, note.text) for note in page.annotations] == [
        ("pictures", "3 pictures left out: 3 beyond the first 3.")
    ]
    assert "left out" not in page.text
    (page,) = read(tmp_path / "a.pdf", tmp_path, limits=Limits(picture_pixels=10_000))
    assert isinstance(page, UnitRead)
    assert len(page.pictures) == 5
    assert [note.text for note in page.annotations] == ["1 picture left out: 1 of more than 0.01 megapixels."]


def test_a_photo_is_kept_as_it_is_whatever_decoding_it_would_cost(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (8_000, 5_000), "navy").save(photo)

    def with_photo(canvas: Canvas) -> None:
        words(canvas)
        canvas.drawImage(str(photo), 100, 100, 100, 100)
        for place in range(3):
            canvas.drawImage(ImageReader(noise(600 + place, 500)), 100, 200 + 100 * place, 100, 100)

    path = made(tmp_path / "a.pdf", with_photo)
    (page,) = read(path, tmp_path)
    assert isinstance(page, UnitRead)
    assert [picture.width for picture in page.pictures] == [8_000, 600, 601, 602]
    assert (tmp_path / page.pictures[0].file).read_bytes() == photo.read_bytes()
    assert page.annotations == ()
    (page,) = read(path, tmp_path, limits=Limits(decoded_pixels=600 * 500))
    assert isinstance(page, UnitRead)
    assert [picture.width for picture in page.pictures] == [8_000, 600]
    assert [note.text for note in page.annotations] == [
        "2 pictures left out: 2 of more than 0.3 megapixels that are no file of their own."
    ]
    (page,) = read(path, tmp_path, limits=Limits(decoded_pixels=602 * 500))
    assert isinstance(page, UnitRead)
    assert [picture.width for picture in page.pictures] == [8_000, 600, 601]
    assert [note.text for note in page.annotations] == [
        "1 picture left out: 1 for which the page has too many large ones."
    ]


def test_a_picture_in_the_colours_of_print_is_kept(tmp_path: Path) -> None:
    def printed(canvas: Canvas) -> None:
        words(canvas)
        canvas.drawImage(ImageReader(noise(60, 50).convert("CMYK")), 100, 100, 100, 100)

    (page,) = read(made(tmp_path / "a.pdf", printed), tmp_path)
    assert isinstance(page, UnitRead)
    assert [(picture.width, picture.media_type) for picture in page.pictures] == [(60, "image/png")]
    with Image.open(tmp_path / page.pictures[0].file) as opened:
        assert opened.convert("RGB").getpixel((40, 5)) == (255, 255, 255)


def test_pictures_are_files_that_open(tmp_path: Path) -> None:
    held = io.BytesIO()
    noise(300, 300).save(held, "JPEG")
    held.seek(0)

    def with_photo(canvas: Canvas) -> None:
        words(canvas)
        canvas.drawImage(ImageReader(held), 100, 100, 100, 100)

    (page,) = read(made(tmp_path / "a.pdf", with_photo), tmp_path)
    assert isinstance(page, UnitRead)
    assert [picture.media_type for picture in page.pictures] == ["image/jpeg"]


def bands(canvas: Canvas, picture: Image.Image, high: int, *, upwards: bool = False, left: float = 100) -> None:
    """Draws a picture as printer drivers do, band by band; a pixel is half a point."""
    tops = range(0, picture.height, high)
    for top in reversed(tops) if upwards else tops:
        band = picture.crop((0, top, picture.width, min(picture.height, top + high)))
        down = (top + band.height) / 2
        canvas.drawImage(ImageReader(band), left, 400 - down, band.width / 2, band.height / 2)


@pytest.mark.parametrize("upwards", [False, True])
def test_the_bands_of_a_picture_are_one_picture(tmp_path: Path, upwards: bool) -> None:
    whole = Image.linear_gradient("L").resize((300, 230)).convert("RGB")
    ImageDraw.Draw(whole).text((10, 50), "across the bands", fill="white")

    def page(canvas: Canvas) -> None:
        words(canvas)
        bands(canvas, whole, 20, upwards=upwards)

    (read_page,) = read(made(tmp_path / "a.pdf", page), tmp_path)
    assert isinstance(read_page, UnitRead)
    (picture,) = read_page.pictures
    assert picture.box == pytest.approx((100, 441.89, 250, 441.89 + 115), abs=0.3)
    with Image.open(tmp_path / picture.file) as opened:
        assert opened.convert("RGB").tobytes() == whole.tobytes()


def test_bands_that_are_jpeg_become_a_jpeg(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        words(canvas)
        for number, name in enumerate(("one", "two")):
            noise(300, 50).save(tmp_path / f"{name}.jpg")
            canvas.drawImage(str(tmp_path / f"{name}.jpg"), 100, 300 - number * 25, 150, 25)

    (read_page,) = read(made(tmp_path / "a.pdf", page), tmp_path)
    assert isinstance(read_page, UnitRead)
    (picture,) = read_page.pictures
    assert (picture.media_type, picture.width, picture.height) == ("image/jpeg", 300, 100)
    with Image.open(tmp_path / picture.file) as opened:
        assert (opened.format, opened.size) == ("JPEG", (300, 100))


def test_pictures_beside_or_apart_from_each_other_stay_several(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        words(canvas)
        image = ImageReader(noise(100, 80))
        canvas.drawImage(image, 100, 300, 100, 80)
        canvas.drawImage(image, 200, 300, 100, 80)
        canvas.drawImage(image, 200, 200, 100, 80)
        canvas.drawImage(image, 350, 280, 80, 100)

    (read_page,) = read(made(tmp_path / "a.pdf", page), tmp_path)
    assert isinstance(read_page, UnitRead)
    assert len(read_page.pictures) == 4


def test_bands_that_are_too_large_together_are_kept_apart(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        words(canvas)
        bands(canvas, Image.linear_gradient("L").resize((300, 200)).convert("RGB"), 50)

    (read_page,) = read(made(tmp_path / "a.pdf", page), tmp_path, limits=Limits(decoded_pixels=20_000))
    assert isinstance(read_page, UnitRead)
    assert [one.height for one in read_page.pictures] == [50] * len(read_page.pictures)
