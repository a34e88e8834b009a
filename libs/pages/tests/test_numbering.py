# SPDX-License-Identifier: Apache-2.0
"""Pages of a laid-out document begin where their words stand in its text."""

from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.artifacts import PageBegin
from ream_pages.numbering import Place, begins, between

WORDS = [f"word{number}" for number in range(300)]


def test_pages_begin_where_their_words_do() -> None:
    units = [(1, " ".join(WORDS[:200])), (2, " ".join(WORDS[200:]))]
    pages = [" ".join(WORDS[:120]), " ".join(WORDS[120:210]), " ".join(WORDS[210:])]
    found = list(begins(pages, units))
    assert [place.unit if place else 0 for place in found] == [1, 1, 2]
    assert found[1] == Place(1, units[0][1].index("word120"))
    assert found[2] == Place(2, units[1][1].index("word210"))


def test_headers_and_page_numbers_do_not_mislead() -> None:
    header = "the yearly report of the company"
    units = [(1, header + "\n" + " ".join(WORDS))]
    pages = [f"{header}\n{' '.join(WORDS[at : at + 100])}\npage {at}" for at in (0, 100, 200)]
    found = [place for place in begins(pages, units) if place]
    assert [units[0][1][place.offset :].split()[0] for place in found] == ["the", "word100", "word200"]


def test_a_page_of_pictures_begins_nowhere() -> None:
    units = [(1, " ".join(WORDS))]
    assert list(begins(["", " ".join(WORDS[:50]), "none of these words is there"], units)) == [None, Place(1, 0), None]


def test_the_text_of_a_page_ends_where_the_next_begins() -> None:
    units = [(1, "one two three"), (2, "four five")]
    pages = [PageBegin(1, 1, 1, 0), PageBegin(1, 1, None, 0), PageBegin(1, 1, 1, 8), PageBegin(1, 1, 2, 5)]
    assert [between(pages, number, units) for number in (1, 2, 3, 4)] == ["one two", "", "three\n\nfour", "five"]


@given(st.lists(st.text(max_size=60), max_size=5), st.lists(st.text(max_size=200), max_size=3))
def test_whatever_stands_there_pages_go_forward(pages: list[str], texts: list[str]) -> None:
    units = list(enumerate(texts, 1))
    found = list(begins(pages, units))
    assert len(found) == len(pages)
    places = [(place.unit, place.offset) for place in found if place]
    assert places == sorted(places)
    assert all(offset < len(texts[unit - 1]) for unit, offset in places)
