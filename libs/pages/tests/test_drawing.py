# SPDX-License-Identifier: Apache-2.0
"""Pages become pictures: right in size and turn, the same bytes each time, within their limits."""

from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_pages import cell, drawing
from ream_pages.kinds import FORMATS, OFFICE, PDF, way
from ream_pages.views import NotDrawn


def pdf(path: Path, *sizes: tuple[float, float]) -> Path:
    canvas = Canvas(str(path), invariant=1)
    for number, size in enumerate(sizes, 1):
        canvas.setPageSize(size)
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 0, size[0] / 2, size[1] / 2, fill=1, stroke=0)  # red below on the left
        canvas.drawString(size[0] * 0.6, size[1] * 0.8, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return path


def corner(path: Path) -> tuple[int, ...]:
    """The colour below on the left, when the picture is upright."""
    with Image.open(path) as picture:
        found = picture.convert("RGB").getpixel((2, picture.height - 3))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize(("dpi", "size"), [(75, (625, 833)), (150, (1250, 1667))])
def test_a_page_has_as_many_dots_as_asked_for(tmp_path: Path, dpi: int, size: tuple[int, int]) -> None:
    made = drawing.page(pdf(tmp_path / "a.pdf", (600, 800), (300, 100)), PDF, 1, dpi, tmp_path / "page")
    assert made.pages == 2
    assert (abs(made.width - size[0]), abs(made.height - size[1])) <= (1, 1)
    assert corner(tmp_path / "page") == (255, 0, 0)


def test_the_same_page_gives_the_same_bytes(tmp_path: Path) -> None:
    source = pdf(tmp_path / "a.pdf", (600, 800))
    for name in ("one", "two"):
        drawing.thumbnail(source, PDF, tmp_path / name)
        drawing.page(source, PDF, 1, 75, tmp_path / f"{name}.png")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize(
    ("size", "small"), [((600, 800), (192, 256)), ((14_000, 20), (256, 1)), ((20, 20), (80, 80)), ((3, 3), (12, 12))]
)
def test_a_thumbnail_is_small_whatever_the_page(
    tmp_path: Path, size: tuple[float, float], small: tuple[int, int]
) -> None:
    made = drawing.thumbnail(pdf(tmp_path / "a.pdf", size), PDF, tmp_path / "small")
    assert (abs(made.width - small[0]), abs(made.height - small[1])) <= (1, 1)
    assert max(made.width, made.height) <= drawing.SIDE
    assert (tmp_path / "small").stat().st_size < 20_000


@pytest.mark.slow
def test_a_huge_page_keeps_its_budget(tmp_path: Path) -> None:
    made = drawing.page(pdf(tmp_path / "a.pdf", (14_000, 14_000)), PDF, 1, 75, tmp_path / "page")
    assert made.width * made.height <= 25_100_000


def test_pages_that_are_not_there(tmp_path: Path) -> None:
    source = pdf(tmp_path / "a.pdf", (600, 800))
    for number in (0, 2):
        with pytest.raises(NotDrawn, match=f"no page {number}") as failed:
            drawing.page(source, PDF, number, 75, tmp_path / "page")
        assert failed.value.cause == "no-such-page"


@pytest.mark.parametrize("media_type", [PDF, *FORMATS])
def test_what_is_no_such_file_is_damaged(tmp_path: Path, media_type: str) -> None:
    (tmp_path / "a").write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    with pytest.raises(NotDrawn) as failed:
        drawing.thumbnail(tmp_path / "a", media_type, tmp_path / "small")
    assert failed.value.cause == "damaged"


def red_corner(mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste((255, 0, 0), (0, 100, 200, 200))
    return picture.convert(mode)


def saved(path: Path, picture: Image.Image, kind: str, **more: object) -> Path:
    picture.save(path, kind, **more)
    return path


def test_a_camera_that_lay_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # to be turned by 90 degrees clockwise
    lying = red_corner().transpose(Image.Transpose.ROTATE_90)
    saved(tmp_path / "a.jpg", lying, "JPEG", exif=exif)
    made = drawing.thumbnail(tmp_path / "a.jpg", "image/jpeg", tmp_path / "small")
    assert (made.width, made.height) == (256, 128)
    red, green, blue = corner(tmp_path / "small")
    assert red > 200
    assert max(green, blue) < 60


def test_what_is_transparent_lies_on_white(tmp_path: Path) -> None:
    picture = red_corner("RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))
    drawing.page(saved(tmp_path / "a.png", picture, "PNG"), "image/png", 1, 75, tmp_path / "page")
    assert corner(tmp_path / "page") == (255, 255, 255)


def test_deep_greys_keep_their_shades(tmp_path: Path) -> None:
    picture = Image.new("I;16", (100, 100), 20_000)
    picture.paste(60_000, (0, 50, 50, 100))
    drawing.page(saved(tmp_path / "a.png", picture, "PNG"), "image/png", 1, 75, tmp_path / "page")
    assert corner(tmp_path / "page") == (255, 255, 255)


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    first, second = Image.new("1", (300, 200), 1), red_corner()
    saved(tmp_path / "a.tif", first, "TIFF", save_all=True, append_images=[second], dpi=(100, 100))
    made = drawing.page(tmp_path / "a.tif", "image/tiff", 2, 75, tmp_path / "page")
    assert made.pages == 2
    assert corner(tmp_path / "page") == (255, 0, 0)


def test_too_many_pixels_are_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_pages.frames.PIXELS", 1_000)
    with pytest.raises(NotDrawn) as failed:
        drawing.thumbnail(saved(tmp_path / "a.png", red_corner(), "PNG"), "image/png", tmp_path / "small")
    assert failed.value.cause == "too-large"


def test_the_cell_says_what_it_drew_or_why_not(tmp_path: Path) -> None:
    source = pdf(tmp_path / "a.pdf", (600, 800), (300, 100))
    asked = {"path": str(source), "media_type": PDF}
    (page,) = cell.draw({**asked, "do": "page", "number": 2, "dpi": 75}, tmp_path)
    assert (page["file"], page["pages"]) == ("page", 2)
    assert (tmp_path / "page").exists()
    (missing,) = cell.draw({**asked, "do": "page", "number": 3, "dpi": 75}, tmp_path)
    assert missing["cause"] == "no-such-page"
    words = list(cell.draw({**asked, "do": "words"}, tmp_path))
    assert [(one["text"].strip(), one["width"]) for one in words] == [("Page 1", 600.0), ("Page 2", 300.0)]


def test_every_media_type_has_one_way() -> None:
    assert {way(one) for one in (PDF, *FORMATS)} == {"itself"}
    assert {way(one) for one in OFFICE} == {"laid-out"}
    assert way("text/html") == "text"
