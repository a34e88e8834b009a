# SPDX-License-Identifier: Apache-2.0
"""Tesseract's table becomes words, and words become text."""

import pytest

from ream_ocr.engine import PageRead, Word
from ream_ocr.tsv import parse

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def row(text: str, confidence: float = 90, place: tuple[int, int, int] = (1, 1, 1), level: int = 5) -> str:
    block, paragraph, line = place
    return f"{level}\t1\t{block}\t{paragraph}\t{line}\t1\t10\t20\t30\t40\t{confidence}\t{text}\n"


def test_words_have_boxes_and_places() -> None:
    (word,) = parse(HEAD + row("", -1, level=4) + row("word", 95.6, (2, 3, 4))).words
    assert word == Word("word", (10, 20, 40, 60), 96, (2, 3, 4))


def test_a_table_without_a_head_is_read_as_well() -> None:
    assert parse(row("word")).text == "word"


@pytest.mark.parametrize("table", ["", "\n\n", HEAD, "nonsense", row(" ")])
def test_what_is_no_word_is_left_out(table: str) -> None:
    assert parse(table).words == ()


def test_specks_are_left_out_and_signs_that_are_sure_stay() -> None:
    table = row("|", 12) + row("—", 80) + row("a|", 12)
    assert [word.text for word in parse(table).words] == ["—", "a|"]


def test_confidence_stays_within_its_bounds() -> None:
    assert [word.confidence for word in parse(row("a", -1) + row("b", 100.4)).words] == [0, 100]


def test_lines_and_paragraphs_are_kept() -> None:
    table = row("one") + row("two") + row("three", place=(1, 1, 2)) + row("four", place=(1, 2, 1))
    table += row("five", place=(2, 1, 1))
    assert parse(table).text == "one two\nthree\n\nfour\n\nfive"


def test_confidence_is_a_mean_over_characters() -> None:
    assert parse(row("a", 0) + row("bcdefghij", 100)).confidence == 90
    assert PageRead().confidence == 0


def test_worth_counts_what_is_recognised() -> None:
    sure = parse(row("recognised", 95))
    assert sure.worth > parse(row("guessedallthrough", 55)).worth > parse(row("nothing", 30)).worth == 0


def test_height_of_letters_is_that_of_whole_words_that_are_sure() -> None:
    assert parse(row("word")).letter_height == 40
    assert parse(row("word", 20) + row("a")).letter_height == 0


def test_words_on_end_lie_sideways() -> None:
    assert parse(row("standing")).sideways  # 30 wide, 40 high
    lying = PageRead((Word("lying", (0, 0, 90, 20), 90, (1, 1, 1)),))
    assert not lying.sideways
    assert not PageRead().sideways
