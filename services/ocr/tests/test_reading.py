# SPDX-License-Identifier: Apache-2.0
"""A page is looked at once, and again only when the first look was not sure; the best reading is kept."""

from dataclasses import dataclass, field

import pytest
from PIL import Image

from ream_ocr.engine import PageRead, Word
from ream_ocr.reading import read_page
from ream_ocr.testing import TEXTS, draw

pytestmark = pytest.mark.slow

UPRIGHT = (600, 800)


def words(confidence: int, *, height: int = 20, box: tuple[int, int] | None = None, many: int = 40) -> PageRead:
    wide, high = box or (100, height)
    return PageRead(tuple(Word("letters", (0, 0, wide, high), confidence, (1, 1, line)) for line in range(many)))


@dataclass
class View:
    """A page with one black corner, so that it is not blank and its turns can be told apart."""

    picture: Image.Image = field(default_factory=lambda: Image.new("L", UPRIGHT, 255))
    dpi: int = 200
    largest_dpi: int = 900
    rendered: list[int] = field(default_factory=list)

    def render(self, dpi: int) -> Image.Image:
        self.rendered.append(dpi)
        size = (self.picture.width * dpi // self.dpi, self.picture.height * dpi // self.dpi)
        return self.picture.resize(size)


@dataclass
class Engine:
    """Says what it is told, in turn, and notes what it was shown."""

    reads: list[PageRead]
    turns: list[int | None] = field(default_factory=list)
    shown: list[tuple[tuple[int, int], int]] = field(default_factory=list)
    name: str = "scripted"
    version: str = "5"
    written: str | None = None

    def read(self, picture: Image.Image, languages: tuple[str, ...], dpi: int) -> PageRead:
        self.shown.append((picture.size, dpi))
        return self.reads.pop(0)

    def turn(self, picture: Image.Image) -> int | None:
        return self.turns.pop(0)

    def script(self, picture: Image.Image) -> str | None:
        return self.written


def marked() -> View:
    view = View()
    view.picture.paste(0, (0, 0, 200, 100))
    return view


def test_a_sure_page_is_read_once_and_not_asked_how_it_lies() -> None:
    engine = Engine([words(95)])
    page = read_page(marked(), engine, ("eng",))
    assert (page.confidence, page.rotation, page.looks) == (95, 0, 1)


def sloping(confidence: int, down: int) -> PageRead:
    """Lines of which the last word stands lower than the first."""
    ends = ((0, 0), (400, down))
    return PageRead(
        tuple(
            Word("letters", (x, y + 30 * line, x + 100, y + 20 + 30 * line), confidence, (1, 1, line))
            for line in range(10)
            for x, y in ends
        )
    )


def test_lines_that_slope_are_laid_level_however_sure_the_engine_is() -> None:
    engine = Engine([sloping(96, 30), words(96)])
    page = read_page(marked(), engine, ("eng",))
    assert page.looks == 2
    assert page.look.skew == pytest.approx(4.3, abs=0.1)
    engine = Engine([sloping(96, 12)])
    assert read_page(marked(), engine, ("eng",)).looks == 1


def test_the_same_look_is_not_tried_twice() -> None:
    engine = Engine([sloping(96, 30), words(20)])
    assert read_page(marked(), engine, ("eng",)).looks == 2


def test_a_page_of_one_shade_is_not_read_at_all() -> None:
    engine = Engine([])
    page = read_page(View(), engine, ("eng",))
    assert (page.text, page.confidence, page.looks) == ("", 100, 0)


def test_a_page_on_its_head_is_turned_and_read_again() -> None:
    engine = Engine([words(45), words(95)], turns=[180])
    page = read_page(marked(), engine, ("eng",))
    assert (page.confidence, page.rotation, page.looks) == (95, 180, 2)


def test_a_page_on_its_side_is_shown_on_its_side() -> None:
    engine = Engine([words(45), words(95)], turns=[90])
    page = read_page(marked(), engine, ("eng",))
    assert engine.shown == [((600, 800), 200), ((800, 600), 200)]
    assert page.rotation == 90


def test_a_turn_that_makes_it_worse_is_taken_back() -> None:
    engine = Engine([words(75), words(20), words(20)], turns=[180, 180])
    page = read_page(marked(), engine, ("eng",))
    assert (page.confidence, page.rotation) == (75, 0)


def test_small_letters_are_looked_at_from_nearer() -> None:
    view = marked()
    engine = Engine([words(90, height=11), words(96, height=22)])
    page = read_page(view, engine, ("eng",))
    assert view.rendered == [200, 400]
    assert (page.confidence, page.looks) == (96, 2)


def test_nothing_is_read_more_than_four_times() -> None:
    engine = Engine([words(30 + number) for number in range(4)], turns=[180, 90])
    view = marked()
    page = read_page(view, engine, ("eng",))
    assert page.looks == len(view.rendered) == 4


def test_lines_on_end_that_are_read_well_are_not_read_again() -> None:
    engine = Engine([words(95, box=(20, 100))], turns=[270])
    page = read_page(marked(), engine, ("eng",))
    assert (page.rotation, page.looks) == (270, 1)


def test_a_picture_without_words_says_that_it_is_not_sure() -> None:
    view = View(Image.effect_noise(UPRIGHT, 200))
    page = read_page(view, Engine([PageRead()] * 4, turns=[None, None]), ("eng",))
    assert (page.text, page.confidence) == ("", 0)


def test_specks_are_no_text() -> None:
    view = View()
    view.picture.paste(0, (300, 300, 312, 320))
    engine = Engine([words(20, many=2)] * 4, turns=[0, 0])
    page = read_page(view, engine, ("eng",))
    assert (page.text, page.confidence, page.rotation) == ("", 100, 0)


def test_a_page_without_the_ink_of_a_word_is_not_read_again() -> None:
    view = View()
    view.picture.putpixel((300, 300), 0)
    page = read_page(view, Engine([words(20, many=2)]), ("eng",))
    assert (page.text, page.looks) == ("", 1)


def test_a_page_on_which_nothing_is_recognised_is_read_without_its_noise() -> None:
    view = View(Image.effect_noise(UPRIGHT, 200))
    engine = Engine([PageRead(), words(95)], turns=[None])
    assert read_page(view, engine, ("eng",)).confidence == 95
    assert view.rendered == [200, 200]


def test_a_page_askew_is_laid_level() -> None:
    picture, _ = draw(TEXTS["eng"], times=2, letters=16, size=UPRIGHT, skew=12)
    engine = Engine([PageRead(), words(95)], turns=[None])
    page = read_page(View(picture), engine, ("eng",))
    (_, (size, _)) = engine.shown
    assert size > UPRIGHT  # turned by its skew, and nothing cut off
    assert (page.confidence, page.rotation) == (95, 0)


def test_a_page_in_the_shade_is_evened_however_sure_its_reading_was() -> None:
    """What lies in the shade is missing from the first reading, and lowers no confidence."""
    shade = Image.linear_gradient("L").rotate(90).resize((600, 800)).point(lambda x: 255 - x * 2 // 3)
    engine = Engine([words(95, many=10), words(95, many=40)])
    assert len(read_page(View(shade), engine, ("eng",)).text.split()) == 40
    engine = Engine([words(95, many=40), words(95, many=10)])
    assert len(read_page(View(shade), engine, ("eng",)).text.split()) == 40


@pytest.mark.parametrize(
    ("confidence", "written", "languages", "script"),
    [
        (45, "Cyrillic", ("eng", "deu"), "Cyrillic"),
        (45, "Cyrillic", ("eng", "ukr"), None),
        (45, "Latin", ("eng",), None),
        (45, None, ("eng",), None),
        (80, "Cyrillic", ("eng",), None),
    ],
)
def test_letters_of_a_script_that_no_language_is_written_in_are_told(
    confidence: int, written: str | None, languages: tuple[str, ...], script: str | None
) -> None:
    engine = Engine([words(confidence)] * 5, turns=[0, None, None], written=written)
    assert read_page(marked(), engine, languages).script == script
