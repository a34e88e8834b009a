# SPDX-License-Identifier: Apache-2.0
"""Tables of PDF pages: ruled, spanned, without rules; prose that is none, and pages that draw too much."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import SimpleDocTemplate, Table  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table as Found
from ream_extract import wire
from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.pdf_tables import table_at
from ream_extract.reading import Source, UnitRead

CITIES = (
    ("Town", "Men", "Women", "Share"),
    ("Aldbrook", "1,204", "1,310", "48.1%"),
    ("Brenton", "87", "91", "3.2%"),
    ("Carrow", "15,023", "14,988", "61.0%"),
    ("Dunmere", "402", "399", "1.9%"),
)
PROSE = (
    "The auditors examined the accounts of the company",
    "and found no reason to doubt the figures that were",
    "shown to them by the board in the course of the year.",
    "They thank the staff of all branches for their patient",
    "answers and for the care with which books were kept.",
)


def read(path: Path, draw: Callable[[Canvas], None], **how: Any) -> UnitRead:
    canvas = Canvas(str(path), pagesize=A4)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return unit(path, **how)


def unit(path: Path, **how: Any) -> UnitRead:
    (item,) = EXTRACTOR.read(Source(path, "application/pdf", ocr="never", **how), 1, 1, path.parent)
    assert isinstance(item, UnitRead)
    return item


def laid(path: Path, rows: Any, style: list[Any]) -> tuple[Found, ...]:
    """Makes a page with a table of reportlab's and reads it."""
    SimpleDocTemplate(str(path), pagesize=A4).build([Table([list(row) for row in rows], style=style)])
    return unit(path).tables


def test_a_table_with_rules_comes_out_cell_by_cell(tmp_path: Path) -> None:
    (table,) = laid(tmp_path / "a.pdf", CITIES, [("GRID", (0, 0), (-1, -1), 0.5, "black")])
    assert table.rows == CITIES
    assert table.spans == ()
    assert table.box is not None
    assert 200 < table.box[0] < table.box[2] < 400
    assert 70 < table.box[1] < table.box[3] < 180


def test_text_that_wraps_in_a_ruled_cell_is_one_cell(tmp_path: Path) -> None:
    rows = (("Form", "Who hands it in"), ("A1\nlong form", "Everybody who\nowns a house"), ("B2", "Nobody else"))
    (table,) = laid(tmp_path / "a.pdf", rows, [("GRID", (0, 0), (-1, -1), 0.5, "black")])
    assert table.rows == (
        ("Form", "Who hands it in"), ("A1 long form", "Everybody who owns a house"), ("B2", "Nobody else"),
    )  # fmt: skip


def test_cells_over_several_columns_and_rows_say_so(tmp_path: Path) -> None:
    rows = (
        ("Year", "North", "", "South", ""),
        ("", "Men", "Women", "Men", "Women"),
        ("2004", "11", "12", "13", "14"),
        ("2005", "21", "22", "23", "24"),
    )
    style = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0))]
    (table,) = laid(tmp_path / "a.pdf", rows, [*style, ("SPAN", (3, 0), (4, 0))])
    assert table.rows == rows
    assert set(table.spans or ()) == {(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 1, 2)}
    assert table.header_rows == 2


@pytest.mark.parametrize("align", ["LEFT", "RIGHT", "CENTER"])
def test_columns_without_rules_are_found_by_their_gaps(tmp_path: Path, align: str) -> None:
    (table,) = laid(tmp_path / "a.pdf", CITIES, [("ALIGN", (1, 0), (-1, -1), align)])
    assert table.rows == CITIES
    assert table.header_rows == 1


def test_a_sign_of_money_belongs_to_the_figure_behind_it(tmp_path: Path) -> None:
    rows = [["Item", "", "2019", "", "2018"], ["Sales", "$", "1,500", "$", "900"], ["Costs", "", "(700)", "", "(411)"]]
    (table,) = laid(
        tmp_path / "a.pdf", [*rows, ["Profit", "$", "800", "$", "489"]], [("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    )
    assert table.rows == (
        ("Item", "2019", "2018"),
        ("Sales", "$ 1,500", "$ 900"),
        ("Costs", "(700)", "(411)"),
        ("Profit", "$ 800", "$ 489"),
    )


def test_a_turned_page_has_its_table_where_it_is_shown(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.translate(0, -A4[0])
        for number, row in enumerate(CITIES):
            for at, cell in enumerate(row):
                canvas.drawString(100 + 90 * at, 400 - 16 * number, cell)

    found = read(tmp_path / "a.pdf", draw)
    (table,) = found.tables
    assert table.rows == CITIES
    assert table.box is not None
    assert (found.width, found.height) == pytest.approx(A4, abs=1)
    assert table.box[:2] == pytest.approx((100, A4[0] - 400 - 10), abs=4)


def test_prose_in_two_columns_is_no_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for number, line in enumerate(PROSE * 8):
            canvas.drawString(50, 780 - 12 * number, line)
            canvas.drawString(310, 780 - 12 * number, PROSE[(number + 2) % 5])

    found = read(tmp_path / "a.pdf", draw)
    assert found.tables == ()
    assert found.text.count("auditors") == 16


def test_lists_with_bullets_and_a_frame_are_no_tables(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(40, 600, 500, 200)
        for number, line in enumerate(PROSE):
            canvas.drawString(50, 780 - 20 * number, "\u2022")
            canvas.drawString(70, 780 - 20 * number, line)

    assert read(tmp_path / "a.pdf", draw).tables == ()


def test_an_empty_page_has_none(tmp_path: Path) -> None:
    assert read(tmp_path / "a.pdf", lambda canvas: None).tables == ()


def test_the_text_is_the_same_with_tables_and_without(tmp_path: Path) -> None:
    assert laid(tmp_path / "a.pdf", CITIES, [("GRID", (0, 0), (-1, -1), 0.5, "black")])
    found, plain = unit(tmp_path / "a.pdf"), unit(tmp_path / "a.pdf", tables=False)
    assert replace(plain, blocks=()) == replace(found, tables=(), blocks=())
    assert {one.kind for one in found.blocks} - {one.kind for one in plain.blocks} == {"table"}


def test_a_table_crosses_the_border_of_a_cell_whole(tmp_path: Path) -> None:
    assert laid(tmp_path / "a.pdf", CITIES, [("GRID", (0, 0), (-1, -1), 0.5, "black")])
    found = unit(tmp_path / "a.pdf")
    assert wire.unpack(json.loads(json.dumps(wire.pack(found)))) == found


@pytest.mark.slow
def test_thousands_of_lines_cost_no_more_than_a_moment(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(CITIES * 8):
            for at, cell in enumerate(row):
                canvas.drawString(60 + 90 * at, 780 - 16 * number, cell)
        for number in range(20_000):
            x, y = 40 + number % 500, 100 + number * 7 % 680
            canvas.line(x, y, x + 30, y)
            canvas.line(x, y, x, y + 30)

    path = tmp_path / "a.pdf"
    read(path, draw, tables=False)
    took = []
    for tables in (False, True):
        began = time.process_time()
        unit(path, tables=tables)
        took.append(time.process_time() - began)
    assert took[1] - took[0] < 1.0


def test_a_table_is_read_where_somebody_says_that_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for y, words in ((700, ("A title above", "")), (680, ("Town", "Men")), (660, ("Aldbrook", "1,204"))):
        canvas.drawString(60, y, words[0])
        canvas.drawString(220, y, words[1])
    canvas.save()
    assert unit(path).tables == ()
    document = pdfium.PdfDocument(path)
    try:
        found = table_at(document[0], (50, 650, 300, 695))
        assert found is not None
        assert found.rows == (("Town", "Men"), ("Aldbrook", "1,204"))
        assert table_at(document[0], (50, 100, 300, 120)) is None
    finally:
        document.close()
