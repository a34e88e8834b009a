# SPDX-License-Identifier: Apache-2.0
"""Tables of pages that are pictures come out cell by cell, with rules and without, however the page lies."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ream_contracts import codec
from ream_contracts.artifacts import Table
from ream_ocr.cell import read
from ream_ocr.engine import PageRead, Word
from ream_ocr.languages import tessdata
from ream_ocr.places import Place
from ream_ocr.second_cell import read as read_again
from ream_ocr.tables import Seen, table_at, tables_of, upright
from ream_ocr.testing import TEXTS, draw, lay_table

CITIES = (
    ("Town", "Men", "Women", "Share"),
    ("Aldbrook", "1,204", "1,310", "48.1%"),
    ("Brenton", "87", "91", "3.2%"),
    ("Carrow", "15,023", "14,988", "61.0%"),
    ("Dunmere", "402", "399", "1.9%"),
)
SIZE = (800, 600)
POINTS = (288.0, 216.0)


def seen(*, ruled: bool = False, more: tuple[Word, ...] = ()) -> Seen:
    """A page of 800 by 600 pixels at 200 dpi, with words where an engine would say that their ink is."""
    picture = Image.new("L", SIZE, 255)
    words = list(more)
    for down, row in enumerate(CITIES):
        for across, text in enumerate(row):
            left = 110 + 150 * across
            top, bottom = 110 + 50 * down, 110 + 50 * down + 20
            bottom += 6 if "," in text else 0
            words.append(Word(text, (left, top, left + 13 * len(text), bottom), 95, (1, 1 + across, 1 + down)))
    if ruled:
        pen = ImageDraw.Draw(picture)
        for down in range(len(CITIES) + 1):
            pen.line((95, 95 + 50 * down, 695, 95 + 50 * down), fill=0, width=2)
        for across in range(5):
            pen.line((95 + 150 * across, 95, 95 + 150 * across, 345), fill=0, width=2)
    return Seen(picture, 200, PageRead(tuple(words)), Place(SIZE, SIZE, 0, 0.0), tight=True)


@pytest.mark.parametrize("ruled", [True, False])
def test_words_and_rules_make_cells(ruled: bool) -> None:
    (table,) = tables_of(seen(ruled=ruled), POINTS)
    assert table.rows == CITIES
    assert table.header_rows == 1
    assert table.box is not None
    x0, y0, x1, y1 = (at * 200 / 72 for at in table.box)
    assert (x0, x1) == pytest.approx((110, 625), abs=3)
    assert y0 == pytest.approx(106, abs=6)
    assert y1 == pytest.approx(336, abs=6)


def test_a_page_of_which_the_size_is_not_known_has_tables_without_a_box() -> None:
    (table,) = tables_of(seen(), (0.0, 0.0))
    assert (table.rows, table.box) == (CITIES, None)


def test_bars_that_were_read_for_rules_are_no_letters() -> None:
    page = seen(ruled=True)
    barred = [
        replace(word, text=f"|{word.text}", box=(word.box[0] - 15, *word.box[1:])) if word.text == "Brenton" else word
        for word in page.read.words
    ]
    alone = Word("|", (241, 160, 249, 190), 80, (2, 1, 1))
    (table,) = tables_of(replace(page, read=PageRead((*barred, alone))), POINTS)
    assert table.rows == CITIES


def test_a_bar_without_a_rule_stays() -> None:
    page = seen()
    barred = [replace(word, text="|Brenton") if word.text == "Brenton" else word for word in page.read.words]
    (table,) = tables_of(replace(page, read=PageRead(tuple(barred))), POINTS)
    assert table.rows[2][0] == "|Brenton"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_what_was_read_on_its_side_has_its_table_where_it_lies(turn: int) -> None:
    page = seen(ruled=True)
    lying = upright(page, turn)  # as it lies in the file, when read has to turn it back
    back = replace(lying, place=Place(lying.picture.size, lying.picture.size, 0, 0.0))
    (table,) = tables_of(upright(back, 360 - turn), tuple(reversed(POINTS)) if turn != 180 else POINTS)
    assert table.rows == CITIES
    assert table.box is not None
    assert table.box[0] < table.box[2]
    high = table.box[3] - table.box[1]
    wide = table.box[2] - table.box[0]
    assert (high > wide) == (turn != 180)


def test_who_knows_where_a_table_is_gets_what_lies_there() -> None:
    table = table_at(seen(ruled=True), (30.0, 55.0, 260.0, 110.0))
    assert table is not None
    assert table.rows == CITIES[1:4]
    assert table_at(seen(), (0.0, 0.0, 10.0, 10.0)) is None


def test_a_page_without_words_has_no_tables() -> None:
    assert tables_of(replace(seen(ruled=True), read=PageRead()), POINTS) == ()


def found(path: Path, picture: Image.Image, **more: Any) -> tuple[Table, ...]:
    picture.save(path / "page.png", dpi=(200, 200))
    request = {
        "path": str(path / "page.png"), "media_type": "image/png", "units": [1], "engine": "tesserocr",
        "tessdata": str(tessdata(None)), "languages": ["eng"], "budget": {}, **more,
    }  # fmt: skip
    (answer,) = (read_again if more else read)(request, path)
    tables = tuple(codec.from_json(Table, one) for one in answer["tables"])
    assert answer["cells"] == sum(len(row) for table in tables for row in table.rows)
    return tables


@pytest.mark.programs
@pytest.mark.slow
@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize(("turn", "skew"), [(0, 0.0), (90, 0.0), (0, 1.2), (0, 5.0)])
def test_a_scan_of_a_table_comes_out_cell_by_cell(tmp_path: Path, ruled: bool, turn: int, skew: float) -> None:
    picture, (left, top, right, bottom) = lay_table(CITIES, ruled=ruled)
    if skew:
        picture = picture.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if turn:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        left, top, right, bottom = top, picture.height - right, bottom, picture.height - left
    (table,) = found(tmp_path, picture)
    assert table.rows == CITIES
    assert table.header_rows == 1
    assert table.box is not None
    askew = 5 + abs(skew) * 7
    for side, wanted in zip(table.box, (left, top, right, bottom), strict=True):
        assert side == pytest.approx(wanted * 72 / 200, abs=10 + askew)


@pytest.mark.slow
def test_the_second_engine_finds_tables_too(tmp_path: Path) -> None:
    picture, _ = lay_table(CITIES, ruled=False)
    (table,) = found(tmp_path, picture, engine="rapidocr", look={"dpi": 200, "turn": 0, "skew": 0.0})
    assert table.rows == CITIES


@pytest.mark.programs
@pytest.mark.slow
def test_prose_is_no_table(tmp_path: Path) -> None:
    picture, _ = draw(TEXTS["eng"], size=(1100, 900), times=2)
    assert found(tmp_path, picture) == ()
