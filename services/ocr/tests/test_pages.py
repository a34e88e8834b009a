# SPDX-License-Identifier: Apache-2.0
"""How a page is looked at is decided from what is known of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ream_ocr import pages
from ream_ocr.engine import PageRead, Word
from ream_ocr.pages import Look

BUDGET = 25_000_000
A4 = (595.28, 841.89)


def words(confidence: int, *, height: int = 20, text: str = "letters", many: int = 5) -> PageRead:
    return PageRead(tuple(Word(text, (0, 0, 100, height), confidence, (1, 1, line)) for line in range(many)))


class TestPageDpi:
    def test_a_sheet_is_looked_at_as_wanted(self) -> None:
        assert pages.page_dpi(*A4, 200, None, BUDGET) == 200
        assert pages.page_dpi(*A4, 200, 300.0, BUDGET) == 200

    def test_a_scan_whose_page_is_too_large_has_no_more_than_its_own_pixels(self) -> None:
        assert pages.page_dpi(2480, 3508, 200, 72.0, BUDGET) == 72

    def test_a_drawing_of_any_size_keeps_the_budget(self) -> None:
        dpi = pages.page_dpi(2384, 3370, 200, None, BUDGET)  # A0
        assert 100 < dpi < 200
        assert (2384 / 72 * dpi) * (3370 / 72 * dpi) <= BUDGET

    def test_a_page_without_size_does_not_divide_by_it(self) -> None:
        assert pages.page_dpi(0, 0, 200, None, BUDGET) == 200

    @given(st.floats(0.1, 1e6), st.floats(0.1, 1e6), st.integers(50, 600))
    def test_no_page_is_larger_than_the_budget(self, width: float, height: float, wanted: int) -> None:
        dpi = pages.page_dpi(width, height, wanted, None, BUDGET)
        assert 1 <= dpi <= wanted
        assert dpi == 1 or (width / 72 * dpi) * (height / 72 * dpi) <= BUDGET


class TestImageDpi:
    def test_a_page_at_300_is_made_smaller(self) -> None:
        assert pages.image_dpi(2480, 3508, 300.0, 200, BUDGET) == (300, 200)

    def test_a_page_at_150_is_not_made_larger(self) -> None:
        assert pages.image_dpi(1240, 1754, 150.0, 200, BUDGET) == (150, 150)

    def test_a_small_picture_keeps_its_pixels_whatever_it_declares(self) -> None:
        assert pages.image_dpi(1024, 800, 300.0, 200, BUDGET) == (300, 300)

    @pytest.mark.parametrize("declared", [None, 1.0, 72.0, 96.0, 5000.0])
    def test_what_says_nothing_is_not_believed(self, declared: float | None) -> None:
        assert pages.image_dpi(1000, 1400, declared, 200, BUDGET) == (200, 200)

    def test_a_resolution_that_makes_no_sheet_is_not_believed(self) -> None:
        assert pages.image_dpi(4000, 3000, 100.0, 200, BUDGET)[0] == 200

    def test_a_photograph_is_made_smaller(self) -> None:
        own, dpi = pages.image_dpi(6000, 4000, None, 200, BUDGET)
        assert 6000 * dpi / own == pytest.approx(3000, rel=0.01)

    @given(st.integers(1, 60_000), st.integers(1, 60_000), st.none() | st.floats(0.1, 20_000))
    def test_never_larger_than_the_budget_nor_than_itself(
        self, width: int, height: int, declared: float | None
    ) -> None:
        own, dpi = pages.image_dpi(width, height, declared, 200, BUDGET)
        assert 1 <= dpi <= own
        assert dpi == 1 or (width / own * dpi) * (height / own * dpi) <= BUDGET * 1.001


class TestStraightened:
    def test_what_lies_right_is_not_looked_at_again(self) -> None:
        assert pages.straightened(Look(200), 0, 0.5, words(60)) is None

    def test_turned_and_askew(self) -> None:
        assert pages.straightened(Look(200), 180, -7.0, words(60)) == Look(200, 180, -7.0)

    def test_skew_across_lines_that_stand_on_end_means_nothing(self) -> None:
        assert pages.straightened(Look(200), 90, -7.0, words(60)) == Look(200, 90, 0.0)

    def test_turns_add_up(self) -> None:
        assert pages.straightened(Look(200, 270, 2.0), 180, 3.0, words(60)) == Look(200, 90, 5.0)

    def test_with_too_few_letters_to_tell_it_is_tried_on_its_head(self) -> None:
        assert pages.straightened(Look(200), None, 0.0, words(60)) == Look(200, 180)

    def test_without_a_word_there_is_nothing_to_turn(self) -> None:
        assert pages.straightened(Look(200), None, 10.0, PageRead()) == Look(200, 0, 10.0, smooth=True)

    def test_where_nothing_is_recognised_noise_is_taken_out_once(self) -> None:
        smooth = Look(200, smooth=True)
        assert pages.straightened(Look(200), 0, 0.0, words(30)) == smooth
        assert pages.straightened(smooth, 0, 0.0, words(30)) is None
        assert pages.straightened(smooth, 180, 0.0, words(60)) == Look(200, 180, smooth=True)


class TestEnlarged:
    def test_small_letters_are_brought_to_a_good_height(self) -> None:
        assert pages.enlarged(Look(200), words(90, height=11), 900) == Look(400)

    def test_small_letters_that_were_read_well_are_left(self) -> None:
        assert pages.enlarged(Look(200), words(97, height=11), 900) is None

    def test_letters_of_common_height_are_left(self) -> None:
        assert pages.enlarged(Look(200), words(75, height=20), 900) is None

    def test_what_cannot_be_read_is_looked_at_from_nearer(self) -> None:
        assert pages.enlarged(Look(200, 90, 1.0), words(40, height=30), 900) == Look(400, 90, 1.0)

    def test_not_beyond_what_helps(self) -> None:
        assert pages.enlarged(Look(150), words(90, height=5), 2000) == Look(450)
        assert pages.enlarged(Look(300), words(90, height=5), 2000) == Look(600)

    def test_not_beyond_the_budget(self) -> None:
        assert pages.enlarged(Look(200), words(90, height=11), 300) == Look(300)
        assert pages.enlarged(Look(200), words(90, height=11), 210) is None

    def test_never_smaller(self) -> None:
        assert pages.enlarged(Look(900), words(90, height=11), 2000) is None


class TestLaid:
    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_turns_clockwise(self, turn: int) -> None:
        picture = Image.new("L", (20, 10), 255)
        picture.putpixel((0, 0), 0)
        corner = {0: (0, 0), 90: (9, 0), 180: (19, 9), 270: (0, 19)}[turn]
        assert pages.laid(picture, Look(200, turn)).getpixel(corner) == 0

    def test_smoothing_takes_single_pixels_out(self) -> None:
        picture = Image.new("L", (20, 10), 255)
        picture.putpixel((5, 5), 0)
        assert pages.laid(picture, Look(200, smooth=True)).getextrema() == (255, 255)
        assert pages.laid(picture, Look(200)).getextrema() == (0, 255)

    def test_skew_keeps_the_corners_on_white(self) -> None:
        laid = pages.laid(Image.new("L", (100, 100), 255), Look(200, 0, 10.0))
        assert laid.width > 100
        assert laid.getextrema() == (255, 255)


class TestBlank:
    def test_one_shade_is_uniform_and_faint_letters_are_not(self) -> None:
        picture = Image.new("L", (100, 100), 250)
        assert pages.is_uniform(picture)
        picture.putpixel((50, 50), 225)
        assert not pages.is_uniform(picture)

    def test_ink_is_what_differs_from_the_ground_darker_or_lighter(self) -> None:
        for ground, mark in ((250, 0), (10, 255)):
            picture = Image.new("L", (100, 100), ground)
            picture.paste(mark, (0, 0, 100, 10))
            assert pages.ink(picture) == pytest.approx(0.1, abs=0.03)
        assert pages.ink(Image.new("L", (100, 100), 128)) == 0

    def test_specks_are_blank_and_words_are_not(self) -> None:
        assert pages.is_blank(PageRead())
        assert pages.is_blank(words(30, text="ab", many=3))
        assert not pages.is_blank(words(90, text="ab", many=3))
        assert not pages.is_blank(words(40, text="poorly", many=20))

    def test_without_ink_it_is_sure_that_there_are_no_words(self) -> None:
        assert pages.blank_confidence(0.0001) == 100
        assert pages.blank_confidence(0.3) == 0
