# SPDX-License-Identifier: Apache-2.0
"""Runs of text that lie anywhere are read in the order in which a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_ocr.lines import Run, in_reading_order, levelled


def run(text: str, left: int, top: int, width: int = 100, height: int = 20) -> Run:
    return Run(text, (left, top, left + width, top + height), 90)


def test_what_stands_beside_each_other_is_a_line_from_the_left() -> None:
    read = in_reading_order(
        [run("TOTAL", 10, 100), run("second", 10, 130), run("9.50", 400, 104), run("first", 10, 70)]
    )
    assert read.text == "first\nTOTAL 9.50\nsecond"


def test_amounts_beside_what_they_are_for_are_no_column() -> None:
    items = [run(f"a thing of number {n}", 10, 30 * n, 300) for n in range(12)]
    read = in_reading_order([*items, *(run(f"{n}.00", 600, 30 * n, 60) for n in range(12))])
    assert read.text.splitlines()[3] == "a thing of number 3 3.00"


def test_columns_are_read_one_after_the_other_between_what_goes_over_both() -> None:
    left = [run(f"left hand side line {n}", 10, 100 + 30 * n, 300) for n in range(8)]
    right = [run(f"right hand side line {n}", 400, 100 + 30 * n, 300) for n in range(8)]
    head, foot = run("a title over all", 10, 20, 690), run("a note below it all", 10, 400, 690)
    lines = [line for line in in_reading_order([foot, *right, *left, head]).text.splitlines() if line]
    assert lines == [one.text for one in (head, *left, *right, foot)]


def test_words_share_the_box_of_their_run_by_their_letters() -> None:
    first, second = in_reading_order([run("ab cd", 100, 10, 50)]).words
    assert (first.text, first.box) == ("ab", (100, 10, 120, 30))
    assert (second.text, second.box) == ("cd", (130, 10, 150, 30))


def test_words_of_lines_that_slope_have_their_box_where_they_lie() -> None:
    slope = 0.1  # 100 to the right, 10 down
    corners = [(0.0, 0.0), (200.0, 20.0), (198.0, 40.0), (-2.0, 20.0)]
    other = [(x + 100, y + 110) for x, y in corners]
    first, second = in_reading_order(levelled([corners], ["ab cd"], [90])).words
    assert first.box == pytest.approx((-2, 0, 80, 28), abs=1)
    assert second.box == pytest.approx((118, 12, 200, 40), abs=1)
    below = in_reading_order(levelled([corners, other], ["ab cd", "efg"], [90, 90])).words[2]
    assert below.box == pytest.approx((98, 110, 300, 150), abs=1)
    assert slope == levelled([corners], ["ab cd"], [90])[0].level


@given(st.lists(st.tuples(st.text("ab 1", max_size=30), *(st.integers(0, 900) for _ in range(4))), max_size=40))
def test_no_word_is_lost_or_doubled(runs: list[tuple[str, int, int, int, int]]) -> None:
    given_runs = [Run(text, (left, top, left + wide, top + high), 80) for text, left, top, wide, high in runs]
    words = [word.text for word in in_reading_order(given_runs).words]
    assert sorted(words) == sorted(word for one in given_runs for word in one.text.split())
