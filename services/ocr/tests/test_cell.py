# SPDX-License-Identifier: Apache-2.0
"""What is read inside a cell: real files in every state that files come in."""

import io
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageDraw, ImageFont, TiffImagePlugin

from ream_kit import Retry
from ream_kit.cells import Cells
from ream_ocr.cell import read
from ream_ocr.engines import ENGINES
from ream_ocr.languages import tessdata
from ream_ocr.parameters import Parameters
from ream_ocr.reader import Job, Reader
from ream_ocr.testing import TEXTS, character_error_rate, draw
from ream_ocr.views import Budget
from ream_tests.heic import TWO_PICTURES, WORDS

pytestmark = pytest.mark.programs

MEDIA = {
    "png": "image/png", "jpg": "image/jpeg", "tif": "image/tiff", "pdf": "application/pdf", "gif": "image/gif",
    "heic": "image/heic", "avif": "image/avif",
}  # fmt: skip


def look(path: Path, *units: int, engine: str = "tesserocr", pixels: int = 25_000_000) -> list[dict[str, Any]]:
    request = {
        "path": str(path),
        "media_type": MEDIA[path.suffix[1:]],
        "units": list(units or (1,)),
        "engine": engine,
        "tessdata": str(tessdata(None)),
        "languages": ["eng", "deu"],
        "budget": {"pixels": pixels},
    }
    return list(read(request, path.parent))


def one(path: Path, pixels: int = 25_000_000) -> dict[str, Any]:
    (answer,) = look(path, pixels=pixels)
    return answer


@pytest.mark.parametrize("engine", ENGINES)
def test_reads_a_picture_with_either_engine(tmp_path: Path, engine: str) -> None:
    picture, truth = draw(TEXTS["eng"], size=(900, 700))
    picture.save(tmp_path / "page.png", dpi=(200, 200))
    (answer,) = look(tmp_path / "page.png", engine=engine)
    assert character_error_rate(answer["text"], truth) < 0.01
    assert (answer["unit"], answer["kind"], answer["rotation"], answer["looks"]) == (1, "image", 0, 1)
    assert (answer["width"], answer["height"]) == (pytest.approx(324, abs=1), pytest.approx(252, abs=1))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_brings_turned_pages_upright(tmp_path: Path, turn: int) -> None:
    picture, truth = draw(TEXTS["eng"], times=2, size=(1000, 1200))
    picture.rotate(turn, expand=True).save(tmp_path / "page.png")
    answer = one(tmp_path / "page.png")
    assert character_error_rate(answer["text"], truth) < 0.01
    assert answer["rotation"] == turn


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_brings_a_turned_page_of_few_words_upright(tmp_path: Path, turn: int) -> None:
    picture, _ = draw("Invoice number 4711 of Tuesday", size=(1000, 1200))
    picture.rotate(turn, expand=True).save(tmp_path / "page.png")
    assert one(tmp_path / "page.png")["text"] == "Invoice number 4711 of Tuesday"


@pytest.mark.parametrize("skew", [4, -8, 14])
def test_reads_pages_that_lie_askew(tmp_path: Path, skew: float) -> None:
    picture, truth = draw(TEXTS["eng"], times=2, skew=skew)
    picture.save(tmp_path / "page.png")
    assert character_error_rate(one(tmp_path / "page.png")["text"], truth) < 0.05


def test_reads_pages_full_of_noise(tmp_path: Path) -> None:
    picture, truth = draw(TEXTS["eng"], times=4, blur=1.0, noise=110)
    picture.save(tmp_path / "page.png")
    assert character_error_rate(one(tmp_path / "page.png")["text"], truth) < 0.02


def test_reads_small_letters_from_nearer(tmp_path: Path) -> None:
    picture, truth = draw(TEXTS["eng"], letters=11, size=(800, 400))
    picture.save(tmp_path / "page.png")
    answer = one(tmp_path / "page.png")
    assert answer["looks"] > 1
    assert character_error_rate(answer["text"], truth) < 0.02


def test_an_orientation_noted_by_the_camera_is_followed(tmp_path: Path) -> None:
    picture, truth = draw(TEXTS["eng"], size=(900, 700))
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its left side
    picture.rotate(90, expand=True).save(tmp_path / "photo.jpg", exif=exif, quality=90)
    answer = one(tmp_path / "photo.jpg")
    assert (answer["rotation"], answer["looks"]) == (0, 1)
    assert character_error_rate(answer["text"], truth) < 0.01


def test_a_blank_page_has_no_text_and_is_sure_of_it(tmp_path: Path) -> None:
    Image.new("L", (1654, 2339), 250).save(tmp_path / "page.png")
    answer = one(tmp_path / "page.png")
    assert (answer["text"], answer["confidence"]) == ("", 100)


def test_a_blank_page_with_dust_has_no_text(tmp_path: Path) -> None:
    page = Image.blend(Image.new("L", (1654, 2339), 255), Image.effect_noise((1654, 2339), 60), 0.15)
    page.putpixel((800, 800), 0)
    page.save(tmp_path / "page.png")
    assert one(tmp_path / "page.png")["text"] == ""


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_pictures_too_small_for_letters_have_no_text(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = Image.new("L", size, 255)
    picture.putpixel((0, 0), 0)
    picture.save(tmp_path / "dot.png")
    assert one(tmp_path / "dot.png")["text"] == ""


def test_every_page_of_a_tiff_is_read_by_its_number(tmp_path: Path) -> None:
    frames = [draw(text, size=(700, 150))[0].convert("1") for text in ("first page", "second page", "third page")]
    frames[0].save(tmp_path / "fax.tif", save_all=True, append_images=frames[1:], compression="group4")
    answers = look(tmp_path / "fax.tif", 3, 1)
    assert [(answer["unit"], answer["text"]) for answer in answers] == [(3, "third page"), (1, "first page")]
    (beyond,) = look(tmp_path / "fax.tif", 4)
    assert beyond["cause"] == "no-such-page"


def test_a_single_picture_is_read_whatever_its_number_in_the_document(tmp_path: Path) -> None:
    draw("picture seven", size=(700, 150))[0].save(tmp_path / "picture.png")
    (answer,) = look(tmp_path / "picture.png", 7)
    assert (answer["unit"], answer["text"]) == (7, "picture seven")


def test_reads_the_pictures_of_a_heic_and_what_is_cut_off_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "two.heic"
    path.write_bytes(TWO_PICTURES)
    assert tuple(answer["text"] for answer in look(path, 1, 2)) == WORDS
    path.write_bytes(TWO_PICTURES[:-200])
    assert [answer.get("cause") for answer in look(path, 2)] == ["damaged"]


def test_reads_avif(tmp_path: Path) -> None:
    draw("picture seven", size=(700, 150))[0].save(tmp_path / "a.avif")
    assert one(tmp_path / "a.avif")["text"] == "picture seven"


def test_frames_of_an_animation_are_not_pages(tmp_path: Path) -> None:
    frames = [draw(text, size=(700, 150))[0] for text in ("first frame", "second frame")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert one(tmp_path / "moving.gif")["text"] == "first frame"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_reads_every_kind_of_colour(tmp_path: Path, mode: str) -> None:
    picture, _ = draw("colours of letters", size=(700, 150))
    name = tmp_path / ("page.tif" if mode == "CMYK" else "page.png")
    coloured = (
        picture.convert("I").point(lambda v: v * 257).convert("I;16") if mode == "I;16" else picture.convert(mode)
    )
    coloured.save(name)
    assert one(name)["text"] == "colours of letters"


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    picture, _ = draw("letters on glass", size=(700, 150))
    glass = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    glass.putalpha(picture.point(lambda value: 255 - value))
    glass.save(tmp_path / "glass.png")
    assert one(tmp_path / "glass.png")["text"] == "letters on glass"


def huge_png(side: int) -> bytes:
    """A PNG of a few bytes that says it has side x side pixels."""
    head = struct.pack("!IIBBBBB", side, side, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(huge_png(60_000))
    answer = one(tmp_path / "bomb.png")
    assert answer["cause"] == "too-large"
    assert "60000 x 60000" in answer["reason"]


def test_a_large_page_is_read_within_its_budget(tmp_path: Path) -> None:
    picture, truth = draw(TEXTS["eng"], letters=60, size=(2000, 1400))
    picture.save(tmp_path / "page.png", dpi=(200, 200))
    assert character_error_rate(one(tmp_path / "page.png", pixels=900_000)["text"], truth) < 0.01


def test_a_broken_page_in_a_good_file_fails_alone(tmp_path: Path) -> None:
    frames = [draw(text, size=(700, 150))[0].convert("RGB") for text in ("first page", "second page")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    data = bytearray(buffer.getvalue())
    with Image.open(buffer) as whole:
        whole.seek(1)
        assert isinstance(whole, TiffImagePlugin.TiffImageFile)
        start = whole.tag_v2[273][0]
    (tmp_path / "cut.tif").write_bytes(data[: start + 1000])
    first, second = look(tmp_path / "cut.tif", 1, 2)
    assert first["text"] == "first page"
    assert second["cause"] == "damaged"


@pytest.mark.parametrize("cut", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "pdf"])
def test_what_is_cut_off_fails_as_damaged(tmp_path: Path, ending: str, cut: float) -> None:
    picture, _ = draw(TEXTS["eng"], size=(900, 700))
    whole = tmp_path / f"whole.{ending}"
    picture.save(whole)
    data = whole.read_bytes()
    broken = tmp_path / f"broken.{ending}"
    broken.write_bytes(data[: int(len(data) * cut)])
    answers = look(broken, 1, 2)
    assert [answer["unit"] for answer in answers] == [1, 2]
    assert {answer["cause"] for answer in answers} == {"damaged"}
    assert all(answer["reason"] for answer in answers)


def test_a_file_of_another_kind_than_it_was_called_is_damaged(tmp_path: Path) -> None:
    draw("not a TIFF", size=(700, 150))[0].save(tmp_path / "page.png")
    (tmp_path / "page.png").rename(tmp_path / "page.tif")
    assert one(tmp_path / "page.tif")["cause"] == "damaged"


def test_a_media_type_without_pictures_is_unsupported(tmp_path: Path) -> None:
    request: dict[str, Any] = {"path": str(tmp_path), "media_type": "text/plain", "units": [1], "engine": "tesserocr"}
    request |= {"tessdata": str(tessdata(None)), "languages": ["eng"], "budget": {}}
    (answer,) = read(request, tmp_path)
    assert answer["cause"] == "unsupported"


def test_nothing_asked_only_opens_the_engine(tmp_path: Path) -> None:
    request: dict[str, Any] = {"path": "/dev/null", "media_type": "image/png", "units": [], "engine": "tesserocr"}
    request |= {"tessdata": str(tessdata(None)), "languages": ["eng"], "budget": {}}
    assert list(read(request, tmp_path)) == []


@pytest.mark.parametrize("data", [None, b"no language data at all"], ids=["missing", "damaged"])
def test_language_data_that_went_away_is_waited_for(tmp_path: Path, data: bytes | None) -> None:
    """It was there when the service started; a cell that starts later does not find it any more."""
    packs, page = tmp_path / "packs", tmp_path / "page.png"
    packs.mkdir()
    if data is not None:
        (packs / "eng.traineddata").write_bytes(data)
    draw(TEXTS["eng"], size=(900, 700))[0].save(page)
    with Cells("ream_ocr.cell:read", size=1) as cells:
        own = Parameters("tesserocr", ("eng",), 200)
        reader = Reader(
            cells.call,
            call_bulk=cells.call,
            cells=1,
            defaults=own,
            installed=frozenset({"eng"}),
            tessdata=packs,
            budget=Budget(),
        )
        job = Job(page, "image/png", (1,))
        with pytest.raises(Retry, match="REAM_OCR_TESSDATA") as caught:
            list(reader.read(job, own, bulk=False))
        assert caught.value.waiting_for == "tesseract"
        shutil.copyfile(tessdata(None) / "eng.traineddata", packs / "eng.traineddata")
        (answer,) = reader.read(job, own, bulk=False)
    assert answer["confidence"] > 50


class TestPdf:
    def scan(self, path: Path, *texts: str, rotate: int = 0) -> Path:
        frames = [draw(text, size=(1654, 1000), letters=36)[0] for text in texts]
        plain = path.with_name("plain.pdf")
        frames[0].save(plain, save_all=True, append_images=frames[1:], resolution=200)
        document = pdfium.PdfDocument(plain)
        for page in document:
            page.set_rotation(rotate)
        document.save(path)
        document.close()
        return path

    def test_pages_are_read_by_number(self, tmp_path: Path) -> None:
        path = self.scan(tmp_path / "scan.pdf", "page number one", "page number two", "page number three")
        answers = look(path, 2, 3)
        assert [answer["text"] for answer in answers] == ["page number two", "page number three"]
        assert answers[0]["kind"] == "page"
        assert answers[0]["width"] == pytest.approx(595, abs=2)

    def test_a_page_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        (answer,) = look(self.scan(tmp_path / "scan.pdf", "page"), 2)
        assert answer["cause"] == "no-such-page"

    def test_a_rotation_that_the_file_states_is_followed(self, tmp_path: Path) -> None:
        path = self.scan(tmp_path / "scan.pdf", TEXTS["eng"], rotate=90)
        answer = one(path)
        assert "committee" in answer["text"]
        assert answer["rotation"] == 270  # what it takes to undo the file's

    def test_a_page_as_large_as_a_wall_keeps_the_budget(self, tmp_path: Path) -> None:
        document = pdfium.PdfDocument.new()
        document.new_page(14_400, 14_400)
        document.save(tmp_path / "wall.pdf")
        document.close()
        assert one(tmp_path / "wall.pdf")["text"] == ""

    def test_an_encrypted_file_is_said_to_be(self, tmp_path: Path) -> None:
        pypdf = pytest.importorskip("pypdf")
        writer = pypdf.PdfWriter(clone_from=self.scan(tmp_path / "scan.pdf", "secret"))
        writer.encrypt("password")
        writer.write(tmp_path / "locked.pdf")
        assert one(tmp_path / "locked.pdf")["cause"] == "encrypted"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("Cyrillic", "Собственник обязан нести расходы на содержание помещения и вносить плату ежемесячно до десятого"),
        ("Greek", "Ο ιδιοκτήτης υποχρεούται να καταβάλλει τις δαπάνες συντήρησης του κτιρίου μέχρι τη δέκατη ημέρα"),
        (None, "The owner has to bear the costs of the maintenance of the building before the tenth day of the month"),
    ],
)
def test_letters_of_another_script_are_not_taken_for_ours_in_silence(
    tmp_path: Path, engine: str, script: str | None, words: str
) -> None:
    page = Image.new("L", (1600, 900), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype("DejaVuSans.ttf", 34)
    for line in range(12):
        pen.text((80, 60 + line * 60), " ".join(words.split()[line % 4 :][:8]), fill=0, font=font)
    page.save(tmp_path / "page.png", dpi=(200, 200))
    (answer,) = look(tmp_path / "page.png", engine=engine)
    assert answer["script"] == script
