# SPDX-License-Identifier: Apache-2.0
"""Columns that a file draws line by line across are read one after another; everything else is read as it is drawn."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.pdf_columns import in_reading_order
from ream_extract.pdf_downwards import downwards
from ream_extract.pdf_lines import LineOnPage
from ream_extract.pdf_page import text_of
from ream_extract.reading import Source, UnitRead
from ream_tests import raw_pdf

PROSE = (
    "The harbour office has approved", "the estimate for the quay, and", "asked for copies of all invoices",
    "that were paid in the first half", "of the year. Members of the board", "will meet again when the auditor",
    "has seen them; until then nothing", "is to be signed. The minutes were", "read and accepted without a vote.",
    "A letter of the insurers was put", "on file and needs no answer, since",
)  # fmt: skip
Placed = tuple[float, float, str]


def lines(placed: Sequence[Placed]) -> list[str]:
    """The lines of a page on which these were drawn, in this order, as they are read."""
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for left, top, line in placed:
        canvas.drawString(left, A4[1] - top, line)
    canvas.save()
    document = pdfium.PdfDocument(data.getvalue())
    words = document[0].get_textpage()
    try:
        return [piece.text.strip() for piece in in_reading_order(words, words.get_text_range()) if piece.text.strip()]
    finally:
        words.close()
        document.close()


def across(*columns: Sequence[str], lefts: Sequence[float] = (50, 230, 410), top: float = 100) -> Iterator[Placed]:
    """The first line of each column, then the second."""
    for row, line in enumerate(zip(*columns, strict=True)):
        for left, text in zip(lefts, line, strict=False):
            yield left, top + row * 14, text


@pytest.mark.parametrize("count", [2, 3])
def test_columns_drawn_across_are_read_one_after_another(count: int) -> None:
    columns = [[f"{line}{number}" for line in PROSE] for number in range(count)]
    assert lines(list(across(*columns))) == [line for column in columns for line in column]


def test_what_runs_across_the_columns_parts_the_page() -> None:
    title, below = (
        "A title that runs across both of the columns of this page and is long",
        "A line below both columns, " * 4,
    )
    drawn = [(50.0, 60.0, title), *across(PROSE, PROSE[::-1]), (50.0, 300.0, below), *across(PROSE, PROSE, top=330)]
    assert lines(drawn) == [title, *PROSE, *PROSE[::-1], below.strip(), *PROSE, *PROSE]


def test_columns_drawn_one_after_another_stay_so() -> None:
    drawn = [(left, 100.0 + row * 14, line) for left in (50.0, 230.0) for row, line in enumerate(PROSE)]
    assert lines(drawn) == [*PROSE, *PROSE]


LABELS, TITLES = [f"{n} short" for n in range(11)], [f"Director of department {n} with a title" for n in range(11)]
NAMES, FIGURES = [f"Ms Dune the {n}th of Ely" for n in range(11)], [f"{n},{n}57" for n in range(11)]


@pytest.mark.parametrize(
    ("left", "right"),
    [(TITLES, FIGURES), (TITLES, NAMES), (LABELS, PROSE), (PROSE[:4], PROSE[:4])],
    ids=["figures", "names", "labels", "few"],
)
def test_rows_of_a_table_stay_rows(left: Sequence[str], right: Sequence[str]) -> None:
    found = lines(list(across(left, right, lefts=(50, 300))))
    assert [" ".join(line.split()) for line in found] == [
        f"{one} {other}" for one, other in zip(left, right, strict=True)
    ]


def test_no_letter_is_lost_and_headings_stand_where_they_are() -> None:
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=A4)
    canvas.setFont("Helvetica", 20)
    canvas.drawString(50, A4[1] - 60, "Minutes of the board of the harbour office")
    canvas.setFont("Helvetica", 10)
    for left, top, line in across(PROSE, PROSE[::-1]):
        canvas.drawString(left, A4[1] - top, line)
    canvas.save()
    page = pdfium.PdfDocument(data.getvalue())[0]
    words = page.get_textpage()
    said = text_of(words)
    text, (heading,) = said.text, said.headings
    assert sorted(text.split()) == sorted(words.get_text_range().split())
    assert text[heading.offset :].startswith("Minutes of the board")
    assert text.splitlines()[1:3] == list(PROSE[:2])


def test_pages_without_text_or_with_too_much_are_left_alone() -> None:
    assert lines([]) == []
    many = list(across(["word "] * 50, ["word "] * 50, ["word "] * 50))
    assert len(lines(many)) == 50


def test_parts_that_are_drawn_in_another_order_are_read_from_the_top_down(tmp_path: Path) -> None:
    lower, upper = raw_pdf.lines(9, top=300, said="Lower half line"), raw_pdf.lines(9, top=700, said="Upper half line")
    path = tmp_path / "a.pdf"
    drawn = raw_pdf.stream(b"", lower + upper + raw_pdf.lines(1, top=820, said="Head"))
    path.write_bytes(raw_pdf.page([drawn], raw_pdf.HELVETICA))
    (unit,) = (one for one in EXTRACTOR.read(Source(path, "application/pdf"), 1, 1, tmp_path) if one is not None)
    assert isinstance(unit, UnitRead)
    said = [line.split()[0] for line in unit.text.split("\n")]
    assert said == ["Head", *["Upper"] * 9, *["Lower"] * 9]
    assert " ".join(unit.text[block.start : block.end] for block in unit.blocks).split() == unit.text.split()


def test_parts_of_which_some_stand_side_by_side_keep_the_order_of_the_file() -> None:
    left = [LineOnPage(0, "left", (50, 700 - 20 * row, 200, 712 - 20 * row), 12, False) for row in range(3)]
    right = [line._replace(text="right", edges=(300, *line.edges[1:])) for line in left if line.edges]
    foot = LineOnPage(0, "foot", (50, 20, 200, 32), 12, False)
    drawn = (foot, *left, *right)
    assert downwards(drawn) == drawn
    unknown = (foot, LineOnPage(5, "head", None, 12, False), left[0])
    assert downwards(unknown) == unknown
