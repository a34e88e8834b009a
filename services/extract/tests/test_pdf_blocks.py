# SPDX-License-Identifier: Apache-2.0
"""Blocks of PDF pages: files with known contents, and what must hold whatever lines stand on a page."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_extract import wire
from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.pdf_blocks import Layout, Line, blocks_of
from ream_extract.pdf_margins import Margin, edges_of, margins_of
from ream_extract.reading import Source, UnitRead
from ream_extract.testing import in_order

Draw = Callable[[Canvas], None]
HEIGHT = 842
SENTENCE = "The harbour office looked at the quay walls and found that most of them"


def said(read: UnitRead) -> list[tuple[str, str, int | None]]:
    assert list(in_order(read)) == []
    assert wire.unpack(wire.pack(read)) == read
    return [(one.kind, read.text[one.start : one.end].split("\n")[0], one.level) for one in read.blocks]


def pages(path: Path, *draws: Draw, first: int = 1, last: int = 0, turned: int = 0) -> list[UnitRead]:
    canvas = Canvas(str(path / "a.pdf"), pagesize=(595, HEIGHT))
    for draw in draws:
        if turned:
            canvas.setPageRotation(turned)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    found = EXTRACTOR.read(Source(path / "a.pdf", "application/pdf"), first, last or len(draws), path)
    return [one for one in found if isinstance(one, UnitRead)]


def written(canvas: Canvas, size: int, *lines: tuple[float, float, str], bold: bool = False) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    for left, top, text in lines:
        canvas.drawString(left, HEIGHT - top, text)


def report(number: int) -> Draw:
    def draw(canvas: Canvas) -> None:
        written(canvas, 8, (72, 40, f"Harbour office, report {2000 + number}"), (280, 810, f"{number}"))
        written(canvas, 20, (72, 100, "Chapter " + ["one", "two", "three", "four"][number]))
        written(canvas, 10, *[(72, 130 + 12 * row, f"{SENTENCE} {row},") for row in range(3)], (72, 166, "were sound."))
        written(canvas, 10, (72, 190, "What was found"), bold=True)
        written(canvas, 10, (72, 206, f"{SENTENCE} had holes:"))
        written(canvas, 10, (84, 224, "• the first wall, which had stood there for"), (92, 236, "a hundred years,"))
        written(canvas, 10, (84, 248, "• the second one."), (84, 266, "1. Look at it."), (84, 284, "2. Mend it."))

    return draw


EXPECTED = [
    ("heading", "Chapter one", 1), ("paragraph", f"{SENTENCE} 0,", None), ("heading", "What was found", 4),
    ("paragraph", f"{SENTENCE} had holes:", None), ("list-item", "• the first wall, which had stood there for", None),
    ("list-item", "• the second one.", None), ("list-item", "1. Look at it.", None), ("list-item", "2. Mend it.", None),
]  # fmt: skip


def test_a_report_with_margins_headings_and_lists(tmp_path: Path) -> None:
    found = pages(tmp_path, *(report(number) for number in range(4)))
    for number, page in enumerate(found):
        blocks = said(page)
        margins = [one for one in blocks if one[0] in ("header", "footer")]
        assert margins == [("header", f"Harbour office, report {2000 + number}", None), ("footer", str(number), None)]
        rest = [one for one in blocks if one not in margins]
        assert rest[1:] == EXPECTED[1:]
        assert rest[0][0] == "heading"
    whole = next(one for one in found[0].blocks if one.kind == "paragraph")
    assert found[0].text[whole.start : whole.end].endswith("2,\nwere sound.")
    assert whole.box is not None
    assert whole.box == pytest.approx((72, 121, 402, 168), abs=3)


def test_a_page_that_is_read_alone_shows_its_number_alone(tmp_path: Path) -> None:
    (page,) = pages(tmp_path, *(report(number) for number in range(3)), first=2, last=2)
    assert [one for one in said(page) if one[0] in ("header", "footer")] == [("footer", "1", None)]


def test_columns_and_pictures_and_tables(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        written(canvas, 10, *[(60, 100 + 12 * row, "Words of the left column stand") for row in range(5)])
        written(canvas, 10, *[(320, 100 + 12 * row, "and those of the right one") for row in range(5)])
        canvas.drawImage(ImageReader(Image.new("RGB", (90, 60), "blue")), 60, HEIGHT - 280, 90, 60)
        written(canvas, 10, (60, 310, "Below the picture."))
        for row in range(4):
            canvas.line(60, HEIGHT - 400 - 20 * row, 360, HEIGHT - 400 - 20 * row)
        for column in range(4):
            canvas.line(60 + 100 * column, HEIGHT - 400, 60 + 100 * column, HEIGHT - 460)
        written(canvas, 10, *[(70 + 100 * c, 414 + 20 * r, f"c{r}{c} {r}{c}") for r in range(3) for c in range(3)])

    (page,) = pages(tmp_path, draw)
    kinds = [kind for kind, _, _ in said(page)]
    assert kinds == ["paragraph", "paragraph", "figure", "paragraph", "table"]
    left, right, figure, below, table = page.blocks
    assert left.box is not None
    assert right.box is not None
    assert below.box is not None
    assert left.box[2] < right.box[0]
    assert below.box[1] > left.box[3]
    assert figure.box == page.pictures[0].box == pytest.approx((60, 220, 150, 280), abs=0.2)
    assert (figure.number, table.number, figure.start) == (0, 0, below.start)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_boxes_are_those_of_the_page_as_it_is_shown(tmp_path: Path, turned: int) -> None:
    (page,) = pages(tmp_path, lambda canvas: written(canvas, 10, (72, HEIGHT - 500, "Only these words")), turned=turned)
    (block,) = page.blocks
    assert block.box is not None
    x, y = (block.box[0] + block.box[2]) / 2, (block.box[1] + block.box[3]) / 2
    place = {90: (503, 111), 180: (595 - 111, 503), 270: (595 - 503, HEIGHT - 111)}[turned]
    assert (x, y) == pytest.approx(place, abs=6)
    assert block.box[0] >= 0
    assert block.box[2] <= page.width


def test_columns_drawn_line_by_line_and_what_no_place_is_known_of() -> None:
    lines = tuple(Line(3 * number, 3 * number + 2, "ab", None, 0.0, False) for number in range(4))
    (only,) = blocks_of(Layout(lines, (), (), 800.0, 0.0, ((12, 15), (15, 15))), {})[:-1]
    assert (only.kind, only.start, only.end, only.box) == ("paragraph", 0, 11, None)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["a", "• item", "1. one", "12", "A title", "the end.", "- dash", "Page 3"]),
        st.none() | st.tuples(st.integers(-20, 500), st.integers(-20, 800), st.integers(0, 200), st.integers(0, 30)),
        st.sampled_from([0.0, 10.0, 12.0, 20.0]),
        st.booleans(),
    ),
    max_size=12,
)
BOX = (
    st.tuples(*[st.floats(0, 800)] * 4)
    .map(lambda one: (*sorted(one[:2]), *sorted(one[2:])))
    .map(lambda one: (one[0], one[2], one[1], one[3]))
)


@given(
    LINES, st.lists(BOX, max_size=2), st.lists(st.none() | BOX, max_size=3), st.lists(st.integers(0, 11), max_size=3)
)
def test_blocks_follow_one_another_whatever_stands_where(
    drawn: list[tuple[str, tuple[int, int, int, int] | None, float, bool]],
    tables: list[tuple[float, float, float, float]],
    figures: list[tuple[float, float, float, float] | None],
    repeated: list[int],
) -> None:
    lines: list[Line] = []
    at = 0
    for text, place, size, bold in drawn:
        box = None if place is None else (place[0], place[1], place[0] + place[2], place[1] + place[3])
        lines.append(Line(at, at + len(text), text, box, size, bold, (box[1] + box[3]) / 2 if box else 0.0))
        at += len(text) + 1
    layout = Layout(tuple(lines), tuple(tables), tuple(figures), 800.0, 10.0)
    edges = edges_of(layout)
    margins: dict[int, Margin] = margins_of(layout, edges, [edges] if repeated else [])
    blocks = blocks_of(layout, margins)
    read = UnitRead(1, "page", "\n".join(line.text for line in lines), "text-layer", blocks=blocks)
    assert list(in_order(read)) == []
    assert sorted(one.number for one in blocks if one.kind == "figure" and one.number is not None) == list(
        range(len(figures))
    )


@pytest.mark.corpus
@pytest.mark.timeout(900)
def test_reports_have_headings_and_numbered_pages(tmp_path: Path) -> None:
    folder = Path(os.environ["REAM_CORPUS"]) / "reports"
    documents = sorted(folder.glob("*.pdf"))
    headed = margined = 0
    for path in documents:
        read = [one for one in EXTRACTOR.read(Source(path, "application/pdf", pictures=False), 1, 12, tmp_path) if one]
        found = [one for one in read if isinstance(one, UnitRead)]
        assert [wrong for one in found for wrong in in_order(one)] == []
        kinds = [{block.kind for block in one.blocks} for one in found]
        headed += any("heading" in one for one in kinds)
        margined += 2 * sum("footer" in one or "header" in one for one in kinds) > len(kinds)
    assert documents
    assert headed >= 0.8 * len(documents)
    assert margined >= 0.5 * len(documents)
